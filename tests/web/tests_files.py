"""Small tables as files, for uploads."""

from __future__ import annotations

import csv
import io

import xlsxwriter


def book(path, rows) -> bytes:
    """The bytes of a csv or a workbook with the rows."""
    if path.suffix == ".csv":
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        return out.getvalue().encode()
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path.read_bytes()
