"""The cheapest team that covers what is asked: a weighted set multicover with side limits.

min c·y  subject to  A y ≥ r,  L y ≤ u,  y ∈ {0,1}  (Chvátal 1979 gives the greedy rule compared with here).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from sanwang.errors import SolverError
from sanwang.optimize.program import choose, relax

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cover:
    """Candidates chosen (ascending), their cost, a lower bound on any cover's cost, and whether it is the optimum."""

    chosen: Ints
    cost: float
    bound: float
    proven: bool


def cheapest_cover(
    cost: Floats,
    covers: sp.csr_matrix,
    required: Floats,
    limits: sp.csr_matrix | None = None,
    most: Floats | None = None,
    seconds: float = 20.0,
) -> Cover | None:
    """The cheapest choice, or None where there is none.

    ``covers`` is capability x candidate with entries 0 or 1, ``required`` how many must cover each; ``limits`` x choice
    ≤ ``most`` bounds groups of candidates. Costs may be negative. Raises SolverError where the time ran out with no
    answer.
    """
    if limits is None or most is None:
        limits, most = sp.csr_matrix((0, cost.size)), np.zeros(0)
    floor = lowest(cost, covers, required, limits, most)
    if not np.isfinite(floor):
        return None
    kept = undominated(cost, covers, required, limits)
    part, side = _columns(covers, kept), _columns(limits, kept)
    matrix = sp.csc_matrix(sp.vstack([-part.astype(np.float64), side.astype(np.float64)]))
    capacity = np.concatenate([-required.astype(np.float64), most.astype(np.float64)])
    found = choose(-cost[kept], matrix, capacity, 0.6 * seconds)
    if found.status == "none" and found.bound == np.inf:
        found = choose(-cost[kept], matrix, capacity, 0.4 * seconds, solver="sat")
    if found.status == "none":
        if found.bound == -np.inf:
            return None
        raise SolverError(f"no team was found within {seconds:.0f} s; allow more time / 时间不够")
    proven = found.status == "optimal"
    return Cover(kept[found.columns], -found.worth, -found.worth if proven else floor, proven)


def undominated(cost: Floats, covers: sp.csr_matrix, required: Floats, limits: sp.csr_matrix) -> Ints:
    """Candidates no other makes needless: another covers all they do, costs no more and weighs no more in any limit.

    Who covers something that several must cover, or whose cost is negative, always stays. Of equals the first stays.
    """
    table = sp.csc_matrix(covers).astype(np.float64)
    own = np.asarray(table.sum(axis=0)).ravel()
    several = np.asarray(table.T @ (required > 1).astype(np.float64)).ravel() > 0
    shared = sp.coo_matrix(table.T @ table)
    low, high = shared.row, shared.col
    inside = (shared.data >= own[low]) & (low != high) & ~several[low] & (cost[low] >= 0)
    low, high = low[inside], high[inside]
    cheaper = (cost[high] < cost[low]) | ((cost[high] == cost[low]) & (high < low))
    cheaper |= (cost[high] == cost[low]) & (own[high] > own[low])
    low, high = low[cheaper], high[cheaper]
    if _height(limits) and low.size:
        low = low[(_columns(limits, high) - _columns(limits, low)).max(axis=0).toarray().ravel() <= 0]
    idle = (own == 0) & (cost >= 0)
    gone = np.zeros(cost.size, dtype=bool)
    gone[low] = True
    return np.flatnonzero(~gone & ~idle).astype(np.int64)


def _height(matrix: sp.csr_matrix) -> int:
    shape: Any = matrix.shape
    return int(shape[0])


def _columns(matrix: sp.csr_matrix, columns: Ints) -> Any:  # noqa: ANN401 - scipy's stubs lack slicing
    whole: Any = sp.csc_matrix(matrix)
    return whole[:, columns]


def lowest(
    cost: Floats,
    covers: sp.csr_matrix,
    required: Floats,
    limits: sp.csr_matrix | None = None,
    most: Floats | None = None,
) -> float:
    """The linear lower bound on the cost of a cover; infinite where even fractions of candidates do not suffice."""
    count = cost.size
    rows = [-covers.astype(np.float64), sp.identity(count, format="csr")]
    right = [-required.astype(np.float64), np.ones(count)]
    if limits is not None and most is not None and _height(limits):
        rows.append(limits.astype(np.float64))
        right.append(most.astype(np.float64))
    penalty = 1e3 * (1.0 + float(np.abs(cost).sum()))
    answer = relax(-cost, sp.csc_matrix(sp.vstack(rows)), np.concatenate(right), penalty=penalty)
    return -answer.value if float(answer.short.sum()) < 1e-6 else float("inf")


def greedy_cover(cost: Floats, covers: sp.csr_matrix, required: Floats) -> Ints | None:
    """The greedy cover: again and again whoever costs least for each capability still open; None if some stay open.

    Within a logarithm of the best (Chvátal 1979, Math. Oper. Res. 4:233); ties go to the lower number.
    """
    table = sp.csc_matrix(covers)
    open_ = required.astype(np.float64).copy()
    least = min(0.0, float(cost.min(initial=0.0)))
    price = cost - least + 1e-9
    free = np.ones(cost.size, dtype=bool)
    chosen: list[int] = []
    while (open_ > 0).any():
        gain = np.asarray(table.T @ (open_ > 0).astype(np.float64)).ravel()
        ratio = np.where(free & (gain > 0), price / np.maximum(gain, 1.0), np.inf)
        best = int(np.argmin(ratio))
        if not np.isfinite(ratio[best]):
            return None
        chosen.append(best)
        free[best] = False
        open_[table.indices[table.indptr[best] : table.indptr[best + 1]]] -= 1
    return np.sort(np.asarray(chosen, dtype=np.int64))
