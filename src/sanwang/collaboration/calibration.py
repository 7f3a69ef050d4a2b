"""From scores to probabilities that can be trusted, or the plain statement that they cannot be."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import isotonic_regression, minimize

from sanwang.collaboration.matches import Matches
from sanwang.collaboration.sureness import verdicts
from sanwang.collaboration.verdicts import labels as decided
from sanwang.engine.choose import engine_of
from sanwang.engine.port import Engine, run
from sanwang.errors import InputError, OptionError
from sanwang.region import Region
from sanwang.sources.atomic import atomic_path

Floats = npt.NDArray[np.float64]
Method = Literal["platt", "isotonic"]
Level = Literal["low", "middle", "high"]

ENOUGH = 30
"""Successes, and failures, below which nothing is called a probability."""

NEEDS = 10
"""Needs that the pairs must come from: pairs of one need say little of another."""

FEW = 15
"""Needs with and without success below which nothing is said of first results and of needs."""

RESAMPLES = 100
_BLOCK = 25
FOLDS = 5
BINS = 10
WORKED = ("deal", "fit")


@dataclass(frozen=True)
class Curve:
    """A never-falling curve from score to probability for one question, and how well it held on needs left out.

    ``low`` and ``high`` are the 5 % and 95 % points of the curve over resamples of the needs, at the same ``scores``.
    ``auc`` is the chance that a success stands above a failure, left out.
    """

    method: Method
    scores: tuple[float, ...]
    probabilities: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    rows: int
    successes: int
    ece: float
    brier: float
    auc: float

    def at(self, scores: Sequence[float] | Floats, level: Level = "middle") -> Floats:
        """The probability of scores, or an end of its 90 % interval."""
        known = {"low": self.low, "middle": self.probabilities, "high": self.high}[level]
        return np.interp(np.asarray(scores, dtype=np.float64), self.scores, known)


@dataclass(frozen=True)
class Calibration:
    """How scores become probabilities, and how well that held on needs it was not fitted on.

    ``ece`` is the expected calibration error over ten bins of equal count (Naeini et al. 2015), ``brier`` the mean
    squared error; both cross-validated with all pairs of a need in one fold. ``bins`` are (mean probability,
    observed share, pairs) of the cross-validated reliability diagram. ``first`` (is the first result right?) and
    ``holds`` (is anything that was judged right?) are asked of each need's first score and fitted apart, None where
    there are too few needs.
    """

    method: Method
    scores: tuple[float, ...]
    probabilities: tuple[float, ...]
    encoder: str
    pairs: int
    successes: int
    needs: int
    ece: float
    brier: float
    bins: tuple[tuple[float, float, int], ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    first: Curve | None = None
    holds: Curve | None = None

    def probability(self, scores: Sequence[float] | Floats, level: Level = "middle") -> Floats:
        """Probabilities of scores, never falling as the score rises, or an end of their 90 % interval."""
        known = {"low": self.low or self.probabilities, "high": self.high or self.probabilities}
        return np.interp(
            np.asarray(scores, dtype=np.float64), self.scores, known.get(level, self.probabilities)
        )

    def save(self, path: Path) -> None:
        """Write the calibration as JSON."""
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")


@dataclass(frozen=True)
class Uncalibrated:
    """Why there is no probability: what there was and what is wanted."""

    pairs: int
    successes: int
    needs: int

    def __str__(self) -> str:
        zh = f"未校准：{self.pairs} 对结果（{self.successes} 成）来自 {self.needs} 条需求，"
        zh += f"至少要 {ENOUGH} 成、{ENOUGH} 不成、{NEEDS} 条需求"
        en = f"uncalibrated: {self.pairs} pairs ({self.successes} successes) of {self.needs} needs; at least "
        en += f"{ENOUGH} successes, {ENOUGH} failures and {NEEDS} needs are wanted"
        return f"{zh} / {en}"


def load_calibration(path: Path) -> Calibration:
    """A saved calibration. Raises InputError where the file is none."""
    try:
        data = cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
        lists: dict[str, Any] = {n: tuple(map(float, data[n])) for n in ("scores", "probabilities")}
        lists["bins"] = tuple((float(a), float(b), int(c)) for a, b, c in data["bins"])
        lists |= {n: tuple(map(float, data.get(n) or ())) for n in ("low", "high")}
        lists |= {n: _curve_of(data.get(n)) for n in ("first", "holds")}
        return Calibration(**(data | lists))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is no calibration ({error}) / 不是校准文件") from error


def _curve_of(data: Mapping[str, Any] | None) -> Curve | None:
    if data is None:
        return None
    lists: dict[str, Any] = {
        n: tuple(map(float, data[n])) for n in ("scores", "probabilities", "low", "high")
    }
    return Curve(**(dict(data) | lists))


def read_labels(path: Path, least: int = 2) -> dict[tuple[str, str], bool]:
    """Labelled pairs of a csv with need, achievement, grade; a grade of at least ``least`` is a success."""
    try:
        frame = pl.read_csv(path, infer_schema=False)
        rows = frame.select("need", "achievement", pl.col("grade").cast(pl.Float64)).drop_nulls().rows()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{path}: need, achievement and grade are wanted ({error}) / 不是标注表") from error
    return {(n, a): grade >= least for n, a, grade in rows}


def outcome_labels(region: Region) -> dict[tuple[str, str], bool]:
    """What is known of pairs of a Region: past outcomes (a deal or a technical fit is a success) and what persons
    accepted or rejected; where both speak of a pair, what happened goes before what was said."""
    rows = region["outcomes"].select("need", "achievement", "result").drop_nulls().iter_rows()
    return decided(region) | {(n, a): result in WORKED for n, a, result in rows}


def calibrated(region: Region, matches: Matches) -> Calibration | Uncalibrated:
    """The calibration of matches on what the Region itself knows of its pairs."""
    return calibrate(matches, outcome_labels(region))


def calibrate(
    matches: Matches,
    labels: Mapping[tuple[str, str], bool],
    unjudged_fail: bool = False,
    engine: Engine | None = None,
) -> Calibration | Uncalibrated:
    """Fit Platt's curve or a monotone step, whichever has the lower cross-validated Brier score.

    ``unjudged_fail`` counts matched pairs without a label as failures, which is right only where the labels name
    every success of the pool (a test set). Labels of pairs that were not matched are left out. Resamples are fitted on
    the ``engine``.
    """
    rows = matches.frame.select("need", "achievement", "score").rows()
    known = [(n, s, labels[n, a]) for n, a, s in rows if (n, a) in labels]
    if unjudged_fail:
        judged = {n for n, _ in labels}
        known += [(n, s, False) for n, a, s in rows if n in judged and (n, a) not in labels]
    names = np.array([n for n, _, _ in known])
    scores = np.array([s for _, s, _ in known], dtype=np.float64)
    worked = np.array([w for _, _, w in known], dtype=np.float64)
    successes, needs = int(worked.sum()), len(set(names.tolist()))
    if min(successes, len(known) - successes) < ENOUGH or needs < NEEDS:
        return Uncalibrated(len(known), successes, needs)
    folds = _folds(names)
    tried: dict[Method, Floats] = {m: _held_out(m, scores, worked, folds) for m in ("platt", "isotonic")}
    method = min(tried, key=lambda m: float(((tried[m] - worked) ** 2).mean()))
    xs, ys = _fit(method, scores, worked)
    bins = reliability(tried[method], worked)
    low, high = _interval(method, scores, worked, names, xs, engine)
    return Calibration(
        method, tuple(xs.tolist()), tuple(ys.tolist()), matches.encoder, len(known), successes, needs,
        expected_error(bins), float(((tried[method] - worked) ** 2).mean()), bins, low, high,
        *_of_needs(matches, labels, unjudged_fail, engine),
    )  # fmt: skip


def _of_needs(
    matches: Matches, labels: Mapping[tuple[str, str], bool], unjudged_fail: bool, engine: Engine | None
) -> tuple[Curve | None, Curve | None]:
    """Whether a need's first result is right, and whether anything judged for it is, by its first score."""
    judged: dict[str, list[bool]] = {}
    for (need, _), right in labels.items():
        judged.setdefault(need, []).append(right)
    rows = matches.frame.filter(pl.col("rank") == 1).select("need", "achievement", "score").rows()
    rows = [(n, a, s) for n, a, s in rows if n in judged]
    known = [(n, s, labels.get((n, a), False)) for n, a, s in rows if unjudged_fail or (n, a) in labels]
    return _curve(known, engine), _curve([(n, s, any(judged[n])) for n, _, s in rows], engine)


