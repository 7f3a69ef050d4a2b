"""A written plan recomputed from the workspace alone: no solver, no route generator, plain arithmetic row by row."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import math
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sanwang.collaboration.verdicts import verdicts
from sanwang.errors import InputError
from sanwang.finance.conditions import Fact, eligible, split
from sanwang.finance.facts import firm_facts
from sanwang.planning.capacity import COLUMN, by_year
from sanwang.planning.stations import FLOOR, SHARE, Stations, fitted_of, uplift_share
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
    """Verify ``routes.csv`` and ``plan.json`` as ``sanwang plan`` wrote them."""
    return verify(region, *read_routes(folder))


def read_routes(folder: Path) -> tuple[pl.DataFrame, dict[str, Any]]:
    """The routes and options of a written plan. Raises InputError where the folder is not one."""
    try:
        options = json.loads(_summary(folder).read_text(encoding="utf-8"))["options"]
        routes = pl.read_csv(folder / "routes.csv", infer_schema_length=None, schema_overrides=_TEXTS)
    except (OSError, ValueError, KeyError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{folder}: not a plan's folder ({error}) / 不是方案目录") from error
    return routes, options


def _summary(folder: Path) -> Path:
    """What a plan's folder says of itself: a plan made anew, or one made beside an earlier plan."""
    again = folder / "replan.json"
    return again if again.is_file() and not (folder / "plan.json").is_file() else folder / "plan.json"


def read_unmet(folder: Path) -> pl.DataFrame | None:
    """The needs that a written plan left out and why (need, detail_zh, detail_en); None where it does not say."""
    try:
        rows = json.loads(_summary(folder).read_text(encoding="utf-8"))["unmet"]
        return pl.DataFrame(rows, schema_overrides={"need": pl.String}, infer_schema_length=None)
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        return None


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
        "service",
        "guarantee",
        "offers",
        "begins",
        "finished",
    ],
    pl.String,
)


def verify(region: Region, routes: pl.DataFrame, options: Mapping[str, Any]) -> Verification:
    """Recompute feasibility and worth of routes against a Region under the plan's own options."""
    tables = {
        k: {r["id"]: r for r in region[k].to_dicts()}
        for k in ("achievements", "needs", "bases", "makers", "products")
    }
    case = _Case(region, tables, options)
    rows = routes.to_dicts()
    problems = [p for row in rows for p in case.route(row)]
    problems += [*case.totals(), *policy_problems(region, rows, options.get("policies") or [])]
    return Verification(not problems, sum(r["worth"] for r in rows), tuple(problems))


_TABLE = {"guarantee": "products"}


def _uses(row: Row) -> list[tuple[str, float, int]]:
    """Offer, units and year of each thing a route takes of the factor offers."""
    found: list[tuple[str, float, int]] = []
    for cell in filter(None, (row["offers"] or "").split(";")):
        offer, _, rest = cell.rpartition(":")
        units, _, year = rest.partition("@")
        found.append((offer, float(units), int(year)))
    return found


