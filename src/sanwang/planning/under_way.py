"""Routes under way: contracts that stay as they are. What they have still to take is reserved, what is over is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from sanwang.collaboration.verdicts import verdicts
from sanwang.planning.arrays import Floats, Instance
from sanwang.planning.columns import COSTS, Policies, rows
from sanwang.planning.routes import LOST, TYPES, loan_years, offers_of
from sanwang.region import Region

Why = tuple[str, str]

WITHDRAWN: Why = ("需求已撤回", "the need was withdrawn")
REJECTED: Why = ("已被人否决", "a person rejected it")
NO_ROOM: Why = ("能力已不足以保留在途路线", "no capacity is left for the route under way")


@dataclass(frozen=True)
class UnderWay:
    """The contracts that go on, as rows of the earlier plan, and why the others named do not."""

    rows: pl.DataFrame
    gone: dict[str, Why]


def contracts(routes: pl.DataFrame) -> pl.DataFrame:
    """Rows of an earlier plan in the columns and types of today's; what it did not hold is null."""
    missing = [pl.lit(None, t).alias(c) for c, t in TYPES.items() if c not in routes.columns]
    return routes.with_columns(missing).select(pl.col(c).cast(t) for c, t in TYPES.items())


def going_on(region: Region, given: Instance, earlier: pl.DataFrame, names: Sequence[str]) -> UnderWay:
    """Which routes named go on: the need is still there, nobody rejected the pair, and what stages yet to come take is
    still there with room for it (the worthiest first). Licences and money were taken when the contract was made."""
    said = verdicts(region)
    named = contracts(earlier).filter(pl.col("route").is_in(list(names)))
    first = given.years[0]
    gone: dict[str, Why] = {}
    stays: list[str] = []
    left = _room(given)
    taken = _stages(named)
    for row in named.sort(["worth", "need"], descending=[True, False]).to_dicts():
        name, need = row["route"], row["need"]
        if need not in given.needs:
            gone[name] = WITHDRAWN
            continue
        if said.rejected(need, row["achievement"]):
            gone[name] = REJECTED
            continue
        wanted = [(k, u) for k, u in taken[name] if k[2] >= first]
        why = next((w for k, u in wanted if (w := _missing(left, k, u, given))), None)
        if why is None:
            for key, units in wanted:
                if key in left:
                    left[key] -= units
            stays.append(name)
        else:
            gone[name] = why
    return UnderWay(named.filter(pl.col("route").is_in(stays)), gone)


AMOUNTS = ("value", *COSTS, *LOST, "spread", "drawn", "exposed", "pilot_gain")
"""Columns of a route that are present values."""


def restated(rows: pl.DataFrame, made: Mapping[str, Any] | None, start: str) -> pl.DataFrame:
    """Contracts as values at the month ``start`` (2027-01): an earlier plan, ``made`` with these options, told them at
    its own. Rows as they are where nothing is known of that plan."""
    if made is None or rows.is_empty():
        return rows
    then = str(made.get("start") or f"{made['years'][0]}-01")
    months = (int(start[:4]) - int(then[:4])) * 12 + int(start[5:7]) - int(then[5:7])
    factor = (1 + float(made["assumptions"]["discount_rate"]["value"])) ** (months / 12)
    moved = rows.with_columns((pl.col(c) * factor).round().cast(pl.Int64) for c in AMOUNTS)
    cost = pl.sum_horizontal(*COSTS)
    return moved.with_columns(cost=cost, worth=pl.col("value") - cost)


def due(cash: pl.DataFrame, rows: pl.DataFrame, start: str) -> pl.DataFrame:
    """What contracts have still to pay, as they were made: amounts and months of the earlier plan from ``start`` on.
    That a stage has begun is known by then: chances of what comes after count from there."""
    mine = cash.filter(pl.col("need").is_in(rows["need"].to_list()))
    over = mine.filter((pl.col("month") < start) & (pl.col("what") != "repayment"))
    begun = over.group_by("need").agg(pl.col("chance").min().alias("begun"))
    ahead = mine.filter(pl.col("month") >= start).join(begun, on="need", how="left")
    known = pl.col("chance") / pl.col("begun").fill_null(1.0)
    return ahead.with_columns(pl.min_horizontal(known, 1.0).alias("chance")).drop("begun")


Key = tuple[str, str, int]


def _stages(named: pl.DataFrame) -> dict[str, list[tuple[Key, float]]]:
    """By route, what each stage takes in which year."""
    found: dict[str, list[tuple[Key, float]]] = {}
    for row in named.to_dicts():
        mine = found.setdefault(row["route"], [])
        if row["base"] is not None:
            mine.append((("base", row["base"], row["base_year"]), 1.0))
            if row["service"] is not None:
                mine.append((("service", f"{row['base']}\t{row['service']}", row["base_year"]), 1.0))
        if row["maker"] is not None:
            mine.append((("maker", row["maker"], row["maker_year"]), 1.0))
    for route, offer, units, year in offers_of(named).iter_rows():
        found[route].append((("factor", offer, year), units))
    return found


def _room(given: Instance) -> dict[Key, float]:
    """Capacity by what takes it and year."""
    held = rows(given, np.zeros(0))
    found: dict[Key, float] = {}
    for row in range(held.offset["base"], held.offset["product"]):
        kind, name, service, year = held.key(given, row)
        if year is not None:
            found[kind, name if service is None else f"{name}\t{service}", year] = float(held.capacity[row])
    return found


def _missing(left: dict[Key, float], key: Key, units: float, given: Instance) -> Why | None:
    """Why a stage yet to come cannot be held; a stage beyond the horizon can."""
    kind, name, year = key
    if year > given.years[-1]:
        return None
    room = left.get(key)
    if kind == "service" and room is None:
        return None
    label = name.replace("\t", " ")
    if room is None or (room <= 0 and not any(v > 0 for k, v in left.items() if k[:2] == key[:2])):
        return (f"{label} 已不在或没有能力", f"{label} is gone or has no capacity")
    return NO_ROOM if room < units - 1e-9 else None


def reserved(given: Instance, rules: Policies, going: pl.DataFrame) -> Floats:
    """What contracts take of every row: stages from the horizon's first year on, licences, money and policies."""
    held = rows(given, rules.limit)
    use = np.zeros(held.capacity.size)
    place = {(*held.key(given, r)[:2], held.key(given, r)[3]): r for r in range(held.offset["policy"])}
    services = {
        (f"{b}\t{s}", y): held.offset["service"] + i * len(given.years) + n
        for i, (b, s) in enumerate(given.stations)
        for n, y in enumerate(given.years)
    }

    def take(key: tuple[str, str, int | None], units: float) -> None:
        row = services.get((key[1], key[2] or 0)) if key[0] == "service" else place.get(key)
        if row is not None:
            use[row] += units

    budget = dict(zip(given.products, given.budgets.tolist(), strict=True))
    for stages in _stages(going).values():
        for key, units in stages:
            take(key, units)
    need = {n: i for i, n in enumerate(given.needs)}
    maker = {m: i for i, m in enumerate(given.makers)}
    for row in going.to_dicts():
        take(("need", row["need"], None), 1.0)
        take(("achievement", row["achievement"], None), 1.0)
        for product in filter(None, (row["product"], row["guarantee"])):
            if 0 < budget.get(product, 0.0) < np.inf:
                for year in loan_years(given, row, product):
                    take(("product", product, year), row["principal"] / budget[product])
        at = held.offset["policy"]
        use[at:] += rules.need[:, need[row["need"]]]
        if row["maker"] in maker:
            use[at:] += rules.maker[:, maker[row["maker"]]]
    return use
