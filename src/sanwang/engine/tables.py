"""Tables larger than memory: read from Parquet in batches, each a block of work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl


def batches(path: str | Path, rows: int = 100_000) -> Iterator[pl.DataFrame]:
    """A Parquet file's rows in order, so many at a time; only the row groups that a batch lies in are read for it.

    Given to ``Engine.stream`` as the blocks, no more of them are held than the engine states.
    """
    lazy = pl.scan_parquet(path)
    count = lazy.select(pl.len()).collect().item()
    for start in range(0, count, rows):
        yield lazy.slice(start, rows).collect()
