"""Any result as an Excel workbook: an overview, a sheet a table, notes; typed cells, widths that fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from sanwang.study.marks import COLOURS, pieces
from sanwang.study.result import Result
from sanwang.study.saving import VERSION
from sanwang.study.table import Column, Table, text_width, written
from sanwang.study.words import FEN_PER_WAN, meanings, provenance, say

CELL_LIMIT = 32_767
"""Characters an Excel cell holds."""

NAME_LIMIT = 31
"""Characters the name of a sheet may have."""

ROW_LIMIT = 1_048_000
"""Rows of a table that one sheet holds; the csv has them all."""

_FORMATS: dict[str, dict[str, Any]] = {
    "id": {"num_format": "@"},
    "text": {"text_wrap": True},
    "long": {"text_wrap": True},
    "marks": {"text_wrap": True},
    "int": {"num_format": "#,##0"},
    "year": {"num_format": "0"},
    "real": {"num_format": "#,##0.##"},
    "money": {"num_format": "#,##0.0"},
    "percent": {"num_format": "0.0%"},
    "score": {"num_format": "0.000"},
    "date": {"num_format": "yyyy-mm-dd"},
    "heading": {"bold": True, "bg_color": "#1F3A54", "font_color": "#FFFFFF", "text_wrap": True},
    "title": {"bold": True, "font_size": 16, "font_color": "#1F3A54"},
    "section": {"bold": True, "font_size": 12, "font_color": "#1F3A54"},
    "notice": {"bold": True, "font_color": "#8A4B00", "bg_color": "#FFF1D6"},
    "prose": {"text_wrap": True},
    **{
        f"only {mark}": {"text_wrap": True, "bold": True, "font_color": f"#{c}"}
        for mark, c in COLOURS.items()
    },
}
_RUNS: dict[str, dict[str, Any]] = {
    mark: {"bold": True, "font_color": f"#{colour}"} for mark, colour in COLOURS.items()
}
"""Formats of marked sentences inside a cell."""
_WIDTHS = {"text": (10, 34), "long": (24, 60), "marks": (24, 60), "id": (10, 20)}
PAGE = 200
"""Characters that one landscape page of A4 shows in a size that can be read; wider tables take more pages."""

_SAMPLE = 400
_MADE = datetime(2000, 1, 1)
"""The date of creation of every workbook, so that the same inputs give the same bytes."""


@dataclass
class _Book:
    file: xlsxwriter.Workbook
    formats: dict[str, Any]
    notice: str
    names: set[str] = field(default_factory=set[str])

    def sheet(self, title: str, notice: str) -> tuple[Worksheet, int]:
        """A new sheet and its first free row, below the fictional notice where there is one."""
        sheet = self.file.add_worksheet(self._name(title))
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        if not notice:
            return sheet, 0
        sheet.write_string(0, 0, notice, self.formats["notice"])
        sheet.set_header(f"&C{notice}")
        return sheet, 1

    def _name(self, title: str) -> str:
        """A name Excel takes: at most 31 characters, none of ``[]:*?/\\``, not used before."""
        plain = re.sub(r"[\[\]:*?/\\]", " ", title).strip("' ") or "–"
        name, number = plain[:NAME_LIMIT].strip("' "), 2
        while name.casefold() in self.names:
            tail = f" {number}"
            name, number = plain[: NAME_LIMIT - len(tail)].strip("' ") + tail, number + 1
        self.names.add(name.casefold())
        return name


_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write(result: Result[Any], path: Path) -> None:
    """Write the workbook of a result; the same result gives the same bytes."""
    lang, shown = result.lang, result.shown
    with xlsxwriter.Workbook(path, _OPTIONS) as file:
        fictional = result.region.fictional and not shown.real
        book = _book(file, result.title, say("fictional", lang) if fictional else "")
        _overview(book, result)
        for table in shown.tables:
            if table.frame.width:
                marked = result.region.fictional and not table.real
                _table_sheet(book, table, say("fictional", lang) if marked else "")
        _notes(book, result)


def write_tables(tables: Sequence[Table], path: Path, title: str, notice: str = "") -> None:
    """Write some tables as a workbook, a sheet each; ``notice`` stands on every one."""
    with xlsxwriter.Workbook(path, _OPTIONS) as file:
        book = _book(file, title, notice)
        for table in tables:
            _table_sheet(book, table, notice)


def _book(file: xlsxwriter.Workbook, title: str, notice: str) -> _Book:
    file.set_properties({"title": title, "created": _MADE, "author": f"Sanwang {VERSION}"})
    formats = {name: file.add_format({"valign": "top", **style}) for name, style in _FORMATS.items()}
    formats |= {name: file.add_format(style) for name, style in _RUNS.items()}
    return _Book(file, formats, notice)


def _overview(book: _Book, result: Result[Any]) -> None:
    lang = result.lang
    sheet, row = book.sheet(say("overview", lang), book.notice)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 5, 18)
    sheet.write_string(row, 0, result.title, book.formats["title"])
    sheet.set_row(row, 24.0)
    for sentence in result.headline:
        row += 1
        _prose(book, sheet, row, sentence, 5)
    row += 2
    for label, words, remark in result.shown.figures:
        for j, text in enumerate((label, words)):
            sheet.write_string(row, j, text, book.formats["text"])
        sheet.merge_range(row, 2, row, 5, "", book.formats["prose"])
        sheet.write_string(row, 2, remark, book.formats["prose"])
        row += 1


def _prose(book: _Book, sheet: Worksheet, row: int, sentence: str, last: int) -> None:
    sheet.merge_range(row, 0, row, last, "", book.formats["prose"])
    sheet.write_string(row, 0, sentence[:CELL_LIMIT], book.formats["prose"])
    sheet.set_row(row, 15.0 * (1 + text_width(sentence) // 110))


def _table_sheet(book: _Book, table: Table, notice: str) -> None:
    sheet, top = book.sheet(table.title, notice)
    _rows(book, sheet, top, table)
    widths = [_width(table, col) for col in table.columns]
    for j, width in enumerate(widths):
        sheet.set_column(j, j, width)
    across = int(sum(widths) // PAGE) + 1
    sheet.fit_to_pages(across, 0)
    if across > 1:
        sheet.repeat_columns(0, 0)
    sheet.freeze_panes(top + 1, 1 if table.columns[0].style == "id" else 0)
    sheet.autofilter(top, 0, top + max(min(table.frame.height, ROW_LIMIT), 1), len(table.columns) - 1)
    sheet.repeat_rows(0, top)


def _rows(book: _Book, sheet: Worksheet, top: int, table: Table) -> int:
    """Write headings and rows from ``top``; returns the first row after them."""
    for j, col in enumerate(table.columns):
        sheet.write_string(top, j, col.label, book.formats["heading"])
    keys = [col.key for col in table.columns]
    for i, row in enumerate(table.frame.head(ROW_LIMIT).iter_rows(named=True), start=top + 1):
        for j, (col, key) in enumerate(zip(table.columns, keys, strict=True)):
            _cell(book, sheet, i, j, row[key], col.style)
    return top + 1 + min(table.frame.height, ROW_LIMIT)


def _cell(book: _Book, sheet: Worksheet, i: int, j: int, value: object, style: str) -> None:
    """One typed cell: text is always written as text, so that nothing in it is taken for a formula."""
    form = book.formats.get(style, book.formats["text"])
    if value is None or value != value:
        sheet.write_blank(i, j, None, form)
    elif isinstance(value, date):
        sheet.write_datetime(i, j, datetime.combine(value, time()), book.formats["date"])
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(i, j, value / FEN_PER_WAN if style == "money" else value, form)
    elif style == "marks":
        _marked(book, sheet, i, j, str(value))
    else:
        sheet.write_string(i, j, written(value, "text")[:CELL_LIMIT], form)


def _marked(book: _Book, sheet: Worksheet, i: int, j: int, text: str) -> None:
    """Text whose marked sentences are coloured; always text, never a formula."""
    form, parts = book.formats["marks"], pieces(text)
    if len(text) > CELL_LIMIT or not any(mark for mark, _ in parts):
        sheet.write_string(i, j, text[:CELL_LIMIT], form)
    elif len(parts) == 1:
        sheet.write_string(i, j, text, book.formats[f"only {parts[0][0]}"])
    else:
        runs = [x for mark, said in parts for x in ((book.formats[mark], said) if mark else (said,))]
        sheet.write_rich_string(i, j, *runs, form)


def _width(table: Table, col: Column) -> float:
    """Width that fits the heading and the first rows, a Chinese character counting two, within limits."""
    low, high = _WIDTHS.get(col.style, (8, 16))
    shown = (written(v, col.style) for v in table.frame[col.key].head(_SAMPLE))
    widest = max((text_width(line) for text in shown for line in text.split("\n")), default=0)
    # The filter's arrow takes about two columns of the heading, which may wrap once.
    return min(high, max(low, widest + 2, text_width(col.label) / (1 if len(col.label) < 9 else 2) + 3))


def _notes(book: _Book, result: Result[Any]) -> None:
    lang = result.lang
    sheet, row = book.sheet(say("notes", lang), book.notice)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 90)
    for note in (*result.notes, *(f"{t.title}: {t.note}" for t in result.shown.tables if t.note)):
        _prose(book, sheet, row, note, 1)
        row += 1
    for label, text in (*meanings(result.shown.tables), *provenance(result)):
        sheet.write_string(row, 0, label, book.formats["text"])
        sheet.write_string(row, 1, text, book.formats["prose"])
        row += 1
