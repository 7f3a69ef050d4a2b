"""Scores held against outcomes: ridge logistic regression, judged only on firms it has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import expit
from scipy.stats import rankdata

from sanwang.errors import OptionError

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


@dataclass(frozen=True)
class Backtest:
    """Out-of-sample figures, each with a 95 % interval from resampling firms where ``low`` and ``high`` are given.

    ``figures``: measure, value, low, high. ``calibration``: bin, count, predicted, observed. ``lift``: part (of firms,
    riskiest first), lift, low, high, caught. ``predicted``: each firm's probability, the mean over repeats.
    """

    figures: pl.DataFrame
    calibration: pl.DataFrame
    lift: pl.DataFrame
    predicted: Floats


def fit_logistic(features: Floats, outcome: Bools, penalty: float) -> Floats:
    """Intercept and coefficients that minimise the log loss plus ``penalty``/2 times the squared coefficients.

    Newton's method; the intercept is not penalised. Features should be standardised, without NaN.
    """
    design = np.column_stack([np.ones(len(features)), features])
    ridge = np.full(design.shape[1], penalty)
    ridge[0] = 1e-9
    beta = np.zeros(design.shape[1])
    for _ in range(100):
        chance = expit(design @ beta)
        slope = design.T @ (chance - outcome) + ridge * beta
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        beta -= step / max(1.0, float(np.abs(step).max()) / 5)
        if np.abs(step).max() < 1e-10:
            break
    return beta


def auc(chance: Floats, outcome: Bools) -> float:
    """The chance that a firm that failed was given a higher figure than one that did not; NaN where one kind lacks."""
    bad = int(outcome.sum())
    good = outcome.size - bad
    if not bad or not good:
        return float("nan")
    order = rankdata(chance)
    return float((order[outcome].sum() - bad * (bad + 1) / 2) / (bad * good))


def folds(outcome: Bools, parts: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """A fold for each firm, each with its share of failures."""
    where = np.zeros(outcome.size, np.int64)
    for kind in (outcome, ~outcome):
        members = rng.permutation(np.flatnonzero(kind))
        where[members] = (np.arange(members.size) + rng.integers(parts)) % parts
    return where


def logistic_backtest(
    features: Floats,
    outcome: Bools,
    *,
    repeats: int = 20,
    parts: int = 5,
    seed: int = 1,
    resamples: int = 2000,
) -> Backtest:
    """Repeated stratified cross-validation; the penalty is chosen anew inside every training part.

    What is missing takes the median of the training part, whose 2 % and 98 % quantiles also bound the values. Raises
    OptionError where there are fewer failures than parts.
    """
    _check(features, outcome, parts)
    rng = np.random.default_rng(seed)
    total = np.zeros(outcome.size)
    each = np.zeros(repeats)
    for turn in range(repeats):
        where, chance = folds(outcome, parts, rng), np.zeros(outcome.size)
        for part in range(parts):
            rest, held = where != part, where == part
            penalty = _best_penalty(features[rest], outcome[rest], parts, rng)
            chance[held] = _predict(features[rest], outcome[rest], features[held], penalty)
        total += chance
        each[turn] = auc(chance, outcome)
    return _judged(total / repeats, outcome, each, resamples, rng)


def rank_backtest(
    features: Floats,
    signs: Floats,
    outcome: Bools,
    *,
    repeats: int = 20,
    parts: int = 5,
    seed: int = 1,
    resamples: int = 2000,
) -> Backtest:
    """A score of points kind: the mean of the ranks of all features, each with its sign fixed beforehand.

    Nothing is fitted to outcomes but the two numbers that turn a score into a probability, out of sample.
    """
    _check(features, outcome, parts)
    score = rank_score(features, signs)[:, None]
    rng = np.random.default_rng(seed)
    total = np.zeros(outcome.size)
    for _ in range(repeats):
        where = folds(outcome, parts, rng)
        for part in range(parts):
            rest, held = where != part, where == part
            total[held] += _predict(score[rest], outcome[rest], score[held], 0.01)
    # The order is the score's own: each fold's two numbers would disturb it.
    found = _judged(
        total / repeats, outcome, np.array([auc(-score[:, 0], outcome)]), resamples, rng, -score[:, 0]
    )
    return found


def rank_score(features: Floats, signs: Floats) -> Floats:
    """The mean over features of a firm's rank (0–1, higher better); what is missing ranks in the middle."""
    parts = np.full(features.shape, 0.5)
    for j, sign in enumerate(signs):
        known = ~np.isnan(features[:, j])
        if known.sum() > 1:
            parts[known, j] = (rankdata(sign * features[known, j]) - 1) / (known.sum() - 1)
    return parts.mean(axis=1)


