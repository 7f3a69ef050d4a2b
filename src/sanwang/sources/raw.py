"""What a reader hands on: cells as they stand in the file, before any meaning is given to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sanwang.schema import Problem

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None
Row = tuple[int, Sequence[Cell]]
"""A row's number as a spreadsheet shows it (from 1), and its cells."""

Area = tuple[int, int, int, int]
"""A merged area: first row, first column, last row, last column (rows from 1, columns from 0)."""


@dataclass(frozen=True)
class RawTable:
    """The cells of one sheet or file. ``numbered`` tells that numbers were typed by the program, as Excel does;
    ``mended`` holds what cells said that a person mended since, by row and column."""

    file: str
    sheet: str
    rows: Sequence[Row]
    numbered: bool = False
    problems: tuple[Problem, ...] = field(default=())
    formulas: frozenset[tuple[int, int]] = frozenset()
    merged: tuple[Area, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    errors: frozenset[tuple[int, int]] = frozenset()
    hidden: bool = False
    since_1904: bool = False
    mended: Mapping[tuple[int, int], Cell] = field(default_factory=dict[tuple[int, int], Cell])


MAX_BYTES = 256 * 2**20
"""Largest csv or workbook file read, bytes; parquet is the way for more."""

MAX_UNPACKED = 1024 * 2**20
"""Largest total of a workbook's parts once unpacked, bytes."""

SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".ett")
"""Suffixes of workbooks."""

TEXTS = (".csv", ".tsv", ".txt")
"""Suffixes of tables as text."""


def megabytes(size: int) -> str:
    """A size for people, in MB."""
    return f"{size / 2**20:,.0f} MB"


def column_letters(index: int) -> str:
    """A column's letters from its number (0 is A, 26 is AA)."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """A column's number from its letters (A is 0)."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1
