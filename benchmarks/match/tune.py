"""How the weights were chosen, and how much of the quality is choice.

    python benchmarks/match/tune.py SET ... [--cache DIR] [--encoder NAME]

One set of weights for all sets together: the mean over sets of nDCG@10, every set counting alike, each point of the
grid smoothed with its neighbours so that a lucky corner does not win; of all points within one standard error of the
best the one nearest to the grid's beginning (Breiman et al. 1984, section 3.4.3). Cross-validated: weights chosen on
four fifths of the needs of every set and measured on the rest. Then each kind of evidence left out.
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np
import numpy.typing as npt
from labelled import read_set
from measures import interval, ndcg
from parts import KINDS, Apart, apart, changed

Floats = npt.NDArray[np.float64]

FOLDS = 5
GRID = {
    "titles": (0.0, 0.2, 0.4, 0.6),
    "named": (0.0, 0.2, 0.4, 0.6),
    "parts": (0.0, 0.3, 0.6),
    "words": (10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0),
}


def measured(one: Apart, weights: dict[str, float]) -> Floats:
    """nDCG@10 of each need; nan where nothing is related."""
    rows = []
    for row, grades in zip(one.total(weights), one.grades, strict=True):
        judged = grades[grades >= 0]
        if not judged.any():
            rows.append(float("nan"))
            continue
        among = np.flatnonzero(grades >= 0) if one.within else np.arange(len(row))
        order = among[np.argsort(-row[among], kind="stable")[:10]]
        rows.append(ndcg(np.maximum(grades[order], 0).tolist(), judged.tolist()))
    return np.array(rows)


def smoothed(values: Floats) -> Floats:
    """The mean of each point of the grid and its neighbours along each axis."""
    total, count = values.copy(), np.ones_like(values)
    for axis in range(values.ndim):
        for step in (1, -1):
            moved = np.roll(values, step, axis)
            edge = [slice(None)] * values.ndim
            edge[axis] = slice(0, 1) if step == 1 else slice(-1, None)
            there = np.ones_like(values)
            there[tuple(edge)] = 0
            total += moved * there
            count += there
    return total / count


def simplest(tried: list[Floats], shape: tuple[int, ...]) -> int:
    """The point of fewest steps along the grid whose mean lies within one standard error of the best point's.

    ``tried`` holds for each set nDCG (points, needs). The error is that of the difference, paired over needs.
    """
    means = smoothed(np.mean([np.nanmean(t, axis=1) for t in tried], axis=0).reshape(shape)).ravel()
    best = int(means.argmax())
    square = np.zeros(len(means))
    for t in tried:
        seen = ~np.isnan(t[0])
        apart_by = t[best, seen] - t[:, seen]
        square += apart_by.var(axis=1) / seen.sum()
    near = means[best] - means <= np.sqrt(square) / len(tried)
    steps = np.indices(shape).reshape(len(shape), -1).sum(axis=0)
    least = steps[near].min()
    return int(np.where(near & (steps == least), means, -1).argmax())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--encoder", default="sanwang", help="as sanwang match --encoder names it")
    given = parser.parse_args()
    sets = [apart(read_set(folder), given.cache, given.encoder) for folder in given.sets]
    points = [changed(**dict(zip(GRID, v, strict=True))) for v in itertools.product(*GRID.values())]
    shape = tuple(len(v) for v in GRID.values())
    tried = {one.name: np.stack([measured(one, p) for p in points]) for one in sets}
    folds = {n: np.random.default_rng(0).permutation(t.shape[1]) % FOLDS for n, t in tried.items()}

    def chosen(left_out: int) -> int:
        return simplest([t[:, folds[n] != left_out] for n, t in tried.items()], shape)

    best = chosen(-1)
    print("chosen on all:", {k: points[best][k] for k in GRID})
    print("| set | weights | nDCG@10 (95 %) |\n|---|---|---|")
    for one in sets:
        values, fold = tried[one.name], folds[one.name]
        held = np.empty(values.shape[1])
        for k in range(FOLDS):
            held[fold == k] = values[chosen(k), fold == k]
        line(one.name, "shipped", measured(one, changed()))
        line(one.name, f"chosen out of fold ({len(points)} tried)", held)
        line(one.name, "chosen on all", values[best])
        means = np.nanmean(values, axis=1)
        print(f"| {one.name} | worst and best of the grid | {means.min():.3f}, {means.max():.3f} |")
        for kind in KINDS:
            line(one.name, f"without {kind}", measured(one, points[best] | {kind: 0.0}))


def line(name: str, what: str, values: Floats) -> None:
    seen = values[~np.isnan(values)]
    low, high = interval(seen)
    print(f"| {name} | {what} | {seen.mean():.3f} ({low:.3f}–{high:.3f}) |", flush=True)


if __name__ == "__main__":
    main()
