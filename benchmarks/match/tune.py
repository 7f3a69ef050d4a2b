"""How much of the quality is choice: weights are chosen on four fifths of the needs and measured on the rest.

    python benchmarks/match/tune.py SET ... [--cache DIR]

Prints nDCG@10 with the shipped weights, with those chosen out of fold, and each part left out.
"""

from __future__ import annotations

import argparse
import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
from labelled import Labelled, read_set
from measures import per_need
from systems import ours

from sanwang.collaboration import rank

FOLDS = 5
GRID = {
    "FULL": {"second": (0.6, 0.9, 1.2), "toll": (0.5, 1.0), "lexical": (0.0, 0.1)},
    "TITLED": {"second": (0.2, 0.4, 0.6), "parts": (0.0, 0.5), "lexical": (0.0, 0.1, 0.2)},
}
WITHOUT = {
    "FULL": {"toll": 0.0, "second": 0.0, "lexical": 0.0},
    "TITLED": {"parts": 0.0, "second": 0.0, "lexical": 0.0},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--cache", type=Path)
    given = parser.parse_args()
    print("| set | weights | nDCG@10 |")
    print("|---|---|---|")
    for folder in given.sets:
        task = read_set(folder)
        kind = "TITLED" if not any(task.achievements["abstract"]) else "FULL"
        study(task, kind, given.cache)


def study(task: Labelled, kind: str, cache: Path | None) -> None:
    shipped = getattr(rank, kind)
    names, values = zip(*GRID[kind].items(), strict=True)
    tried = [
        measured(task, kind, dict(zip(names, v, strict=True)), cache) for v in itertools.product(*values)
    ]
    scores = np.stack(tried)
    fold = np.random.default_rng(0).permutation(scores.shape[1]) % FOLDS
    held = np.empty(scores.shape[1])
    for k in range(FOLDS):
        held[fold == k] = scores[scores[:, fold != k].mean(axis=1).argmax(), fold == k]
    print(f"| {task.name} | shipped | {measured(task, kind, {}, cache).mean():.3f} |")
    print(f"| {task.name} | chosen out of fold ({len(tried)} tried) | {held.mean():.3f} |")
    means = scores.mean(axis=1)
    print(f"| {task.name} | worst and best of the grid | {means.min():.3f}, {means.max():.3f} |")
    for part, value in WITHOUT[kind].items():
        print(
            f"| {task.name} | without {part} | {measured(task, kind, {part: value}, cache).mean():.3f} |",
            flush=True,
        )
    assert getattr(rank, kind) is shipped


def measured(task: Labelled, kind: str, change: dict[str, float], cache: Path | None) -> np.ndarray:
    """nDCG@10 of each need with some weights changed."""
    shipped = getattr(rank, kind)
    setattr(rank, kind, replace(shipped, **change))
    try:
        order = ours(task, cache)
    finally:
        setattr(rank, kind, shipped)
    rows = []
    for need in task.needs["id"]:
        grades = task.grades[need]
        rows.append(
            per_need(order[need], grades, task.least, frozenset(grades) if task.within else None)["nDCG@10"]
        )
    return np.array(rows)


if __name__ == "__main__":
    main()
