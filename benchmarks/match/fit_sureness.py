"""Fit the curves of ``sanwang.collaboration.sureness`` on judged pairs, and say how well they hold on needs left out.

    python benchmarks/match/fit_sureness.py SET ... [--cache DIR] [--encoder NAME] [--write]

``relates``: a pair is at least of the same matter (grade ≥ 1) by its evidence. ``right``: it is useful (grade ≥ 2) by
evidence and the likeness of its title and of the need's nearest sentence. ``holds``: the pool has a useful one for
this need, by the mean evidence of the first three and the nearest title and sentence of all. Logistic curves whose
weights are held small (ridge on standardised signs) and never negative: more likeness never speaks against a match.
Only pairs among the first ``DEEP`` of a need count for the first two: that is what people are shown. A need of a pool
that was judged from the tops of rankings counts for ``holds``; unjudged pairs count as not useful.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
from labelled import read_set
from measures import auc, auc_interval
from parts import Apart, apart, changed
from scipy.optimize import minimize

from sanwang.collaboration import sureness
from sanwang.collaboration.rank import Evidence
from sanwang.collaboration.sureness import Curve, need_signs, pair_signs

Floats = npt.NDArray[np.float64]

DEEP, USEFUL, RIDGE = 30, 2, 2.0
WHERE = Path(sureness.__file__).parent / "sureness.json"


def fit(signs: Floats, worked: Floats, weights: Floats | None = None) -> Curve:
    """A logistic curve; a row counts by its weight."""
    middle, spread = signs.mean(axis=0), np.maximum(signs.std(axis=0), 1e-9)
    ready, count = (signs - middle) / spread, np.ones(len(worked)) if weights is None else weights

    def loss(p: Floats) -> float:
        z = ready @ p[1:] + p[0]
        return float((count * (np.logaddexp(0, z) - worked * z)).sum() + RIDGE / 2 * (p[1:] ** 2).sum())

    bounds = [(None, None), *[(0.0, None)] * signs.shape[1]]
    p = minimize(loss, np.zeros(signs.shape[1] + 1), method="L-BFGS-B", bounds=bounds).x
    slopes = p[1:] / spread
    return Curve(tuple(np.round(slopes, 5).tolist()), round(float(p[0] - slopes @ middle), 5))


def left_out(signs: Floats, worked: Floats, groups: npt.NDArray[np.int64]) -> Floats:
    """The chance of each row by a curve fitted without its group."""
    found = np.empty(len(worked))
    for group in np.unique(groups):
        rest = groups != group
        found[~rest] = fit(signs[rest], worked[rest]).chance(signs[~rest])
    return found


def rows_of(one: Apart) -> tuple[Floats, npt.NDArray[np.int8], npt.NDArray[np.int64]]:
    """Signs, grades and needs of the judged pairs among the first of each need."""
    found = Evidence(one.total(changed()), one.named, one.sentence)
    signs: list[Floats] = []
    grades: list[npt.NDArray[np.int8]] = []
    needs: list[npt.NDArray[np.int64]] = []
    for need, row in enumerate(found.total):
        top = (
            np.argsort(-row, kind="stable")[:DEEP]
            if not one.within
            else np.flatnonzero(one.grades[need] >= 0)
        )
        top = top[one.grades[need, top] >= 0]
        signs.append(pair_signs(found, need, top))
        grades.append(one.grades[need, top])
        needs.append(np.full(len(top), need))
    return np.concatenate(signs), np.concatenate(grades), np.concatenate(needs)


def told(name: str, chance: Floats, worked: Floats) -> dict[str, float]:
    """Print and return how well chances of rows left out hold."""
    yes = worked > 0
    low, high = auc_interval(chance, yes)
    brier, base = float(((chance - worked) ** 2).mean()), float(yes.mean() * (1 - yes.mean()))
    print(
        f"| {name} | {len(worked):,} | {int(yes.sum())} | {auc(chance, yes):.3f} ({low:.3f}–{high:.3f}) "
        f"| {brier:.3f} | {base:.3f} |"
    )
    return {
        "rows": len(worked),
        "successes": int(yes.sum()),
        "auc": round(auc(chance, yes), 3),
        "brier": round(brier, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--encoder", default="sanwang", help="as sanwang match --encoder names it")
    parser.add_argument("--write", action="store_true", help="write the curves into the package")
    given = parser.parse_args()
    sets = [s for s in (apart(read_set(f), given.cache, given.encoder) for f in given.sets) if not s.within]
    print(
        "| curve | rows | successes | AUC, needs left out | Brier | Brier of the base rate |\n|---|---|---|---|---|---|"
    )
    curves: dict[str, object] = {"encoder": sets[0].encoder}
    parts = [rows_of(s) for s in sets]
    signs = np.concatenate([p[0] for p in parts])
    grades = np.concatenate([p[1] for p in parts])
    needs = np.concatenate([p[2] + 10_000 * i for i, p in enumerate(parts)])
    for name, columns, least in (("relates", [0], 1), ("right", [0, 1, 2], USEFUL)):
        worked = (grades >= least).astype(np.float64)
        held = told(name, left_out(signs[:, columns], worked, needs), worked)
        curve = fit(signs[:, columns], worked)
        curves[name] = {"weights": curve.weights, "constant": curve.constant, "left_out": held}
    asked = [
        (need_signs(Evidence(s.total(changed()), s.named, s.sentence), i), float((g >= USEFUL).any()))
        for s in sets
        for i, g in enumerate(s.grades)
    ]
    some, worked = np.stack([a for a, _ in asked]), np.array([w for _, w in asked])
    for place, sign in enumerate(("first three", "nearest title", "nearest sentence")):
        told(f"{sign} alone", some[:, place], worked)
    held = told("holds", left_out(some, worked, np.arange(len(worked))), worked)
    curve = fit(some, worked)
    curves["holds"] = {"weights": curve.weights, "constant": curve.constant, "left_out": held}
    curves["fitted"] = (
        f"{len(worked)} needs and {len(grades):,} pairs judged twice, development half; ridge {RIDGE}"
    )
    print(json.dumps(curves, indent=1))
    if given.write:
        WHERE.write_text(json.dumps(curves, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
