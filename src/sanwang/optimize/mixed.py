"""Mixed-integer programs: max c·x, A x ≤ b, 0 ≤ x ≤ u, some of x whole; with the prices of the relaxation's rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from ortools.linear_solver.python import model_builder_helper as mbh

from sanwang.errors import SolverError

Floats = npt.NDArray[np.float64]

GAP = 1e-5
"""A whole-number answer within this share of the solver's bound counts as proven best."""


@dataclass(frozen=True)
class Mixed:
    """Values, their worth, the relaxation's worth and prices (a row each, what one more of b is worth), and whether the
    whole numbers are proven best."""

    values: Floats
    value: float
    bound: float
    prices: Floats
    proven: bool


def mixed(
    worth: Floats,
    rows: sp.csr_matrix,
    right: Floats,
    most: Floats,
    whole: npt.NDArray[np.bool_],
    seconds: float = 30.0,
) -> Mixed | None:
    """The best values found in time; None where there are none. Raises SolverError where the time was too short."""
    if worth.size == 0:
        return (
            None if bool((right < -1e-9).any()) else Mixed(np.zeros(0), 0.0, 0.0, np.zeros(right.size), True)
        )
    relaxed = _solve(worth, rows, right, most, None, "glop", seconds)
    if relaxed is None:
        return None
    prices = np.asarray(relaxed.dual_values(), dtype=np.float64)
    prices = np.where(prices > 1e-9, prices, 0.0)
    bound = float(relaxed.objective_value())
    answer = _solve(worth, rows, right, most, whole, "highs", 0.6 * seconds)
    if answer is None:
        answer = _solve(worth, rows, right, most, whole, "scip", 0.4 * seconds)
    if answer is None:
        return None
    values = np.asarray(answer.variable_values(), dtype=np.float64)
    value = float(worth @ values)
    proven = "OPTIMAL" in str(answer.status())
    return Mixed(values, value, bound, prices, proven)


def _solve(
    worth: Floats,
    rows: sp.csr_matrix,
    right: Floats,
    most: Floats,
    whole: npt.NDArray[np.bool_] | None,
    solver: str,
    seconds: float,
) -> Any:  # noqa: ANN401 - OR-Tools ships no types here
    helper: Any = mbh.ModelBuilderHelper()
    count = worth.size
    helper.fill_model_from_sparse_data(
        np.zeros(count), most, worth, np.full(right.size, -np.inf), right, sp.csr_matrix(rows)
    )
    helper.set_maximize(True)
    if whole is not None:
        for column in np.flatnonzero(whole):
            helper.set_var_integrality(int(column), True)
    answer: Any = mbh.ModelSolverHelper(solver)
    answer.enable_output(False)
    answer.set_time_limit_in_seconds(float(seconds))
    if solver == "highs":
        answer.set_solver_specific_parameters(f"random_seed=0\noutput_flag=false\nmip_rel_gap={GAP}")
    answer.solve(helper)
    if answer.has_solution():
        return answer
    if "INFEASIBLE" in str(answer.status()) or solver == "highs":
        return None
    raise SolverError(f"no allocation was found within {seconds:.0f} s ({answer.status()}) / 时间不够")
