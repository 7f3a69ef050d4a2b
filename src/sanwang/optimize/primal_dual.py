"""The cheapest way to carry net debts to net creditors where every arc costs 1: a primal-dual method in integers.

Each round finds integer distances from every node that still holds an excess (buckets over reduced costs), moves the
potentials by them, and sends as much as fits along arcs of reduced cost 0 by push and relabel. Path costs are small
integers, so few rounds are needed. What a push leaves stranded on the way stays there and starts from there in the
next round, since reduced costs stay sound (Dial 1969; Ford and Fulkerson 1962; Goldberg and Tarjan 1988).
"""

# pyright: reportUntypedFunctionDecorator=false

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from sanwang.errors import SolverError

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Signs = npt.NDArray[np.int8]

MOST_ARCS = 2**30 - 1
"""Slots of the residual graph are numbered in 32 bits, two an arc."""

_FAR = 2**30
_WORK = 1.0
"""Arcs looked at, in parts of all of them, before the labels are found afresh."""


def _jit(function: Any) -> Any:  # noqa: ANN401 - Numba's dispatcher has no type
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


def cheapest_remainder(nodes: int, tail: Ints, head: Ints, capacity: Ints) -> tuple[Ints, Ints]:
    """The least flow that leaves every net position as ``capacity`` does, and the potentials that prove it.

    For potentials p and remainder r: 1 + p_tail − p_head is ≥ 0 where r < capacity and ≤ 0 where r > 0.
    Raises SolverError where an excess finds no way, which ``capacity`` itself, being such a flow, rules out.
    """
    if tail.size > MOST_ARCS:
        raise SolverError(f"{tail.size} pairs are more than can be numbered ({MOST_ARCS}) / 债务对过多")
    first, slot, end, back, room, cost = _residual(nodes, tail, head, capacity)
    excess = _net(nodes, tail, head, capacity)
    potential, distance = np.zeros(nodes, np.int32), np.zeros(nodes, np.int32)
    while True:
        near = _distances(first, end, room, cost, excess, potential, distance)
        if near < 0:
            break
        _raise(potential, distance, near)
        _send(first, end, back, room, cost, excess, potential, distance, near)
    if np.any(excess):
        raise SolverError("an excess found no way to a node that lacks")
    return capacity - room[slot], potential.astype(np.int64)


@_jit
def _net(nodes: int, tail: Ints, head: Ints, capacity: Ints) -> Ints:
    net = np.zeros(nodes, np.int64)
    for i in range(tail.size):
        net[tail[i]] += capacity[i]
        net[head[i]] -= capacity[i]
    return net


@_jit
def _residual(
    nodes: int, tail: Ints, head: Ints, capacity: Ints
) -> tuple[Ints, Small, Small, Small, Ints, Signs]:
    """First slot of each node, slot of each arc; by slot: far end, opposite slot, room left, cost."""
    first = np.zeros(nodes + 1, np.int64)
    for i in range(tail.size):
        first[tail[i] + 1] += 1
        first[head[i] + 1] += 1
    for v in range(nodes):
        first[v + 1] += first[v]
    put = first[:-1].copy()
    slots = 2 * tail.size
    slot = np.empty(tail.size, np.int32)
    end, back = np.empty(slots, np.int32), np.empty(slots, np.int32)
    room, cost = np.zeros(slots, np.int64), np.empty(slots, np.int8)
    for i in range(tail.size):
        a, b = put[tail[i]], put[head[i]]
        if tail[i] == head[i]:
            b += 1
        put[tail[i]] += 1
        put[head[i]] += 1
        slot[i] = a
        end[a], end[b] = head[i], tail[i]
        back[a], back[b] = b, a
        room[a] = capacity[i]
        cost[a], cost[b] = 1, -1
    return first, slot, end, back, room, cost


@_jit
def _distances(
    first: Ints, end: Small, room: Ints, cost: Signs, excess: Ints, potential: Small, distance: Small
) -> int:
    """Distances by reduced cost up to the nearest node that lacks, and how far that is; -1 where there is none.

    Nodes beyond it hold some greater number.
    """
    nodes = potential.size
    buckets = np.full(64, -1, np.int32)  # a list each; a node put in again nearer leaves a stale entry behind
    entry_node, entry_next = np.empty(nodes + 1, np.int32), np.empty(nodes + 1, np.int32)
    used = 0
    for v in range(nodes):
        distance[v] = _FAR
        if excess[v] > 0:
            distance[v] = 0
            entry_node[used], entry_next[used] = v, buckets[0]
            buckets[0] = used
            used += 1
    now, highest, found = 0, 0, -1
    while now <= highest and found < 0:
        while buckets[now] >= 0:
            entry = buckets[now]
            buckets[now] = entry_next[entry]
            u = entry_node[entry]
            if distance[u] != now:
                continue
            if excess[u] < 0:
                found = now
            for e in range(first[u], first[u + 1]):
                if room[e] == 0:
                    continue
                v = end[e]
                far = now + cost[e] + potential[u] - potential[v]
                if far >= distance[v]:
                    continue
                distance[v] = far
                if far >= buckets.size:
                    more = np.full(2 * far, -1, np.int32)
                    more[: buckets.size] = buckets
                    buckets = more
                if used == entry_node.size:
                    entry_node = np.concatenate((entry_node, np.empty(used, np.int32)))
                    entry_next = np.concatenate((entry_next, np.empty(used, np.int32)))
                entry_node[used], entry_next[used] = v, buckets[far]
                buckets[far] = used
                used += 1
                highest = max(highest, far)
        now += 1
    return found


