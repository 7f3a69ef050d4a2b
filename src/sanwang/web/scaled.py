"""A published figure as it is, a head, or a yuan of GDP: of the same region and year or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from sanwang.errors import DataError
from sanwang.observatory.comparison import compare

SCALES: Mapping[str, tuple[str, ...]] = {"total": (), "head": ("population", "常住人口"), "gdp": ("gdp",)}
"""By scale, the indicators that may stand below the line."""

_MONEY = {"元": 1.0, "万元": 1e4, "亿元": 1e8}
_PEOPLE = {"人": 1.0, "万人": 1e4, "亿人": 1e8}

Cell = Mapping[str, Any]


@dataclass(frozen=True)
class Scaled:
    """A region's figure under a scale: its value and unit, None where it cannot be said; the figures it is made of."""

    region: str
    year: int | None
    value: float | None
    unit: str
    cells: tuple[Cell, ...]


def scaled(
    facts: pl.DataFrame, names: Sequence[str], indicator: str, scale: str, year: int | None
) -> list[Scaled]:
    """Each region's figure of an indicator under a scale.

    Raises OptionError for fewer than two regions or regions that overlap, DataError where none has a figure.
    """
    rows = compare(facts, names, [indicator], year).cells.to_dicts()
    return [_one(facts, names, row, SCALES[scale]) for row in rows]


def _one(facts: pl.DataFrame, names: Sequence[str], row: Cell, below: tuple[str, ...]) -> Scaled:
    if not below or row["value"] is None:
        return Scaled(row["region"], row["year"], row["value"], row["unit"] or "", (row,))
    for name in below:
        under = _below(facts, names, row, name)
        if (
            under is not None
            and (found := ratio(row["value"], row["unit"], under["value"], under["unit"])) is not None
        ):
            return Scaled(row["region"], row["year"], *found, (row, under))
    return Scaled(row["region"], row["year"], None, "", (row,))


def _below(facts: pl.DataFrame, names: Sequence[str], row: Cell, name: str) -> Cell | None:
    """The figure below the line: of the very same region, parts and year; a stand-in is another place."""
    if facts.filter(pl.col("indicator") == name).is_empty():
        return None
    try:
        found = compare(facts, names, [name], row["year"]).cells.to_dicts()
    except DataError:
        return None
    same = [
        r
        for r in found
        if (r["region"], r["year"]) == (row["region"], row["year"])
        and r["value"]
        and (r["how"] == "stand_in") == (row["how"] == "stand_in")
        and (r["how"] != "stand_in" or r["parts"] == row["parts"])
    ]
    return same[0] if same else None


def ratio(value: float, unit: str, below: float, under: str) -> tuple[float, str] | None:
    """One figure over another with its unit: money over money as percent, over people as 元/人; None for units that
    are not understood."""
    if under in _MONEY:
        if unit in _MONEY:
            return 100 * value * _MONEY[unit] / (below * _MONEY[under]), "%"
        return value / (below * _MONEY[under] / 1e8), f"{unit}/亿元"
    if under in _PEOPLE:
        if unit in _MONEY:
            return value * _MONEY[unit] / (below * _PEOPLE[under]), "元/人"
        return value / (below * _PEOPLE[under] / 1e4), f"{unit}/万人"
    return None
