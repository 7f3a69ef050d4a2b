"""What a written plan claims beside its routes, counted again: totals, use of everything, who gains, cash, prices."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sanwang.planning.capacity import COLUMN, by_year
from sanwang.planning.plan_files import summary
from sanwang.planning.verify_amounts import (
    Job,
    Terms,
    begun,
    chances,
    draws,
    loan_of,
    months_of,
    stage_costs,
    uses,
)
from sanwang.region import Region

Row = Mapping[str, Any]
Key = tuple[str, str, int | None]

_TABLES = {
    "achievement": "achievements",
    "base": "bases",
    "maker": "makers",
    "product": "products",
    "factor": "factors",
}
_LIMITS = {"achievement": "licences", "product": "budget"}
_OWN = {"base": ("base", "base_year"), "maker": ("maker", "maker_year")}


def claims_of(folder: Path) -> dict[str, Any]:
    """What ``plan.json`` says."""
    return json.loads(summary(folder).read_text(encoding="utf-8"))


def claim_problems(region: Region, claim: Row, rows: Sequence[Row], out: Any) -> Iterator[str]:  # noqa: ANN401 - a callable
    """Each claim that the routes and the workspace do not bear out. ``out`` says in which years a route's principal is
    out of a product's budget."""
    yield from _totals(claim, rows)
    yield from _needs(region, claim, rows)
    yield from _gains(claim, rows)
    counted = _counted(rows, claim["options"]["years"][0], out)
    yield from _usage(region, claim, counted)
    yield from _prices(claim)
    borders = sum(b["fen"] for b in claim["borders"])
    under_way = {r["need"] for r in claim["options"].get("under_way") or []}
    taken = sum(r["barrier_cost"] for r in rows if r["need"] not in under_way)
    # Each leg and each service of a route is rounded by itself on the bill, together in the route.
    if abs(borders - taken) > 8 * len(rows) + 1:
        yield f"borders: {borders:.0f} billed, routes pay {taken} / 边界成本与路线不符"


def _totals(claim: Row, rows: Sequence[Row]) -> Iterator[str]:
    worth = sum(r["worth"] for r in rows)
    reached = worth if claim.get("reached") is None else claim["reached"]
    if claim["worth"] != worth:
        yield f"worth: {claim['worth']}, routes bring {worth} / 净价值与路线不符"
    if claim["bound"] < reached:
        yield f"bound: {claim['bound']} lies below what is reached, {reached} / 上界低于方案"
    gap = (claim["bound"] - reached) / max(1, abs(claim["bound"]))
    if abs(claim["gap"] - gap) > 1e-9:
        yield f"gap: {claim['gap']}, should be {gap} / 差距不符"


def _needs(region: Region, claim: Row, rows: Sequence[Row]) -> Iterator[str]:
    """Every need has a route or a reason, and not both."""
    told = [u["need"] for u in claim["unmet"]]
    met = {r["need"] for r in rows}
    if sorted([*told, *met]) != sorted(region["needs"]["id"].drop_nulls().to_list()):
        yield "unmet: those with a route and those left out are not all needs, each once / 需求有缺漏或重复"
    for row in claim["unmet"]:
        if (row.get("gain") or 0) < 0:
            yield f"unmet: {row['need']} would gain {row['gain']} / 未满足需求的增益为负"


def _gains(claim: Row, rows: Sequence[Row]) -> Iterator[str]:
    share = claim["options"]["assumptions"]["credit_loss"]["value"]
    lost = sum(round(r["exposed"] * share) for r in rows)
    total = {
        c: sum(r[c] for r in rows)
        for c in ("worth", "ask_cost", "base_cost", "maker_cost", "factor_cost", "finance_cost")
    }
    want = {
        "firm": total["worth"] + lost, "owner": total["ask_cost"], "base": total["base_cost"],
        "maker": total["maker_cost"], "supplier": total["factor_cost"], "lender": total["finance_cost"] - lost,
        "region": total["worth"] + total["ask_cost"] + total["finance_cost"],
    }  # fmt: skip
    for row in claim["gains"]:
        if row["net"] != row["income"] - row["loss"] or abs(row["net"] - want[row["party"]]) > len(rows):
            yield f"gains: {row['party']} {row['net']}, should be {want[row['party']]} / 各方所得不符"


def _counted(rows: Sequence[Row], first: int, out: Any) -> dict[Key, float]:  # noqa: ANN401 - a callable
    """What routes take of everything, by kind, id and year (none: for good)."""
    used: defaultdict[Key, float] = defaultdict(float)
    for row in rows:
        used["achievement", row["achievement"], None] += 1
        for kind, (column, year) in _OWN.items():
            if row[column] is not None and row[year] >= first:
                used[kind, row[column], row[year]] += 1
        for product in filter(None, (row["product"], row["guarantee"])):
            for year in out(row, product):
                used["product", product, year] += row["principal"]
        for offer, units, year in uses(row):
            if year >= first:
                used["factor", offer, year] += units
    return dict(used)


