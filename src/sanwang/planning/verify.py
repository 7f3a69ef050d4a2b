"""A written plan recomputed from the workspace alone: no solver, no route generator, plain arithmetic row by row."""

from __future__ import annotations

import math
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sanwang.collaboration.verdicts import verdicts
from sanwang.finance.conditions import Fact, eligible, split
from sanwang.finance.facts import firm_facts
from sanwang.planning.capacity import COLUMN, by_year
from sanwang.planning.plan_files import read_routes
from sanwang.planning.stations import FLOOR, SHARE, Stations, fitted_of, uplift_share
from sanwang.planning.verify_amounts import Job, Terms, amount_problems, uses
from sanwang.planning.verify_borders import Crossings
from sanwang.planning.verify_claims import cash_problems, claim_problems, claims_of
from sanwang.planning.verify_policies import policy_problems
from sanwang.region import Region

Row = Mapping[str, Any]

EARLIER = (
    "the plan was made before stages were paid one by one: plan again",
    "该方案在分阶段付款之前生成，请重新规划",
)
"""What a plan without stage gates is answered."""


@dataclass(frozen=True)
class Verification:
    """Whether the plan holds, its recomputed worth in fen, and each thing wrong in words."""

    ok: bool
    worth: int
    problems: tuple[str, ...]


def verify_folder(region: Region, folder: Path) -> Verification:
    """Verify ``routes.csv`` and every claim of ``plan.json`` as ``sanwang plan`` wrote them."""
    routes, options = read_routes(folder)
    found = verify(region, routes, options)
    if not found.ok:
        return found
    claim, case = claims_of(folder), _Case(region, _tables(region), options)
    rows = routes.to_dicts()
    if any(part not in claim for part in ("worth", "unmet", "usage")):
        return found
    problems = [*claim_problems(region, claim, rows, case.out)]
    free = [r for r in rows if r["need"] not in case.contracts]
    problems += cash_problems(claim, [case.job(r) for r in free], case.terms)
    return Verification(not problems, found.worth, tuple(problems))


def verify(region: Region, routes: pl.DataFrame, options: Mapping[str, Any]) -> Verification:
    """Recompute feasibility and worth of routes against a Region under the plan's own options."""
    if "pilot_share" not in options["assumptions"]:
        return Verification(False, sum(routes["worth"].to_list()), (" / ".join(EARLIER),))
    case = _Case(region, _tables(region), options)
    rows = routes.to_dicts()
    problems = [p for row in rows for p in case.route(row)]
    problems += [*case.totals(), *policy_problems(region, rows, options.get("policies") or [])]
    return Verification(not problems, sum(r["worth"] for r in rows), tuple(problems))


def _tables(region: Region) -> dict[str, dict[str, Row]]:
    kinds = ("achievements", "needs", "bases", "makers", "products")
    return {k: {r["id"]: r for r in region[k].to_dicts()} for k in kinds}


