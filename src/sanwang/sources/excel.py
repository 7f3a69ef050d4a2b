"""Workbooks (xlsx, xls, xlsb, ods, and et where it is one of these inside): bounded in size, no macros, links
not followed, formulas taken at their stored value."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from sanwang.schema import Problem
from sanwang.sources.raw import MAX_BYTES, MAX_UNPACKED, Area, Cell, RawTable, Row, megabytes
from sanwang.sources.workbook_parts import Parts, without_strays, workbook_parts

_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_workbook(path: Path) -> list[RawTable]:
    """One table a sheet, hidden ones marked. A workbook that must not be read is one table with the problem."""
    refusal = _refusal(path)
    if refusal is not None:
        return [RawTable(path.name, "", [], problems=(refusal,))]
    try:
        parts = workbook_parts(path)
        with _opened(path, parts) as book:
            return [
                _sheet(path, book.get_sheet_by_name(m.name), m.visible, parts) for m in book.sheets_metadata
            ]
    except (
        Exception
    ) as error:  # calamine raises its own, I/O and XML errors: each means the file is unreadable
        return [RawTable(path.name, "", [], problems=(_unreadable(path, error),))]


def _opened(path: Path, parts: Parts) -> CalamineWorkbook:
    if parts.strays:
        return CalamineWorkbook.from_filelike(io.BytesIO(without_strays(path, parts)))
    return CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))


def _unreadable(path: Path, error: Exception) -> Problem:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    if "assword" in text or "ncrypt" in text:
        return _problem(path, "password")
    if path.suffix.lower() in (".et", ".ett"):
        return _problem(path, "save_as", format=path.suffix)
    return _problem(path, "unreadable", reason=text)


def _problem(path: Path, code: str, **terms: str) -> Problem:
    return Problem("error", code, file=path.name, terms=tuple(terms.items()))


def _refusal(path: Path) -> Problem | None:
    size = path.stat().st_size
    if size > MAX_BYTES:
        return _problem(path, "too_large", met=megabytes(size), limit=megabytes(MAX_BYTES))
    with path.open("rb") as file:
        start = file.read(2**20)
    if start.startswith(_OLE):
        return _problem(path, "password") if _ENCRYPTED in start or _ENCRYPTED in path.read_bytes() else None
    try:
        parts = zipfile.ZipFile(path).infolist()
    except (zipfile.BadZipFile, OSError) as error:
        return _problem(path, "unreadable", reason=f"not a workbook ({error})")
    if any(p.filename.lower().endswith("vbaproject.bin") for p in parts):
        return _problem(path, "macros")
    unpacked = sum(p.file_size for p in parts)
    if unpacked > MAX_UNPACKED:
        return _problem(path, "bomb", met=megabytes(unpacked), limit=megabytes(MAX_UNPACKED))
    return None


def _sheet(path: Path, sheet: CalamineSheet, visible: SheetVisibleEnum, parts: Parts) -> RawTable:
    known = parts.sheets.get(sheet.name)
    table = RawTable(
        path.name,
        sheet.name,
        list(_rows(sheet)),
        True,
        tuple(_told(path, sheet.name, parts)),
        merged=tuple(_areas(sheet)),
        hidden=visible != SheetVisibleEnum.Visible,
        since_1904=parts.since_1904,
    )
    return (
        table
        if known is None
        else replace(table, formulas=known.formulas, hidden_rows=known.hidden_rows, errors=known.errors)
    )


def _told(path: Path, sheet: str, parts: Parts) -> Iterator[Problem]:
    if parts.links:
        yield Problem("warning", "external_links", file=path.name, sheet=sheet)
    for row in parts.strays.get(sheet, ()):
        yield Problem("warning", "stray_cell", "", path.name, sheet, row, terms=(("at", str(row)),))


def _areas(sheet: CalamineSheet) -> Iterator[Area]:
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        yield top + 1, left, bottom + 1, right


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    """Rows numbered as a spreadsheet program shows them (calamine gives the empty ones above too, not the
    empty columns)."""
    if sheet.start is None:
        return
    pad: list[Cell] = [None] * sheet.start[1]
    for number, cells in enumerate(sheet.iter_rows(), 1):
        yield number, [*pad, *(None if c == "" else c for c in cells)]
