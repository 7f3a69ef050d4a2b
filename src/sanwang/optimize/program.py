"""Packing programs: max c·x, A x ≤ b, x ≥ 0, relaxed or 0/1. The only module of the plan that knows OR-Tools."""

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


@dataclass(frozen=True)
class Relaxed:
    """The linear optimum: its value, the share of each column, a price a row, and by how much rows fall short."""

    value: float
    shares: Floats
    prices: Floats
    short: Floats


@dataclass(frozen=True)
class Chosen:
    """Columns chosen (ascending), their worth, the solver's own upper bound, and optimal, feasible or none.

    With none, a bound of -inf says that there is no answer, +inf that none was found in time.
    """

    columns: Ints
    worth: float
    bound: float
    status: str
    amounts: Ints
    """How much of every column, where columns may be taken more than once."""


def relax(
    worth: Floats, rows: sp.csc_matrix, capacity: Floats, penalty: float | None = None, solver: str = "glop"
) -> Relaxed:
    """The linear relaxation; each column must be bounded by some row.

    Rows of negative capacity ask for a least amount. With a ``penalty`` they may fall short at that price a unit, and
    the answer says by how much. Raises SolverError where there is no solution.
    """
    count = worth.size
    asking = np.flatnonzero(capacity < 0) if penalty is not None else np.zeros(0, np.int64)
    if count + asking.size == 0:
        return Relaxed(0.0, np.zeros(0), np.zeros(capacity.size), np.zeros(capacity.size))
    if asking.size:
        slack = sp.csc_matrix(
            (-np.ones(asking.size), (asking, np.arange(asking.size))), (capacity.size, asking.size)
        )
        rows = sp.csc_matrix(sp.hstack([rows, slack]))
        worth = np.concatenate([worth, np.full(asking.size, -float(penalty or 0.0))])
    by_row = rows.tocsr()
    held = np.flatnonzero(np.isfinite(capacity) & ((np.diff(by_row.indptr) > 0) | (capacity < 0)))
    helper = _model(worth, by_row[held], capacity[held], np.inf)
    answer: Any = mbh.ModelSolverHelper(solver)
    answer.enable_output(False)
    answer.solve(helper)
    if not answer.has_solution() and solver == "glop":
        # GLOP gives up on some badly scaled programs (status ABNORMAL) that HiGHS solves.
        answer = mbh.ModelSolverHelper("highs")
        answer.enable_output(False)
        answer.set_solver_specific_parameters("output_flag=false")
        answer.solve(helper)
    if not answer.has_solution():
        raise SolverError(f"the linear relaxation has no solution: {answer.status()}")
    prices = np.zeros(capacity.size)
    prices[held] = np.maximum(np.asarray(answer.dual_values(), dtype=np.float64), 0.0)
    values = np.asarray(answer.variable_values(), dtype=np.float64)
    short = np.zeros(capacity.size)
    short[asking] = values[count:]
    return Relaxed(float(answer.objective_value()), values[:count], prices, short)


def choose(
    worth: Floats,
    rows: sp.csc_matrix,
    capacity: Floats,
    time_limit: float,
    gap: float = 0.0,
    seed: int = 0,
    solver: str = "highs",
    most: Floats | float = 1.0,
) -> Chosen:
    """The best integer answer found within the time, to a relative gap; deterministic for a seed if time was enough.

    Each column is taken at most ``most`` times.
    """
    nothing = np.zeros(0, np.int64)
    if worth.size == 0:
        feasible = not np.any(capacity < -1e-9)
        return Chosen(nothing, 0.0, 0.0, "optimal" if feasible else "none", nothing)
    held = np.flatnonzero(np.isfinite(capacity))
    helper = _model(worth, rows.tocsr()[held], capacity[held], most)
    for column in range(worth.size):
        helper.set_var_integrality(column, True)
    answer: Any = mbh.ModelSolverHelper(solver)
    if not answer.solver_is_supported():
        raise SolverError(f"{solver} is missing from this build of OR-Tools")
    answer.enable_output(False)
    answer.set_time_limit_in_seconds(float(time_limit))
    if solver == "highs":
        answer.set_solver_specific_parameters(f"random_seed={seed}\noutput_flag=false\nmip_rel_gap={gap}")
    elif solver == "sat":
        answer.set_solver_specific_parameters(f"random_seed:{seed} relative_gap_limit:{gap}")
    answer.solve(helper)
    if not answer.has_solution():
        sure = "INFEASIBLE" in str(answer.status())
        return Chosen(nothing, 0.0, -float("inf") if sure else float("inf"), "none", nothing)
    values = np.asarray(answer.variable_values(), dtype=np.float64)
    amounts = np.rint(values).astype(np.int64)
    columns = np.flatnonzero(amounts).astype(np.int64)
    status = "optimal" if "OPTIMAL" in str(answer.status()) else "feasible"
    return Chosen(columns, float(worth @ amounts), float(answer.best_objective_bound()), status, amounts)


def _model(worth: Floats, rows: sp.csr_matrix, capacity: Floats, high: Floats | float) -> Any:  # noqa: ANN401 - OR-Tools ships no types here
    helper: Any = mbh.ModelBuilderHelper()
    count = worth.size
    low = np.full(capacity.size, -np.inf)
    helper.fill_model_from_sparse_data(
        np.zeros(count), np.zeros(count) + high, worth, low, capacity, sp.csr_matrix(rows)
    )
    helper.set_maximize(True)
    return helper
