"""Chosen columns as the routes table: ids, years, amounts in fen, the offers used, and where each stage stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from sanwang.planning.arrays import Instance
from sanwang.planning.columns import COSTS, Columns, Parts, parts, uses
from sanwang.planning.stakes import STAGES, stakes

CHANCES = tuple(f"{s}_chance" for s in STAGES)
LOST = tuple(f"lost_{s}" for s in STAGES)

TYPES: dict[str, Any] = {
    "route": pl.String,
    "need": pl.String,
    "achievement": pl.String,
    "base": pl.String,
    "maker": pl.String,
    "product": pl.String,
    "start": pl.Int64,
    "end": pl.Int64,
    "base_year": pl.Int64,
    "maker_year": pl.Int64,
    "months": pl.Int64,
    "probability": pl.Float64,
    "match_chance": pl.Float64,
    **dict.fromkeys(CHANCES, pl.Float64),
    "match_score": pl.Float64,
    "value": pl.Int64,
    "cost": pl.Int64,
    "worth": pl.Int64,
    **dict.fromkeys(COSTS, pl.Int64),
    "principal": pl.Int64,
    "origin_place": pl.String,
    "base_place": pl.String,
    "maker_place": pl.String,
    "need_place": pl.String,
    "service": pl.String,
    "guarantee": pl.String,
    "offers": pl.String,
    "begins": pl.String,
    "finished": pl.String,
    **dict.fromkeys(LOST, pl.Int64),
    "spread": pl.Int64,
    "drawn": pl.Int64,
    "exposed": pl.Int64,
    "pilot_gain": pl.Int64,
}
"""``offers`` lists what the route takes of factor offers: ``offer:units@year``, separated by ``;``;
``begins`` and ``finished`` are the first and the last month, as 2026-12. Chances and losses are null for a stage that
does not run; ``probability`` is the product of the match's chance and those of the stages; ``lost_pilot`` is what has
been paid (fen, present value) if the route stops in its pilot; ``spread`` is the standard deviation of its worth,
``drawn`` what is drawn of the principal, ``exposed`` what of that is out where the route stops, both expected;
``pilot_gain`` is what the pilot adds before it is paid for."""


def route_table(given: Instance, columns: Columns) -> pl.DataFrame:
    """The routes ordered by worth, numbered L0001…; amounts are whole fen."""
    if len(columns) == 0:
        return pl.DataFrame(schema=TYPES)
    found, first = parts(given, columns), given.years[0]
    pairs, layers, p = given.pairs, given.layers, columns.pair
    places = np.array(given.places, dtype=object)
    base = np.where(columns.station >= 0, _at(layers.station_base, columns.station), -1)
    needs = np.array(given.needs, dtype=object)[pairs.need[p]]
    package = columns.package
    where = layers.maker_place[columns.maker]
    amounts = {c: np.asarray(getattr(found, c), np.int64) for c in ("value", *COSTS)}
    cost = sum((amounts[c] for c in COSTS), np.zeros(len(columns), np.int64))
    data: dict[str, Any] = {
        "need": needs.tolist(),
        "achievement": np.array(given.achievements, dtype=object)[pairs.achievement[p]].tolist(),
        "base": _named(given.bases, base),
        "maker": _named(given.makers, columns.maker),
        "product": _named(given.products, _at(layers.package_product, package)),
        "start": first + columns.start,
        "end": first + np.maximum(columns.start, -(-found.done // 12) - 1),
        "base_year": [first + int(y) if s >= 0 else None for y, s in zip(found.base_year, base, strict=True)],
        "maker_year": first + found.maker_year,
        "months": found.months,
        "probability": found.probability,
        "match_chance": pairs.chance[p],
        **_gated(given, columns, found),
        "match_score": pairs.score[p],
        **amounts,
        "cost": cost,
        "worth": amounts["value"] - cost,
        "principal": found.principal.astype(np.int64),
        "origin_place": places[pairs.origin[p]].tolist(),
        "base_place": [
            places[i] if s >= 0 else None for i, s in zip(_at(layers.base_place, base), base, strict=True)
        ],
        "maker_place": places[np.where(where < 0, pairs.target[p], where)].tolist(),
        "need_place": places[pairs.target[p]].tolist(),
        "service": [given.stations[s][1] if s >= 0 else None for s in columns.station.tolist()],
        "guarantee": _named(given.products, _at(layers.package_guarantee, package)),
        "offers": _offers(given, columns),
        "begins": [month_of(first, m) for m in layers.opens[columns.start].tolist()],
        "finished": [month_of(first, m - 1) for m in found.done.tolist()],
    }
    frame = pl.DataFrame({c: data[c] for c in TYPES if c != "route"}, schema_overrides=_without_route())
    return numbered(frame.select(pl.lit("").alias("route"), *list(TYPES)[1:]))


def _gated(given: Instance, columns: Columns, found: Parts) -> dict[str, list[float | int | None]]:
    """The chance of each stage, what is lost if the route stops there, and the spread of its worth."""
    risk = stakes(given, columns, found)
    passed = (found.gates.development, found.gates.pilot, found.gates.production)
    told: dict[str, list[float | int | None]] = {}
    for stage, chance in enumerate(passed):
        runs = risk.runs[stage].tolist()
        told[CHANCES[stage]] = [c if r else None for c, r in zip(chance.tolist(), runs, strict=True)]
        told[LOST[stage]] = [
            round(x) if r else None for x, r in zip(risk.lost[stage].tolist(), runs, strict=True)
        ]
    for name in ("spread", "drawn", "exposed"):
        told[name] = [round(x) for x in getattr(risk, name).tolist()]
    piloted = zip(risk.pilot.tolist(), risk.runs[1].tolist(), strict=True)
    return told | {"pilot_gain": [round(x) if r else None for x, r in piloted]}


def numbered(frame: pl.DataFrame) -> pl.DataFrame:
    """Routes ordered by worth and named L0001…"""
    frame = frame.sort(["worth", "need"], descending=[True, False])
    width = max(4, len(str(frame.height)))
    names = pl.format("L{}", pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(width))
    return frame.select(names.alias("route"), *list(TYPES)[1:])


def month_of(first: int, month: int) -> str:
    """A month counted from January of the first year, as 2026-12."""
    return f"{first + month // 12}-{month % 12 + 1:02d}"


def _without_route() -> dict[str, Any]:
    return {c: t for c, t in TYPES.items() if c != "route"}


def _at(values: np.ndarray[Any, Any], index: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if values.size == 0:
        return np.full(index.size, -1)
    return np.where(index >= 0, values[np.maximum(index, 0)], -1)


def _named(names: tuple[str | None, ...], index: np.ndarray[Any, Any]) -> list[str | None]:
    return [names[i] if i >= 0 else None for i in index.tolist()]


def _offers(given: Instance, columns: Columns) -> list[str]:
    used = uses(given, columns)
    lists: list[list[str]] = [[] for _ in range(len(columns))]
    for c, i, o, y in zip(
        used.column.tolist(), used.item.tolist(), columns.offer.tolist(), used.year.tolist(), strict=True
    ):
        lists[c].append(f"{given.offers.ids[o]}:{given.offers.items[i][2]:g}@{given.years[0] + y}")
    return [";".join(one) for one in lists]


_USAGE: dict[str, Any] = {
    "kind": pl.String,
    "id": pl.String,
    "year": pl.Int64,
    "used": pl.Float64,
    "capacity": pl.Float64,
    "unit": pl.String,
}


def usage(given: Instance, routes: pl.DataFrame) -> pl.DataFrame:
    """Use against capacity of everything a route takes: kind, id, year, used, capacity (null: unlimited), unit."""
    one = pl.lit(1.0)
    taken = [
        _taken(routes, "achievement", "achievement", None, one, "licence"),
        _taken(routes.filter(pl.col("base").is_not_null()), "base", "base", "base_year", one, "job"),
        _taken(routes.filter(pl.col("maker").is_not_null()), "maker", "maker", "maker_year", one, "job"),
        _lent(given, routes),
        _taken(offers_of(routes), "factor", "offer", "year", pl.col("units"), "unit"),
    ]
    limits = pl.concat(
        [
            _limits("achievement", given.achievements, given.licences),
            _yearly("base", given, given.bases, given.base_capacity),
            _yearly("maker", given, given.makers, given.maker_capacity),
            _limits("product", given.products, given.budgets),
            _yearly(
                "product", given, given.products, np.repeat(given.budgets[:, None], len(given.years), axis=1)
            ),
            _yearly("factor", given, given.offers.ids, given.offers.capacity),
        ]
    )
    return (
        pl.concat(taken)
        .filter(pl.col("year").is_null() | (pl.col("year") >= given.years[0]))
        .group_by("kind", "id", "year", "unit")
        .agg(pl.col("used").sum())
        .join(limits, on=["kind", "id", "year"], how="left", nulls_equal=True)
        .select(pl.col(c).cast(t) for c, t in _USAGE.items())
        .sort("kind", "id", "year")
    )


def offers_of(routes: pl.DataFrame) -> pl.DataFrame:
    """The offers routes use, a row each: route, offer, units, year."""
    cells = routes.select("route", pl.col("offers").str.split(";")).explode("offers")
    cells = cells.filter(pl.col("offers").is_not_null() & (pl.col("offers") != ""))
    return cells.select(
        "route",
        pl.col("offers").str.extract(r"^(.*):[^:]*$").alias("offer"),
        pl.col("offers").str.extract(r":([^:@]*)@\d+$").cast(pl.Float64).alias("units"),
        pl.col("offers").str.extract(r"@(\d+)$").cast(pl.Int64).alias("year"),
    )


def loan_years(given: Instance, route: Mapping[str, Any], product: str) -> list[int | None]:
    """The years of the horizon in which a route's principal is out of a product's budget; None: for good."""
    revolves, _ = given.terms.get(product, (False, 0))
    if not revolves:
        return [None]
    # A guarantee is out as long as the loan it stands behind.
    _, months = given.terms.get(route["product"], (False, 0))
    back = route["maker_year"] + (months + 10) // 12
    return [*range(max(route["start"], given.years[0]), min(back, given.years[-1]) + 1)]


def _lent(given: Instance, routes: pl.DataFrame) -> pl.DataFrame:
    """The principals taken of each product's budget, by year where it revolves."""
    rows = [
        ("product", route[key], year, float(route["principal"]), "fen")
        for route in routes.select("product", "guarantee", "principal", "start", "maker_year").to_dicts()
        for key in ("product", "guarantee")
        if route[key] is not None
        for year in loan_years(given, route, route[key])
    ]
    schema = {"kind": pl.String, "id": pl.String, "year": pl.Int64, "used": pl.Float64, "unit": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _taken(
    frame: pl.DataFrame, kind: str, column: str, year: str | None, amount: pl.Expr, unit: str
) -> pl.DataFrame:
    when = pl.col(year).cast(pl.Int64) if year else pl.lit(None, pl.Int64)
    return frame.select(
        kind=pl.lit(kind),
        id=pl.col(column),
        year=when,
        used=amount.cast(pl.Float64),
        unit=pl.lit(unit),
    )


def _limits(kind: str, names: tuple[str | None, ...], capacity: np.ndarray[Any, Any]) -> pl.DataFrame:
    limits = [None if np.isinf(c) else float(c) for c in capacity]
    data = {"kind": kind, "id": list(names), "year": None, "capacity": limits}
    return pl.DataFrame(data, schema=_LIMIT)


_LIMIT = {"kind": pl.String, "id": pl.String, "year": pl.Int64, "capacity": pl.Float64}


def _yearly(
    kind: str, given: Instance, names: tuple[str | None, ...], capacity: np.ndarray[Any, Any]
) -> pl.DataFrame:
    """A row for each thing and year."""
    frames = [
        _limits(kind, names, capacity[:, i]).with_columns(year=pl.lit(y, pl.Int64))
        for i, y in enumerate(given.years)
    ]
    return pl.concat(frames)
