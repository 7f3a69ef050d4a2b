"""The Region: an immutable snapshot of tables."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from sanwang.errors import DataError, OptionError
from sanwang.schema import KINDS, TRACE, Kind, Problem
from sanwang.sources import readings
from sanwang.sources.workspace import Workspace, read_workspace, write_workspace

if TYPE_CHECKING:
    from sanwang.region.check import Check
    from sanwang.region.trace import Trace
    from sanwang.sources.recognise.guess import TableGuess


@dataclass(frozen=True)
class Region:
    """Tables of facts by kind, each a Polars frame with the schema's columns and where its rows came from.

    ``region["needs"]`` is always there (empty where the workspace has no such table).
    """

    tables: Mapping[str, pl.DataFrame]
    name: str = ""
    fictional: bool = False
    problems: tuple[Problem, ...] = field(default=(), repr=False)
    readings: pl.DataFrame = field(default_factory=readings.empty, repr=False)
    guesses: tuple[TableGuess, ...] = field(default=(), repr=False)

    @classmethod
    def open(cls, path: str | Path) -> Region:
        """Read a folder of tables, any one workbook, csv or Parquet file, or a database (its SQLAlchemy
        address).

        Every sheet is recognised by its headings and cells whatever it is called; ``guesses`` says what was
        taken for what, ``readings`` how each cell that does not speak for itself was read. Bad cells do not
        raise: they are null in the frames and listed by ``check``. Raises InputError where there is nothing
        to read.
        """
        if "://" in str(path):
            from sanwang.sources.database import read_database

            return cls.read(read_database(str(path)))
        return cls.read(read_workspace(Path(path)))

    @classmethod
    def read(cls, read: Workspace) -> Region:
        """The Region of what a reader found."""
        found = cls.of(read.name, fictional=read.fictional, problems=read.problems, frames=read.frames)
        return replace(found, readings=read.readings, guesses=read.guesses)

    @classmethod
    def of(
        cls,
        name: str = "",
        *,
        fictional: bool = False,
        problems: tuple[Problem, ...] = (),
        frames: Mapping[str, pl.DataFrame] | None = None,
        **tables: pl.DataFrame,
    ) -> Region:
        """A Region of the given frames; missing columns are null, values are cast to the schema's types.

        Raises OptionError for a table that is no kind and DataError for a column that cannot be cast.
        """
        given = dict(frames or {}) | tables
        if unknown := sorted(set(given) - set(KINDS)):
            raise OptionError(
                f"no kind of row is called {', '.join(unknown)}; kinds: {', '.join(KINDS)}",
                f"没有这种表：{'、'.join(unknown)}；有 {'、'.join(KINDS)}",
            )
        whole = {n: _conform(k, given[n]) if n in given else k.empty() for n, k in KINDS.items()}
        return cls(MappingProxyType(whole), name, fictional, problems)

    def __getitem__(self, kind: str) -> pl.DataFrame:
        return self.tables[kind]

    def has(self, kind: str) -> bool:
        """Whether the table has any row."""
        return self.tables[kind].height > 0

    def with_tables(self, **frames: pl.DataFrame) -> Region:
        """The same Region with some tables replaced."""
        fresh = {name: _conform(KINDS[name], frame) for name, frame in frames.items()}
        return replace(self, tables=MappingProxyType(dict(self.tables) | fresh))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the content of all tables; where rows were read from does not count."""
        total = hashlib.sha256()
        for name, frame in sorted(self.tables.items()):
            total.update(f"{name}:{frame.height}\n".encode())
            total.update(frame.drop(TRACE).write_json().encode())
        return total.hexdigest()

    def trace(self, kind: str, key: str) -> Trace:
        """Where a row came from (file, sheet, row as the spreadsheet numbers it) and the original text of
        every cell of it.

        Raises OptionError where there is no such row.
        """
        from sanwang.region.trace import trace

        return trace(self, kind, key)

    def unread(self, kind: str, field: str | None = None) -> frozenset[str]:
        """Keys of rows with a cell (of ``field``) that holds something which could not be read: it is unknown, which is
        not the same as empty, and must never count as without a limit."""
        from sanwang.region.trace import unread

        return unread(self, kind, field)

    def check(self) -> Check:
        """Every problem of the snapshot: what reading found, then keys, references and rules."""
        from sanwang.region.check import check  # the check reads the Region, so it cannot be imported above

        return check(self)

    def without_errors(self) -> Region:
        """The Region less every row with an error, and less the rows that referred to those, until none is left."""
        from sanwang.region.check import drop_errors

        return drop_errors(self)

    def save(self, path: str | Path, format: str = "xlsx", lang: str = "zh") -> list[Path]:
        """Write the workspace as one file a table (``xlsx``, ``csv`` or ``parquet``); returns the files.

        Ranges are written as ranges, and the original text of every interpreted cell in a column of its own. Raises
        DataError while whole files or rows could not be read: writing would lose them.
        """
        if any(p.severity == "error" and p.code in _LOST for p in self.problems):
            raise DataError("tables that could not be read would be lost on writing; mend them first")
        return write_workspace(
            Path(path),
            self.tables,
            name=self.name,
            fictional=self.fictional,
            format=format,
            lang=lang,
            texts=self.readings,
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{KINDS[n].zh}</td><td>{n}</td><td>{f.height:,}</td></tr>"
            for n, f in self.tables.items()
            if f.height
        )
        return f"<b>{self.name or 'Region'}</b><table>{rows}</table>"


_LOST = (
    "unreadable",
    "password",
    "save_as",
    "macros",
    "too_large",
    "bomb",
    "encoding",
    "encoding_mixed",
    "quote",
    "no_header",
    "config",
)
"""Problems after which a file's rows are not in the snapshot."""


def _conform(kind: Kind, frame: pl.DataFrame) -> pl.DataFrame:
    try:
        known = [
            pl.col(c).cast(t) if c in frame.columns else pl.lit(None, t).alias(c)
            for c, t in kind.dtypes.items()
        ]
        extra = [pl.col(c) for c in frame.columns if c not in kind.dtypes]
        columns = [*known[:-3], *extra, *known[-3:]]
        return frame.select(columns)
    except pl.exceptions.PolarsError as error:
        raise DataError(f"table {kind.name}: {error}") from error