def _check(features: Floats, outcome: Bools, parts: int) -> None:
    if features.shape[0] != outcome.size or min(outcome.sum(), (~outcome).sum()) < parts:
        raise OptionError("too few outcomes of a kind for this many parts / 某一类结果太少，不足以分组检验")


def _predict(train: Floats, outcome: Bools, test: Floats, penalty: float) -> Floats:
    middle = np.nan_to_num(np.nanmedian(train, axis=0))
    low, high = np.nanquantile(train, [0.02, 0.98], axis=0)
    held = [np.clip(np.where(np.isnan(x), middle, x), low, high) for x in (train, test)]
    mean, spread = held[0].mean(axis=0), held[0].std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    beta = fit_logistic((held[0] - mean) / spread, outcome, penalty)
    return expit(beta[0] + ((held[1] - mean) / spread) @ beta[1:])


def _best_penalty(features: Floats, outcome: Bools, parts: int, rng: np.random.Generator) -> float:
    where = folds(outcome, parts, rng)
    loss = np.zeros(len(PENALTIES))
    for part in range(parts):
        rest, held = where != part, where == part
        for k, penalty in enumerate(PENALTIES):
            chance = np.clip(_predict(features[rest], outcome[rest], features[held], penalty), 1e-6, 1 - 1e-6)
            loss[k] -= np.log(np.where(outcome[held], chance, 1 - chance)).sum()
    return PENALTIES[int(np.argmin(loss))]


def _judged(
    chance: Floats,
    outcome: Bools,
    each: Floats,
    resamples: int,
    rng: np.random.Generator,
    order: Floats | None = None,
) -> Backtest:
    order = chance if order is None else order
    draws = rng.integers(0, outcome.size, (resamples, outcome.size))
    draws = draws[[0 < outcome[d].sum() < outcome.size for d in draws]]
    base = float(outcome.mean())
    brier = (chance - outcome) ** 2
    constant = (base - outcome) ** 2
    figures = [
        ("auc", auc(order, outcome), [auc(order[d], outcome[d]) for d in draws]),
        ("auc_one_repeat", float(each.mean()), list(each) if each.size > 1 else []),
        ("brier", float(brier.mean()), list(brier[draws].mean(axis=1))),
        ("brier_of_the_base_rate", float(constant.mean()), []),
        ("brier_saved", float(1 - brier.mean() / constant.mean()),
         [1 - brier[d].mean() / constant[d].mean() for d in draws]),
        ("calibration_slope", _slope(chance, outcome), [_slope(chance[d], outcome[d]) for d in draws[:300]]),
        ("mean_predicted", float(chance.mean()), []),
        ("base_rate", base, list(outcome[draws].mean(axis=1))),
    ]  # fmt: skip
    rows = [
        (n, v, *(np.nanquantile(d, [0.025, 0.975]).tolist() if d else (None, None))) for n, v, d in figures
    ]
    bins = np.array_split(np.argsort(chance, kind="stable"), 5)
    table = [(k + 1, b.size, float(chance[b].mean()), float(outcome[b].mean())) for k, b in enumerate(bins)]
    lifts = list[tuple[float, float, float, float, float]]()
    for part in (0.1, 0.2, 0.3):
        drawn = [_lift(order[d], outcome[d], part)[0] for d in draws]
        value, caught = _lift(order, outcome, part)
        lifts.append(
            (part, value, float(np.quantile(drawn, 0.025)), float(np.quantile(drawn, 0.975)), caught)
        )
    return Backtest(
        pl.DataFrame(
            rows, schema=["measure", "value", "low", "high"], orient="row", infer_schema_length=None
        ),
        pl.DataFrame(table, schema=["bin", "count", "predicted", "observed"], orient="row"),
        pl.DataFrame(lifts, schema=["part", "lift", "low", "high", "caught"], orient="row"),
        chance,
    )


def _lift(order: Floats, outcome: Bools, part: float) -> tuple[float, float]:
    """How much oftener the riskiest part fails than all do, and the share of all failures it holds."""
    count = max(1, round(part * outcome.size))
    worst = np.argsort(-order, kind="stable")[:count]
    caught = float(outcome[worst].sum() / outcome.sum())
    return caught * outcome.size / count, caught


def _slope(chance: Floats, outcome: Bools) -> float:
    """The slope of the outcome on the predicted log odds: 1 where predictions are neither too bold nor too timid."""
    odds = np.log(np.clip(chance, 1e-6, 1 - 1e-6) / np.clip(1 - chance, 1e-6, 1 - 1e-6))
    return float(fit_logistic(odds[:, None], outcome, 1e-6)[1])
