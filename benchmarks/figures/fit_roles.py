"""Fit the weights by which roles are told, and say by cross-validation how well they do on texts not fitted on.

    SANWANG_FIGURES=… python benchmarks/figures/fit_roles.py [--write]

Multinomial logistic regression with a squared penalty over cues of the amount's surroundings (no words of the texts
enter: a cue is a pattern of ``roles.toml``). ``--write`` puts the weights, fitted on all texts, into the package.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from annotated import paired, rows
from scipy.optimize import minimize

import sanwang.collaboration.figures.roles as roles
from sanwang.collaboration.figures.amounts import amounts
from sanwang.collaboration.figures.context import context, genre, headings
from sanwang.collaboration.figures.grammar import settled
from sanwang.collaboration.figures.reading import SURE

PENALTY, LEAST, FOLDS, SEEDS = 4.0, 4, 10, 3


def samples() -> list[tuple[int, str, list[str], str]]:
    """Text number, kind, features and role of every amount that the reader sees; ``none`` where not annotated."""
    found = []
    for number, row in enumerate(rows()):
        text, read = row["text"], amounts(row["text"])
        pairs, parts = paired(text, row["figures"], read), headings(text)
        kind = row["id"].split(":")[0]
        told = genre(text)
        kind = told if kind == "need" else "patent" if told == "patent" else "paper"
        for j, one in enumerate(read):
            role = row["figures"][pairs[j]]["role"] if j in pairs else "none"
            where = context(text, one, parts)
            found.append((number, kind, roles.features(one, where, kind, one.at / len(text)), role))
    return found


def fit(given: Sequence[tuple[int, str, list[str], str]]) -> tuple[list[str], np.ndarray]:
    """Names of the features that occur often enough, and their weights."""
    counts = Counter(f for _, _, features, _ in given for f in set(features))
    names = sorted(f for f, c in counts.items() if c >= LEAST)
    place = {f: i for i, f in enumerate(names)}
    x = np.zeros((len(given), len(names)))
    for row, (_, _, features, _) in enumerate(given):
        x[row, [place[f] for f in features if f in place]] = 1
    wanted = np.eye(len(roles.ROLES))[[roles.ROLES.index(role) for *_, role in given]]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        table = flat.reshape(len(names), -1)
        scores = x @ table
        scores -= scores.max(axis=1, keepdims=True)
        odds = np.exp(scores)
        odds /= odds.sum(axis=1, keepdims=True)
        cost = -np.log((odds * wanted).sum(axis=1) + 1e-12).sum() + PENALTY * (table**2).sum() / 2
        return float(cost), (x.T @ (odds - wanted) + PENALTY * table).ravel()

    start = np.zeros(len(names) * len(roles.ROLES))
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return names, best.reshape(len(names), -1)


def told(names: list[str], table: np.ndarray, features: list[str], kind: str) -> str:
    place = {f: i for i, f in enumerate(names)}
    scores = table[[place[f] for f in features if f in place]].sum(axis=0)
    odds = np.exp(scores - scores.max())
    odds /= odds.sum()
    other = max(zip(odds[1:], roles.ROLES[1:], strict=True))[1]
    return settled(features, kind) or ("wish" if odds[0] > SURE else other)


def validate(given: Sequence[tuple[int, str, list[str], str]], seed: int) -> list[str]:
    """The role of each amount by weights fitted without its text."""
    fold = np.random.default_rng(seed).permutation(max(s[0] for s in given) + 1) % FOLDS
    found = [""] * len(given)
    for one in range(FOLDS):
        names, table = fit([s for s in given if fold[s[0]] != one])
        for i, (text, kind, features, _) in enumerate(given):
            if fold[text] == one:
                found[i] = told(names, table, features, kind)
    return found


def main() -> None:
    write = argparse.ArgumentParser()
    write.add_argument("--write", action="store_true")
    given = samples()
    stated = sum(f["role"] == "wish" for row in rows() for f in row["figures"])
    for seed in range(SEEDS):
        found = validate(given, seed)
        named = [s[3] for s, role in zip(given, found, strict=True) if role == "wish"]
        right = sum(role == "wish" for role in named)
        same = np.mean([s[3] == role for s, role in zip(given, found, strict=True)])
        print(
            f"seed {seed}: wishes named {len(named)}, right {right / len(named):.3f}, "
            f"of those stated {right / stated:.3f}; all roles {same:.3f}"
        )
    if write.parse_args().write:
        names, table = fit(given)
        path = Path(roles.__file__).with_name("roles.csv")
        lines = [
            "# Weights of features by role, fitted by benchmarks/figures/fit_roles.py on 189 annotated texts.",
            ",".join(["feature", *roles.ROLES]),
            *(",".join([f'"{n}"', *(f"{w:.3f}" for w in row)]) for n, row in zip(names, table, strict=True)),
        ]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
