"""Two questions that a ranking alone does not answer: does the pool hold anything for this need, and is this one right?

Chances come from logistic curves over several signs, fitted on pairs that readers judged (``sureness.json`` says
on which, and how well that held on needs left out). They are not fitted on the user's own outcomes: to people they
are said in words (``in_words``), and a percentage only after ``calibrate``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from sanwang.collaboration.matches import SURE
from sanwang.collaboration.rank import Evidence, Scores

Floats = npt.NDArray[np.float64]

FIRST = 3
"""Achievements at the top whose evidence says whether there is anything at all: one alone may be chance."""

FIELD = slice(9, 30)
"""Places behind the first: what a pool of this kind gives any need."""

BANDS = ((0.5, "likely"), (0.2, "possible"), (0.0, "unlikely"))
"""The chance from which each word holds."""

_HOLDS = {
    "zh": {
        "likely": "库中很可能有能用的成果",
        "possible": "库中可能有能用的成果",
        "unlikely": "库中多半没有能用的成果",
    },
    "en": {
        "likely": "the pool probably holds something useful",
        "possible": "the pool may hold something useful",
        "unlikely": "the pool probably holds nothing useful",
    },
}
_RIGHT = {
    "zh": {"likely": "很可能能用", "possible": "可能能用", "unlikely": "多半不能直接用"},
    "en": {
        "likely": "probably useful",
        "possible": "may be useful",
        "unlikely": "probably not useful as it is",
    },
}


@dataclass(frozen=True)
class Curve:
    """A logistic curve: chance = 1 / (1 + exp(−(constant + weights · signs)))."""

    weights: tuple[float, ...]
    constant: float

    def chance(self, signs: npt.ArrayLike) -> Floats:
        """The chance of each row of signs, shape (rows, signs) → (rows,)."""
        return 1 / (
            1 + np.exp(-(np.asarray(signs, dtype=np.float64) @ np.array(self.weights) + self.constant))
        )


@dataclass(frozen=True)
class Sureness:
    """The curves: ``relates`` for scores, ``right`` for a pair, ``holds`` for a need; ``known`` where the last two hold
    for the encoder that is used."""

    relates: Curve
    right: Curve
    holds: Curve
    known: bool

    def related(self, total: npt.ArrayLike) -> Floats:
        """Evidence as a score 0…1: the share of judged pairs of that evidence that were at least of the same matter."""
        return self.relates.chance(np.asarray(total, dtype=np.float64)[..., None])


def judged_by(encoders: Sequence[str]) -> Sureness:
    """The curves, for matches made with these encoders."""
    read = _shipped()
    curves = {n: Curve(tuple(read[n]["weights"]), read[n]["constant"]) for n in ("relates", "right", "holds")}
    return Sureness(**curves, known=list(encoders) == [read["encoder"]])


@cache
def _shipped() -> Mapping[str, Any]:
    return json.loads((files("sanwang.collaboration") / "sureness.json").read_text(encoding="utf-8"))


def held_out() -> dict[str, object]:
    """How the shipped curves held on needs that were left out: AUC of ``holds`` and ``right``, and on how many."""
    holds, right = (_shipped()[n]["left_out"] for n in ("holds", "right"))
    return {
        "holds": f"{holds['auc']:.2f}", "needs": holds["rows"], "held": holds["successes"],
        "right": f"{right['auc']:.2f}", "pairs": f"{right['rows']:,}", "useful": right["successes"],
    }  # fmt: skip


def pair_signs(found: Evidence, need: int, columns: npt.NDArray[np.int64]) -> Floats:
    """The signs of pairs of one need: evidence, likeness to the title, likeness of the nearest sentence."""
    rows = (found.total[need, columns], found.named[need, columns], found.sentence[need, columns])
    return np.stack(rows, axis=1).astype(np.float64)


def need_signs(found: Evidence, need: int) -> Floats:
    """The signs of one need over the pool (``signs_of``)."""
    return signs_of(np.sort(found.total[need])[::-1], found.named[need].max(), found.sentence[need].max())


def signs_of(top: Scores, named: np.float32, sentence: np.float32) -> Floats:
    """The signs of one need over the pool, from its greatest evidence in falling order (``FIELD.stop`` at least, or all
    there is) and the nearest title and sentence of all.

    Mean evidence of the first ``FIRST``, how far that stands above the field behind them (``FIELD``), and the two.
    """
    first = top[:FIRST].mean()
    field = top[FIELD] if len(top) > FIELD.start else top[-1:]
    return np.array([first, first - field.mean(), named, sentence], dtype=np.float64)


def sure_rows(
    sureness: Sureness, need: str, achievements: Sequence[str], signs: Floats, pairs: Floats
) -> pl.DataFrame:
    """Rows of ``Matches.sure`` for the ranked achievements of one need; none where the curves do not apply.

    ``signs`` are those of the need; ``pairs`` has a row a pair (``pair_signs``).
    A pair is never surer than that the pool holds anything.
    """
    if not sureness.known:
        return pl.DataFrame(schema=SURE)
    holds = float(sureness.holds.chance(signs[None, :])[0])
    right = sureness.right.chance(pairs)
    rows = {
        "need": [need] * len(pairs),
        "achievement": list(achievements),
        "right": np.round(np.minimum(right, holds), 4),
        "holds": [round(holds, 4)] * len(pairs),
    }
    return pl.DataFrame(rows, schema=SURE)


def band(chance: float) -> str:
    """``likely``, ``possible`` or ``unlikely``."""
    return next(name for least, name in BANDS if chance >= least)


def in_words(chance: float, of: str = "holds", lang: str = "zh") -> str:
    """A chance as words: ``of`` is ``holds`` (a need) or ``right`` (a pair)."""
    return (_HOLDS if of == "holds" else _RIGHT)["zh" if lang == "zh" else "en"][band(chance)]


def verdicts(sure: pl.DataFrame, lang: str = "zh") -> pl.DataFrame:
    """One row a need of ``Matches.sure``: need, holds (0…1), band, said. No row where the chances do not apply."""
    rows = sure.group_by("need", maintain_order=True).agg(pl.col("holds").first())
    chances = rows["holds"].to_list()
    return rows.with_columns(
        pl.Series("band", [band(h) for h in chances], pl.String),
        pl.Series("said", [in_words(h, "holds", lang) for h in chances], pl.String),
    )


def doubtful(sure: pl.DataFrame, lang: str = "zh") -> list[str]:
    """A notice that names the needs for which the pool probably holds nothing useful."""
    names = verdicts(sure, lang).filter(pl.col("band") == "unlikely")["need"].to_list()
    if not names:
        return []
    shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
    if lang == "zh":
        return [
            f"{len(names)} 条需求，库中多半没有能用的成果，排在前面的只是最接近的：{shown}"
            "（依据随附的判读样本，未按本库结果校准）"
        ]
    return [
        f"{len(names)} needs for which the pool probably holds nothing useful, the first ones being only the nearest: "
        f"{shown} (by the judged sample that ships, not calibrated on this pool's outcomes)"
    ]
