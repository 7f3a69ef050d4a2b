"""A table to show: a frame, what its columns are called and how their values are written."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

import polars as pl

from sanwang.report.labels import FEN_PER_WAN, word
from sanwang.schema import KINDS

Style = Literal["id", "text", "long", "int", "year", "real", "money", "percent", "score"]
NUMBERS = frozenset({"int", "year", "real", "money", "percent", "score"})


@dataclass(frozen=True)
class Column:
    """One column: its name in the frame, heading and style.

    On the page the columns named in ``under`` stand below it in small type, and ``page=False`` leaves it out.
    """

    key: str
    label: str
    style: Style
    under: tuple[str, ...] = ()
    page: bool = True

    @property
    def is_number(self) -> bool:
        """Whether values are numbers."""
        return self.style in NUMBERS


@dataclass(frozen=True)
class Table:
    """A frame with its title and the columns to show, in order; ``note`` says what is left out."""

    name: str
    title: str
    frame: pl.DataFrame
    columns: tuple[Column, ...]
    note: str = ""


def column(key: str, style: Style, lang: str, under: tuple[str, ...] = (), page: bool = True) -> Column:
    """A column named in the section ``columns`` of the labels; money says its unit."""
    unit = word("columns", "wan", lang) if style == "money" else ""
    return Column(key, word("columns", key, lang) + unit, style, under, page)


def field_column(
    kind: str, field: str, key: str, style: Style, lang: str, under: tuple[str, ...] = ()
) -> Column:
    """A column that takes its heading from a field of the schema."""
    return Column(key, KINDS[kind].fields[field].label(lang), style, under)


def written(value: object, style: Style) -> str:
    """A value as people read it; empty for null. Money (fen) is in 万元 with one decimal."""
    if value is None:
        return ""
    if not isinstance(value, int | float):
        return str(value)
    match style:
        case "money":
            return f"{value / FEN_PER_WAN:,.1f}"
        case "percent":
            return f"{value:.0%}"
        case "score":
            return f"{value:.3f}"
        case "real":
            return f"{value:,.2f}".rstrip("0").rstrip(".")
        case "int":
            return f"{value:,.0f}"
        case _:
            return str(value)


def text_width(text: str) -> int:
    """Columns a text takes in a fixed-width font: East Asian wide characters count two (UAX #11)."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)
