"""Rows of the Region's kinds as they are given to the exchange: plain values, checked field by field, and as frames."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import polars as pl

from sanwang.exchange.clock import iso_day
from sanwang.schema import KINDS, VOCABULARIES, Field
from sanwang.standards.uscc import check_uscc

LISTED = ("needs", "achievements", "bases", "makers", "products", "factors")
"""Kinds of row that are listed on the exchange."""

OWNER: Mapping[str, str] = {"achievements": "owner"}
"""The field that names the owner's organisation; ``actor`` for all other kinds."""

TEXT: Mapping[str, str] = {"needs": "text", "achievements": "abstract"}
"""The field with the long text, where a kind has one."""

_WHOLE = ("int", "year", "trl", "money")


def faults_of(kind: str, row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with a row, as pairs of Chinese and English; empty where it is sound."""
    if kind not in LISTED:
        return [(f"表 {kind} 不挂牌", f"{kind} are not listed")]
    fields = KINDS[kind].fields
    found = [(f"没有栏目 {n}", f"no field is called {n}") for n in row if n not in fields]
    for f in fields.values():
        value = row.get(f.name)
        if value is None or value == "" or value == []:
            if f.need != "optional":
                found.append((f"缺{f.zh}", f"{f.en} is missing"))
        else:
            found += _bad(f, value)
    return found


def _bad(f: Field, value: object) -> Iterator[tuple[str, str]]:
    items = cast("Sequence[object]", value) if f.is_list and isinstance(value, list) else [value]
    if f.is_list != isinstance(value, list):
        yield (
            f"{f.zh}须为{'列表' if f.is_list else '单个值'}",
            f"{f.en} must be {'a list' if f.is_list else 'one value'}",
        )
        return
    for item in items:
        if not _sound(f, item):
            yield f"{f.zh}“{item}”有误", f"{f.en} {item!r} is not sound"


def _sound(f: Field, item: object) -> bool:
    if f.vocabulary:
        return item in VOCABULARIES[f.vocabulary]
    if f.item in _WHOLE:
        return isinstance(item, int) and not isinstance(item, bool) and _within(f, item)
    if f.item in ("real", "share"):
        return isinstance(item, int | float) and not isinstance(item, bool) and _within(f, item)
    if not isinstance(item, str) or len(item) > 20_000:
        return False
    if f.item == "date":
        return iso_day(item) is not None
    return check_uscc(item).ok if f.item == "uscc" else True


def _within(f: Field, number: float) -> bool:
    return (f.low is None or number >= f.low) and (f.high is None or number <= f.high)


def frame(kind: str, texts: Sequence[str]) -> pl.DataFrame:
    """Rows given as JSON texts, as a frame with the kind's columns and types."""
    fields = KINDS[kind].fields
    if not texts:
        return pl.DataFrame(schema={n: f.dtype for n, f in fields.items()})
    asked = {n: pl.String() if f.dtype == pl.Date() else f.dtype for n, f in fields.items()}
    read = pl.Series("row", texts).str.json_decode(pl.Struct(asked)).struct.unnest()
    return read.with_columns(pl.col(n).str.to_date() for n, f in fields.items() if f.dtype == pl.Date())


def text_of(row: Mapping[str, Any]) -> str:
    """The canonical text of a row."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True)
