"""Where pricing runs: one function over chunks of pairs, each a frame in and a frame out.

A frame is an Arrow table (Polars hands it over without copying), so an engine that ships Arrow batches to other
machines, Spark's ``applyInArrow`` or Ray's ``map_batches``, fits the same protocol.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import polars as pl

Kernel = Callable[[pl.DataFrame], pl.DataFrame]


class Engine(Protocol):
    """Applies a kernel to each chunk and gives the results in the chunks' order."""

    def map(self, kernel: Kernel, chunks: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
        """One frame out for each frame in."""
        ...

    @property
    def width(self) -> int:
        """How many chunks run at a time."""
        ...


class LocalEngine:
    """The cores of this process: compiled kernels release the interpreter's lock."""

    def __init__(self, cores: int | None = None) -> None:
        self._cores = cores or max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)

    @property
    def width(self) -> int:
        """Cores in use."""
        return self._cores

    def map(self, kernel: Kernel, chunks: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
        """One frame out for each frame in."""
        if self._cores == 1 or len(chunks) < 2:
            return [kernel(chunk) for chunk in chunks]
        with ThreadPoolExecutor(self._cores) as pool:
            return list(pool.map(kernel, chunks))
