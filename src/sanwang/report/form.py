"""A form of labels and values as a workbook or csv: every cell is text, nothing in it is taken for a formula."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import polars as pl
import xlsxwriter

from sanwang.errors import OptionError
from sanwang.sources.atomic import atomic_path
from sanwang.study.cells import guarded

_MADE = datetime(2000, 1, 1)


def write_form(
    path: Path, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], note: str
) -> None:
    """Write the form to a ``.xlsx`` or ``.csv`` file, whole or not at all; the same rows give the same bytes.

    Raises OptionError for another ending.
    """
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise OptionError(f"{path}: .xlsx or .csv", f"{path}：应为 .xlsx 或 .csv")
    with atomic_path(path) as temporary:
        if path.suffix.lower() == ".csv":
            frame = pl.DataFrame([list(r) for r in rows], schema=list(heads), orient="row")
            temporary.write_bytes(b"\xef\xbb\xbf" + guarded(frame).write_csv().encode())
        else:
            _workbook(temporary, title, heads, rows, note)


def _workbook(path: Path, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], note: str) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": title, "created": _MADE})
        sheet = book.add_worksheet(title[:31])
        plain = {"text_wrap": True, "valign": "top", "border": 1, "num_format": "@"}
        cell, head = book.add_format(plain), book.add_format(plain | {"bold": True, "bg_color": "#E8EEF4"})
        big, small = book.add_format({"bold": True, "font_size": 16}), book.add_format({"text_wrap": True})
        for column, width in enumerate((30, 46, 40)):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, title, big)
        sheet.merge_range(1, 0, 1, 2, "", small)
        sheet.write_string(1, 0, note, small)
        sheet.set_row(1, 32)
        for column, text in enumerate(heads):
            sheet.write_string(2, column, text, head)
        for number, row in enumerate(rows, 3):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text, head if column == 0 else cell)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)
