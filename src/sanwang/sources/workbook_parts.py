"""What calamine does not tell of an xlsx file, read from its parts as streams: formulas, hidden rows, stray
cells, 1904."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sanwang.sources.raw import column_index

_FORMULA = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]+)"[^>]*>\s*<(?:\w+:)?f[\s>/]')
_ERROR = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*?\br="([A-Z]{1,3})([0-9]+)"')
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_NUMBER = re.compile(rb'\br="([0-9]+)"')
_FAR_CELL = re.compile(rb'\br="([A-Z]{3})([0-9]+)"')
_SHEET = re.compile(r'<(?:\w+:)?sheet\b[^>]*?\bname="([^"]*)"[^>]*?\br?:?id="(rId[^"]*|R[^"]*)"', re.I)
_TARGET = re.compile(r"<(?:\w+:)?Relationship\b([^>]*)/?>")

GAP = 20_000
"""Empty rows below which a lone cell is taken for a stray one, not for a part of the table."""

WIDEST = 1_000
"""Columns beyond this hold stray cells, not tables."""


@dataclass(frozen=True)
class SheetParts:
    """Cells with formulas (row from 1, column from 0), rows that are hidden, the part's name, the last row
    that belongs."""

    part: str
    formulas: frozenset[tuple[int, int]] = frozenset()
    hidden_rows: frozenset[int] = frozenset()
    errors: frozenset[tuple[int, int]] = frozenset()
    last_row: int = 0
    stray_rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Parts:
    """What a workbook's parts tell: each sheet's, whether it links to others, whether its dates count from 1904."""

    sheets: Mapping[str, SheetParts] = field(default_factory=dict[str, SheetParts])
    links: bool = False
    since_1904: bool = False

    @property
    def strays(self) -> dict[str, tuple[int, ...]]:
        """Sheet → rows that hold cells far outside the table."""
        return {name: s.stray_rows for name, s in self.sheets.items() if s.stray_rows}


def workbook_parts(path: Path) -> Parts:
    """The parts of an xlsx file; nothing for other formats."""
    if not zipfile.is_zipfile(path):
        return Parts()
    with zipfile.ZipFile(path) as parts:
        names = set(parts.namelist())
        if "xl/workbook.xml" not in names:
            return Parts()
        book = parts.read("xl/workbook.xml").decode("utf-8", "replace")
        files = dict(_files(parts, book, names))
        return Parts(
            {sheet: _scan(parts, part) for sheet, part in files.items()},
            any(n.startswith("xl/externalLinks/") for n in names),
            bool(re.search(r'date1904="(?:1|true)"', book)),
        )


def _files(parts: zipfile.ZipFile, book: str, names: set[str]) -> Iterator[tuple[str, str]]:
    rels = "xl/_rels/workbook.xml.rels"
    text = parts.read(rels).decode("utf-8", "replace") if rels in names else ""
    targets: dict[str, str] = {}
    for match in _TARGET.finditer(text):
        found = dict(re.findall(r'(\w+)="([^"]*)"', match[1]))
        targets[found.get("Id", "")] = found.get("Target", "")
    for name, key in _SHEET.findall(book):
        target = targets.get(key, "").lstrip("/")
        part = target if target.startswith("xl/") else f"xl/{target}"
        if part in names and part.endswith(".xml"):
            yield _unescaped(name), part


def _unescaped(text: str) -> str:
    for mark, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(mark, char)
    return text


def _chunks(parts: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The part in pieces that end at a cell's or row's beginning, so that no element is cut."""
    tail = b""
    with parts.open(part) as stream:
        while chunk := stream.read(2**20):
            text = tail + chunk
            cut = max(text.rfind(b"<c "), text.rfind(b"<row "), text.rfind(b":c "))
            cut = len(text) if cut <= 0 else cut
            yield text[:cut]
            tail = text[cut:]
    yield tail


def _scan(parts: zipfile.ZipFile, part: str) -> SheetParts:
    formulas: set[tuple[int, int]] = set()
    hidden: set[int] = set()
    rows: list[int] = []
    far: set[int] = set()
    wrong: set[tuple[int, int]] = set()
    for text in _chunks(parts, part):
        formulas.update((int(m[2]), column_index(m[1].decode())) for m in _FORMULA.finditer(text))
        wrong.update((int(m[2]), column_index(m[1].decode())) for m in _ERROR.finditer(text))
        far.update(int(m[2]) for m in _FAR_CELL.finditer(text) if column_index(m[1].decode()) >= WIDEST)
        for match in _ROW.finditer(text):
            number = _NUMBER.search(match[1])
            if number and not match[0].endswith(b"/>"):
                rows.append(int(number[1]))
                if b'hidden="1"' in match[1] or b'hidden="true"' in match[1]:
                    hidden.add(rows[-1])
    last = _last_row(rows)
    stray = sorted({r for r in rows if r > last} | far)
    return SheetParts(part, frozenset(formulas), frozenset(hidden), frozenset(wrong), last, tuple(stray))


def _last_row(rows: list[int]) -> int:
    """The last row before a gap that no table has."""
    last = 0
    for row in sorted(rows):
        if last and row - last > GAP:
            break
        last = row
    return last


def without_strays(path: Path, parts: Parts) -> bytes:
    """The workbook less cells far outside its tables, which would make a reader reserve memory for all between."""
    by_part = {s.part: s for s in parts.sheets.values() if s.stray_rows}
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item.filename)
            new.writestr(
                item.filename, _cut(data, by_part[item.filename]) if item.filename in by_part else data
            )
    return out.getvalue()


def _cut(data: bytes, sheet: SheetParts) -> bytes:
    def keep_row(match: re.Match[bytes]) -> bytes:
        number = _NUMBER.search(match[1])
        return b"" if number and int(number[1]) > sheet.last_row else match[0]

    def keep_cell(match: re.Match[bytes]) -> bytes:
        return b"" if column_index(match[1].decode()) >= WIDEST else match[0]

    data = re.sub(rb"<(?:\w+:)?row\b([^>]*)>.*?</(?:\w+:)?row>", keep_row, data, flags=re.S)
    data = re.sub(
        rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{3})[0-9]+"[^>]*?(?:/>|>.*?</(?:\w+:)?c>)',
        keep_cell,
        data,
        flags=re.S,
    )
    return re.sub(rb"<(?:\w+:)?dimension\b[^>]*/>", b"", data)
