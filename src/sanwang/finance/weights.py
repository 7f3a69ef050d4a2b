"""How much ranks owe to the weights: random weights around the scheme's, and the least shift that swaps two firms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sanwang.engine.choose import engine_of
from sanwang.engine.port import Engine, Report, run

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
CELLS = 2_000_000
"""Ranks a block of draws holds at most: enough work to be worth sending, and some 50 MB of a worker's memory."""

_NEAREST = 64
_TIE = 1e-12


def ranks(scores: Floats) -> Ints:
    """Rank 1 is the highest; firms that tie share the better rank. The last axis holds the firms."""
    rounded = np.round(scores, 10)
    ordered = np.sort(-rounded, axis=-1)
    if rounded.ndim == 1:
        return 1 + np.searchsorted(ordered, -rounded).astype(np.int64)
    return np.stack(
        [1 + np.searchsorted(o, -s).astype(np.int64) for o, s in zip(ordered, rounded, strict=True)]
    )


def rank_draws(
    marks: Floats,
    weights: Floats,
    draws: int,
    concentration: float,
    seed: int,
    engine: Engine | None = None,
    progress: Report | None = None,
) -> Ints:
    """Ranks (draws × firms) under weights drawn from a Dirichlet distribution with the scheme's weights as its mean.

    ``concentration`` c is the sum of its parameters: a weight w has standard deviation √(w(1−w)/(c+1)).
    Weights that are zero stay zero.
    """
    held = np.flatnonzero(weights > 0)
    rng = np.random.default_rng(seed)
    drawn = rng.dirichlet(concentration * weights[held], draws)
    step = max(1, CELLS // max(1, len(marks)))
    blocks = [drawn[i : i + step] for i in range(0, draws, step)]
    with engine_of(engine) as used:
        shared = used.share(np.ascontiguousarray(marks[:, held].T))
        return np.concatenate(run(used, ranked, blocks, shared, label="weights 权重抽样", progress=progress))


def ranked(drawn: Floats, marks: Floats) -> Ints:
    """Ranks under some draws of weights (a block of an engine)."""
    return ranks(drawn @ marks)


def least_shifts(
    marks: Floats, weights: Floats, engine: Engine | None = None, progress: Report | None = None
) -> list[tuple[float, int]]:
    """``least_shift`` of every firm."""
    step = max(1, CELLS // max(1, 10 * len(marks)))
    blocks = [np.arange(i, min(i + step, len(marks))) for i in range(0, len(marks), step)]
    with engine_of(engine) as used:
        shared = used.share((marks, weights))
        found = run(used, shifts, blocks, shared, label="shifts 换位权重", progress=progress)
    return [one for block in found for one in block]


def shifts(firms: Ints, given: tuple[Floats, Floats]) -> list[tuple[float, int]]:
    """``least_shift`` of some firms (a block of an engine)."""
    return [least_shift(*given, firm) for firm in firms.tolist()]


def least_shift(marks: Floats, weights: Floats, firm: int) -> tuple[float, int]:
    """The least share of total weight that must move between indicators before ``firm`` and a peer tie, and that peer.

    Exact: to close a gap, weight leaves the indicators where the leader gains most for the one where it gains least (a
    fractional knapsack). Infinite and −1 where no shift does, as when a peer is better at everything.
    """
    held = np.flatnonzero(weights > 0)
    own, share = marks[:, held], weights[held]
    gap = (own[firm] - own) @ share
    peers = np.argsort(np.abs(gap), kind="stable")
    peers = peers[peers != firm]
    best, which = np.inf, -1
    for start in range(0, peers.size, _NEAREST):
        block = peers[start : start + _NEAREST]
        if abs(gap[block[0]]) / 2 >= best:  # a unit of weight closes at most two
            break
        sign = np.where(gap[block] >= 0, 1.0, -1.0)
        moved = _moved(sign[:, None] * (own[firm] - own[block]), share, np.abs(gap[block]))
        nearest = int(np.argmin(moved))
        if moved[nearest] < best:
            best, which = float(moved[nearest]), int(block[nearest])
    return best, which


def _moved(lead: Floats, share: Floats, gap: Floats) -> Floats:
    """For rows of leads by indicator, the least weight to move so that the gap closes."""
    order = np.argsort(-lead, axis=1, kind="stable")
    closes = np.take_along_axis(lead, order, 1) - lead.min(axis=1, keepdims=True)
    mass = share[order]
    done = np.cumsum(closes * mass, axis=1)
    before = done - closes * mass
    enough = done >= gap[:, None] - _TIE
    at = np.argmax(enough, axis=1)
    rows = np.arange(lead.shape[0])
    rate = closes[rows, at]
    part = np.divide(gap - before[rows, at], rate, out=np.zeros_like(gap), where=rate > 0)
    moved = np.cumsum(mass, axis=1)[rows, at] - mass[rows, at] + part
    # Closing the gap is possible only where the leader is worse at something.
    return np.where(
        gap <= _TIE, 0.0, np.where((lead.min(axis=1) <= _TIE) & enough.any(axis=1), moved, np.inf)
    )
