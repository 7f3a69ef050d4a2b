"""A program of its own that joins a cluster by its address, as a command with ``--engine ray://…`` does.

It writes what the core of the conformance suite came to, and which machine took each block, for the test that started
it.
"""

import hashlib
import json
import sys
from pathlib import Path

import engine_blocks as blocks
import numpy as np
import polars as pl

from sanwang.engine.choose import engine_of
from sanwang.engine.port import run
from sanwang.errors import DataError


def core(engine, folder):
    """Tables, every bit of products, arrays that may be written to, what a block raises, and a killed worker."""
    rng = np.random.default_rng(5)
    matrix = rng.standard_normal((64, 90), np.float32)
    parts = [rng.standard_normal((n, 64), np.float32) for n in (1, 7, 40)]
    found = run(engine, blocks.product, parts, engine.share(matrix))
    frames = [pl.DataFrame({"n": range(i), "名": ["甲"] * i}) for i in range(1, 4)]
    tables = run(engine, blocks.doubled, frames, engine.share(3))
    weights = blocks.Weights(np.arange(50.0), np.zeros(50))
    try:
        run(engine, blocks.refused, [1, 2])
        said = "nothing"
    except DataError as error:
        said = error.said("zh")
    squares = run(engine, blocks.dies_once, range(6), engine.share(folder), engine.share(3))
    return {
        "bits": hashlib.sha256(b"".join(f.tobytes() for f in found)).hexdigest(),
        "tables": [t["n"].to_list() for t in tables],
        "weighed": run(engine, blocks.weighed, [np.full(50, 2.0)], engine.share(weights)),
        "said": said,
        "squares": squares,
    }


if __name__ == "__main__":
    with engine_of(sys.argv[1]) as one:
        nodes = run(one, blocks.node, range(6), one.share(sys.argv[2]))
        told = {"core": core(one, sys.argv[2]), "nodes": nodes}
        Path(sys.argv[3]).write_text(json.dumps(told), encoding="utf-8")
