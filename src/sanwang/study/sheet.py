"""A sheet: what a committee reads of one row of a result, in words, with the texts behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from sanwang.study.marks import mark_of
from sanwang.study.table import Column, Table


@dataclass(frozen=True)
class Part:
    """One heading of a sheet and its lines; a line may begin with a mark (``study.marks``).

    ``quote`` says that the lines are the data's own words; ``sums`` are amounts in words that add up, the last being
    the sum of those above.
    """

    key: str
    label: str
    lines: tuple[str, ...] = ()
    quote: bool = False
    sums: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Sheet:
    """One row for a committee: its number, what it is in one line, key facts as (label, words), and the parts."""

    key: str
    title: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]

    @property
    def flags(self) -> tuple[str, ...]:
        """The marked lines, as they must not be missed in a list."""
        return tuple(
            line for part in self.parts if part.key != "others" for line in part.lines if mark_of(line)
        )


def sheets_table(name: str, title: str, sheets: Sequence[Sheet], key: str) -> Table:
    """The sheets as a table, a row each and a column a part; the page has them as sheets."""
    heads = {part.key: part.label for sheet in sheets for part in sheet.parts}
    facts = {f"fact_{n}": label for sheet in sheets for n, (label, _) in enumerate(sheet.facts)}
    rows = [_row(sheet, heads, facts) for sheet in sheets]
    keys = ("key", "title", *facts, *heads)
    frame = pl.DataFrame(rows, schema=dict.fromkeys(keys, pl.String))
    columns = (
        Column("key", key, "id"), Column("title", title, "text"), *(Column(k, h, "text") for k, h in facts.items()),
        *(Column(k, h, "marks") for k, h in heads.items()),
    )  # fmt: skip
    return Table(name, title, frame, columns, brief=("key", "title"), listed=False)


def _row(sheet: Sheet, heads: dict[str, str], facts: dict[str, str]) -> dict[str, str]:
    said = {
        part.key: "\n".join([*part.lines, *(f"{label} {words}" for label, words in part.sums)])
        for part in sheet.parts
    }
    told = {f"fact_{n}": words for n, (_, words) in enumerate(sheet.facts)}
    row = {"key": sheet.key, "title": sheet.title}
    return row | {f: told.get(f, "") for f in facts} | {k: said.get(k, "") for k in heads}
