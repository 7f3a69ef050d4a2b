"""Fit the weights of the fit of stations to jobs, and say by cross-validation how well it ranks and abstains.

    SANWANG_FIT=FOLDER python benchmarks/fit/fit_weights.py [--write]

FOLDER holds achievements.csv (id, title, abstract), bases.csv and makers.csv (id, name, capabilities, services, fields)
and qrels.csv (achievement, side, station, grade 0–3); it is not ours to ship. All jobs of a fold are left out together.
"""

from __future__ import annotations

import argparse
import csv
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

import sanwang.collaboration.fit.score as score
from sanwang.collaboration.fit.abilities import station
from sanwang.collaboration.fit.closeness import encoding
from sanwang.collaboration.fit.evidence import FEATURES, Job, evidence

FOLDER = Path(os.environ.get("SANWANG_FIT", "fit"))
WORTH = {0: 0.0, 1: 0.35, 2: 1.0, 3: 1.0}
"""What a grade counts as a success: the same industry without the essential process is a third of one."""
PENALTY, FOLDS, SEEDS, SPARE = 3.0, 8, 4, 9
BANDS = (0.0, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5, 0.7, 1.0)
SIDES = {"base": "bases", "maker": "makers"}


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read() -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], int]:
    """Evidence and grades (−1: not judged) by side, jobs × stations."""
    jobs = [Job(r["id"], r["title"], r["abstract"]) for r in rows("achievements")]
    judged = {(r["achievement"], r["side"], r["station"]): int(r["grade"]) for r in rows("qrels")}
    tables, grades = {}, {}
    for side, name in SIDES.items():
        found = [{**r, "fields": r["fields"].split(";"), "services": []} for r in rows(name)]
        tables[side] = evidence(jobs, [station(r) for r in found], encoding()).table
        grades[side] = np.array([[judged.get((j.id, side, r["id"]), -1) for r in found] for j in jobs])
    return tables, grades, len(jobs)


def logistic(x: np.ndarray, y: np.ndarray, penalty: float) -> np.ndarray:
    """Weights of the raw columns and a constant; the penalty is on standardised columns."""
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = (x - mean) / spread

    def loss(p: np.ndarray) -> tuple[float, np.ndarray]:
        s = z @ p[:-1] + p[-1]
        g = 1 / (1 + np.exp(-s)) - y
        cost = (np.logaddexp(0, s) - y * s).sum() + penalty * (p[:-1] ** 2).sum() / 2
        return float(cost), np.r_[z.T @ g + penalty * p[:-1], g.sum()]

    p = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B").x
    return np.r_[p[:-1] / spread, p[-1] - (p[:-1] * mean / spread).sum()]


def fit_pairs(tables: dict[str, np.ndarray], grades: dict[str, np.ndarray], keep: np.ndarray) -> np.ndarray:
    """Pairs judged, and one in nine of the others as failures."""
    x, y = [], []
    for side, table in tables.items():
        for j, s in np.ndindex(grades[side].shape):
            grade = grades[side][j, s]
            if keep[j] and (grade >= 0 or (j * 7 + s) % SPARE == 0):
                x.append(table[j, s])
                y.append(WORTH[max(grade, 0)])
    return logistic(np.array(x), np.array(y), PENALTY)


def cases(tables: dict[str, np.ndarray], odds: dict[str, np.ndarray]) -> np.ndarray:
    parts = [
        np.c_[
            odds[s].max(axis=1),
            tables[s][:, :, FEATURES.index("main")].max(axis=1),
            tables[s][:, :, FEATURES.index("clause")].max(axis=1),
        ]
        for s in tables
    ]
    return np.concatenate(parts)


