"""The most a chain of complementary and alternative inputs can deliver: a linear program solved again and again.

Each node u makes x_u ≤ capacity_u. A node needs every group of its inputs and may mix inputs within a group:
Σ_{e in group} f_e ≥ x_v. What it makes is delivered or passed on: Σ_{e out of u} f_e + d_u ≤ x_u, d_u ≤ demand_u.
The program maximises Σ d_u. Where every node has one group this is the maximum flow with node capacities
(Ford and Fulkerson 1956); where groups have one input it is Leontief's production.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from ortools.linear_solver import pywraplp

from sanwang.errors import SolverError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Network:
    """Nodes 0..n-1 with capacities and demands (same unit a year); edges with the group they belong to at ``head``.

    ``group`` numbers are unique over the network: a group belongs to one head. Edges must form no cycle.
    """

    capacity: Floats
    demand: Floats
    tail: Ints
    head: Ints
    group: Ints


@dataclass(frozen=True)
class Delivery:
    """What is delivered at each node, what each node makes, and what runs along each edge."""

    delivered: Floats
    made: Floats
    flow: Floats

    @property
    def total(self) -> float:
        """Everything delivered."""
        return float(self.delivered.sum())


class Throughput:
    """The program of a network, kept between solves so that a changed capacity costs a few pivots."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._scale = max(
            1.0,
            float(np.max(network.demand, initial=0.0)),
            float(np.max(_finite(network.capacity), initial=0.0)),
        )
        solver: Any = pywraplp.Solver.CreateSolver("GLOP")
        if solver is None:
            raise SolverError("GLOP is missing from this build of OR-Tools")
        self._solver = solver
        self._again: Any = pywraplp.MPSolverParameters()
        # A changed bound leaves the last answer dual feasible: the dual simplex goes on from it.
        self._again.SetIntegerParam(self._again.LP_ALGORITHM, self._again.DUAL)
        self._made = [solver.NumVar(0.0, self._bound(c), "") for c in network.capacity]
        self._delivered = [solver.NumVar(0.0, self._bound(d), "") for d in network.demand]
        self._flow = [solver.NumVar(0.0, solver.infinity(), "") for _ in network.tail]
        self._rows()
        goal = solver.Objective()
        goal.SetMaximization()
        for one in self._delivered:
            goal.SetCoefficient(one, 1.0)

    def _bound(self, value: float) -> float:
        return float(value) / self._scale if np.isfinite(value) else self._solver.infinity()

    def _rows(self) -> None:
        net, solver = self.network, self._solver
        out = [solver.Constraint(-solver.infinity(), 0.0) for _ in net.capacity]
        for row, made, delivered in zip(out, self._made, self._delivered, strict=True):
            row.SetCoefficient(made, -1.0)
            row.SetCoefficient(delivered, 1.0)
        groups: dict[int, Any] = {}
        for edge, (tail, head, group) in enumerate(zip(net.tail, net.head, net.group, strict=True)):
            out[tail].SetCoefficient(self._flow[edge], 1.0)
            if group not in groups:
                groups[group] = solver.Constraint(0.0, solver.infinity())
                groups[group].SetCoefficient(self._made[head], -1.0)
            groups[group].SetCoefficient(self._flow[edge], 1.0)

    def total(self, lowered: Mapping[int, float]) -> float:
        """Everything delivered with some capacities replaced for this solve."""
        for node, value in lowered.items():
            self._made[node].SetUb(self._bound(value))
        status = self._solver.Solve(self._again)
        value = self._solver.Objective().Value() * self._scale
        for node in lowered:
            self._made[node].SetUb(self._bound(float(self.network.capacity[node])))
        if status != pywraplp.Solver.OPTIMAL:
            raise SolverError(f"the flow over the chain was not solved (status {status})")
        return float(value)

    def solve(self) -> Delivery:
        """The best delivery. Raises SolverError without an optimum."""
        if self._solver.Solve() != pywraplp.Solver.OPTIMAL:
            raise SolverError("the flow over the chain was not solved")
        return Delivery(*(self._values(v) for v in (self._delivered, self._made, self._flow)))

    def _values(self, variables: list[Any]) -> Floats:
        found = np.asarray([v.solution_value() for v in variables], dtype=np.float64) * self._scale
        return np.where(np.abs(found) < 1e-7 * self._scale, 0.0, found)


def _finite(values: Floats) -> Floats:
    return values[np.isfinite(values)]
