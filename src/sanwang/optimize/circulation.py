"""Largest weighted circulations in a network of debts, solved in integers and proved by potentials.

Primal: max Σ w·f with inflow = outflow at every node and 0 ≤ f ≤ capacity. Dual: min Σ capacity·max(0, w + p_u − p_v)
over node potentials p. Equality of the two integers proves a flow optimal; no tolerance is involved.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from ortools.graph.python import min_cost_flow
from scipy.sparse.csgraph import connected_components

from sanwang.errors import SolverError
from sanwang.optimize.primal_dual import cheapest_remainder

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

LARGEST_TOTAL = 2**61
"""The sum of all capacities (times the largest weight) must stay below this: sums are int64."""


def strong_parts(nodes: int, tail: Ints, head: Ints) -> Ints:
    """The strongly connected component of each node; an arc between two of them lies on no cycle."""
    graph = sp.csr_matrix((np.ones(tail.size, np.int8), (tail, head)), shape=(nodes, nodes))
    return connected_components(graph, directed=True, connection="strong")[1].astype(np.int64)


def _sum_at(nodes: int, where: Ints, amounts: Ints) -> Ints:
    """Exact integer sums a node (``np.bincount`` would go through floats)."""
    total = np.zeros(nodes, np.int64)
    np.add.at(total, where, amounts)
    return total


def largest_circulation(
    nodes: int, tail: Ints, head: Ints, capacity: Ints, weight: Ints | None = None
) -> Ints:
    """The flow of each arc in a circulation of greatest weight (each arc counts 1 where no weights are given).

    Components are found first, so that arcs on no cycle never reach the solver. Weights must not be negative.
    Raises SolverError where sums could leave 64 bits or the solver gives up.
    """
    return proved_circulation(nodes, tail, head, capacity, weight)[0]


class Block(NamedTuple):
    """Whole components to be solved together: their nodes numbered from 0, and their arcs."""

    nodes: int
    tail: Ints
    head: Ints
    capacity: Ints
    worth: Ints


Solve = Callable[[Callable[[Block], tuple[Ints, Ints]], Iterable[Block], int], Iterable[tuple[Ints, Ints]]]
"""Applies a function to blocks (so many), wherever; answers in their order. Blocks are made as they are drawn."""

BLOCK = 200_000
"""Arcs from which on a block takes no further component. It does not hang on who solves the blocks, so that neither
does the answer."""


def one_by_one(
    function: Callable[[Block], tuple[Ints, Ints]], blocks: Iterable[Block], count: int
) -> Iterable[tuple[Ints, Ints]]:
    """One block after another."""
    return (function(b) for b in blocks)


def proved_circulation(
    nodes: int, tail: Ints, head: Ints, capacity: Ints, weight: Ints | None = None, solve: Solve = one_by_one
) -> tuple[Ints, Ints]:
    """A largest circulation and the potentials that prove it; errors as in ``largest_circulation``.

    Strongly connected components are independent: they are solved in blocks. Where every arc counts the same, flow and
    proof come from one primal-dual run; elsewhere OR-Tools finds the flow and Bellman–Ford the potentials.
    """
    worth = _worth(tail.size, weight)
    _guard(capacity, worth)
    flow, inner = np.zeros(tail.size, np.int64), np.zeros(nodes, np.int64)
    part = strong_parts(nodes, tail, head)
    core = np.flatnonzero((part[tail] == part[head]) & (tail != head) & (capacity > 0))
    alike = bool(core.size == 0 or np.all(worth == worth[0]))
    which = [core[w] for w in blocks_of(part[tail[core]])]
    del core
    waiting = deque[Ints]()

    def drawn() -> Iterator[Block]:
        for arcs in which:
            used, tails, heads = _renumbered(nodes, tail[arcs], head[arcs])
            waiting.append(used)
            yield Block(used.size, tails, heads, capacity[arcs], worth[arcs])

    answers = solve(alike_block if alike else weighted_block, drawn(), len(which))
    for arcs, found in zip(which, answers, strict=True):
        flow[arcs], inner[waiting.popleft()] = found
    if not alike:
        return flow, potentials(nodes, tail, head, capacity, flow, worth)
    return flow, _spread(inner * int(worth.max(initial=1)), part, tail, head, worth)


def _worth(size: int, weight: Ints | None) -> Ints:
    """The weights; where every arc counts one, a one that is there once."""
    return np.broadcast_to(np.ones(1, np.int64), (size,)) if weight is None else weight


def _renumbered(nodes: int, tail: Ints, head: Ints) -> tuple[Ints, Ints, Ints]:
    """The nodes that arcs touch, ascending, and the arcs' ends as positions among them (32 bits)."""
    met = np.zeros(nodes, np.bool_)
    met[tail] = True
    met[head] = True
    place: Any = np.cumsum(met, dtype=np.int32)
    place -= 1
    return np.flatnonzero(met), place[tail], place[head]


def blocks_of(part: Ints, size: int | None = None) -> list[Ints]:
    """Positions of arcs, whole components together, in blocks that take components until they hold ``size`` arcs."""
    size = size or BLOCK
    if part.size <= size:
        return [np.arange(part.size)] if part.size else []
    order = np.argsort(part, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(part[order])) + 1, part.size)
    cuts, begun = list[int](), 0
    for end in ends.tolist():
        if end - begun >= size:
            cuts.append(end)
            begun = end
    return [np.sort(w) for w in np.split(order, [c for c in cuts if c < part.size])]


