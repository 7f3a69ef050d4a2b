"""Tables larger than memory: read from Parquet and written to it in batches, each a block of work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
from polars.io.plugins import register_io_source

from sanwang.errors import InputError


def batches(path: str | Path, rows: int = 100_000) -> Iterator[pl.DataFrame]:
    """A Parquet file's rows in order, so many at a time; only the row groups that a batch lies in are read for it.

    Given to ``Engine.stream`` as the blocks, no more of them are held than the engine states. Raises InputError for a
    file that is no Parquet.
    """
    lazy = pl.scan_parquet(path)
    try:
        count = lazy.select(pl.len()).collect().item()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(
            f"{path} cannot be read as Parquet ({error})", f"{path}：无法作为 Parquet 读取"
        ) from error
    for start in range(0, count, rows):
        yield lazy.slice(start, rows).collect()


def write_batches(path: str | Path, frames: Iterable[pl.DataFrame], schema: dict[str, Any]) -> None:
    """Frames of that schema, one after another, as one Parquet file; each is drawn when those before are written."""

    def drawn(
        columns: list[str] | None, where: pl.Expr | None, rows: int | None, size: int | None
    ) -> Iterator[pl.DataFrame]:
        yield from frames

    # Rows are written in the order they are drawn, and nothing asks for some of them.
    register_io_source(drawn, schema=schema).sink_parquet(path, maintain_order=True)
