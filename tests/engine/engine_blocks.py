"""Plain functions that workers import by name, for the conformance suite."""

import os
import time
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np
import polars as pl

from sanwang.errors import DataError


class Weights(NamedTuple):
    each: np.ndarray
    scratch: np.ndarray


def doubled(frame: pl.DataFrame, by: int) -> pl.DataFrame:
    return frame.with_columns(pl.col("n") * by)


def product(block: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Single precision, so that another order of summation would show."""
    return block @ matrix


@numba.njit("float64(float64[::1], Tuple((float64[::1], float64[::1])))", nogil=True)
def _compiled(row, weights):
    """An explicit signature: refused where an array is read-only; and it writes into what it was given to write in."""
    total = 0.0
    for i in range(row.size):
        weights[1][i] = row[i] * weights[0][i]
        total += weights[1][i]
    return total


def weighed(row: np.ndarray, weights: Weights) -> float:
    return _compiled(row, (weights.each, weights.scratch.copy()))


def refused(block: int) -> int:
    if block == 2:
        raise DataError(f"block {block} is wrong", f"第 {block} 块有误")
    return block


def dies_once(block: int, folder: str, at: int) -> int:
    """Notes that it began; the first worker that holds block ``at`` is killed in the middle of it."""
    with (Path(folder) / f"began-{block}").open("a") as out:
        out.write(".")
    mark = Path(folder) / "died"
    if block == at and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), 9)
    time.sleep(0.02)
    return block * block


def dies(block: int) -> None:
    os._exit(9)


def slow(block: int, folder: str) -> int:
    for _ in range(200):
        with (Path(folder) / f"beat-{block}").open("a") as out:
            out.write(".")
        time.sleep(0.05)
    return block


def greedy(block: int) -> int:
    held = np.ones(block // 8)
    time.sleep(2)
    return held.size


def node(block: int, folder: str) -> str:
    """The node of the cluster that took the block; the first two blocks wait for one another."""
    import ray

    (Path(folder) / f"met-{block}").touch()
    end = time.monotonic() + 100
    while not all((Path(folder) / f"met-{n}").exists() for n in (0, 1)) and time.monotonic() < end:
        time.sleep(0.05)
    return ray.get_runtime_context().get_node_id()


def where(block: int) -> int:
    time.sleep(0.05)
    return os.getpid()
