"""What a reader hands on: cells as they stand in the file, before any meaning is given to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sanwang.schema import Problem

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None
Row = tuple[int, Sequence[Cell]]
"""A row's number as a spreadsheet shows it (from 1), and its cells."""


@dataclass(frozen=True)
class RawTable:
    """The cells of one sheet or file. ``numbered`` tells that numbers were typed by the program, as Excel does."""

    file: str
    sheet: str
    rows: Iterable[Row]
    numbered: bool = False
    problems: tuple[Problem, ...] = field(default=())
    formulas: frozenset[tuple[int, int]] = frozenset()


MAX_BYTES = 256 * 2**20
"""Largest csv or workbook file read, bytes; parquet is the way for more."""

MAX_UNPACKED = 1024 * 2**20
"""Largest total of a workbook's parts once unpacked, bytes."""


def megabytes(size: int) -> str:
    """A size for people, in MB."""
    return f"{size / 2**20:,.0f} MB"
