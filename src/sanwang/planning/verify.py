"""A written plan recomputed from the workspace alone: no solver, no route generator, plain arithmetic row by row."""

from __future__ import annotations

import itertools
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from sanwang.errors import InputError
from sanwang.region import Region
from sanwang.standards import places as gb2260

Row = Mapping[str, Any]

_PARTS = ("ask_cost", "base_cost", "maker_cost", "factor_cost", "finance_cost", "barrier_cost")
_TOLERANCE = 2
"""Fen by which one recomputed amount may differ: sums of products are added in another order here."""


@dataclass(frozen=True)
class Verification:
    """Whether the plan holds, its recomputed worth in fen, and each thing wrong in words."""

    ok: bool
    worth: int
    problems: tuple[str, ...]


def verify_folder(region: Region, folder: Path) -> Verification:
    """Verify ``routes.parquet`` (or ``routes.csv``) and ``plan.json`` as ``sanwang plan`` wrote them."""
    try:
        options = json.loads((folder / "plan.json").read_text(encoding="utf-8"))["options"]
        typed = folder / "routes.csv"
        routes = pl.read_csv(typed, infer_schema_length=None, schema_overrides=_TEXTS)
    except (OSError, ValueError, KeyError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{folder}: not a plan's folder ({error})") from error
    return verify(region, routes, options)


_TEXTS = dict.fromkeys(
    [
        "route",
        "need",
        "achievement",
        "base",
        "maker",
        "product",
        "origin_place",
        "base_place",
        "maker_place",
        "need_place",
    ],
    pl.String,
)


def verify(region: Region, routes: pl.DataFrame, options: Mapping[str, Any]) -> Verification:
    """Recompute feasibility and worth of routes against a Region under the plan's own options."""
    tables = {
        k: {r["id"]: r for r in region[k].to_dicts()}
        for k in ("achievements", "needs", "bases", "makers", "products")
    }
    case = _Case(
        region, tables, {k: float(v["value"]) for k, v in options["assumptions"].items()}, options["years"]
    )
    rows = routes.to_dicts()
    problems = [p for row in rows for p in case.route(row)] + list(case.totals())
    return Verification(not problems, sum(r["worth"] for r in rows), tuple(problems))


class _Case:
    """One verification: the tables, the assumptions and what the routes seen so far have used."""

    def __init__(
        self,
        region: Region,
        tables: Mapping[str, Mapping[str, Row]],
        given: Mapping[str, float],
        years: list[int],
    ) -> None:
        self.region = region
        self.tables = tables
        self.given = given
        self.first, self.last = years
        self.used: defaultdict[tuple[str, str, int | None], float] = defaultdict(float)
        self.homes: dict[str, str | None] = dict(region["actors"].select("id", "place").iter_rows())
        self.parents: dict[str, str | None] = dict(region["places"].select("code", "parent").iter_rows())
        self.walls = {(b["origin"], b["destination"], b["factor"]): b for b in region["barriers"].to_dicts()}

    def route(self, row: Row) -> Iterator[str]:
        """Everything wrong with one route."""
        name = row["route"]
        unknown = [
            f"{name}: unknown {kind} {row[kind]} / 工作区中没有"
            for kind in ("need", "achievement", "base", "maker", "product")
            if row[kind] is not None and row[kind] not in self.tables[f"{kind}s"]
        ]
        if unknown:
            yield from unknown
            return
        need, result = self.tables["needs"][row["need"]], self.tables["achievements"][row["achievement"]]
        base = self.tables["bases"].get(row["base"] or "")
        maker = self.tables["makers"].get(row["maker"] or "")
        product = self.tables["products"].get(row["product"] or "")
        gap = max(0, (need["trl_required"] or 0) - (result["trl"] or need["trl_required"] or 0))
        if gap > self.given["gap_limit_pilot" if base else "gap_limit"]:
            yield f"{name}: TRL gap {gap} too wide / 成熟度差距过大"
        if self.tables["makers"] and maker is None:
            yield f"{name}: no maker / 没有承制单位"
        yield from self._amounts(row, need, result, base, maker, product, gap)

    def _amounts(
        self,
        row: Row,
        need: Row,
        result: Row,
        base: Row | None,
        maker: Row | None,
        product: Row | None,
        gap: int,
    ) -> Iterator[str]:
        name = row["route"]
        default = int(self.given["default_months"])
        develop = gap * int(self.given["months_per_level"])
        pilot = (default if base["months"] is None else base["months"]) if base else 0
        make = (default if maker["months"] is None else maker["months"]) if maker else default
        begin = row["start"] - self.first
        at_base, at_maker = begin + develop // 12, begin + (develop + pilot) // 12
        stops = [(self.homes.get(result["owner"] or ""), result["ask"] or 0)]
        if base:
            stops.append((self._home(base), base["price"] or 0))
        if maker:
            stops.append((self._home(maker), maker["setup"] or 0))
        stops.append((self.homes.get(need["actor"] or ""), 0))
        border, days = 0.0, 0
        for (a, amount), (b, _) in itertools.pairwise(stops):
            rate, delay = self._crossing(a, b, "technology")
            border, days = border + rate * amount, days + delay
        months = develop + pilot + make + math.ceil(days / 30)
        use = self._use(need, result, base, gap)
        spent = sum(u * (o["price"] or 0) for o, u, _ in use)
        for offer, units, _ in use:
            rate, _ = self._crossing(self.homes.get(offer["actor"] or ""), stops[-1][0], offer["factor"])
            border += rate * units * (offer["price"] or 0)
        outlay = (
            (result["ask"] or 0)
            + ((base["price"] or 0) if base else 0)
            + ((maker["setup"] or 0) if maker else 0)
        )
        outlay += math.ceil(spent)
        principal, interest, capital = self._loan(need, product, outlay)
        yield from self._finance(name, need, product, outlay, principal)
        if row["principal"] != principal:
            yield f"{name}: principal {row['principal']}, should be {principal} / 融资本金不符"
        if months != row["months"]:
            yield f"{name}: {row['months']} months, should be {months} / 月数不符"
        left = (self.last - self.first + 1) * 12
        if need["deadline"] is not None:
            left = min(left, (need["deadline"].year - self.first) * 12 + need["deadline"].month)
        if begin < 0 or begin * 12 + months > left:
            yield f"{name}: not done by the deadline or horizon / 超过截止日期或规划期"
        technical = self.given["technical_probability"] - self.given["probability_per_level"] * gap
        technical += (base["success_uplift"] or 0.0) if base else 0.0
        technical = min(max(technical, 0.0), self.given["probability_cap"])
        chance = round(self.given["match_probability"] * row["match_score"] * technical, 6)
        if abs(chance - row["probability"]) > 1e-9:
            yield f"{name}: probability {row['probability']}, should be {chance} / 概率不符"
        when = {"development": begin, "pilot": at_base, "production": at_maker}
        worth = need["value"] if need["value"] is not None else (need["budget"] or 0)
        wanted = {
            "value": self._now(chance * worth, begin + months / 12),
            "ask_cost": self._now(result["ask"] or 0, begin),
            "base_cost": self._now((base["price"] or 0) if base else 0, at_base),
            "maker_cost": self._now((maker["setup"] or 0) if maker else 0, at_maker),
            "factor_cost": sum(self._now(u * (o["price"] or 0), when[s]) for o, u, s in use),
            "finance_cost": self._now(interest, begin),
            "barrier_cost": self._now(border + capital, begin),
        }
        for part, amount in wanted.items():
            if abs(amount - row[part]) > _TOLERANCE:
                yield f"{name}: {part} {row[part]}, should be {amount} / 金额不符"
        if row["cost"] != sum(row[p] for p in _PARTS) or row["worth"] != row["value"] - row["cost"]:
            yield f"{name}: cost or worth does not add up / 分项与合计不符"
        self._book(
            row, base, at_base, maker, at_maker, principal, [(o, u, self.first + when[s]) for o, u, s in use]
        )

    def _book(
        self,
        row: Row,
        base: Row | None,
        at_base: int,
        maker: Row | None,
        at_maker: int,
        principal: int,
        use: list[tuple[Row, float, int]],
    ) -> None:
        self.used["needs", row["need"], None] += 1
        self.used["achievements", row["achievement"], None] += 1
        if base:
            self.used["bases", base["id"], self.first + at_base] += 1
        if maker:
            self.used["makers", maker["id"], self.first + at_maker] += 1
        if row["product"]:
            self.used["products", row["product"], None] += principal
        for offer, units, year in use:
            self.used["factors", offer["id"], year] += units

    def totals(self) -> Iterator[str]:
        """Everything taken more often than it is there."""
        columns = {
            "achievements": "licences",
            "bases": "capacity",
            "makers": "capacity",
            "products": "budget",
        }
        offers = {r["id"]: r["capacity"] for r in self.region["factors"].to_dicts()}
        for (kind, name, year), used in self.used.items():
            if kind == "needs":
                limit: float | None = 1
            elif kind == "factors":
                limit = offers[name]
            else:
                limit = self.tables[kind][name][columns[kind]]
            if limit is not None and used > limit * (1 + 1e-12) + 1e-6:
                yield f"{kind} {name} {year or ''}: {used:g} used of {limit:g} / 超出能力"

    def _home(self, row: Row) -> str | None:
        return row["place"] or self.homes.get(row["actor"] or "")

    def _above(self, place: str) -> list[str]:
        line = [place]
        while True:
            official = gb2260.place(line[-1])
            parent = self.parents.get(line[-1]) or (official.parent if official else None)
            if parent is None or parent in line:
                return line
            line.append(parent)

    def _crossing(self, a: str | None, b: str | None, factor: str) -> tuple[float, int]:
        if a is None or b is None or a == b:
            return 0.0, 0
        for origin in self._above(a):
            for destination in self._above(b):
                wall = self.walls.get((origin, destination, factor))
                if wall and origin != destination:
                    return wall["cost_rate"] or 0.0, wall["delay_days"] or 0
        return 0.0, 0

    def _use(self, need: Row, result: Row, base: Row | None, gap: int) -> list[tuple[Row, float, str]]:
        codes = [*(result["industries"] or []), *(need["industries"] or [])]
        stages = ["development"] * bool(gap) + ["pilot"] * bool(base) + ["production"]
        offers = self.region["factors"].to_dicts()
        found: list[tuple[Row, float, str]] = []
        for stage in stages:
            wanted: dict[tuple[str, str], float] = {}
            for r in self.region["requirements"].to_dicts():
                fits = r["industry"] == "*" or any(c.startswith(r["industry"]) for c in codes)
                if r["stage"] == stage and fits:
                    key = (r["factor"], r["class"])
                    wanted[key] = max(wanted.get(key, 0.0), r["units"] or 0.0)
            for key, units in sorted(wanted.items()):
                same = [o for o in offers if (o["factor"], o["class"]) == key]
                same.sort(key=lambda o: (o["price"] is None, o["price"] or 0, o["id"]))
                if same and units > 0:
                    found.append((same[0], units, stage))
        return found

    def _loan(self, need: Row, product: Row | None, outlay: int) -> tuple[int, int, int]:
        if product is None:
            return 0, 0, 0
        principal = max(outlay - (need["budget"] or 0), product["ticket_min"] or 0)
        interest = math.ceil(principal * (product["rate"] or 0.0) * (product["months"] or 12) / 12)
        home, destination = self.homes.get(product["actor"] or ""), self.homes.get(need["actor"] or "")
        return principal, interest, math.ceil(principal * self._crossing(home, destination, "capital")[0])

    def _finance(
        self, name: str, need: Row, product: Row | None, outlay: int, principal: int
    ) -> Iterator[str]:
        if product is None:
            if need["budget"] is not None and outlay > need["budget"]:
                yield f"{name}: outlay {outlay} exceeds the budget and nothing finances it / 超出预算且无融资"
        elif product["ticket_max"] is not None and principal > product["ticket_max"]:
            yield f"{name}: principal {principal} above the ticket {product['ticket_max']} / 超出单笔上限"

    def _now(self, amount: float, years: float) -> int:
        return round(amount / (1 + self.given["discount_rate"]) ** years)