def alike_block(block: Block) -> tuple[Ints, Ints]:
    """Flow and potentials of a block whose arcs all count the same."""
    remainder, found = cheapest_remainder(block.nodes, block.tail, block.head, block.capacity)
    return block.capacity - remainder, found


def weighted_block(block: Block) -> tuple[Ints, Ints]:
    """The flow of a block whose arcs count differently; its potentials are found afterwards."""
    return by_solver(*block), np.zeros(block.nodes, np.int64)


def _guard(capacity: Ints, worth: Ints) -> None:
    # In two halves: their sums fit 64 bits whatever the amounts are.
    total = (int((capacity >> 32).sum()) << 32) + int((capacity & 0xFFFFFFFF).sum())
    if total * max(1, int(worth.max(initial=1))) >= LARGEST_TOTAL:
        raise SolverError(
            f"amounts add up to {total} fen, more than can be added exactly ({LARGEST_TOTAL}); "
            "settle in groups / 金额合计超出精确计算范围，请分批"
        )


def by_solver(nodes: int, tail: Ints, head: Ints, capacity: Ints, worth: Ints) -> Ints:
    """A largest circulation by OR-Tools' cost-scaling min-cost flow, for any weights.

    What is left after set-off is the cheapest flow that keeps every net position.
    Minimising the remainder r = capacity − f with supplies equal to net positions is the same program with
    non-negative costs.
    """
    solver: Any = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(tail, head, capacity, worth)
    net = _sum_at(nodes, tail, capacity) - _sum_at(nodes, head, capacity)
    solver.set_nodes_supplies(np.arange(nodes), net)
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise SolverError(f"the min-cost flow ended with status {status}")
    return capacity - np.asarray(solver.flows(arcs), dtype=np.int64)


def potentials(
    nodes: int, tail: Ints, head: Ints, capacity: Ints, flow: Ints, weight: Ints | None = None
) -> Ints:
    """Node potentials that prove ``flow`` optimal: Bellman–Ford distances on the residual graph.

    Components are solved alone and then spread along their topological order, so arcs on no cycle cost nothing.
    Raises SolverError where the flow is not optimal (a cycle of negative cost remains).
    """
    worth = _worth(tail.size, weight)
    part = strong_parts(nodes, tail, head)
    inside = part[tail] == part[head]
    forward, backward = inside & (flow < capacity), inside & (flow > 0)
    start = np.concatenate([tail[forward], head[backward]])
    end = np.concatenate([head[forward], tail[backward]])
    cost = np.concatenate([-worth[forward], worth[backward]])
    distance = _distances(nodes, start, end, cost)
    # Dual feasibility wants p_v − p_u ≥ w where an arc is not full: p = −distance.
    return _spread(-distance, part, tail, head, worth)


def _spread(inner: Ints, part: Ints, tail: Ints, head: Ints, worth: Ints) -> Ints:
    """Potentials sound inside each component, moved apart so that an arc between two components costs nothing."""
    order = _order(part, tail, head)
    step = int(inner.max(initial=0) - inner.min(initial=0)) + int(worth.max(initial=1))
    return inner + order[part] * step


def _order(part: Ints, tail: Ints, head: Ints) -> Ints:
    """A topological position of each component (every arc between two leads to a higher one)."""
    count = int(part.max(initial=-1)) + 1
    cross = part[tail] != part[head]
    a, b = part[tail[cross]], part[head[cross]]
    if np.all(a > b):  # SciPy numbers components from the sinks
        return np.arange(count - 1, -1, -1, dtype=np.int64)
    if np.all(a < b):
        return np.arange(count, dtype=np.int64)
    return _sorted_order(count, a, b)


def _sorted_order(count: int, tail: Ints, head: Ints) -> Ints:
    from graphlib import TopologicalSorter

    before: dict[int, set[int]] = {n: set() for n in range(count)}
    for a, b in zip(tail.tolist(), head.tolist(), strict=True):
        before[b].add(a)
    order = np.empty(count, np.int64)
    for position, node in enumerate(TopologicalSorter(before).static_order()):
        order[node] = position
    return order


def _distances(nodes: int, start: Ints, end: Ints, cost: Ints) -> Ints:
    by_start = np.argsort(start, kind="stable")
    end, cost = end[by_start], cost[by_start]
    first = np.concatenate([[0], np.cumsum(np.bincount(start, minlength=nodes))])
    distance = np.zeros(nodes, np.int64)
    active = np.flatnonzero(np.diff(first))
    for _ in range(nodes + 1):
        if active.size == 0:
            return distance
        arcs, source = _arcs_of(first, active)
        proposed = distance[source] + cost[arcs]
        better = proposed < distance[end[arcs]]
        reached = end[arcs[better]]
        np.minimum.at(distance, reached, proposed[better])
        active = np.unique(reached)
    raise SolverError("the flow is not optimal: a cycle of negative cost remains")


def _arcs_of(first: Ints, active: Ints) -> tuple[Ints, Ints]:
    length = first[active + 1] - first[active]
    offset = np.repeat(first[active] - np.concatenate([[0], np.cumsum(length)[:-1]]), length)
    return np.arange(int(length.sum()), dtype=np.int64) + offset, np.repeat(active, length)


def dual_value(tail: Ints, head: Ints, capacity: Ints, potential: Ints, weight: Ints | None = None) -> int:
    """The upper bound on any circulation's weight that these potentials prove, as an exact integer."""
    worth = _worth(tail.size, weight)
    slack = np.maximum(0, worth + potential[tail] - potential[head])
    held = np.flatnonzero(slack)
    return sum(int(c) * int(s) for c, s in zip(capacity[held], slack[held], strict=True))
