"""What one more unit of anything would be worth: the dual prices of the plan's relaxation, read as money."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from sanwang.optimize.program import relax
from sanwang.planning import constraints
from sanwang.planning.arrays import Floats, Instance
from sanwang.planning.columns import Columns, Policies, Rows, parts, rows, uses
from sanwang.planning.generate import scale_of, weighed
from sanwang.planning.pool import Pool
from sanwang.planning.pricing import everything
from sanwang.planning.solve import Solved

_SCHEMA: dict[str, Any] = {
    "kind": pl.String,
    "id": pl.String,
    "service": pl.String,
    "year": pl.Int64,
    "net": pl.String,
    "city": pl.String,
    "price": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "unit": pl.String,
    "used": pl.Float64,
    "capacity": pl.Float64,
    "rent": pl.Float64,
}
_INTERVALS = 100
_STEP = 1e-4
_FEN = 0.5


def bottlenecks(given: Instance, policies: Policies, solved: Solved) -> pl.DataFrame:
    """A row for each row of the program with a price: what one more unit is worth, in fen of the relaxation's value.

    ``low`` and ``high`` are what to read: the gain from a little more and the loss from a little less (null where there
    is nothing to lose). They are null too where not computed: past the 100 greatest rents, or where prices are
    approximate (``plan.options["prices"]``). ``price`` is one dual optimum's, somewhere between; ``rent`` is price ×
    capacity, all rents together the value of the relaxation. A product's price is per fen of budget.
    """
    held = rows(given, policies.limit)
    prices = solved.prices
    capacity = np.where(np.isfinite(held.capacity), held.capacity, 0.0)
    used = _used(given, solved.columns, policies, held)
    rent = prices * capacity
    shown = np.flatnonzero((prices > _FEN) & np.isfinite(held.capacity))
    shown = shown[np.argsort(-rent[shown], kind="stable")]
    low, high = np.full(prices.size, np.nan), np.full(prices.size, np.nan)
    if solved.exact and solved.generated is not None:
        others = shown[shown >= len(given.needs)][:_INTERVALS]
        low[others], high[others] = intervals(given, policies, solved, others)
    cities = _cities(given)
    data: list[dict[str, Any]] = []
    for row in shown.tolist():
        kind, name, service, year = held.key(given, row)
        # Budgets are rows of size one inside the program: back to fen.
        size = (
            float(given.budgets[(row - held.offset["product"]) // len(given.years)])
            if kind == "product"
            else 1.0
        )
        data.append(
            {
                "kind": kind,
                "id": policies.names[int(name)] if kind == "policy" else name,
                "service": service,
                "year": year,
                "net": constraints.rows()[kind].net,
                "city": cities.get((kind, name)),
                "price": prices[row] / size,
                "low": None if np.isnan(low[row]) else low[row] / size,
                "high": None if np.isnan(high[row]) else high[row] / size,
                "unit": constraints.rows()[kind].unit,
                "used": used[row] * size,
                "capacity": capacity[row] * size,
                "rent": rent[row],
            }
        )
    table = pl.DataFrame(data, schema=_SCHEMA)
    # What a little more gains is what a planner can act on; the price alone may only say what a loss costs.
    return table.sort(
        pl.coalesce("low", "price") * pl.col("capacity"), "rent", descending=True, maintain_order=True
    )


def intervals(
    given: Instance, policies: Policies, solved: Solved, which: np.ndarray[Any, np.dtype[np.int64]]
) -> tuple[Floats, Floats]:
    """For each row, the value's slope to the right and to the left of its capacity, over all routes that may matter."""
    made = solved.generated
    if made is None:
        raise ValueError("intervals need a program solved whole")
    held = rows(given, policies.limit)
    scale = scale_of(made.gain)
    columns, gain, taken = made.columns, made.gain, made.matrix
    tied = everything(given, policies, made, 1e-3 * scale, 20_000)
    if tied is not None and gain.size == len(columns):
        pool = Pool()
        pool.add(columns)
        pool.add(tied)
        bonus = gain - weighed(given, columns, policies, held)[0]
        columns = pool.columns()
        gain, taken = weighed(given, columns, policies, held)
        gain[: bonus.size] += bonus
    # Columns that cannot pay even at prices a good way off stay out.
    near = np.flatnonzero(gain - taken.T @ made.prices > -0.5 * scale)
    gain, taken = gain[near] / scale, taken[:, near]
    low, high = np.zeros(which.size), np.zeros(which.size)

    def value(row: int, change: float) -> float:
        capacity = held.capacity.copy()
        capacity[row] += change
        return relax(gain, taken, capacity, penalty=1e3).value

    base = relax(gain, taken, held.capacity, penalty=1e3).value
    for i, row in enumerate(which.tolist()):
        low[i] = max(0.0, (value(row, _STEP) - base) / _STEP * scale)
        # Less than nothing would be a shortfall, whose price is the penalty's and nobody's.
        less = held.capacity[row] > _STEP
        high[i] = max(low[i], (base - value(row, -_STEP)) / _STEP * scale) if less else np.nan
    return low, high


