"""Everything that a result shows a person, as (where it stands, text), sentences and cells apart."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import polars as pl
from rich.console import Console

from sanwang.cli import show as showing
from sanwang.cli import terminal
from sanwang.study.result import Result
from sanwang.study.words import provenance

Shown = tuple[str, str]


class _Text(HTMLParser):
    """The texts of a drawing, and what it tells in attributes that are read aloud."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(markup)

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [v for k, v in attrs if k in ("aria-label", "title", "alt") and v]


def sentences(result: Result[Any]) -> Iterator[Shown]:
    """Title, headline, notes, key figures, headings, meanings, the foot of the page, and the words of drawings."""
    shown = result.shown
    yield "title", result.title
    yield from (("headline", s) for s in result.headline)
    yield from (("notes", s) for s in result.notes)
    yield from ((f"figure {label}", f"{label} {words} {remark}") for label, words, remark in shown.figures)
    for table in shown.tables:
        yield table.name, f"{table.title} {table.note}"
        yield from ((f"{table.name}.{c.key}", f"{c.label} {c.meaning}") for c in table.columns)
    yield from (
        ("provenance", f"{a} {b}") for a, b in provenance(result) if not re.fullmatch("[0-9a-f]{64}", b)
    )
    for drawing in result.drawings:
        yield drawing.name, f"{drawing.title} {drawing.about}"
        yield from ((drawing.name, text) for text in _Text(drawing.markup() or "").found)


def cells(result: Result[Any]) -> Iterator[Shown]:
    """Each different text of a column, of the tables and the sheets."""
    for table in result.shown.tables:
        for col in table.columns:
            if col.key in table.frame.columns and table.frame[col.key].dtype == pl.String:
                for text in table.frame[col.key].drop_nulls().unique().to_list():
                    yield f"{table.name}.{col.key}", text
    for sheet in result.shown.sheets:
        yield from ((f"sheet {p.key}", line) for p in sheet.parts for line in (p.label, *p.lines))


def on_terminal(result: Result[Any]) -> str:
    """What the command line prints of a result, without its tables' data."""
    out = Console(file=io.StringIO(), width=200, highlight=False)
    kept = showing.output, terminal.output
    showing.output = terminal.output = out  # pyright: ignore[reportPrivateImportUsage]
    try:
        showing.show(result, [])
    finally:
        showing.output, terminal.output = kept  # pyright: ignore[reportPrivateImportUsage]
    return out.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]
