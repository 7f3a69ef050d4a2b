"""Comma-, semicolon- or tab-separated text: UTF-8, UTF-16 with a mark, or GB 18030 (GBK)."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from pathlib import Path

from sanwang.schema import Problem
from sanwang.sources.raw import MAX_BYTES, RawTable, Row, megabytes

csv.field_size_limit(16 * 2**20)
_DELIMITERS = ",\t;|"


def read_csv(path: Path) -> RawTable:
    """The file's cells as text. What cannot be decoded or split is a problem of the table, never an exception."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        return _refused(path, "too_large", met=megabytes(size), limit=megabytes(MAX_BYTES))
    decoded = decode(path.read_bytes())
    if isinstance(decoded, dict):
        code = "encoding_mixed" if "utf8" in decoded else "encoding"
        return _refused(path, code, **decoded)
    return read_text(decoded, path.name)


def read_text(text: str, name: str = "") -> RawTable:
    """The cells of a table as text: a csv file's, or what was copied from a spreadsheet (tabs)."""
    rows, broken = _split(text)
    problems = (Problem("error", "quote", file=name, row=broken),) if broken else ()
    return RawTable(name, "", rows, problems=problems)


def _refused(path: Path, code: str, **terms: str) -> RawTable:
    problem = Problem("error", code, file=path.name, terms=tuple(terms.items()))
    return RawTable(path.name, "", [], problems=(problem,))


def decode(data: bytes) -> str | dict[str, str]:
    """The text, or the lines that stand in the way."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _legacy(data)


def _legacy(data: bytes) -> str | dict[str, str]:
    lines = data.split(b"\n")
    foreign = [(n, line) for n, line in enumerate(lines, 1) if not line.isascii()]
    utf8 = [n for n, line in foreign if _decodes(line, "utf-8")]
    other = [n for n, line in foreign if not _decodes(line, "utf-8")]
    undecodable = next((n for n, line in foreign if n in set(other) and not _decodes(line, "gb18030")), None)
    if undecodable:
        return {"line": str(undecodable)}
    # A GBK line of a few characters can be valid UTF-8 by chance; a third of all lines is no chance.
    if len(utf8) > len(foreign) / 3:
        return {"utf8": str(utf8[0]), "line": str(other[0])}
    return data.decode("gb18030")


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def delimiter_of(text: str) -> str:
    """The mark that parts the cells: the one by which most of the first lines have the same number of cells,
    above one."""
    lines = [line for line in text[:200_000].splitlines()[:200] if line.strip()]
    best, best_score = ",", 0.0
    for mark in _DELIMITERS:
        counts = Counter(line.count(mark) for line in lines)
        counts.pop(0, None)
        score = max((n * min(c, 12) for c, n in counts.items()), default=0) + 0.01 * sum(
            c * n for c, n in counts.items()
        )
        if score > best_score:
            best, best_score = mark, score
    return best


def _split(text: str) -> tuple[list[Row], int | None]:
    """Rows with spreadsheet row numbers, and the row where an unclosed quotation begins, if one does."""
    delimiter = delimiter_of(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    try:
        for number, cells in enumerate(reader, 1):
            rows.append((number, cells))
    except csv.Error:
        return rows, len(rows) + 1
    return _unquoted(rows, delimiter), None


def _unquoted(rows: list[Row], delimiter: str) -> list[Row]:
    """Rows that a careless program quoted as a whole, split again where that gives the usual number of cells."""
    widths = Counter(len(cells) for _, cells in rows)
    usual = widths.most_common(1)[0][0] if widths else 0
    if usual < 3:
        return rows
    return [(n, _again(cells, delimiter, usual)) for n, cells in rows]


def _again(cells: object, delimiter: str, usual: int) -> list[str]:
    row: list[str] = list(cells)  # pyright: ignore[reportArgumentType]
    if len(row) == 1 and row[0].count(delimiter) >= usual - 1:
        parts = next(csv.reader([row[0]], delimiter=delimiter))
        return parts if len(parts) == usual else row
    return row
