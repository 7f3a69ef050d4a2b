"""Capacity by year: a list of ``2027:3`` beside the yearly capacity, which holds where a year is not named."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from sanwang.errors import DataError

COLUMN = "capacity_by_year"
_CELL = re.compile(r"\s*(\d{4})\s*年?\s*[:：=]?\s*(\d+(?:\.\d+)?)\s*")


def by_year(cells: Sequence[str] | None) -> dict[int, float]:
    """Year → capacity. Raises DataError for a cell that is not a year with an amount, or a year named twice."""
    found: dict[int, float] = {}
    for cell in cells or ():
        match = _CELL.fullmatch(cell)
        if not match or int(match[1]) in found:
            raise DataError(
                f"capacity by year {cell!r}: years with amounts are wanted, as 2027:3;2028:5",
                f"分年能力 {cell!r}：应为年份与数量，如 2027:3;2028:5",
            )
        found[int(match[1])] = float(match[2])
    return found


def yearly(rows: pl.DataFrame, years: range, missing: float) -> npt.NDArray[np.float64]:
    """Capacity of each row in each year, ``missing`` where none is given."""
    usual = rows["capacity"].cast(pl.Float64).fill_null(missing).to_list()
    named = [by_year(c) for c in rows[COLUMN].to_list()] if COLUMN in rows.columns else [{}] * rows.height
    table = [[n.get(y, u) for y in years] for n, u in zip(named, usual, strict=True)]
    return np.array(table, np.float64).reshape(rows.height, len(years))


def able(rows: pl.DataFrame) -> list[bool]:
    """Whether each row has capacity in any year."""
    named = rows[COLUMN].to_list() if COLUMN in rows.columns else [None] * rows.height
    return [
        bool(u) or any(by_year(n).values()) for u, n in zip(rows["capacity"].to_list(), named, strict=True)
    ]
