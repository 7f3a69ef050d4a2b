"""Excel workbooks (.xlsx): bounded in size, no macros, links not followed, formulas taken at their stored value."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook

from sanwang.schema import Problem
from sanwang.sources.raw import MAX_BYTES, MAX_UNPACKED, Cell, RawTable, Row, megabytes

_FORMULA = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})([0-9]+)"[^>]*>\s*<f[\s>/]')
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def read_workbook(path: Path) -> list[RawTable]:
    """One table a non-empty visible sheet. A workbook that must not be read is one table with the problem."""
    refusal = _refusal(path)
    if refusal is not None:
        return [RawTable(path.name, "", [], problems=(refusal,))]
    try:
        with CalamineWorkbook.from_path(path) as book:
            formulas = _formulas(path, book.sheet_names)
            links = _links(path)
            return [
                _sheet(path, book.get_sheet_by_name(name), formulas.get(name, frozenset()), links)
                for name in book.sheet_names
            ]
    except (
        Exception
    ) as error:  # calamine raises its own, I/O and XML errors: each means the file is unreadable
        return [RawTable(path.name, "", [], problems=(_problem(path, "unreadable", reason=str(error)),))]


def _problem(path: Path, code: str, **terms: str) -> Problem:
    return Problem("error", code, file=path.name, terms=tuple(terms.items()))


def _refusal(path: Path) -> Problem | None:
    size = path.stat().st_size
    if size > MAX_BYTES:
        return _problem(path, "too_large", met=megabytes(size), limit=megabytes(MAX_BYTES))
    with path.open("rb") as file:
        if file.read(4) == _OLD_EXCEL:
            return _problem(path, "unreadable", reason="encrypted or .xls, save as .xlsx")
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


def _links(path: Path) -> bool:
    with zipfile.ZipFile(path) as parts:
        return any(name.startswith("xl/externalLinks/") for name in parts.namelist())


def _sheet(path: Path, sheet: CalamineSheet, formulas: frozenset[tuple[int, int]], links: bool) -> RawTable:
    problems = [_merged(path, sheet.name, area) for area in sheet.merged_cell_ranges or []]
    if links:
        problems.append(Problem("warning", "external_links", file=path.name, sheet=sheet.name))
    return RawTable(path.name, sheet.name, list(_rows(sheet)), True, tuple(problems), formulas)


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    """Rows from the sheet's first, so that numbers agree with what a spreadsheet program shows."""
    if sheet.start is None:
        return
    left = sheet.start[1]
    pad: list[Cell] = [None] * left
    for number, cells in enumerate(sheet.iter_rows(), sheet.start[0] + 1):
        yield (
            number,
            [*pad, *(None if c == "" else c for c in cells)]
            if left
            else [None if c == "" else c for c in cells],
        )


def _merged(path: Path, sheet: str, area: tuple[tuple[int, int], tuple[int, int]]) -> Problem:
    (top, left), (bottom, right) = area
    cells = f"{column_letters(left)}{top + 1}:{column_letters(right)}{bottom + 1}"
    return Problem("error", "merged", file=path.name, sheet=sheet, row=bottom + 1, terms=(("cells", cells),))


def column_letters(index: int) -> str:
    """A column's letters from its number (0 is A, 26 is AA)."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _formulas(path: Path, sheets: list[str]) -> dict[str, frozenset[tuple[int, int]]]:
    """Cells (row from 1, column from 0) that hold formulas, by sheet; read as a stream, never as a whole."""
    with zipfile.ZipFile(path) as parts:
        files = sorted(
            (n for n in parts.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n)),
            key=lambda n: int(re.findall(r"\d+", n)[-1]),
        )
        if len(files) != len(sheets):
            return {}
        return {name: frozenset(_scan(parts, file)) for name, file in zip(sheets, files, strict=True)}


def _scan(parts: zipfile.ZipFile, file: str) -> Iterator[tuple[int, int]]:
    tail = b""
    with parts.open(file) as stream:
        while chunk := stream.read(2**20):
            text = tail + chunk
            cut = text.rfind(b"<c ")
            cut = len(text) if cut <= 0 else cut
            for match in _FORMULA.finditer(text, 0, cut):
                yield int(match[2]), _column_index(match[1].decode())
            tail = text[cut:]
    for match in _FORMULA.finditer(tail):
        yield int(match[2]), _column_index(match[1].decode())
