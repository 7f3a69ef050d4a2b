"""Cells mended by a person before anything is written; the file stays as it is, and what a cell said is kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from sanwang.errors import InputError
from sanwang.sources.atomic import atomic_path
from sanwang.sources.raw import Cell, RawTable, Row

MENDS = ".mends.json"
"""Where an import's mends are kept, beside its files."""

LONGEST = 20_000
"""Characters of a mended cell, at most."""


@dataclass(frozen=True)
class Mend:
    """A cell by file, sheet, row (from 1, as a spreadsheet shows it) and column (from 0), and what it is to say."""

    file: str
    sheet: str
    row: int
    column: int
    text: str

    @property
    def place(self) -> tuple[str, str, int, int]:
        """Which cell."""
        return self.file, self.sheet, self.row, self.column


def mended(raw: RawTable, mends: Iterable[Mend]) -> RawTable:
    """The table with the cells as a person mended them, and what they said before under ``mended``.

    Mends of other tables, and of rows that are not there, change nothing.
    """
    wanted: dict[int, dict[int, str]] = {}
    for one in mends:
        if (one.file, one.sheet) == (raw.file, raw.sheet):
            wanted.setdefault(one.row, {})[one.column] = one.text
    if not wanted:
        return raw
    before: dict[tuple[int, int], Cell] = {}
    rows: list[Row] = []
    for number, cells in raw.rows:
        row = list(cells)
        for column, text in wanted.get(number, {}).items():
            row += [None] * (column + 1 - len(row))
            before[number, column] = row[column]
            row[column] = text
        rows.append((number, row))
    spoken = before.keys()
    return replace(
        raw, rows=rows, mended=before, formulas=raw.formulas - spoken, errors=raw.errors - spoken
    )  # fmt: skip


def merged(had: Sequence[Mend], fresh: Iterable[Mend]) -> tuple[Mend, ...]:
    """Mends with later ones in place of earlier; an empty text gives the cell back as the file has it.

    Raises InputError for a text that is too long.
    """
    held = {m.place: m for m in had}
    for one in fresh:
        if len(one.text) > LONGEST:
            raise InputError(
                f"a cell holds at most {LONGEST:,} characters", f"一个单元格最多 {LONGEST:,} 个字"
            )
        held.pop(one.place, None)
        if one.text.strip():
            held[one.place] = one
    return tuple(held.values())


def remembered_mends(folder: Path) -> tuple[Mend, ...]:
    """The mends kept in an import's folder, none where nothing was mended. Raises InputError for a broken file."""
    path = folder / MENDS
    if not path.is_file():
        return ()
    try:
        return tuple(
            Mend(str(f), str(s), int(r), int(c), str(t)) for f, s, r, c, t in json.loads(path.read_bytes())
        )
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{path}: {error}") from error


def remember_mends(folder: Path, mends: Sequence[Mend]) -> None:
    """Keep mends in an import's folder."""
    with atomic_path(folder / MENDS) as temporary:
        temporary.write_text(json.dumps([astuple(m) for m in mends], ensure_ascii=False), encoding="utf-8")
