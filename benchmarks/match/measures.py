"""How good a ranking is: nDCG@10, precision at 3, Recall, AUC, and whether one system really beats another.

The gain of a grade g is 2^g - 1 (Burges et al. 2005), the discount 1/log2(rank + 1); the ideal order is that of
all judged achievements of the need. Pairs without a judgement count as grade 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
DRAWS = 10_000


def ndcg(ranked: Sequence[int], judged: Sequence[int], k: int = 10) -> float:
    """Normalised discounted cumulative gain of the grades in ranked order, 0…1."""
    ideal = _dcg(sorted(judged, reverse=True)[:k])
    return _dcg(ranked[:k]) / ideal if ideal else 0.0


def _dcg(grades: Sequence[int]) -> float:
    return float(sum((2**g - 1) / np.log2(place + 2) for place, g in enumerate(grades)))


def mrr(ranked: Sequence[int], least: int, k: int = 10) -> float:
    """One over the place of the first achievement of at least that grade, 0 if there is none in the first k."""
    return next((1 / (place + 1) for place, g in enumerate(ranked[:k]) if g >= least), 0.0)


def recall(ranked: Sequence[int], judged: Sequence[int], least: int, k: int) -> float:
    """Share of the achievements of at least that grade that are among the first k."""
    wanted = sum(g >= least for g in judged)
    return sum(g >= least for g in ranked[:k]) / wanted if wanted else float("nan")


def paired_bootstrap(ours: Floats, theirs: Floats, seed: int = 7) -> tuple[float, float, float]:
    """Mean difference and its 95 % interval, needs drawn with replacement (Efron & Tibshirani 1993)."""
    differences = ours - theirs
    draws = np.random.default_rng(seed).integers(0, len(differences), (DRAWS, len(differences)))
    means = differences[draws].mean(axis=1)
    return float(differences.mean()), *(float(q) for q in np.quantile(means, (0.025, 0.975)))


def interval(values: Floats, seed: int = 7) -> tuple[float, float]:
    """The 95 % bootstrap interval of a mean."""
    draws = np.random.default_rng(seed).integers(0, len(values), (DRAWS, len(values)))
    means = values[draws].mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def precision(ranked: Sequence[int], least: int, k: int = 3) -> float:
    """Share of the first k that are of at least that grade; places that stay empty count as misses."""
    return sum(g >= least for g in ranked[:k]) / k


def auc(scores: Floats, positive: npt.NDArray[np.bool_]) -> float:
    """The chance that a positive scores above a negative, ties half (Hanley & McNeil 1982); nan without both."""
    yes, no = scores[positive], scores[~positive]
    if not len(yes) or not len(no):
        return float("nan")
    return float(((yes[:, None] > no) + 0.5 * (yes[:, None] == no)).mean())


def auc_interval(scores: Floats, positive: npt.NDArray[np.bool_], seed: int = 7) -> tuple[float, float]:
    """The 95 % bootstrap interval of an AUC, needs drawn with replacement within positives and negatives."""
    yes, no = scores[positive], scores[~positive]
    wins = (yes[:, None] > no) + 0.5 * (yes[:, None] == no)
    rng = np.random.default_rng(seed)
    found = [
        wins[rng.integers(0, len(yes), len(yes))][:, rng.integers(0, len(no), len(no))].mean()
        for _ in range(2000)
    ]
    return float(np.quantile(found, 0.025)), float(np.quantile(found, 0.975))


def per_need(
    order: Sequence[str], grades: Mapping[str, int], least: int, keep: frozenset[str] | None = None
) -> dict[str, float]:
    """All measures of one need's ranking; ``keep`` restricts ranking and judgements to some achievements.

    nDCG is not defined where no judgement is above 0, MRR and recall where none reaches ``least``.
    """
    names = [a for a in order if keep is None or a in keep]
    judged = [g for a, g in grades.items() if keep is None or a in keep]
    ranked = [grades.get(a, 0) for a in names]
    right = any(g >= least for g in judged)
    return {
        "nDCG@10": ndcg(ranked, judged) if any(judged) else float("nan"),
        "P@3": precision(ranked, least),
        "MRR@10": mrr(ranked, least) if right else float("nan"),
        "R@10": recall(ranked, judged, least, 10),
        "R@50": recall(ranked, judged, least, 50),
        "perfect P@3": precision(sorted(judged, reverse=True), least),
        "unjudged": float(sum(a not in grades for a in names[:10])),
    }
