"""What a row is: kinds and their fields, read once from the tables beside this module."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

import polars as pl

Need = Literal["key", "required", "optional"]
PERSONAL = ("contact", "phone", "email")
"""Fields with personal data: in no csv or page unless asked for, masked on screens."""

TRACE = ("_file", "_sheet", "_row")
"""Columns every frame carries: where the row was read."""

_DTYPES: Mapping[str, pl.DataType] = {
    "int": pl.Int64(),
    "year": pl.Int64(),
    "trl": pl.Int64(),
    "money": pl.Int64(),
    "real": pl.Float64(),
    "share": pl.Float64(),
    "date": pl.Date(),
}


@dataclass(frozen=True)
class Field:
    """One column of a kind: its type, unit, bounds, the kind it refers to, and its names."""

    name: str
    type: str
    unit: str
    need: Need
    low: float | None
    high: float | None
    ref: str | None
    zh: str
    en: str
    headers: tuple[str, ...]
    example: str
    about_zh: str
    about_en: str

    @property
    def is_list(self) -> bool:
        """Whether a cell holds several values."""
        return self.type.startswith("list:")

    @property
    def item(self) -> str:
        """The type of one value, without the list around it: ``choice:factor``, ``ipc``, ``money`` …"""
        return self.type.removeprefix("list:")

    @property
    def base(self) -> str:
        """The parser's name: the item type, with ``choice`` for any closed list."""
        return "choice" if self.vocabulary else self.item

    @property
    def vocabulary(self) -> str | None:
        """The closed list the value is taken from, if any."""
        kind, _, name = self.item.partition(":")
        return name if kind == "choice" else None

    @property
    def dtype(self) -> pl.DataType:
        """The Polars type of the column."""
        inner = _DTYPES.get(self.item, pl.String())
        return pl.List(inner) if self.is_list else inner

    def label(self, lang: str) -> str:
        """The column's heading in Chinese or English."""
        return self.zh if lang == "zh" else self.en

    def about(self, lang: str) -> str:
        """One sentence on what the column holds."""
        return self.about_zh if lang == "zh" else self.about_en


@dataclass(frozen=True)
class Kind:
    """A row type: its fields in order, its key, and what it is called."""

    name: str
    zh: str
    en: str
    about_zh: str
    about_en: str
    fields: Mapping[str, Field]

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Names of the fields that identify a row."""
        return tuple(f.name for f in self.fields.values() if f.need == "key")

    @cached_property
    def dtypes(self) -> dict[str, pl.DataType]:
        """Column names and Polars types, trace columns last."""
        trace = dict(zip(TRACE, (pl.String(), pl.String(), pl.Int64()), strict=True))
        return {f.name: f.dtype for f in self.fields.values()} | trace

    def label(self, lang: str) -> str:
        """The table's name in Chinese or English."""
        return self.zh if lang == "zh" else self.en

    def about(self, lang: str) -> str:
        """One sentence on what a row is."""
        return self.about_zh if lang == "zh" else self.about_en

    def empty(self) -> pl.DataFrame:
        """A frame with every column and no row."""
        return pl.DataFrame(schema=self.dtypes)


def _bounds(text: str) -> tuple[float | None, float | None]:
    low, _, high = text.partition("..")
    return (float(low) if low else None, float(high) if high else None)


def _field(row: dict[str, str]) -> Field:
    low, high = _bounds(row["range"])
    need: Need = "key" if row["need"] == "key" else "required" if row["need"] == "required" else "optional"
    return Field(
        name=row["name"],
        type=row["type"],
        unit=row["unit"],
        need=need,
        low=low,
        high=high,
        ref=row["ref"] or None,
        zh=row["zh"],
        en=row["en"],
        headers=tuple(filter(None, row["headers"].split(";"))),
        example=row["example"],
        about_zh=row["about_zh"],
        about_en=row["about_en"],
    )


def _kinds() -> dict[str, Kind]:
    here = files("sanwang.schema")
    names = tomllib.loads((here / "kinds.toml").read_text(encoding="utf-8"))

    def fields(name: str) -> Mapping[str, Field]:
        text = (here / "kinds" / f"{name}.csv").read_text(encoding="utf-8")
        return MappingProxyType({f.name: f for f in map(_field, csv.DictReader(text.splitlines()))})

    return {name: Kind(name=name, fields=fields(name), **labels) for name, labels in names.items()}


KINDS: Mapping[str, Kind] = MappingProxyType(_kinds())
"""Every kind by name, in the order a workspace is filled in."""
