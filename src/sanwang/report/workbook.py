"""The plan as an Excel workbook: typed cells, frozen headings, filters, widths that fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from sanwang.report import contents, notes
from sanwang.report.chain_summary import summary_table
from sanwang.report.headline import Figure, key_figures, sentences, title
from sanwang.report.labels import FEN_PER_WAN, language, say
from sanwang.report.table import Column, Table, text_width, written

if TYPE_CHECKING:
    from sanwang.collaboration.matches import Matches
    from sanwang.planning.plan import Plan
    from sanwang.region import Region

MATCH_ROWS = 100_000
"""Rows of matches the workbook holds before deeper ranks are left out."""

CELL_LIMIT = 32_767
"""Characters an Excel cell holds."""

_FORMATS: dict[str, dict[str, Any]] = {
    "id": {"num_format": "@"},
    "text": {"text_wrap": True},
    "long": {"text_wrap": True},
    "int": {"num_format": "#,##0"},
    "year": {"num_format": "0"},
    "real": {"num_format": "#,##0.##"},
    "money": {"num_format": "#,##0.0"},
    "percent": {"num_format": "0%"},
    "gap": {"num_format": "0.00%"},
    "score": {"num_format": "0.000"},
    "date": {"num_format": "yyyy-mm-dd"},
    "heading": {"bold": True, "bg_color": "#1F3A54", "font_color": "#FFFFFF", "text_wrap": True},
    "title": {"bold": True, "font_size": 16, "font_color": "#1F3A54"},
    "section": {"bold": True, "font_size": 12, "font_color": "#1F3A54"},
    "notice": {"bold": True, "font_color": "#8A4B00", "bg_color": "#FFF1D6"},
    "prose": {"text_wrap": True},
}
_WIDTHS = {"text": (10, 34), "long": (24, 60), "id": (10, 20)}
_SAMPLE = 400


@dataclass(frozen=True)
class _Book:
    file: xlsxwriter.Workbook
    formats: dict[str, Any]
    lang: str
    notice: str

    def sheet(self, name: str) -> tuple[Worksheet, int]:
        """A new sheet and its first free row, below the fictional notice where there is one."""
        sheet = self.file.add_worksheet(name)
        sheet.hide_gridlines(2)
        if not self.notice:
            return sheet, 0
        sheet.write_string(0, 0, self.notice, self.formats["notice"])
        sheet.set_header(f"&C{self.notice}")
        return sheet, 1


def write_workbook(region: Region, matches: Matches, plan: Plan, path: Path, lang: str = "zh") -> None:
    """Write ``plan.xlsx``: overview, routes, unmet needs, use of capacity, matches, notes.

    The same inputs give the same bytes: the date of creation is the first day of the plan, not the clock's.
    """
    language(lang)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as file:
        file.set_properties(
            {"title": title(region, lang), "created": _created(plan), "author": f"Sanwang {notes.VERSION}"}
        )
        notice = say("fictional", lang) if region.fictional else ""
        formats = {name: file.add_format({"valign": "top", **style}) for name, style in _FORMATS.items()}
        book = _Book(file, formats, lang, notice)
        _overview(book, region, plan)
        tables = (
            contents.routes_table(region, plan, lang),
            contents.unmet_table(region, plan, lang),
            contents.bottlenecks_table(region, plan, lang),
            contents.borders_table(plan, lang),
            contents.usage_table(region, plan, lang),
            contents.matches_table(region, matches, plan, lang, MATCH_ROWS),
        )
        chains = summary_table(region, lang)
        tables = tables if chains is None else (*tables, chains)
        for table in tables:
            _table_sheet(book, table)
        _notes(book, region, matches, plan, [t.note for t in tables if t.note])


def write_tables(
    path: Path, heading: str, lead: list[str], tables: list[Table], fictional: bool, lang: str
) -> None:
    """A workbook of sentences on the first sheet and a sheet a table."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as file:
        file.set_properties(
            {"title": heading, "created": datetime(2026, 1, 1), "author": f"Sanwang {notes.VERSION}"}
        )
        formats = {name: file.add_format({"valign": "top", **style}) for name, style in _FORMATS.items()}
        book = _Book(file, formats, lang, say("fictional", lang) if fictional else "")
        sheet, row = book.sheet(say("overview", lang))
        sheet.set_column(0, 0, 110)
        sheet.write_string(row, 0, heading, formats["title"])
        for sentence in lead:
            row += 1
            sheet.write_string(row, 0, sentence, formats["prose"])
        for table in tables:
            _table_sheet(book, table)


def _created(plan: Plan) -> datetime:
    first = plan.routes["start"].min()
    return datetime(first if isinstance(first, int) and first >= 1980 else 2026, 1, 1)