class _Case:
    """One verification: the tables, the assumptions and what the routes seen so far have used."""

    def __init__(
        self,
        region: Region,
        tables: Mapping[str, Mapping[str, Row]],
        options: Mapping[str, Any],
    ) -> None:
        self.region = region
        self.tables = tables
        self.given = {k: float(v["value"]) for k, v in options["assumptions"].items()}
        self.first, self.last = options["years"]
        self.begin = int(str(options.get("start") or "0000-01")[5:7]) - 1
        self.contracts: dict[str, Row] = {r["need"]: r for r in options.get("under_way") or []}
        self.market = options.get("market", "today")
        self.curve: Mapping[str, Any] | None = options.get("calibration")
        self.levels: dict[str, list[int]] = tomllib.loads(
            (files("sanwang.planning") / "services.toml").read_text(encoding="utf-8")
        )
        self.fits = fitted_of(region)
        self.fit = 0.0
        self.said = verdicts(region)
        self.offers = {r["id"]: r for r in region["factors"].to_dicts()}
        total = region["points"].filter(pl.col("indicator") == "创新积分").sort("year")
        self.points: dict[str, float] = dict(total.select("actor", "value").iter_rows())
        self.used: defaultdict[tuple[str, str, int | None], float] = defaultdict(float)
        self.closed: set[str] = set(options.get("closed") or [])
        self.fixed: defaultdict[tuple[str, str, int | None], float] = defaultdict(float)
        self.known: dict[str, Mapping[str, Fact | None]] = {}
        self.homes: dict[str, str | None] = dict(region["actors"].select("id", "place").iter_rows())
        self.parents: dict[str, str | None] = dict(region["places"].select("code", "parent").iter_rows())
        self.walls = {(b["origin"], b["destination"], b["factor"]): b for b in region["barriers"].to_dicts()}

    def route(self, row: Row) -> Iterator[str]:
        """Everything wrong with one route."""
        name = row["route"]
        if row["need"] in self.contracts:
            yield from self._contract(row, self.contracts[row["need"]])
            return
        unknown = [
            f"{name}: unknown {kind} {row[kind]} / 工作区中没有"
            for kind in ("need", "achievement", "base", "maker", "product", "guarantee")
            if row[kind] is not None and row[kind] not in self.tables[_TABLE.get(kind, f"{kind}s")]
        ]
        unknown += [
            f"{name}: unknown offer {o} / 工作区中没有" for o, _, _ in _uses(row) if o not in self.offers
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
        able = {
            k: self._able(s, need, result)
            for k, s in (("base", self.fits.bases), ("maker", self.fits.makers))
        }
        if self.tables["makers"] and maker is None and (able["maker"] or result["id"] not in self.fits.soft):
            yield f"{name}: no maker / 没有承制单位"
        for kind, served in (("base", base), ("maker", maker)):
            if served and served["id"] not in able[kind]:
                yield f"{name}: {kind} {served['id']} does not fit this job / 承担不了这项任务"
        yield from self._decided(row)
        self.fit = able["base"].get(base["id"], 0.0) if base else 0.0
        if base and base["services"]:
            able = [s for s in base["services"] if _holds(self.levels[s], result["trl"])]
            if not able or (row["service"] is not None and row["service"] not in able):
                yield f"{name}: base {base['id']} has no service for TRL {result['trl']} / 中试服务不符"
        yield from self._amounts(row, need, result, base, maker, product, gap)

    def _contract(self, row: Row, contract: Row) -> Iterator[str]:
        """A route under way stands as it was contracted; only what is yet to come counts against capacities."""
        changed = [c for c in contract if c != "route" and (row.get(c) or None) != (contract[c] or None)]
        if changed:
            yield f"{row['route']}: {', '.join(changed)} differ from the contract / 与在途合同不符"
        self.used["needs", row["need"], None] += 1
        self.fixed["achievements", row["achievement"], None] += 1
        for product in filter(None, (row["product"], row["guarantee"])):
            self.fixed["products", product, None] += row["principal"]
        for kind, year in (("base", row["base_year"]), ("maker", row["maker_year"])):
            if row[kind] is not None and year >= self.first:
                self.used[f"{kind}s", row[kind], year] += 1
                if kind == "base" and row["service"]:
                    self.used["services", f"{row['base']}\t{row['service']}", year] += 1
        for offer, units, year in _uses(row):
            if year >= self.first:
                self.used["factors", offer, year] += units

    def _decided(self, row: Row) -> Iterator[str]:
        """What a person rejected and the route uses all the same; rejected bases and makers fit nothing already."""
        for a, b in (("need", "achievement"), ("need", "product"), ("achievement", "product")):
            if row[b] is not None and self.said.rejected(row[a], row[b]):
                yield f"{row['route']}: {row[a]} {row[b]} was rejected / 已被人否决"

    def _able(self, stations: Stations, need: Row, result: Row) -> dict[str, float]:
        """Stations with capacity that fit well enough, and their fit."""
        fits = zip(stations.ids, stations.fit(need["id"], result["id"]).tolist(), strict=True)
        kind = "bases" if stations.side == "base" else "makers"
        open_ = {
            i: f
            for i, f in fits
            if (row := self.tables[kind][i])["capacity"] or any(by_year(row.get(COLUMN)).values())
        }
        best = max(open_.values(), default=0.0)
        return {i: f for i, f in open_.items() if f >= max(FLOOR, SHARE * best)}

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
        opens = max(12 * begin, self.begin)
        at_base, at_maker = (opens + develop) // 12, (opens + develop + pilot) // 12
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
        outlay = (result["ask"] or 0) + ((base["price"] or 0) if base else 0)
        outlay += (maker["setup"] or 0) if maker else 0
        guarantee = self.tables["products"].get(row["guarantee"] or "")
        principal, interest, capital, wait = self._loan(need, product, guarantee, outlay)
        months = develop + pilot + make + math.ceil((days + wait) / 30)
        yield from self._finance(name, need, result, maker, product, guarantee, outlay, principal)
        if row["principal"] != principal:
            yield f"{name}: principal {row['principal']}, should be {principal} / 融资本金不符"
        if months != row["months"]:
            yield f"{name}: {row['months']} months, should be {months} / 月数不符"
        left = (self.last - self.first + 1) * 12
        if need["deadline"] is not None:
            evening = need["deadline"] + dt.timedelta(days=1)
            left = min(left, (evening.year - self.first) * 12 + evening.month - 1)
        if begin < 0 or opens + months > left:
            yield f"{name}: not done by the deadline or horizon / 超过截止日期或规划期"
        end = max(row["start"], self.first + math.ceil((opens + months) / 12) - 1)
        for column, year in (
            ("base_year", self.first + at_base if base else None),
            ("maker_year", self.first + at_maker),
            ("end", end),
            ("begins", self._month(opens)),
            ("finished", self._month(opens + months - 1)),
        ):
            if row[column] != year:
                yield f"{name}: {column} {row[column]}, should be {year} / 时间不符"
        technical = self.given["technical_probability"] - self.given["probability_per_level"] * gap
        technical += (base["success_uplift"] or 0.0) * uplift_share(self.fit) if base else 0.0
        technical = min(max(technical, 0.0), self.given["probability_cap"])
        chance = self._holds_for(row) * technical
        if abs(chance - row["probability"]) > 1e-9:
            yield f"{name}: probability {row['probability']}, should be {chance} / 概率不符"
        when = {"development": begin, "pilot": at_base, "production": at_maker}
        wanted = sorted(
            (f, c, u, self.first + when[s]) for f, c, u, s in self._wanted(need, result, base, gap)
        )
        taken = [(self.offers[o], u, y) for o, u, y in _uses(row)]
        if sorted((o["factor"], o["class"], u, y) for o, u, y in taken) != [
            (f, c, float(f"{u:g}"), y) for f, c, u, y in wanted
        ]:
            yield f"{name}: factor offers {row['offers']!r} are not what the stages take / 要素不符"
        worth = need["value"] if need["value"] is not None else (need["budget"] or 0)
        movers = 0
        for offer, units, year in taken:
            rate, _ = self._crossing(self.homes.get(offer["actor"] or ""), stops[-1][0], offer["factor"])
            movers += self._now(rate * units * (offer["price"] or 0), 12 * (year - self.first))
        amounts = {
            "value": self._now(chance * worth, opens + months),
            "ask_cost": self._now(result["ask"] or 0, opens),
            "base_cost": self._now((base["price"] or 0) if base else 0, 12 * at_base),
            "maker_cost": self._now((maker["setup"] or 0) if maker else 0, 12 * at_maker),
            "factor_cost": sum(self._now(u * (o["price"] or 0), 12 * (y - self.first)) for o, u, y in taken),
            "finance_cost": self._now(interest, opens),
            "barrier_cost": self._now(border, opens) + self._now(capital, opens) + movers,
        }
        for part, amount in amounts.items():
            if abs(amount - row[part]) > max(_TOLERANCE, 1e-12 * abs(amount)):
                yield f"{name}: {part} {row[part]}, should be {amount} / 金额不符"
        if row["cost"] != sum(row[p] for p in _PARTS) or row["worth"] != row["value"] - row["cost"]:
            yield f"{name}: cost or worth does not add up / 分项与合计不符"
        self._book(row, base, at_base, maker, at_maker, principal)

    def _holds_for(self, row: Row) -> float:
        """The chance that the match holds: a person's word, else the calibration told in the options, else the prior
        of the score's band."""
        if self.said.verdict(row["need"], row["achievement"]) in ("accept", "pin"):
            return self.given["prior_accepted"]
        score = row["match_score"]
        if self.curve is not None:
            return float(np.interp(score, self.curve["scores"], self.curve["probabilities"]))
        band = "strong" if score >= 0.9 else "fair" if score >= 0.65 else "weak"
        return self.given[f"prior_{band}"]

    def _book(
        self, row: Row, base: Row | None, at_base: int, maker: Row | None, at_maker: int, principal: int
    ) -> None:
        self.used["needs", row["need"], None] += 1
        self.used["achievements", row["achievement"], None] += 1
        if base:
            self.used["bases", base["id"], self.first + at_base] += 1
            if row["service"]:
                self.used["services", f"{base['id']}\t{row['service']}", self.first + at_base] += 1
        if maker:
            self.used["makers", maker["id"], self.first + at_maker] += 1
        for product in filter(None, (row["product"], row["guarantee"])):
            self.used["products", product, None] += principal
        for offer, units, year in _uses(row):
            self.used["factors", offer, year] += units

    def totals(self) -> Iterator[str]:
        """Everything taken more often than it is there."""
        columns = {
            "achievements": "licences",
            "bases": "capacity",
            "makers": "capacity",
            "products": "budget",
        }
        for (kind, name, year), used in self.used.items():
            if kind == "needs":
                limit: float | None = 1
            elif year is not None and year > self.last:
                continue
            elif kind == "factors":
                limit = _in_year(self.offers[name], year)
            elif kind == "services":
                base, _, service = name.partition("\t")
                row = self.tables["bases"][base]
                counts = dict(zip(row["services"] or [], row["service_capacity"] or [], strict=False))
                limit = counts.get(service)
            else:
                row = self.tables[kind][name]
                limit = _in_year(row, year) if columns[kind] == "capacity" else row[columns[kind]]
            # What contracts took before counts, though it may be more than is there now.
            held = self.fixed[kind, name, year]
            total = used + (held if limit is None else min(held, max(limit, 0.0)))
            if limit is not None and total > limit * (1 + 1e-12) + 1e-6:
                yield f"{kind} {name} {year or ''}: {total:g} used of {limit:g} / 超出能力"

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
        if a is None or b is None or a == b or self.market == "unified":
            return 0.0, 0
        above_a, above_b = self._above(a), self._above(b)
        if above_a[-1] != above_b[-1] and self._closed(above_a[-1], above_b[-1], factor):
            return math.inf, 0
        for origin in above_a:
            for destination in above_b:
                wall = self.walls.get((origin, destination, factor))
                if wall and origin != destination:
                    return wall["cost_rate"] or 0.0, wall["delay_days"] or 0
        return 0.0, 0

    def _closed(self, origin: str, destination: str, factor: str) -> bool:
        """Whether a factor may not pass between two provinces."""
        if self.market == "segmented" or factor in self.closed:
            return True
        return f"{origin}>{destination}:{factor}" in self.closed

    def _wanted(
        self, need: Row, result: Row, base: Row | None, gap: int
    ) -> list[tuple[str, str, float, str]]:
        """Factor, class, units and stage of what the route's stages take; nothing where no factor is recorded."""
        codes = [*(result["industries"] or []), *(need["industries"] or [])]
        stages = ["development"] * bool(gap) + ["pilot"] * bool(base) + ["production"]
        most: defaultdict[tuple[str, str, str], float] = defaultdict(float)
        for r in self.region["requirements"].to_dicts():
            fits = r["industry"] == "*" or any(c.startswith(r["industry"]) for c in codes)
            if r["stage"] in stages and fits and self.offers:
                key = (r["factor"], r["class"], r["stage"])
                most[key] = max(most[key], r["units"] or 0.0)
        return [(f, c, u, s) for (f, c, s), u in most.items() if u > 0]

    def _loan(
        self, need: Row, product: Row | None, guarantee: Row | None, outlay: int
    ) -> tuple[int, int, int, int]:
        """Principal, interest with the guarantee's fee, what the border takes of the capital, and its delay in days."""
        if product is None:
            return 0, 0, 0, 0
        least = max(x["ticket_min"] or 0 for x in (product, guarantee) if x)
        principal = max(outlay - (need["budget"] or 0), least)
        rate = (product["rate"] or 0.0) + ((guarantee["rate"] or 0.0) if guarantee else 0.0)
        term = 12 if product["months"] is None else product["months"]
        interest = math.ceil(principal * rate * term / 12 - 1e-6)
        home, destination = self.homes.get(product["actor"] or ""), self.homes.get(need["actor"] or "")
        crossing, days = self._crossing(home, destination, "capital")
        return (
            principal,
            interest,
            math.ceil(principal * crossing - 1e-6) if math.isfinite(crossing) else 0,
            days,
        )

    def _finance(
        self,
        name: str,
        need: Row,
        result: Row,
        maker: Row | None,
        product: Row | None,
        guarantee: Row | None,
        outlay: int,
        principal: int,
    ) -> Iterator[str]:
        if product is None:
            if need["budget"] is not None and outlay > need["budget"]:
                yield f"{name}: outlay {outlay} exceeds the budget and nothing finances it / 超出预算且无融资"
            return
        if product["kind"] not in ("loan", "fund", "lease"):
            yield f"{name}: a {product['kind']} does not finance an outlay / 产品类型不能单独融资"
        if guarantee and (guarantee["kind"] != "guarantee" or product["kind"] != "loan"):
            yield f"{name}: {guarantee['id']} guarantees no {product['kind']} / 担保不适用"
        if product["kind"] == "lease" and principal > ((maker["setup"] or 0) if maker else 0):
            yield f"{name}: a lease pays for equipment only / 租赁只能用于设备"
        home = self._above(self.homes.get(need["actor"] or "") or "")
        codes = [*(result["industries"] or []), *(need["industries"] or [])]
        for p in filter(None, (product, guarantee)):
            if p["ticket_max"] is not None and principal > p["ticket_max"]:
                yield f"{name}: principal {principal} above the ticket {p['ticket_max']} / 超出单笔上限"
            if p["trl_min"] is not None and (result["trl"] or 0) < p["trl_min"]:
                yield f"{name}: TRL below what {p['id']} asks / 成熟度不够"
            if p["places"] and not set(p["places"]) & set(home):
                yield f"{name}: {p['id']} does not serve this place / 不在服务地区"
            if p["industries"] and not any(c.startswith(w) for c in codes for w in p["industries"]):
                yield f"{name}: {p['id']} does not serve this industry / 不在服务行业"
            waived = p is product and guarantee is not None
            score = self.points.get(need["actor"] or "", -math.inf)
            if p["points_min"] is not None and not waived and score < p["points_min"]:
                yield f"{name}: points below what {p['id']} asks / 创新积分不够"
            if split(p["conditions"])[1]:
                let_in, why = eligible(p["conditions"], self._facts(need["actor"]))
                if not let_in:
                    yield f"{name}: {p['id']} is closed to {need['actor']} / 产品条件不满足: {why}"

    def _facts(self, firm: str | None) -> Mapping[str, Fact | None]:
        """What is known of a firm at the plan's start; nothing where the workspace has no such actor."""
        key = firm or ""
        if key not in self.known:
            start = dt.date(self.first, self.begin + 1, 1)
            self.known[key] = firm_facts(self.region, key, start) if key in self.homes else {}
        return self.known[key]

    def _month(self, month: int) -> str:
        return f"{self.first + month // 12}-{month % 12 + 1:02d}"

    def _now(self, amount: float, month: float) -> int:
        if math.isinf(amount):
            return 2**62  # a closed border: no amount in a plan equals it
        return round(amount / (1 + self.given["discount_rate"]) ** (max(month - self.begin, 0) / 12))


def _in_year(row: Row, year: int | None) -> float | None:
    """What a row can take on in a year."""
    return by_year(row.get(COLUMN)).get(year or 0, row["capacity"])


def _holds(levels: list[int], trl: int | None) -> bool:
    return trl is None or levels[0] <= trl <= levels[1]


def policy_problems(region: Region, rows: Sequence[Row], policies: Sequence[Row]) -> Iterator[str]:
    """Each policy that the routes do not keep."""
    parents: dict[str, str | None] = dict(region["places"].select("code", "parent").iter_rows())
    sizes: dict[str, str | None] = dict(region["actors"].select("id", "size").iter_rows())
    firms: dict[str, str | None] = dict(region["needs"].select("id", "actor").iter_rows())
    makers = {r["id"]: r for r in region["makers"].to_dicts()}

    def inside(code: str | None, place: str) -> bool:
        seen: set[str] = set()
        while code is not None and code not in seen:
            if code == place:
                return True
            seen.add(code)
            official = gb2260.place(code)
            code = parents.get(code) or (official.parent if official else None)
        return False

    total = len(rows)
    for policy in policies:
        kind, place = policy["kind"], policy.get("place")
        landed = sum(place is None or inside(r["maker_place"], place) for r in rows)
        small = sum(sizes.get(firms[r["need"]] or "") in ("small", "micro") for r in rows)
        per_maker: defaultdict[str | None, int] = defaultdict(int)
        for r in rows:
            per_maker[r["maker"]] += 1
        emitted, used = (
            sum((makers[r["maker"]][c] or 0.0) for r in rows if r["maker"] in makers)
            for c in ("emissions", "land")
        )
        kept = {
            "least_share": lambda p=policy, n=landed: n >= p["share"] * total - 1e-6,
            "least_routes": lambda p=policy, n=landed: n >= p["count"],
            "most_maker_share": lambda p=policy, m=per_maker: (
                max(m.values(), default=0) <= p["share"] * total + 1e-6
            ),
            "least_small_share": lambda p=policy, n=small: n >= p["share"] * total - 1e-6,
            "small_credit": lambda: True,
            "most_emissions": lambda p=policy, e=emitted: e <= p["tonnes"] + 1e-6,
            "most_land": lambda p=policy, u=used: u <= p["square_metres"] + 1e-6,
        }[kind]()
        if not kept:
            yield f"policy {kind} is not kept / 未满足政策约束"
