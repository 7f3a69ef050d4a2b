"""Writing back what was written: ranges as ranges, what could not be read as it stood, and original texts in columns of
their own."""

from __future__ import annotations

import datetime as dt

import polars as pl

from sanwang.schema import TRACE, Field, Kind
from sanwang.sources.recognise.names import ORIGINAL, SOURCES


def with_originals(
    kind: Kind, frame: pl.DataFrame, texts: pl.DataFrame | None, sources: bool
) -> pl.DataFrame:
    """The frame as it is to be written: ``X_low`` and ``X_high`` stay beside ``X`` for the writer; texts that
    no cell could show stand in ``X（原文）``; with ``sources`` the file, sheet and row of each record."""
    shown = frame
    if texts is not None and texts.height:
        shown = _with_texts(kind, shown, texts)
    if sources:
        shown = shown.with_columns(
            _source(shown, name, trace) for name, trace in zip(SOURCES["zh"], TRACE, strict=True)
        )
    last = [c for c in shown.columns if c in TRACE]
    return shown.select([c for c in shown.columns if c not in TRACE] + last)


def _source(frame: pl.DataFrame, name: str, trace: str) -> pl.Expr:
    """Where a row was first read: what an earlier import said, else where it was read now."""
    now = pl.col(trace).cast(pl.String)
    return (pl.coalesce(name, now) if name in frame.columns else now).alias(name)


def _with_texts(kind: Kind, frame: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    mine = texts.filter(pl.col("kind") == kind.name)
    if mine.is_empty():
        return frame
    rows = zip(*(frame[c].to_list() for c in TRACE), strict=True)
    place = {(file, sheet or "", row): i for i, (file, sheet, row) in enumerate(rows)}
    columns: dict[str, list[str | None]] = {}
    for name, text, *where in mine.select("field", "text", "file", "sheet", "row").iter_rows():
        at = place.get(tuple(where))
        if name not in kind.fields or at is None or not text:
            continue
        column = columns.setdefault(name, [None] * frame.height)
        had = column[at]
        column[at] = text if had is None or had == text else f"{had} | {text}"
    added = [pl.Series(f"{kind.fields[n].zh}{ORIGINAL['zh']}", v, pl.String()) for n, v in columns.items()]
    return frame.with_columns(added)


def spread_text(field: Field, value: object, low: object, high: object) -> str:
    """A range or bound in words that are read back as the same: 50-80万元, 不超过300万元, TRL5-7, 8-10个月."""
    if field.item == "trl":
        return _levels(value, low, high)
    if isinstance(low, dt.date) or isinstance(high, dt.date):
        return f"{low} 至 {high}"
    if field.item == "year":
        return f"{low}-{high}"
    unit = {"money": "元", "share": ""}.get(field.item, {"months": "个月", "days": "天"}.get(field.unit, ""))
    scale = 100
    if field.item == "money" and all(not isinstance(v, int) or v % 10**6 == 0 for v in (low, high)):
        unit, scale = "万元", 10**6
    first, last = (_figure(field, v, scale) for v in (low, high))
    if high is None:
        return f"不低于{first}{unit}"
    if value == high and low in (0, 0.0):
        return f"不超过{last}{unit}"
    return f"{first}-{last}{unit}"


def _figure(field: Field, value: object, scale: int) -> str:
    if field.item == "money" and isinstance(value, int):
        whole, rest = divmod(value, scale)
        return str(whole) if not rest else f"{whole}.{rest:02d}".rstrip("0")
    return format(value, "g") if isinstance(value, float) and value.is_integer() else str(value)


def _levels(value: object, low: object, high: object) -> str:
    if value == low and high == 9 and low != 9:
        return f"TRL{low}以上"
    if value == high and low == 1 and high != 1:
        return f"TRL{high}以下"
    return f"TRL{low}-{high}"
