"""What was made of cells that do not speak for themselves: where they stood, what they said, what they were
read as, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from sanwang.sources.raw import Cell

SCHEMA: dict[str, pl.DataType] = {
    "kind": pl.String(),
    "key": pl.String(),
    "field": pl.String(),
    "text": pl.String(),
    "value": pl.String(),
    "rule": pl.String(),
    "file": pl.String(),
    "sheet": pl.String(),
    "row": pl.Int64(),
    "column": pl.String(),
    "heading": pl.String(),
}
"""Columns of the list of readings."""

UNREAD = "unread"
"""Prefix of the rule of a cell that holds something which could not be read: what it limits must not count as
unlimited."""


@dataclass(frozen=True)
class Interpreted:
    """One cell: its record (place in the table), row, column's letters, heading and field; its text, value and rule."""

    index: int
    row: int
    column: str
    heading: str
    field: str
    text: str
    value: str
    rule: str


def original(raw: Cell) -> str:
    """A cell's text as it stood: numbers without a needless ``.0``, dates as ISO."""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 2**53:
        return str(int(raw))
    if isinstance(raw, dt.datetime) and raw.time() == dt.time():
        return raw.date().isoformat()
    return "" if raw is None else str(raw)


def empty() -> pl.DataFrame:
    """No readings."""
    return pl.DataFrame(schema=SCHEMA)


def frame(
    kind: str, file: str, sheet: str, found: Iterable[Interpreted], keys: list[str | None]
) -> pl.DataFrame:
    """The readings of one table as a frame."""
    rows = list(found)
    return pl.DataFrame(
        {
            "kind": [kind] * len(rows),
            "key": [keys[r.index] for r in rows],
            "field": [r.field for r in rows],
            "text": [r.text for r in rows],
            "value": [r.value for r in rows],
            "rule": [r.rule for r in rows],
            "file": [file] * len(rows),
            "sheet": [sheet] * len(rows),
            "row": [r.row for r in rows],
            "column": [r.column for r in rows],
            "heading": [r.heading for r in rows],
        },
        schema=SCHEMA,
    )