def _overview(book: _Book, region: Region, plan: Plan) -> None:
    lang = book.lang
    sheet, row = book.sheet(say("overview", lang))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 5, 18)
    sheet.write_string(row, 0, title(region, lang), book.formats["title"])
    for sentence in sentences(region, plan, lang):
        row += 1
        sheet.merge_range(row, 0, row, 5, "", book.formats["prose"])
        sheet.write_string(row, 0, sentence, book.formats["prose"])
        sheet.set_row(row, 15.0 * (1 + text_width(sentence) // 110))
    row = _figures(book, sheet, row + 2, key_figures(region, plan, lang))
    for table in (
        contents.reasons_table(plan, lang),
        contents.costs_table(plan, lang),
        contents.province_table(region, plan, lang),
    ):
        sheet.write_string(row + 1, 0, table.title, book.formats["section"])
        row = _rows(book, sheet, row + 2, table)


def _figures(book: _Book, sheet: Worksheet, row: int, figures: Iterable[Figure]) -> int:
    headings = (
        say("key_figures", book.lang),
        notes.heading("amount", book.lang),
        notes.heading("unit", book.lang),
    )
    for j, heading in enumerate((*headings, say("notes", book.lang))):
        sheet.write_string(row, j, heading, book.formats["heading"])
    for figure in figures:
        row += 1
        sheet.write_string(row, 0, figure.label, book.formats["text"])
        _cell(book, sheet, row, 1, figure.value, figure.style)
        sheet.write_string(row, 2, figure.unit, book.formats["text"])
        sheet.write_string(row, 3, figure.remark, book.formats["id"])
    return row + 1


def _table_sheet(book: _Book, table: Table) -> None:
    sheet, top = book.sheet(table.title)
    _rows(book, sheet, top, table)
    for j, col in enumerate(table.columns):
        sheet.set_column(j, j, _width(table, col))
    sheet.freeze_panes(top + 1, 1 if table.columns[0].style == "id" else 0)
    sheet.autofilter(top, 0, top + max(table.frame.height, 1), len(table.columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, top)


def _rows(book: _Book, sheet: Worksheet, top: int, table: Table) -> int:
    """Write headings and rows from ``top``; returns the first row after them."""
    for j, col in enumerate(table.columns):
        sheet.write_string(top, j, col.label, book.formats["heading"])
    values = table.frame.select([col.key for col in table.columns])
    for i, row in enumerate(values.iter_rows(), start=top + 1):
        for j, (col, value) in enumerate(zip(table.columns, row, strict=True)):
            _cell(book, sheet, i, j, value, col.style)
    return top + 1 + values.height


def _cell(book: _Book, sheet: Worksheet, i: int, j: int, value: object, style: str) -> None:
    """One typed cell: text is always written as text, so that nothing in it is taken for a formula."""
    form = book.formats.get(style, book.formats["text"])
    if value is None:
        sheet.write_blank(i, j, None, form)
    elif isinstance(value, date):
        sheet.write_datetime(i, j, datetime.combine(value, time()), book.formats["date"])
    elif isinstance(value, int | float):
        sheet.write_number(i, j, value / FEN_PER_WAN if style == "money" else value, form)
    else:
        sheet.write_string(i, j, str(value)[:CELL_LIMIT], form)


def _width(table: Table, col: Column) -> float:
    """Width that fits the heading and the first rows, a Chinese character counting two, within limits."""
    low, high = _WIDTHS.get(col.style, (8, 16))
    shown = (written(v, col.style) for v in table.frame[col.key].head(_SAMPLE))
    widest = max((text_width(line) for text in shown for line in text.split("\n")), default=0)
    # The filter's arrow takes about two columns of the heading, which may wrap once.
    return min(high, max(low, widest + 2, text_width(col.label) / (1 if len(col.label) < 9 else 2) + 3))


def _notes(book: _Book, region: Region, matches: Matches, plan: Plan, cuts: list[str]) -> None:
    lang = book.lang
    sheet, row = book.sheet(say("notes", lang))
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 48)
    sheet.set_column(2, 2, 70)
    for label, text in notes.provenance(region, matches, plan, lang):
        sheet.write_string(row, 0, label, book.formats["text"])
        sheet.write_string(row, 1, text, book.formats["prose"])
        row += 1
    for sentence in (*notes.remarks(lang), *cuts):
        sheet.merge_range(row, 0, row, 2, "", book.formats["prose"])
        sheet.write_string(row, 0, sentence, book.formats["prose"])
        row += 1
    _rows(book, sheet, row + 1, notes.assumptions_table(plan, lang))
