"""Where a row came from and what its cells said before they were read."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from sanwang.errors import OptionError
from sanwang.region.region import Region
from sanwang.schema import KINDS, TRACE
from sanwang.sources.readings import UNREAD
from sanwang.sources.recognise.names import SOURCES


@dataclass(frozen=True)
class Trace:
    """One row: file, sheet and row as the spreadsheet numbers it, and for each cell (field, heading, column,
    text, value, rule) what stood there, what it was read as and by which rule (empty: as it stands)."""

    kind: str
    key: str
    file: str | None
    sheet: str | None
    row: int | None
    cells: pl.DataFrame


def trace(region: Region, kind: str, key: str) -> Trace:
    """The row of a key (fields joined by ``|`` where there are several). Raises OptionError where there is none."""
    if kind not in KINDS:
        raise OptionError(f"no kind of row is called {kind}; kinds: {', '.join(KINDS)}")
    names = KINDS[kind].key
    joined = pl.concat_str([pl.col(n).cast(pl.String).fill_null("") for n in names], separator="|")
    found = region[kind].filter(joined == key)
    if found.is_empty():
        raise OptionError(f"{kind}: no row {key} / 没有这一行")
    row = found.row(0, named=True)
    file, sheet, number = (row.get(c) for c in TRACE)
    for words in SOURCES.values():
        if row.get(words[0]):
            file, sheet, number = (
                row[words[0]],
                row.get(words[1]),
                int(row[words[2]]) if row.get(words[2]) else None,
            )
    return Trace(kind, key, file, sheet, number, _cells(region, kind, key, row))


def _cells(region: Region, kind: str, key: str, row: dict[str, object]) -> pl.DataFrame:
    told = {
        r["field"]: r
        for r in region.readings.filter((pl.col("kind") == kind) & (pl.col("key") == key)).to_dicts()
    }
    headings = {
        c.field: c
        for g in region.guesses
        if g.kind == kind and g.file == row.get("_file")
        for c in g.columns
        if c.field
    }
    cells: list[dict[str, str]] = []
    for name, value in row.items():
        if name in TRACE or name.endswith(("_low", "_high")) or (value is None and name not in told):
            continue
        shown = ";".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
        one = told.get(name, {})
        guess = headings.get(name)
        cells.append(
            {
                "field": name,
                "heading": one.get("heading") or (guess.heading if guess else name),
                "column": one.get("column") or "",
                "text": one.get("text", shown),
                "value": shown,
                "rule": one.get("rule", ""),
            }
        )
    return pl.DataFrame(
        cells, schema=dict.fromkeys(("field", "heading", "column", "text", "value", "rule"), pl.String)
    )


def unread(region: Region, kind: str, field: str | None = None) -> frozenset[str]:
    """Keys of rows with a cell that could not be read."""
    rows = region.readings.filter((pl.col("kind") == kind) & pl.col("rule").str.starts_with(UNREAD))
    rows = rows if field is None else rows.filter(pl.col("field") == field)
    return frozenset(rows["key"].drop_nulls().to_list())