def _usage(region: Region, claim: Row, counted: Mapping[Key, float]) -> Iterator[str]:
    told = {(u["kind"], u["id"], u["year"]): u for u in claim["usage"]}
    for key in sorted({*told, *counted}, key=str):
        used = told[key]["used"] if key in told else 0.0
        if not math.isclose(used, counted.get(key, 0.0), rel_tol=1e-9, abs_tol=1e-6):
            yield f"usage: {key} {used:g}, routes take {counted.get(key, 0.0):g} / 使用量不符"
    tables = {k: {r["id"]: r for r in region[t].to_dicts()} for k, t in _TABLES.items()}
    for (kind, name, year), row in told.items():
        found = tables[kind].get(name)
        if found is None:
            continue  # a contract's base or maker that is there no more
        limit = found[_LIMITS.get(kind, "capacity")]
        if kind not in _LIMITS:
            limit = by_year(found.get(COLUMN)).get(year or 0, limit)
        if (
            limit is not None
            and row["capacity"] is not None
            and not math.isclose(limit, row["capacity"], rel_tol=1e-9)
        ):
            yield f"usage: {kind} {name} has {limit:g}, not {row['capacity']:g} / 能力不符"


def _prices(claim: Row) -> Iterator[str]:
    for row in claim["bottlenecks"]:
        where = f"{row['kind']} {row['id']} {row['year'] or ''}".strip()
        low, high, price = row["low"], row["high"], row["price"]
        loose = 1e-6 * max(1.0, price)
        if (
            price < 0
            or (low is not None and low > price + loose)
            or (high is not None and high < price - loose)
        ):
            yield f"price: {where} {low} … {price} … {high} / 价格不在区间内"
        if not math.isclose(row["rent"], price * row["capacity"], rel_tol=1e-6, abs_tol=1.0):
            yield f"price: {where} rent {row['rent']:g} is not price times capacity / 租值不符"
        if row["used"] > row["capacity"] * (1 + 1e-9) + 1e-6:
            yield f"price: {where} {row['used']:g} used of {row['capacity']:g} / 超出能力"
    for row in claim["one_more"]:
        if not 0 <= row["low"] <= row["high"]:
            yield f"one more: {row['kind']} {row['id']} {row['low']} to {row['high']} / 区间颠倒"


def cash_problems(claim: Row, jobs: Sequence[Job], terms: Terms) -> Iterator[str]:
    """Each month's cash of a route that is not what its stages cost, draw and owe."""
    told: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in claim["cash"]:
        told[row["need"]].append(
            tuple(row[c] for c in ("month", "what", "paid", "drawn", "repaid", "chance"))
        )
    flat = replace(terms, given={**terms.given, "discount_rate": 0.0})
    for job in jobs:
        want = sorted(_cash(job, flat))
        have = sorted(told.pop(job.row["need"], []))
        same = len(want) == len(have) and all(_alike(a, b) for a, b in zip(want, have, strict=True))
        if not same:
            yield f"cash: {job.row['route']} does not pay, draw and owe that / 资金安排不符"
    owed = claim["options"].get("under_way_cash") or []
    for row in owed:
        entry = tuple(row[c] for c in ("month", "what", "paid", "drawn", "repaid", "chance"))
        if entry not in told.get(row["need"], []):
            yield f"cash: {row['need']} does not pay what was contracted / 在途合同的资金安排不符"
        else:
            told[row["need"]].remove(entry)
    for need in (n for n, left in told.items() if left):
        yield f"cash: {need} has no route / 资金安排没有对应路线"


def _alike(a: tuple[Any, ...], b: tuple[Any, ...]) -> bool:
    """Whether two entries are the same month, cause and chance, and the same amounts to two fen."""
    fen = all(math.isclose(x, y, rel_tol=1e-9, abs_tol=2.0) for x, y in zip(a[2:5], b[2:5], strict=True))
    return a[:2] == b[:2] and fen and abs(a[5] - b[5]) < 1e-9


def _cash(job: Job, terms: Terms) -> Iterator[tuple[Any, ...]]:
    loan = loan_of(job, terms)
    months = months_of(job, terms, loan)
    costs = stage_costs(job, terms, loan, months.years)
    drawn, to = draws(job, loan), begun(job, chances(job, terms.given))
    at = (months.opens, months.opens + months.develop, months.opens + months.develop + months.pilot)
    term = 12 if job.product is None or job.product["months"] is None else job.product["months"]
    for stage, name in enumerate(("start", "pilot", "production")):
        paid = sum(c[stage] for part, c in costs.items() if part != "finance_cost")
        if round(paid) or round(drawn[stage]):
            yield terms.month(at[stage]), name, round(paid), round(drawn[stage]), 0, to[stage]
        if round(drawn[stage]):
            due = round(drawn[stage] * (1 + loan.interest))
            yield terms.month(at[stage] + term), "repayment", 0, 0, due, to[stage]
