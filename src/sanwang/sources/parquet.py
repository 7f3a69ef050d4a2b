"""Parquet tables: typed already, so columns are checked and cast whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from sanwang.schema import TRACE, Kind, Problem
from sanwang.sources.headers import match_heading
from sanwang.sources.typed import Typed


def read_parquet(kind: Kind, path: Path, own: Mapping[str, str]) -> Typed:
    """The frame of a kind. Columns of another type that cannot be cast are told, and left out as null."""
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = (("reason", str(error).splitlines()[0]),)
        return Typed(kind.empty(), (Problem("error", "unreadable", kind.name, path.name, terms=reason),))
    problems: list[Problem] = []
    columns: dict[str, pl.Series] = {}
    for series in frame.drop(TRACE, strict=False):
        field = match_heading(kind, series.name, own)[0] or series.name
        columns[field] = _cast(kind, path, series.alias(field), problems)
    trace = {
        TRACE[0]: pl.Series([path.name] * frame.height, dtype=pl.String()),
        TRACE[1]: pl.Series([None] * frame.height, dtype=pl.String()),
        TRACE[2]: pl.int_range(1, frame.height + 1, dtype=pl.Int64, eager=True),
    }
    return Typed(pl.DataFrame(columns | trace), tuple(problems))


def _cast(kind: Kind, path: Path, series: pl.Series, problems: list[Problem]) -> pl.Series:
    field = kind.fields.get(series.name)
    if field is None or series.dtype == field.dtype:
        return series
    try:
        return series.cast(field.dtype)
    except pl.exceptions.PolarsError:
        terms = (("met", str(series.dtype)), ("wanted", str(field.dtype)))
        problems.append(
            Problem("error", "parquet_type", kind.name, path.name, column=series.name, terms=terms)
        )
        return pl.Series(series.name, [None] * len(series), field.dtype)
