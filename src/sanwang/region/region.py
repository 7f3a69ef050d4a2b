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
from sanwang.sources.workspace import read_workspace, write_workspace

if TYPE_CHECKING:
    from sanwang.region.check import Check


@dataclass(frozen=True)
class Region:
    """Tables of facts by kind, each a Polars frame with the schema's columns and where its rows came from.

    ``region["needs"]`` is always there (empty where the workspace has no such table).
    """

    tables: Mapping[str, pl.DataFrame]
    name: str = ""
    fictional: bool = False
    problems: tuple[Problem, ...] = field(default=(), repr=False)

    @classmethod
    def open(cls, path: str | Path) -> Region:
        """Read a workspace: a folder of tables, or one workbook with a sheet a table.

        Bad cells do not raise: they are null in the frames and listed by ``check``. Raises InputError where
        there is nothing to read.
        """
        read = read_workspace(Path(path))
        return cls.of(read.name, fictional=read.fictional, problems=read.problems, frames=read.frames)

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
            raise OptionError(f"no kind of row is called {', '.join(unknown)}; kinds: {', '.join(KINDS)}")
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

        Raises DataError while the snapshot holds cells that could not be read: writing would lose them.
        """
        if any(p.severity == "error" for p in self.problems):
            raise DataError("cells that could not be read would be lost on writing; mend them first")
        return write_workspace(
            Path(path), self.tables, name=self.name, fictional=self.fictional, format=format, lang=lang
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{KINDS[n].zh}</td><td>{n}</td><td>{f.height:,}</td></tr>"
            for n, f in self.tables.items()
            if f.height
        )
        return f"<b>{self.name or 'Region'}</b><table>{rows}</table>"


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
