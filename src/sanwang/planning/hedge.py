"""A plan for the mean and the bad tail: the sample average of draws, and the mean of the worst share of them (CVaR)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from sanwang.optimize.mixed import mixed
from sanwang.planning.arrays import Instance
from sanwang.planning.columns import Columns, no_policies, parts, rows
from sanwang.planning.exact import money_of, repaired
from sanwang.planning.generate import scale_of, weighed

Floats = npt.NDArray[np.float64]
TAIL = 0.1
"""The share of draws that count as the bad tail."""


def worths(draws: list[Instance], columns: Columns) -> Floats:
    """What each column is worth in each draw (fen; draw × column). One that a delay makes late keeps its costs only."""
    found = np.zeros((len(draws), len(columns)))
    for number, one in enumerate(draws):
        then = parts(one, columns)
        late = then.done > one.pairs.left[columns.pair]
        found[number] = then.worth - np.where(late, then.value, 0.0)
    return found


def tail_mean(totals: Floats, tail: float = TAIL) -> float:
    """The mean of the worst share of totals (CVaR; Rockafellar and Uryasev 2000)."""
    worst = np.sort(totals)
    share = np.clip(tail * totals.size - np.arange(totals.size), 0.0, 1.0)
    return float(worst @ share / (tail * totals.size))


def hedged(
    given: Instance,
    columns: Columns,
    draws: list[Instance],
    share: float,
    tail: float = TAIL,
    seconds: float = 30.0,
) -> Columns:
    """Of these columns, the feasible set of greatest (1 − share) · mean + share · tail mean over the draws.

    Column totals by draw enter through the linear form of CVaR: η less the mean shortfall below it over the tail.
    """
    if len(columns) == 0:
        return columns
    rules = no_policies(given)
    held = rows(given, rules.limit)
    _, taken = weighed(given, columns, rules, held)
    each = worths(draws, columns)
    scale = scale_of(each.mean(axis=0))
    each = each / scale
    count, size = each.shape
    # η may be below zero: it is counted from the worst that any set of columns could bring.
    floor = float(np.minimum(each, 0.0).sum(axis=1).min())
    worth = np.concatenate(
        [(1 - share) * each.mean(axis=0), [share], np.full(count, -share / (tail * count))]
    )
    short = sp.hstack([-sp.csr_matrix(each), np.ones((count, 1)), -sp.identity(count)])
    use = sp.hstack([taken, sp.csr_matrix((held.capacity.size, 1 + count))]).tocsr()
    kept = np.flatnonzero(np.isfinite(held.capacity))
    matrix = sp.csr_matrix(sp.vstack([use[kept], short]))
    right = np.concatenate([held.capacity[kept], np.full(count, -floor)])
    reach = np.abs(each).sum() + 1.0
    most = np.concatenate([np.ones(size), np.full(1 + count, reach)])
    whole = np.concatenate([np.ones(size, np.bool_), np.zeros(1 + count, np.bool_)])
    answer = mixed(worth, matrix, right, most, whole, seconds)
    if answer is None:
        return columns.take(np.zeros(0, np.int64))
    chosen = np.flatnonzero(answer.values[:size] > 0.5)
    gain, use_of = weighed(given, columns.take(chosen), rules, held)
    return columns.take(chosen[repaired(gain, use_of, held.capacity, money_of(given, held))])