def by_net(table: pl.DataFrame) -> pl.DataFrame:
    """Rents summed by net: net, ``low`` and ``high`` (fen: what every dual optimum gives, null where intervals were not
    computed), rent of one optimum, rows. Needs take what the others leave of the sum of all rents."""
    capacity, need = pl.col("capacity"), pl.col("kind") == "need"
    floor = pl.when(need).then(0.0).otherwise(pl.col("low") * capacity)
    top = pl.when(need).then(None).otherwise(pl.col("high").fill_null(pl.col("price")) * capacity)
    known = pl.col("low").is_not_null() | need
    summed = table.group_by("net").agg(
        pl.when(known.all()).then(floor.sum()).alias("low"),
        pl.when(known.all()).then(top.sum()).alias("high"),
        pl.col("rent").sum(),
        pl.len().cast(pl.Int64).alias("rows"),
    )
    total = table["rent"].sum()
    others = summed.filter(pl.col("net") != "demand").select(pl.col("low", "high").sum()).row(0)
    whole = summed.filter(pl.col("net") != "demand")["low"].null_count() == 0
    left = [max(0.0, total - x) if whole else None for x in (others[1], others[0])]
    demand = pl.col("net") == "demand"
    return summed.with_columns(
        pl.when(demand).then(pl.lit(left[0])).otherwise("low").alias("low"),
        pl.when(demand).then(pl.lit(left[1])).otherwise("high").alias("high"),
    ).sort("rent", descending=True)


def by_city(table: pl.DataFrame) -> pl.DataFrame:
    """Rents summed by the city where what binds stands, and by kind."""
    return (
        table.group_by("city", "kind")
        .agg(pl.col("rent").sum(), pl.len().cast(pl.Int64).alias("rows"))
        .sort(["rent", "kind"], descending=[True, False])
    )


def border_bill(given: Instance, columns: Columns) -> pl.DataFrame:
    """What borders take of the routes in use: origin and destination province, factor, fen, routes.

    This is the derivative of the plan's worth: fen gained if the cost rate fell to zero and no route changed.
    """
    schema = {
        "origin": pl.String,
        "destination": pl.String,
        "factor": pl.String,
        "fen": pl.Float64,
        "routes": pl.Int64,
    }
    if len(columns) == 0:
        return pl.DataFrame(schema=schema)
    found, pairs, layers = parts(given, columns), given.pairs, given.layers
    origin, target = pairs.origin[columns.pair], pairs.target[columns.pair]
    piloted = columns.station >= 0
    base = (
        layers.station_base[np.maximum(columns.station, 0)] if layers.station_base.size else columns.station
    )
    place = np.where(piloted, layers.base_place[base], origin) if layers.base_place.size else origin
    where = layers.maker_place[columns.maker]
    where = np.where(where < 0, target, where)
    legs = [(origin, place), (place, where), (where, target)]
    frames = [
        _legs(given, a, b, "technology", np.rint(fen))
        for (a, b), fen in zip(legs, found.technology, strict=True)
    ]
    financed = columns.package >= 0
    if layers.package_place.size:
        lender = np.where(financed, layers.package_place[np.maximum(columns.package, 0)], target)
        frames.append(_legs(given, lender, target, "capital", found.capital))
    frames.append(_movers(given, columns))
    return (
        pl.concat(frames)
        .filter(pl.col("fen") > 0)
        .group_by("origin", "destination", "factor")
        .agg(pl.col("fen").sum(), pl.len().cast(pl.Int64).alias("routes"))
        .sort("fen", descending=True)
    )


def _legs(given: Instance, a: Any, b: Any, factor: str, fen: Floats) -> pl.DataFrame:  # noqa: ANN401 - index arrays
    province = [given.borders.province(p) for p in given.places]
    return pl.DataFrame(
        {
            "origin": [province[i] for i in a.tolist()],
            "destination": [province[i] for i in b.tolist()],
            "factor": [factor] * len(fen),
            "fen": np.asarray(fen, np.float64),
        },
        schema={"origin": pl.String, "destination": pl.String, "factor": pl.String, "fen": pl.Float64},
    )


def _movers(given: Instance, columns: Columns) -> pl.DataFrame:
    used, offers = uses(given, columns), given.offers
    target = given.pairs.target[columns.pair][used.column]
    units = np.array([u for _, _, u in offers.items])[used.item] if used.item.size else np.zeros(0)
    when = used.begun * given.layers.discount[12 * used.year]
    offer = columns.offer
    fen = np.rint(units * offers.price[offer] * offers.rates[offer, target] * when) if units.size else units
    factor = [offers.items[i][0] for i in used.item.tolist()]
    frame = _legs(given, offers.place[offer] if units.size else target, target, "", fen)
    return frame.with_columns(factor=pl.Series(factor, dtype=pl.String))


def _used(given: Instance, columns: Columns, policies: Policies, held: Rows) -> Floats:
    if len(columns) == 0:
        return np.zeros(held.capacity.size)
    _, taken = weighed(given, columns, policies, held)
    return np.asarray(taken.sum(axis=1)).ravel()


def _cities(given: Instance) -> dict[tuple[str, str], str | None]:
    """City code of what a row stands for."""
    city = [given.borders.city(p) for p in given.places]
    pairs, layers = given.pairs, given.layers
    found: dict[tuple[str, str], str | None] = {}
    for n, p in zip(pairs.need.tolist(), pairs.target.tolist(), strict=True):
        found["need", given.needs[n]] = city[p]
    for a, p in zip(pairs.achievement.tolist(), pairs.origin.tolist(), strict=True):
        found["achievement", given.achievements[a]] = city[p]
    for b, p in zip(given.bases, layers.base_place.tolist(), strict=True):
        found["base", b] = found["service", b] = city[p]
    for m, p in zip(given.makers, layers.maker_place.tolist(), strict=True):
        found["maker", m or ""] = city[p] if p >= 0 else None
    for o, p in zip(given.offers.ids, given.offers.place.tolist(), strict=True):
        found["factor", o] = city[p]
    for k, p in zip(layers.package_product.tolist(), layers.package_place.tolist(), strict=True):
        found["product", given.products[k]] = city[p]
    return found
