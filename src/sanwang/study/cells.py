"""The one guard for text that leaves in a sheet or csv: a spreadsheet must never run what stands in a cell."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

FORMULA = r"^[=+\-@\t\r]"
"""Beginnings that make a formula of a cell (OWASP, CSV injection)."""


def guarded(frame: pl.DataFrame) -> pl.DataFrame:
    """An apostrophe stands before every text that a spreadsheet would take for a formula; lists are joined by ``;``.

    Headings are guarded too.
    """
    texts = [c for c, t in frame.schema.items() if t == pl.String]
    lists = [c for c, t in frame.schema.items() if isinstance(t, pl.List)]
    joined = frame.with_columns(pl.col(c).cast(pl.List(pl.String)).list.join(";") for c in lists)
    safe = (
        joined.with_columns(pl.col([*texts, *lists]).str.replace(FORMULA, "'${0}"))
        if texts or lists
        else joined
    )
    return safe.rename({c: "'" + c for c in safe.columns if c[:1] in ("=", "+", "-", "@")})


def unguarded(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@", "\t", "\r") else cell


def read_guarded(path: Path, types: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """A csv that ``guarded`` rows were written to, as it was before; ``types`` are those of its columns."""
    frame = pl.read_csv(path, schema_overrides=dict(types))
    texts = [c for c, t in frame.schema.items() if t == pl.String]
    return frame.with_columns(pl.col(texts).str.replace(r"^'([=+\-@\t\r])", "${1}")) if texts else frame