def _curve(rows: Sequence[tuple[str, float, bool]], engine: Engine | None) -> Curve | None:
    """Platt's curve over needs, None where successes or failures are fewer than ``FEW``."""
    names, scores = np.array([n for n, _, _ in rows]), np.array([s for _, s, _ in rows], dtype=np.float64)
    worked = np.array([w for _, _, w in rows], dtype=np.float64)
    successes = int(worked.sum())
    if min(successes, len(rows) - successes) < FEW:
        return None
    told = _held_out("platt", scores, worked, _folds(names))
    xs, ys = _platt(scores, worked)
    low, high = _interval("platt", scores, worked, names, xs, engine)
    error = expected_error(reliability(told, worked))
    brier = float(((told - worked) ** 2).mean())
    return Curve("platt", tuple(xs.tolist()), tuple(ys.tolist()), low, high, len(rows), successes, error, brier,
                 _auc(told, worked > 0))  # fmt: skip


def _auc(told: Floats, right: npt.NDArray[np.bool_]) -> float:
    """The chance that a success stands above a failure, ties counting half (Mann and Whitney 1947)."""
    above = (told[right][:, None] > told[~right][None, :]).mean()
    same = (told[right][:, None] == told[~right][None, :]).mean()
    return float(above + same / 2)


def _interval(
    method: Method,
    scores: Floats,
    worked: Floats,
    names: npt.NDArray[np.str_],
    knots: Floats,
    engine: Engine | None,
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The 5 % and 95 % points of the curve at its knots over resamples of whole needs (cluster bootstrap)."""
    rng = np.random.default_rng(0)
    _, place = np.unique(names, return_inverse=True)
    members = [np.flatnonzero(place == n) for n in range(int(place.max()) + 1)]
    drawn: list[npt.NDArray[np.int64]] = []
    while len(drawn) < RESAMPLES:
        some = np.concatenate([members[n] for n in rng.integers(0, len(members), len(members))])
        if 0 < worked[some].sum() < some.size:
            drawn.append(some)
    blocks = [drawn[i : i + _BLOCK] for i in range(0, RESAMPLES, _BLOCK)]
    with engine_of(engine) as used:
        shared = used.share((method, scores, worked, knots))
        fitted = np.concatenate(run(used, refitted, blocks, shared, label="resamples 重抽样"))
        used.drop(shared)
    low, high = np.quantile(fitted, [0.05, 0.95], axis=0)
    return tuple(low.tolist()), tuple(high.tolist())


def refitted(drawn: list[npt.NDArray[np.int64]], given: tuple[Method, Floats, Floats, Floats]) -> Floats:
    """The curve at its knots fitted anew to each of some resamples (a block of an engine)."""
    method, scores, worked, knots = given
    return np.stack([np.interp(knots, *_fit(method, scores[some], worked[some])) for some in drawn])


def _folds(names: npt.NDArray[np.str_]) -> npt.NDArray[np.int64]:
    """Needs in name order dealt to folds, so that all pairs of a need are in one."""
    _, place = np.unique(names, return_inverse=True)
    order = np.random.default_rng(0).permutation(place.max() + 1)
    return (order[place] % FOLDS).astype(np.int64)


def _held_out(method: Method, scores: Floats, worked: Floats, folds: npt.NDArray[np.int64]) -> Floats:
    found = np.empty_like(scores)
    for fold in range(FOLDS):
        rest, these = folds != fold, folds == fold
        xs, ys = _fit(method, scores[rest], worked[rest])
        found[these] = np.interp(scores[these], xs, ys)
    return found


def _fit(method: Method, scores: Floats, worked: Floats) -> tuple[Floats, Floats]:
    """Knots of a never-falling curve from score to probability."""
    return _platt(scores, worked) if method == "platt" else _isotonic(scores, worked)


def _platt(scores: Floats, worked: Floats) -> tuple[Floats, Floats]:
    """Platt (1999): a logistic curve of the score's log-odds, with his smoothed targets."""
    x = _log_odds(scores)
    yes, no = worked.sum(), len(worked) - worked.sum()
    target = np.where(worked > 0, (yes + 1) / (yes + 2), 1 / (no + 2))

    def loss(p: Floats) -> float:
        z = np.exp(p[0]) * x + p[1]
        return float((np.logaddexp(0, z) - target * z).mean())

    slope, shift = minimize(loss, np.array([0.0, -1.0]), method="Nelder-Mead").x
    knots = np.linspace(0.0, 1.0, 201)
    return knots, 1 / (1 + np.exp(-(np.exp(slope) * _log_odds(knots) + shift)))


def _log_odds(scores: Floats) -> Floats:
    inside = np.clip(scores, 1e-4, 1 - 1e-4)
    return np.log(inside / (1 - inside))


def _isotonic(scores: Floats, worked: Floats) -> tuple[Floats, Floats]:
    """Isotonic regression (Zadrozny & Elkan 2002); equal scores share one value."""
    xs, place = np.unique(scores, return_inverse=True)
    weight = np.bincount(place).astype(np.float64)
    mean = np.bincount(place, weights=worked) / weight
    return xs, np.asarray(isotonic_regression(mean, weights=weight).x, dtype=np.float64)


def reliability(probabilities: Floats, worked: Floats) -> tuple[tuple[float, float, int], ...]:
    """Mean probability, observed share and pairs of at most ten bins of like count; equal values share a bin."""
    edges = np.unique(np.quantile(probabilities, np.linspace(0, 1, BINS + 1)[1:-1]))
    place = np.searchsorted(edges, probabilities, side="right")
    parts = [np.flatnonzero(place == b) for b in np.unique(place)]
    return tuple((float(probabilities[p].mean()), float(worked[p].mean()), int(p.size)) for p in parts)


def expected_error(bins: Sequence[tuple[float, float, int]]) -> float:
    """Mean distance of stated and observed share, weighted by pairs (0 is perfect)."""
    total = sum(n for _, _, n in bins)
    return sum(abs(p - share) * n for p, share, n in bins) / total


def _first(calibration: Calibration, scores: Floats) -> Floats:
    """The chance that a first result is right: by the curve of first results where there is one."""
    return calibration.probability(scores) if calibration.first is None else calibration.first.at(scores)


def answers(
    matches: Matches, calibration: Calibration | None, least: float = 0.2, lang: str = "zh"
) -> pl.DataFrame:
    """One row a need: the best achievement, or that nothing here solves it, with the nearest and why.

    Columns need, answer, achievement, score, probability (null without a calibration), reasons. ``least`` is the
    probability, or where nothing is known of the encoder the score, below which the answer is withheld. Without a
    calibration the answer says in words how likely the pool holds anything (see ``sureness``).
    """
    if not 0 <= least <= 1:
        raise OptionError(f"the threshold is {least}; between 0 and 1 is wanted")
    if calibration is not None and calibration.encoder != matches.encoder:
        raise OptionError(
            f"calibrated with {calibration.encoder}, matched with {matches.encoder}: calibrate again "
            "/ 编码器不同，请重新校准"
        )
    first = matches.frame.filter(pl.col("rank") == 1)
    scores = first["score"].to_numpy()
    sure = scores if calibration is None else _first(calibration, scores)
    none, yes = (
        ("库中没有能解决的成果，最接近的是", "推荐")
        if lang == "zh"
        else ("nothing here solves this; nearest", "recommended")
    )
    given = [None] * first.height if calibration is None else np.round(sure, 4).tolist()
    said = [yes if s >= least else none for s in sure.tolist()]
    if calibration is None:
        words = dict(verdicts(matches.sure, lang).select("need", "said").iter_rows())
        said = [words.get(n, s) for n, s in zip(first["need"].to_list(), said, strict=True)]
    return first.select(
        "need",
        pl.Series("answer", said, dtype=pl.String),
        "achievement",
        "score",
        pl.Series("probability", given, dtype=pl.Float64),
        "reasons",
    )
