"""Comma-, semicolon- or tab-separated text: UTF-8, UTF-16 with a mark, or GB 18030 (GBK)."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from sanwang.schema import Problem
from sanwang.sources.raw import MAX_BYTES, RawTable, Row, megabytes

csv.field_size_limit(16 * 2**20)


def read_csv(path: Path) -> RawTable:
    """The file's cells as text. What cannot be decoded or split is a problem of the table, never an exception."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        return _refused(path, "too_large", met=megabytes(size), limit=megabytes(MAX_BYTES))
    decoded = _decode(path.read_bytes())
    if isinstance(decoded, dict):
        code = "encoding_mixed" if "utf8" in decoded else "encoding"
        return _refused(path, code, **decoded)
    rows, broken = _split(decoded)
    problems = (Problem("error", "quote", file=path.name, row=broken),) if broken else ()
    return RawTable(path.name, "", rows, problems=problems)


def _refused(path: Path, code: str, **terms: str) -> RawTable:
    problem = Problem("error", code, file=path.name, terms=tuple(terms.items()))
    return RawTable(path.name, "", [], problems=(problem,))


def _decode(data: bytes) -> str | dict[str, str]:
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


def _split(text: str) -> tuple[list[Row], int | None]:
    """Rows with spreadsheet row numbers, and the row where an unclosed quotation begins, if one does."""
    head = text[: text.find("\n")] if "\n" in text else text
    delimiter = max(",\t;", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    try:
        for number, cells in enumerate(_records(reader), 1):
            rows.append((number, cells))
    except csv.Error:
        return rows, len(rows) + 1
    return rows, None


def _records(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    yield from reader
