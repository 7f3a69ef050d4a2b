"""Facts that lie apart from the others of their kind, by an isolation forest: where nobody has thought of a rule yet.

A place in an order and no finding: it knows nothing of articles, opens no case and says only which of the numbers that
rules read stand out. Liu, Ting and Zhou (2008), as scikit-learn computes it; wants the extra ``unusual``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sanwang.errors import OptionError
from sanwang.exchange.oversight.features import compute, features

FEWEST = 100
"""Facts of a kind below which nothing is said of it."""

TREES = 200
SHOWN = 3
"""Numbers named of a fact."""

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Standing:
    """A number of a fact, and the middle of those of its kind: both as the feature has it (fen, days, counts)."""

    name: str
    value: int
    middle: int


@dataclass(frozen=True)
class Unusual:
    """A fact that lies apart: its event and kind, how far (0…1, an order alone), and what stands out the most."""

    link: int
    event: str
    kind: str
    score: float
    parties: tuple[str, ...]
    standing: tuple[Standing, ...]


def unusual(frame: pl.DataFrame, most: int = 20, seed: int = 7) -> list[Unusual]:
    """The facts that lie the furthest apart within their kind, the furthest first; the same seed gives the same.

    A kind with fewer than ``FEWEST`` facts is left out. Raises OptionError where scikit-learn is not installed.
    """
    found: list[Unusual] = []
    for kind in sorted(set(frame["kind"])):
        mine = frame.filter(pl.col("kind") == kind)
        names = [f.name for f in features().values() if kind in f.on]
        if len(mine) < FEWEST or not names:
            continue
        numbers = {n: compute(frame, mine, n) for n in names}
        numbers |= {n: mine[n].to_numpy() for n in ("amount", "extra") if mine[n].n_unique() > 1}
        found += _of_kind(mine, {n: x.astype(np.int64) for n, x in numbers.items()}, most, seed)
    return sorted(found, key=lambda u: (-u.score, u.link))[:most]


def _of_kind(
    mine: pl.DataFrame, numbers: dict[str, NDArray[np.int64]], most: int, seed: int
) -> list[Unusual]:
    scaled: Reals = np.column_stack([np.sign(x) * np.log1p(np.abs(x)) for x in numbers.values()])
    apart = _scores(scaled, seed)
    middle = np.median(scaled, axis=0)
    spread = np.maximum(np.median(np.abs(scaled - middle), axis=0), 0.1)
    names, middles = list(numbers), {n: int(np.median(x)) for n, x in numbers.items()}
    made: list[Unusual] = []
    for spot in np.argsort(-apart, kind="stable")[:most]:
        row: dict[str, Any] = mine.row(int(spot), named=True)
        far = np.abs(scaled[spot] - middle) / spread
        first = [names[i] for i in np.argsort(-far, kind="stable")[:SHOWN] if far[i] > 0]
        standing = tuple(Standing(n, int(numbers[n][spot]), middles[n]) for n in first)
        parties = tuple(p for p in (row["party"], row["other"]) if p)
        made.append(Unusual(row["link"], row["event"], row["kind"], float(apart[spot]), parties, standing))
    return made


def _scores(scaled: Reals, seed: int) -> Reals:
    """How early each row is set apart by random cuts: near 1 very early, 0.5 as the average."""
    try:
        from sklearn.ensemble import IsolationForest
    except ImportError as error:
        raise OptionError(
            "this needs scikit-learn: pip install 'sanwang[unusual]'",
            "需要安装 scikit-learn：pip install 'sanwang[unusual]'",
        ) from error
    forest: Any = IsolationForest(n_estimators=TREES, random_state=seed)
    return -np.asarray(forest.fit(scaled).score_samples(scaled), dtype=np.float64)
