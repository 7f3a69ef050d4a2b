"""Largest circulations: the primal-dual method, OR-Tools and every flow tried agree, and the proof holds."""

from itertools import product
from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sanwang.optimize.circulation import (
    blocks_of,
    by_solver,
    dual_value,
    largest_circulation,
    proved_circulation,
)


def arrays(arcs):
    return tuple(np.array([a[i] for a in arcs], np.int64) for i in range(3))


def graphs(nodes, most, arcs):
    node = st.integers(0, nodes - 1)
    arc = st.tuples(node, node, st.integers(0, most)).filter(lambda a: a[0] != a[1])
    return st.lists(arc, max_size=arcs).map(arrays)


def balanced(nodes, tail, head, flow):
    return all(flow[tail == v].sum() == flow[head == v].sum() for v in range(nodes))


@settings(max_examples=300, deadline=None)
@given(graphs(9, 10**6, 50))
def test_agrees_with_the_solver_and_proves_it(graph):
    tail, head, room = graph
    flow, potential = proved_circulation(9, tail, head, room)
    assert np.all((flow >= 0) & (flow <= room))
    assert balanced(9, tail, head, flow)
    assert dual_value(tail, head, room, potential) == flow.sum()
    assert by_solver(9, tail, head, room, np.ones(tail.size, np.int64)).sum() == flow.sum()


@settings(max_examples=100, deadline=None)
@given(graphs(4, 2, 6))
def test_no_flow_is_larger(graph):
    tail, head, room = graph
    every = (np.array(f, np.int64) for f in product(*(range(c + 1) for c in room)))
    best = max((int(f.sum()) for f in every if balanced(4, tail, head, f)), default=0)
    assert largest_circulation(4, tail, head, room).sum() == best


@settings(max_examples=100, deadline=None)
@given(graphs(7, 100, 30), st.integers(1, 9), st.integers(1, 9))
def test_weights_are_proved_too(graph, light, heavy):
    tail, head, room = graph
    weight = np.where(tail % 2 == 0, light, heavy).astype(np.int64)
    flow, potential = proved_circulation(7, tail, head, room, weight)
    assert balanced(7, tail, head, flow)
    assert dual_value(tail, head, room, potential, weight) == (weight * flow).sum()


def test_long_rings_and_parallel_arcs():
    ring = np.arange(3000, dtype=np.int64)
    tail = np.concatenate([ring, ring])
    head = np.concatenate([np.roll(ring, -1), np.roll(ring, -1)])
    room = np.concatenate([ring + 5, ring + 7])
    flow, potential = proved_circulation(3000, tail, head, room)
    assert flow.sum() == 12 * 3000 == dual_value(tail, head, room, potential)


def test_nothing_owed():
    none = np.zeros(0, np.int64)
    assert proved_circulation(0, none, none, none)[0].size == 0


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=60), st.integers(1, 20))
def test_blocks_hold_whole_components(parts, size):
    part = np.array(parts, np.int64)
    found = blocks_of(part, size)
    assert sorted(np.concatenate(found).tolist() if found else []) == list(range(part.size))
    held = [set(part[w].tolist()) for w in found]
    assert sum(map(len, held)) == len(set(parts))
    assert all(w.size >= size for w in found[:-1])


@settings(max_examples=60, deadline=None)
@given(st.lists(graphs(5, 100, 15), min_size=1, max_size=4), st.booleans())
def test_components_may_be_solved_apart(several, weighed):
    """Some graphs side by side, in blocks of a component each: proved, and worth as much as all in one."""
    tail, head, room = (
        np.concatenate([g[i] + (5 * n if i < 2 else 0) for n, g in enumerate(several)]) for i in range(3)
    )
    weight = np.where(tail % 2 == 0, 2, 3).astype(np.int64) if weighed else None
    nodes = 5 * len(several)
    whole = proved_circulation(nodes, tail, head, room, weight)[0]
    met = []

    def counted(function, blocks, count):
        met.extend(blocks)
        assert count == len(met)
        return [function(b) for b in met]

    with patch("sanwang.optimize.circulation.blocks_of", lambda part: blocks_of(part, 1)):
        flow, potential = proved_circulation(nodes, tail, head, room, weight, counted)
    worth = np.ones(tail.size, np.int64) if weight is None else weight
    assert balanced(nodes, tail, head, flow)
    assert (worth * flow).sum() == (worth * whole).sum() == dual_value(tail, head, room, potential, weight)