@_jit
def _raise(potential: Small, distance: Small, near: int) -> None:
    for v in range(potential.size):
        potential[v] += min(distance[v], near)


@_jit
def _send(
    first: Ints,
    end: Small,
    back: Small,
    room: Ints,
    cost: Signs,
    excess: Ints,
    potential: Small,
    distance: Small,
    near: int,
) -> None:
    """As much excess as fits, along arcs of reduced cost 0 among the nodes reached; they are copied out first."""
    sub_first, sub_end, sub_back, sub_room, origin = _free_arcs(
        first, end, back, room, cost, potential, distance, near
    )
    _push(sub_first, sub_end, sub_back, sub_room, excess)
    for i in range(origin.size):
        room[origin[i]] = sub_room[i]


@_jit
def _free_arcs(
    first: Ints,
    end: Small,
    back: Small,
    room: Ints,
    cost: Signs,
    potential: Small,
    distance: Small,
    near: int,
) -> tuple[Ints, Small, Small, Ints, Small]:
    """The residual graph of the arcs of reduced cost 0 among nodes within ``near``, and each slot's origin."""
    nodes = potential.size
    start = np.zeros(nodes + 1, np.int64)
    for u in range(nodes):
        if distance[u] > near:
            continue
        for e in range(first[u], first[u + 1]):
            v = end[e]
            if cost[e] == 1 and distance[v] <= near and 1 + potential[u] == potential[v]:
                start[u + 1] += 1
                start[v + 1] += 1
    for u in range(nodes):
        start[u + 1] += start[u]
    put = start[:-1].copy()
    slots = start[nodes]
    far_end, opposite = np.empty(slots, np.int32), np.empty(slots, np.int32)
    left, origin = np.empty(slots, np.int64), np.empty(slots, np.int32)
    for u in range(nodes):
        if distance[u] > near:
            continue
        for e in range(first[u], first[u + 1]):
            v = end[e]
            if cost[e] == 1 and distance[v] <= near and 1 + potential[u] == potential[v]:
                a, b = put[u], put[v]
                put[u] += 1
                put[v] += 1
                far_end[a], far_end[b] = v, u
                opposite[a], opposite[b] = b, a
                left[a], left[b] = room[e], room[back[e]]
                origin[a], origin[b] = e, back[e]
    return start, far_end, opposite, left, origin


@_jit
def _label(
    first: Ints, end: Small, back: Small, room: Ints, excess: Ints, label: Small, queue: Small
) -> None:
    """Steps from each node to the nearest that lacks; the number of nodes where there is no way."""
    nodes = label.size
    filled, taken = 0, 0
    for v in range(nodes):
        label[v] = nodes
        if excess[v] < 0:
            label[v] = 0
            queue[filled] = v
            filled += 1
    while taken < filled:
        v = queue[taken]
        taken += 1
        for e in range(first[v], first[v + 1]):
            w = end[e]
            if label[w] == nodes and room[back[e]] > 0:
                label[w] = label[v] + 1
                queue[filled] = w
                filled += 1


@_jit
def _push(first: Ints, end: Small, back: Small, room: Ints, excess: Ints) -> None:
    """Push and relabel, first in first out, until no excess can reach a node that lacks."""
    nodes = excess.size
    label, queue = np.empty(nodes, np.int32), np.empty(nodes + 1, np.int32)
    at, waiting = np.empty(nodes, np.int64), np.zeros(nodes, np.bool_)
    while True:
        _label(first, end, back, room, excess, label, queue)
        head, tail = 0, 0
        for v in range(nodes):
            at[v] = first[v]
            waiting[v] = excess[v] > 0 and label[v] < nodes
            if waiting[v]:
                queue[tail] = v
                tail += 1
        if tail == 0:
            return
        work = 0
        while head != tail and work < _WORK * end.size:
            u = queue[head]
            head = 0 if head == nodes else head + 1
            waiting[u] = False
            while excess[u] > 0 and label[u] < nodes:
                if at[u] == first[u + 1]:
                    lowest = nodes
                    for e in range(first[u], first[u + 1]):
                        if room[e] > 0 and label[end[e]] + 1 < lowest:
                            lowest = label[end[e]] + 1
                            at[u] = e
                    work += first[u + 1] - first[u]
                    label[u] = lowest
                    continue
                e = at[u]
                v = end[e]
                work += 1
                if room[e] == 0 or label[v] + 1 != label[u]:
                    at[u] += 1
                    continue
                most = min(excess[u], room[e])
                room[e] -= most
                room[back[e]] += most
                excess[u] -= most
                excess[v] += most
                if excess[v] > 0 and not waiting[v]:
                    waiting[v] = True
                    queue[tail] = v
                    tail = 0 if tail == nodes else tail + 1