_TABLE = {"guarantee": "products"}


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
        self.curve: Mapping[str, Any] | None = options.get("calibration")
        self.levels: dict[str, list[int]] = tomllib.loads(
            (files("sanwang.planning") / "services.toml").read_text(encoding="utf-8")
        )
        self.fits = fitted_of(region)
        self.said = verdicts(region)
        self.offers = {r["id"]: r for r in region["factors"].to_dicts()}
        total = region["points"].filter(pl.col("indicator") == "创新积分").sort("year")
        self.points: dict[str, float] = dict(total.select("actor", "value").iter_rows())
        self.used: defaultdict[tuple[str, str, int | None], float] = defaultdict(float)
        self.fixed: defaultdict[tuple[str, str, int | None], float] = defaultdict(float)
        self.known: dict[str, Mapping[str, Fact | None]] = {}
        self.walls = Crossings(region, options.get("market", "today"), options.get("closed") or [])
        self.terms = Terms(
            self.given, self.first, self.last, self.begin, self.walls, self.offers,
            region["requirements"].to_dicts(),
        )  # fmt: skip

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
            f"{name}: unknown offer {o} / 工作区中没有" for o, _, _ in uses(row) if o not in self.offers
        ]
        if unknown:
            yield from unknown
            return
        job = self.job(row)
        yield from self._fitting(job)
        yield from self._decided(row)
        yield from self._finance(job)
        yield from amount_problems(job, self.terms)
        self._book(row)

    def job(self, row: Row) -> Job:
        """A route with the rows it names, its gap, its base's uplift and the chance of its match."""
        need, result = self.tables["needs"][row["need"]], self.tables["achievements"][row["achievement"]]
        base, maker = (
            self.tables["bases"].get(row["base"] or ""),
            self.tables["makers"].get(row["maker"] or ""),
        )
        product, guarantee = (self.tables["products"].get(row[k] or "") for k in ("product", "guarantee"))
        required = need["trl_required"] or 0
        gap = max(0, required - (result["trl"] or required))
        fit = self._able(self.fits.bases, need, result).get(base["id"], 0.0) if base else 0.0
        uplift = (base["success_uplift"] or 0.0) * uplift_share(fit) if base else 0.0
        return Job(row, need, result, base, maker, product, guarantee, gap, uplift, self._holds_for(row))

    def _fitting(self, job: Job) -> Iterator[str]:
        """Whether base and maker can do the job, at the result's TRL."""
        name, need, result, base, maker, gap = (
            job.row["route"], job.need, job.result, job.base, job.maker, job.gap
        )  # fmt: skip
        trl, required = result["trl"], need["trl_required"]
        if gap > self.given["gap_limit_pilot" if base else "gap_limit"]:
            yield f"{name}: TRL gap {gap} too wide / 成熟度差距过大"
        if base and trl and required and trl >= required:
            yield f"{name}: the TRL required is met, nothing is left to pilot / 成熟度已达到，无须中试"
        able = {
            k: self._able(s, need, result)
            for k, s in (("base", self.fits.bases), ("maker", self.fits.makers))
        }
        if self.tables["makers"] and maker is None and (able["maker"] or result["id"] not in self.fits.soft):
            yield f"{name}: no maker / 没有承制单位"
        for kind, served in (("base", base), ("maker", maker)):
            if served and served["id"] not in able[kind]:
                yield f"{name}: {kind} {served['id']} does not fit this job / 承担不了这项任务"
        if base and base["services"]:
            able_to = [s for s in base["services"] if _holds(self.levels[s], trl)]
            if not able_to or (job.row["service"] or able_to[0]) not in able_to:
                yield f"{name}: base {base['id']} has no service for TRL {trl} / 中试服务不符"

    def _contract(self, row: Row, contract: Row) -> Iterator[str]:
        """A route under way stands as it was contracted; only what is yet to come counts against capacities."""
        changed = [c for c in contract if c != "route" and (row.get(c) or None) != (contract[c] or None)]
        if changed:
            yield f"{row['route']}: {', '.join(changed)} differ from the contract / 与在途合同不符"
        self.used["needs", row["need"], None] += 1
        self.fixed["achievements", row["achievement"], None] += 1
        for product in filter(None, (row["product"], row["guarantee"])):
            for year in self.out(row, product) if product in self.tables["products"] else ():
                self.fixed["products", product, year] += row["principal"]
        for kind, year in (("base", row["base_year"]), ("maker", row["maker_year"])):
            if row[kind] is not None and year >= self.first:
                self.used[f"{kind}s", row[kind], year] += 1
                if kind == "base" and row["service"]:
                    self.used["services", f"{row['base']}\t{row['service']}", year] += 1
        for offer, units, year in uses(row):
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

    def _book(self, row: Row) -> None:
        """What a route takes of everything; its years have been checked."""
        self.used["needs", row["need"], None] += 1
        self.used["achievements", row["achievement"], None] += 1
        for kind in ("base", "maker"):
            if row[kind]:
                self.used[f"{kind}s", row[kind], row[f"{kind}_year"]] += 1
        if row["base"] and row["service"]:
            self.used["services", f"{row['base']}\t{row['service']}", row["base_year"]] += 1
        for product in filter(None, (row["product"], row["guarantee"])):
            for year in self.out(row, product):
                self.used["products", product, year] += row["principal"]
        for offer, units, year in uses(row):
            self.used["factors", offer, year] += units

    def out(self, row: Row, product: str) -> list[int | None]:
        """The years in which a principal is out of a budget; None: for good."""
        if self.tables["products"][product].get("revolves") != "yes":
            return [None]
        lender = self.tables["products"].get(row["product"] or "")
        months = 12 if lender is None or lender["months"] is None else lender["months"]
        # Drawn in December of the year of production at the latest.
        due = row["maker_year"] * 12 + 11 + months
        return [*range(max(row["start"], self.first), min((due - 1) // 12, self.last) + 1)]

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

    def _finance(self, job: Job) -> Iterator[str]:
        """Everything a loan, fund, lease or guarantee asks for that the route does not have."""
        name, need, result, product, guarantee = (
            job.row["route"], job.need, job.result, job.product, job.guarantee
        )  # fmt: skip
        principal, outlay = job.row["principal"], sum(job.payments)
        if product is None:
            if need["budget"] is not None and outlay > need["budget"]:
                yield f"{name}: outlay {outlay} exceeds the budget and nothing finances it / 超出预算且无融资"
            return
        if product["kind"] not in ("loan", "fund", "lease"):
            yield f"{name}: a {product['kind']} does not finance an outlay / 产品类型不能单独融资"
        if guarantee and (guarantee["kind"] != "guarantee" or product["kind"] != "loan"):
            yield f"{name}: {guarantee['id']} guarantees no {product['kind']} / 担保不适用"
        if product["kind"] == "lease" and principal > job.payments[2]:
            yield f"{name}: a lease pays for equipment only / 租赁只能用于设备"
        home = self.walls.above(self.walls.homes.get(need["actor"] or "") or "")
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
            start = date(self.first, self.begin + 1, 1)
            self.known[key] = firm_facts(self.region, key, start) if key in self.walls.homes else {}
        return self.known[key]


def _in_year(row: Row, year: int | None) -> float | None:
    """What a row can take on in a year."""
    return by_year(row.get(COLUMN)).get(year or 0, row["capacity"])


def _holds(levels: list[int], trl: int | None) -> bool:
    return trl is None or levels[0] <= trl <= levels[1]
