"""What one more realistic unit is worth: a job a year for all years, a licence, 100万元 of budget; the program solved
again with it, so that the figure is a gain and not a slope."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from sanwang.engine.port import Engine
from sanwang.planning import constraints
from sanwang.planning.arrays import Floats, Instance
from sanwang.planning.columns import Policies
from sanwang.planning.solve import Solved, solve

BUDGET = 100_000_000
"""Fen of budget that count as one more: 100万元."""

SCHEMA: dict[str, Any] = {
    "kind": pl.String,
    "id": pl.String,
    "unit": pl.String,
    "low": pl.Int64,
    "high": pl.Int64,
}


def one_more(
    given: Instance,
    policies: Policies,
    solved: Solved,
    bottlenecks: pl.DataFrame,
    engine: Engine,
    most: int,
    time_limit: float,
    seed: int,
) -> pl.DataFrame:
    """For the ``most`` first things that bind: between what and what the best plan's objective rises with one more.

    Fen; ``low`` and ``high`` follow from the plans found and the bounds proven before and after, and are one figure
    where both were solved to the end. ``unit``: licence, job a year, unit a year, or million (100万元,
    tickets as they are).
    """
    things = bottlenecks.filter(pl.col("kind").is_in(list(_UNITS))).unique(
        ["kind", "id"], keep="first", maintain_order=True
    )
    found: list[tuple[object, ...]] = []
    for kind, name in things.head(most).select("kind", "id").iter_rows():
        after = solve(_with_one_more(given, kind, name), policies, engine, time_limit, 0.0, seed)
        low, high = after.objective - solved.bound, after.bound - solved.objective
        found.append((kind, name, _UNITS[kind], max(0, round(low)), max(0, round(high))))
    return pl.DataFrame(found, schema=SCHEMA, orient="row").sort("low", descending=True, maintain_order=True)


_UNITS = {kind: row.more for kind, row in constraints.rows().items() if row.more is not None}


def _with_one_more(given: Instance, kind: str, name: str) -> Instance:
    """The instance with one more of a thing."""

    def raised(capacity: Floats, names: tuple[str | None, ...], by: float) -> Floats:
        more = capacity.copy()
        more[names.index(name)] += by
        return more

    if kind == "achievement":
        return replace(given, licences=raised(given.licences, given.achievements, 1.0))
    if kind == "base":
        services = np.array([b == name for b, _ in given.stations])
        return replace(
            given,
            base_capacity=raised(given.base_capacity, given.bases, 1.0),
            station_capacity=given.station_capacity + services,
        )
    if kind == "maker":
        return replace(given, maker_capacity=raised(given.maker_capacity, given.makers, 1.0))
    if kind == "factor":
        offers = replace(given.offers, capacity=raised(given.offers.capacity, given.offers.ids, 1.0))
        return replace(given, offers=offers)
    return replace(given, budgets=raised(given.budgets, given.products, float(BUDGET)))