def anyone(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Equal weight to each standardised kind of evidence (too few cases to weigh them), then Platt's curve."""
    spread = x.std(axis=0)
    total = (x / spread).sum(axis=1)
    a, b = logistic(total[:, None], y, 1.0)
    return np.r_[a / spread, b]


def measures(fits: dict[str, np.ndarray], grades: dict[str, np.ndarray]) -> dict[str, float]:
    """nDCG@5 and "the first could do it" over cases with a station that could; AUC of the best fit over all cases."""
    discount, order, first, best, there = 1 / np.log2(np.arange(2, 7)), [], [], [], []
    for side, fit in fits.items():
        for row, grade in zip(fit, np.maximum(grades[side], 0), strict=True):
            best.append(row.max())
            there.append(bool((grade >= 2).any()))
            if there[-1]:
                ranked = grade[np.argsort(-row, kind="stable")]
                gain, ideal = 2.0**ranked - 1, np.sort(2.0**grade - 1)[::-1]
                order.append((gain[:5] * discount).sum() / (ideal[:5] * discount).sum())
                first.append(ranked[0] >= 2)
    return {"nDCG@5": np.mean(order), "first right": np.mean(first), "abstention AUC": auc(best, there)}


def auc(scores: list[float], truth: list[bool]) -> float:
    s, y = np.array(scores), np.array(truth)
    ranks = np.argsort(np.argsort(s))
    n = y.sum()
    return float((ranks[y].sum() - n * (n - 1) / 2) / (n * (len(y) - n)))


def left_out(
    tables: dict[str, np.ndarray], grades: dict[str, np.ndarray], jobs: int, seed: int
) -> dict[str, np.ndarray]:
    """The fit of each pair by weights fitted without its job."""
    fold = np.random.default_rng(seed).permutation(jobs) % FOLDS
    fits = {s: np.zeros(g.shape) for s, g in grades.items()}
    for one in range(FOLDS):
        pair = fit_pairs(tables, grades, fold != one)
        odds = {s: t @ pair[:-1] + pair[-1] for s, t in tables.items()}
        there = np.concatenate([(g >= 2).any(axis=1) for g in grades.values()]).astype(float)
        known = np.tile(fold != one, len(tables))
        case = anyone(cases(tables, odds)[known], there[known])
        reached = 1 / (1 + np.exp(-(cases(tables, odds) @ case[:-1] + case[-1])))
        for place, side in enumerate(tables):
            out = fold == one
            share = reached[place * jobs : (place + 1) * jobs]
            fits[side][out] = (1 / (1 + np.exp(-odds[side])) * np.sqrt(share)[:, None])[out]
    return fits


def firsts(fits: dict[str, np.ndarray], grades: dict[str, np.ndarray]) -> list[tuple[float, int]]:
    """Fit and grade of the first station of each job and side."""
    return [
        (float(row.max()), int(max(grade[row.argmax()], 0)))
        for side, fit in fits.items()
        for row, grade in zip(fit, grades[side], strict=True)
    ]


def print_bands(found: list[tuple[float, int]]) -> None:
    """How often the first station could do the job (grade 2 and more), or nearly (1), by its fit."""
    fit, grade = (np.array(x) for x in zip(*found, strict=True))
    for low, high in pairwise(BANDS):
        inside = (fit >= low) & (fit < high)
        share = [float((grade[inside] >= least).mean()) if inside.any() else np.nan for least in (2, 1)]
        print(
            f"first of fit {low:.2f}–{high:.2f}: {inside.sum() / SEEDS:.0f} cases, "
            f"could {share[0]:.2f}, nearly {share[1]:.2f}"
        )


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--write", action="store_true")
    tables, grades, jobs = read()
    fits = [left_out(tables, grades, jobs, seed) for seed in range(SEEDS)]
    found = [measures(f, grades) for f in fits]
    for name in found[0]:
        print(f"{name}: {np.mean([f[name] for f in found]):.3f} (mean of {SEEDS} cross-validations)")
    print_bands([one for f in fits for one in firsts(f, grades)])
    pair = fit_pairs(tables, grades, np.ones(jobs, bool))
    odds = {s: t @ pair[:-1] + pair[-1] for s, t in tables.items()}
    there = np.concatenate([(g >= 2).any(axis=1) for g in grades.values()]).astype(float)
    case = anyone(cases(tables, odds), there)
    if options.parse_args().write:
        lines = ["# Fitted by benchmarks/fit/fit_weights.py on 1,217 judged pairs of 52 patents.", "[pair]"]
        lines += [f"{n} = {w:.4f}" for n, w in zip((*FEATURES, "constant"), pair, strict=True)]
        lines += ["", "[anyone]"]
        lines += [f"{n} = {w:.4f}" for n, w in zip(("best", "main", "clause", "constant"), case, strict=True)]
        Path(score.__file__).with_name("weights.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(dict(zip(FEATURES, pair.round(2), strict=False)), case.round(2))


if __name__ == "__main__":
    main()
