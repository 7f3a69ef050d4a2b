"""A guess: which table a sheet holds, which field each heading names, how sure this is, and what has to be asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sanwang.sources.cells.parse import PLAIN, Unit
from sanwang.sources.recognise.grid import Block
from sanwang.sources.recognise.rows import Records

ASK_BELOW = 0.5
"""A column recognised less surely than this is asked about."""


@dataclass(frozen=True)
class ColumnGuess:
    """One column: its place, heading, the field it was taken for (None: nothing of ours, kept), how sure
    (0…1), two values of it, the unit decided for it and why, and what has to be asked (mapping, unit,
    currency, size, place …)."""

    index: int
    heading: str
    field: str | None
    confidence: float
    samples: tuple[str, ...] = ()
    unit: Unit = PLAIN
    unit_from: str = ""
    asks: tuple[str, ...] = ()
    runner_up: str | None = None
    unnamed: bool = False
    original_of: str | None = None


@dataclass(frozen=True)
class TableGuess:
    """One table of a sheet: the kind it was taken for (None: none of ours), its columns, its records, what
    was left out."""

    file: str
    sheet: str
    kind: str | None
    confidence: float = 0.0
    block: Block | None = None
    records: Records | None = None
    columns: tuple[ColumnGuess, ...] = ()
    unit_column: int | None = None
    owner: str = ""
    remembered: bool = False
    others: tuple[tuple[str, float], ...] = ()
    reason: str = ""
    asked: tuple[str, ...] = field(default=())

    def column(self, name: str) -> ColumnGuess | None:
        """The column taken for a field."""
        return next((c for c in self.columns if c.field == name), None)

    @property
    def ask(self) -> tuple[str, ...]:
        """Headings a careful person would ask about before relying on the column."""
        mine = [c.heading for c in self.columns if c.asks]
        return tuple(dict.fromkeys([*mine, *self.asked]))

    def as_dict(self) -> dict[str, Any]:
        """The guess for programs: file, sheet, table, header_row, columns, rows, ask."""
        known = self.kind is not None and self.block is not None
        return {
            "file": self.file,
            "sheet": self.sheet or None,
            "table": self.kind,
            "header_row": self.block.header_rows[-1] if known and self.block else None,
            "columns": {c.heading: c.field for c in self.columns if not c.unnamed and not c.original_of}
            if known
            else {},
            "rows": len(self.records.rows) if known and self.records else 0,
            "ask": list(self.ask) if known else [],
        }
