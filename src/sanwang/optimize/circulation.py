"""The greatest circulation in a graph of debts: what remains is a flow of least cost that carries every net position.

Writing r for what remains of each arc, max Σ cleared = Σ capacity − min Σ r, where r leaves every node's balance as
it was. Solved exactly in integers by OR-Tools' cost-scaling min-cost flow (Goldberg 1997).
"""

# pyright: reportUntypedFunctionDecorator=false

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
from ortools.graph.python import min_cost_flow

from sanwang.errors import SolverError

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Remaining:
    """What remains of each arc, and what each node lends to or takes from the pool (0 where there is no pool)."""

    flow: Ints
    injected: Ints
    ended: Ints


def least_remaining(
    tail: Ints, head: Ints, capacity: Ints, nodes: int, weight: Ints | None = None, pool: int = 0
) -> Remaining:
    """The arcs' remaining amounts with least Σ weight · remaining; every node keeps its balance.

    With a ``pool`` of money, nodes may pay up to that much in all from outside, and others end up holding it. Raises
    SolverError where the solver cannot answer, for instance because sums pass the limit of 64-bit integers.
    """
    balance = np.zeros(nodes + 2, np.int64)
    np.add.at(balance, tail, capacity)
    np.subtract.at(balance, head, capacity)
    solver: Any = min_cost_flow.SimpleMinCostFlow()
    cost = np.ones(tail.size, np.int64) if weight is None else weight
    solver.add_arcs_with_capacity_and_unit_cost(tail.astype(np.int32), head.astype(np.int32), capacity, cost)
    every = np.arange(nodes, dtype=np.int32)
    if pool > 0:
        # A node pays into the debts from outside through nodes → nodes + 1, which together let ``pool`` through.
        zero, wide = np.zeros(nodes, np.int64), np.full(nodes, pool, np.int64)
        solver.add_arcs_with_capacity_and_unit_cost(every, np.full(nodes, nodes, np.int32), wide, zero)
        solver.add_arcs_with_capacity_and_unit_cost(np.full(nodes, nodes + 1, np.int32), every, wide, zero)
        solver.add_arc_with_capacity_and_unit_cost(nodes, nodes + 1, pool, 0)
    solver.set_nodes_supplies(np.arange(balance.size, dtype=np.int32), balance)
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise SolverError(
            f"the min-cost flow ended with {status}: amounts may be too large / 最小费用流未能求解"
        )
    flows = np.asarray(solver.flows(np.arange(solver.num_arcs(), dtype=np.int32)), np.int64)
    count = tail.size
    nothing = np.zeros(nodes, np.int64)
    if pool > 0:
        return Remaining(
            flows[:count], flows[count : count + nodes], flows[count + nodes : count + 2 * nodes]
        )
    return Remaining(flows[:count], nothing, nothing)


def potentials(
    tail: Ints, head: Ints, capacity: Ints, flow: Ints, nodes: int, weight: Ints | None = None
) -> Ints:
    """Node potentials that prove a remaining flow least: shortest distances in the residual graph (Bellman and Ford).

    For every arc, weight + p[tail] − p[head] is ≥ 0 if something of it was cleared and ≤ 0 if something remains. Raises
    SolverError where there is a negative cycle, which means that the flow was not least.
    """
    cost = np.ones(tail.size, np.int64) if weight is None else weight
    found, good = _distances(tail, head, capacity, flow, cost, nodes)
    if not good:
        raise SolverError("the residual graph has a negative cycle: the set-off is not the greatest")
    return found


def _jit(function: Any) -> Any:  # noqa: ANN401 - Numba's dispatcher has no type
    return numba.njit(cache=True, nogil=True)(function)


@_jit
def _distances(
    tail: Ints, head: Ints, capacity: Ints, flow: Ints, cost: Ints, nodes: int
) -> tuple[Ints, bool]:
    """Distances from a root next to every node, by a queue of nodes whose distance fell."""
    arcs = tail.size
    start = np.zeros(nodes + 1, np.int64)
    for a in range(arcs):
        start[tail[a] + 1] += 1
        start[head[a] + 1] += 1
    for n in range(nodes):
        start[n + 1] += start[n]
    place = start[:-1].copy()
    other, price = np.zeros(2 * arcs, np.int64), np.zeros(2 * arcs, np.int64)
    for a in range(arcs):
        if flow[a] < capacity[a]:
            other[place[tail[a]]], price[place[tail[a]]] = head[a], cost[a]
            place[tail[a]] += 1
        if flow[a] > 0:
            other[place[head[a]]], price[place[head[a]]] = tail[a], -cost[a]
            place[head[a]] += 1
    distance = np.zeros(nodes, np.int64)
    queue = np.arange(nodes)
    waiting = np.ones(nodes, np.bool_)
    first, size = 0, nodes
    sweeps, in_sweep = 0, nodes
    while size > 0:
        node = queue[first]
        first = (first + 1) % nodes
        size -= 1
        waiting[node] = False
        for k in range(start[node], place[node]):
            reached = other[k]
            if distance[node] + price[k] < distance[reached]:
                distance[reached] = distance[node] + price[k]
                if not waiting[reached]:
                    waiting[reached] = True
                    queue[(first + size) % nodes] = reached
                    size += 1
        in_sweep -= 1
        if in_sweep == 0:
            sweeps, in_sweep = sweeps + 1, size
            if sweeps > nodes:
                return distance, False
    return distance, True
