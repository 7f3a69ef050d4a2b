"""A table to show: a frame, what its columns are called and how their values are written."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from html import escape
from typing import Literal

import polars as pl

from sanwang.schema import KINDS
from sanwang.study.words import FEN_PER_WAN, meaning, word

Style = Literal["id", "text", "long", "marks", "int", "year", "real", "money", "percent", "score"]
"""How values are written; ``marks`` is long text whose conflicts and doubts are coloured (``study.marks``)."""

NUMBERS = frozenset({"int", "year", "real", "money", "percent", "score"})


@dataclass(frozen=True)
class Column:
    """One column: its name in the frame, heading and style.

    On the page the columns named in ``under`` stand below it in small type, and ``page=False`` leaves it out.
    ``meaning`` says what the figure is and how it was come by.
    """

    key: str
    label: str
    style: Style
    under: tuple[str, ...] = ()
    page: bool = True
    meaning: str = ""

    @property
    def unit(self) -> str:
        """The unit of the values in the frame: fen, a share of one, a score from 0 to 1, a year, or none."""
        return {"money": "fen", "percent": "share", "score": "0..1", "year": "year"}.get(self.style, "")

    @property
    def is_number(self) -> bool:
        """Whether values are numbers."""
        return self.style in NUMBERS


@dataclass(frozen=True)
class Table:
    """A frame with its title and the columns to show, in order; ``note`` says what is left out.

    ``brief`` names the columns that a terminal shows; ``data`` is what programs get where it differs from the frame.
    ``real`` says that the rows are published facts, whatever the workspace is. ``writer`` names what writes the csv
    where a person's decisions in the file must be kept. ``folded`` puts it behind a heading to open on the page,
    ``listed=False`` keeps it off the page, which shows the same in another form.
    """

    name: str
    title: str
    frame: pl.DataFrame
    columns: tuple[Column, ...]
    note: str = ""
    brief: tuple[str, ...] = ()
    data: pl.DataFrame | None = None
    real: bool = False
    writer: str = ""
    folded: bool = False
    listed: bool = True

    @property
    def machine(self) -> pl.DataFrame:
        """The table for programs: keys as headings, money in fen, codes where there are codes."""
        if self.data is not None:
            return self.data
        keys = [c.key for c in self.columns if c.key in self.frame.columns]
        return self.frame.select(*dict.fromkeys(keys))

    @property
    def short(self) -> tuple[Column, ...]:
        """The columns that fit a terminal: those named in ``brief``, else the first eight of the page."""
        if self.brief:
            by = {c.key: c for c in self.columns}
            return tuple(by[k] for k in self.brief if k in by)
        under = {key for c in self.columns for key in c.under}
        return tuple(c for c in self.columns if c.page and c.key not in under)[:8]

    def preview(self, rows: int = 10) -> str:
        """The first rows as a small HTML table, for a notebook."""
        heads = "".join(f"<th>{escape(c.label)}</th>" for c in self.short)
        lines = self.frame.head(rows).iter_rows(named=True)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(written(r[c.key], c.style))}</td>" for c in self.short) + "</tr>"
            for r in lines
        )
        rest = f"<p>… +{self.frame.height - rows:,}</p>" if self.frame.height > rows else ""
        return f"<h4>{escape(self.title)}</h4><table><tr>{heads}</tr>{body}</table>{rest}"


def column(key: str, style: Style, lang: str, under: tuple[str, ...] = (), page: bool = True) -> Column:
    """A column named in the section ``columns`` of the labels; money says its unit."""
    unit = word("columns", "wan", lang) if style == "money" else ""
    return Column(key, word("columns", key, lang) + unit, style, under, page, meaning(key, lang))


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
