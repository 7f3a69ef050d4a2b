"""A packing relaxation that grows by columns and is solved again from its last basis: what column generation needs."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from ortools.math_opt.python import mathopt as shipped

from sanwang.optimize.program import Relaxed, relax

Floats = npt.NDArray[np.float64]

mathopt = cast("Any", shipped)
LARGE = 2_000
"""Columns from which a basis is kept: smaller programs are solved anew in less time than a basis takes to carry."""


class Growing:
    """max c·x, A x ≤ b, x ≥ 0 with rows that stay and columns that are added (``optimize.program.relax``)."""

    def __init__(self, capacity: Floats) -> None:
        self.capacity = capacity
        self._model: Any = None
        self._columns: list[Any] = []
        self._rows: dict[int, Any] = {}
        self._slack: dict[int, Any] = {}
        self._basis: Any = None

    def relax(self, worth: Floats, rows: sp.csc_matrix, penalty: float) -> Relaxed:
        """The optimum over these columns, of which the first are those of the last call, at the same worth. Rows of
        negative capacity may fall short at the penalty a unit."""
        if worth.size < LARGE:
            return relax(worth, rows, self.capacity, penalty=penalty)
        if not self._rows:
            self._begin()
        self._grow(worth, rows)
        for one in self._slack.values():
            self._model.objective.set_linear_coefficient(one, -penalty)
        answer = self._solve()
        if answer is None:
            # A basis can lead nowhere where numbers are bad: begin again without it.
            self._basis = None
            return relax(worth, rows, self.capacity, penalty=penalty)
        return self._told(answer)

    def _begin(self) -> None:
        self._model = mathopt.Model()
        self._model.objective.is_maximize = True
        for row in np.flatnonzero(np.isfinite(self.capacity)).tolist():
            limit = float(self.capacity[row])
            self._rows[row] = self._model.add_linear_constraint(ub=limit)
            if limit < 0:
                self._slack[row] = self._model.add_variable(lb=0.0)
                self._rows[row].set_coefficient(self._slack[row], -1.0)

    def _grow(self, worth: Floats, rows: sp.csc_matrix) -> None:
        lists: Any = (rows.indptr.tolist(), rows.indices.tolist(), rows.data.tolist())
        starts, where, amounts = lists
        for column in range(len(self._columns), worth.size):
            one = self._model.add_variable(lb=0.0)
            self._model.objective.set_linear_coefficient(one, float(worth[column]))
            for at in range(starts[column], starts[column + 1]):
                if where[at] in self._rows:
                    self._rows[where[at]].set_coefficient(one, amounts[at])
            self._columns.append(one)

    def _solve(self) -> Any:  # noqa: ANN401 - OR-Tools ships no types here
        given = mathopt.ModelSolveParameters()
        if self._basis is not None:
            kept: dict[Any, Any] = dict(self._basis.variable_status)
            fresh = {v: mathopt.BasisStatus.AT_LOWER_BOUND for v in self._columns if v not in kept}
            given.initial_basis = mathopt.Basis(
                variable_status=kept | fresh, constraint_status=dict(self._basis.constraint_status)
            )
        wanted: Any = mathopt.SolveParameters()
        # What is simplified away has no place in a basis.
        wanted.glop.use_preprocessing = False
        answer: Any = mathopt.solve(self._model, mathopt.SolverType.GLOP, params=wanted, model_params=given)
        if answer.termination.reason != mathopt.TerminationReason.OPTIMAL or not answer.solutions:
            return None
        self._basis = answer.solutions[0].basis
        return answer

    def _told(self, answer: Any) -> Relaxed:  # noqa: ANN401 - OR-Tools ships no types here
        values, duals = answer.variable_values(), answer.dual_values()
        prices, short = np.zeros(self.capacity.size), np.zeros(self.capacity.size)
        for row, one in self._rows.items():
            prices[row] = max(duals[one], 0.0)
        for row, one in self._slack.items():
            short[row] = values[one]
        shares = np.array([values[v] for v in self._columns], dtype=np.float64)
        return Relaxed(float(answer.objective_value()), shares, prices, short)
