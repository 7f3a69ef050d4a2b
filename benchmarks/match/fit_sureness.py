"""Fit the curves of ``sanwang.collaboration.sureness`` on judged pairs, and say how well they hold on needs left out.

    python benchmarks/match/fit_sureness.py SET ... [--authored SET ...] [--cache DIR] [--encoder NAME] [--write]

``relates``: a pair is at least of the same matter (grade ≥ 1) by its evidence. ``right``: it is useful (grade ≥ 2) by
evidence and the likeness of its title and of the need's nearest sentence. ``holds``: the pool has a useful one for
this need, by the mean evidence of the first three, how far it stands above the field, and the nearest title and
sentence of all. Authored sets (``--authored``) teach ``holds`` other ways of writing: each of their needs counts once
as it is and once with its useful results taken out, half as much together as the real needs. Logistic curves whose
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

DEEP, USEFUL, RIDGE, SHARE = 30, 2, 2.0, 0.5
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
    found = _evidence(one)
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


def pooled_needs(sets: list[Apart]) -> tuple[Floats, Floats]:
    """Signs of every need of the sets, and whether its pool holds a useful result."""
    signs = [need_signs(_evidence(s), i) for s in sets for i in range(len(s.grades))]
    return np.stack(signs), np.array([float((g >= USEFUL).any()) for s in sets for g in s.grades])


def with_and_without(sets: list[Apart]) -> tuple[Floats, Floats]:
    """Signs of every need with its useful results in the pool, and with these taken out."""
    signs: list[Floats] = []
    worked: list[float] = []
    for one in sets:
        found = _evidence(one)
        for i, grades in enumerate(one.grades):
            for kept, answer in ((grades > -2, 1.0), (grades < USEFUL, 0.0)):
                part = Evidence(*(a[i : i + 1, kept] for a in (found.total, found.named, found.sentence)))
                signs.append(need_signs(part, 0))
                worked.append(answer)
    return np.array(signs).reshape(-1, 4), np.array(worked)


def _evidence(one: Apart) -> Evidence:
    return Evidence(one.total(changed()), one.named, one.sentence)


def told(name: str, chance: Floats, worked: Floats, brier: bool = True) -> dict[str, float]:
    """Print and return how well chances of rows left out hold."""
    yes = worked > 0
    low, high = auc_interval(chance, yes)
    error, base = float(((chance - worked) ** 2).mean()), float(yes.mean() * (1 - yes.mean()))
    shown = f"{error:.3f} | {base:.3f}" if brier else "– | –"
    print(
        f"| {name} | {len(worked):,} | {int(yes.sum())} | {auc(chance, yes):.3f} ({low:.3f}–{high:.3f}) | {shown} |"
    )
    kept = {"rows": len(worked), "successes": int(yes.sum()), "auc": round(auc(chance, yes), 3)}
    return {**kept, "brier": round(error, 3)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--authored", nargs="*", type=Path, default=[])
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
    some, worked = pooled_needs(sets)
    for place, sign in enumerate(("first three", "above the field", "nearest title", "nearest sentence")):
        told(f"{sign} alone", some[:, place], worked, brier=False)
    written = [apart(read_set(f, within=False), given.cache, given.encoder) for f in given.authored]
    extra, extra_worked = with_and_without(written)
    share = np.concatenate([np.ones(len(some)), np.full(len(extra), SHARE * len(some) / max(len(extra), 1))])
    chance = np.empty(len(some))
    for i in range(len(some)):
        rest = np.arange(len(share)) != i
        curve = fit(
            np.concatenate([some, extra])[rest], np.concatenate([worked, extra_worked])[rest], share[rest]
        )
        chance[i] = curve.chance(some[i : i + 1])[0]
    held = told("holds", chance, worked)
    curve = fit(np.concatenate([some, extra]), np.concatenate([worked, extra_worked]), share)
    if len(extra):
        unsure = curve.chance(extra[extra_worked > 0]) < sureness.BANDS[1][0]
        print(f"authored needs with a useful result called unlikely: {unsure.mean():.2f}")
    curves["holds"] = {"weights": curve.weights, "constant": curve.constant, "left_out": held}
    told_of = f"{len(worked)} needs and {len(grades):,} pairs judged twice, development half; ridge {RIDGE}"
    curves["fitted"] = f"{told_of}; holds also from {len(extra)} authored cases at weight {SHARE}"
    print(json.dumps(curves, indent=1))
    if given.write:
        WHERE.write_text(json.dumps(curves, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
