"""0/1 packing programs: max c·x, A x ≤ b, x in {0,1}, solved over as many columns as are needed.

The only module that knows OR-Tools. The linear relaxation is solved by column generation over a given pool of
columns (Gilmore and Gomory 1961), so its value bounds the whole pool; the integer solve runs over the columns that
were generated and those whose reduced cost says they may still matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from ortools.linear_solver.python import model_builder_helper as mbh

from sanwang.errors import SolverError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_EPS = 1e-7


@dataclass(frozen=True)
class Relaxation:
    """The linear relaxation over the whole pool: its value, a dual price a row, each column's reduced cost."""

    value: float
    prices: Floats
    reduced: Floats
    rounds: int


@dataclass(frozen=True)
class Choice:
    """The columns chosen, their worth, and the best proven upper bound over the whole pool."""

    columns: Ints
    worth: float
    bound: float
    status: str
    relaxation: Relaxation


def choose(worth: Floats, rows: sp.csc_matrix, capacity: Floats, time_limit: float, seed: int = 0) -> Choice:
    """The best set of columns and a proven bound; worth of each column must be positive and finite.

    Deterministic for a seed as long as the time limit is not reached. Raises SolverError where no answer is found.
    """
    if worth.size == 0:
        empty = Relaxation(0.0, np.zeros(capacity.size), np.zeros(0), 0)
        return Choice(np.zeros(0, np.int64), 0.0, 0.0, "optimal", empty)
    scale = float(np.max(worth))
    relaxed = relax(worth / scale, rows, capacity)
    start = _greedy(worth / scale, rows, capacity, relaxed)
    low = float(np.sum(worth[start]) / scale)
    # A column whose reduced cost is below the gap can be in no better plan (reduced-cost fixing).
    kept = np.flatnonzero(relaxed.reduced >= low - relaxed.value - _EPS)
    if kept.size > 60_000:
        kept = np.sort(kept[np.argsort(-relaxed.reduced[kept], kind="stable")[:60_000]])
    kept = np.union1d(kept, start)
    chosen, bound, status = _integer(worth[kept] / scale, rows[:, kept], capacity, time_limit, seed)
    picked = kept[chosen]
    if worth[picked].sum() < worth[start].sum():
        picked = start
    whole = kept.size == np.count_nonzero(relaxed.reduced >= low - relaxed.value - _EPS)
    best = min(relaxed.value, bound) if whole else relaxed.value
    return Choice(
        picked, float(worth[picked].sum()), max(best * scale, float(worth[picked].sum())), status, relaxed
    )


def relax(worth: Floats, rows: sp.csc_matrix, capacity: Floats) -> Relaxation:
    """The linear relaxation over all columns, adding columns of positive reduced cost until there is none."""
    active = np.unique(np.concatenate([_best_per_row(worth, rows), np.argsort(-worth, kind="stable")[:2000]]))
    for rounds in range(1, 200):
        value, prices = _linear(worth[active], rows[:, active], capacity)
        reduced = worth - rows.T @ prices
        new = np.flatnonzero(reduced > _EPS)
        new = np.setdiff1d(new, active)
        if new.size == 0:
            # Reduced costs up to the tolerance remain; Farley's bound adds what they could be worth at most.
            return Relaxation(value, prices, np.minimum(reduced, 0.0), rounds)
        active = np.union1d(active, new[np.argsort(-reduced[new], kind="stable")[:5000]])
    raise SolverError("the relaxation did not converge within 200 rounds")


def _best_per_row(worth: Floats, rows: sp.csc_matrix) -> Ints:
    by_row = rows.tocsr()
    found = [
        by_row.indices[a:b][np.argmax(worth[by_row.indices[a:b]])]
        for a, b in zip(by_row.indptr[:-1], by_row.indptr[1:], strict=True)
        if b > a
    ]
    return np.asarray(found, dtype=np.int64)


def _model(worth: Floats, rows: sp.csc_matrix, capacity: Floats) -> Any:  # noqa: ANN401 - OR-Tools ships no types here
    helper: Any = mbh.ModelBuilderHelper()
    count = worth.size
    low = np.full(capacity.size, -np.inf)
    helper.fill_model_from_sparse_data(
        np.zeros(count), np.ones(count), worth, low, capacity, sp.csr_matrix(rows)
    )
    helper.set_maximize(True)
    return helper


def _linear(worth: Floats, rows: sp.csc_matrix, capacity: Floats) -> tuple[float, Floats]:
    """Value and row prices (≥ 0). The unit bounds on columns are implied by the rows that hold each need to one."""
    helper = _model(worth, rows, capacity)
    solver: Any = mbh.ModelSolverHelper("glop")
    solver.enable_output(False)
    solver.solve(helper)
    if not solver.has_solution():
        raise SolverError(f"the linear relaxation has no solution: {solver.status()}")
    prices = np.maximum(np.asarray(solver.dual_values(), dtype=np.float64), 0.0)
    bounded = np.maximum(worth - rows.T @ prices, 0.0).sum()
    return float(capacity @ prices + bounded), prices


def _greedy(worth: Floats, rows: sp.csc_matrix, capacity: Floats, relaxed: Relaxation) -> Ints:
    """A plan to start from: columns by reduced cost, then worth, taken while they fit."""
    order = np.lexsort((-worth, -np.round(relaxed.reduced, 9)))
    left = capacity.copy()
    taken: list[int] = []
    for column in order[:200_000]:
        a, b = rows.indptr[column], rows.indptr[column + 1]
        where, units = rows.indices[a:b], rows.data[a:b]
        if np.all(units <= left[where] + 1e-9):
            left[where] -= units
            taken.append(int(column))
    return np.asarray(sorted(taken), dtype=np.int64)


def _integer(
    worth: Floats, rows: sp.csc_matrix, capacity: Floats, time_limit: float, seed: int
) -> tuple[Ints, float, str]:
    helper = _model(worth, rows, capacity)
    for column in range(worth.size):
        helper.set_var_integrality(column, True)
    solver: Any = mbh.ModelSolverHelper("highs")
    if not solver.solver_is_supported():
        raise SolverError("HiGHS is missing from this build of OR-Tools")
    solver.enable_output(False)
    solver.set_time_limit_in_seconds(float(time_limit))
    solver.set_solver_specific_parameters(f"random_seed={seed}\noutput_flag=false")  # no banner on stdout
    solver.solve(helper)
    if not solver.has_solution():
        return np.zeros(0, np.int64), float("inf"), "time limit"
    values = np.asarray(solver.variable_values(), dtype=np.float64)
    status = "optimal" if "OPTIMAL" in str(solver.status()) else "feasible"
    return np.flatnonzero(values > 0.5).astype(np.int64), float(solver.best_objective_bound()), status
