import random
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from chain_cases import random_chain
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from sanwang.collaboration.chains.chain import Link, Member, build, shipped
from sanwang.collaboration.chains.failures import cut_off, failures, required
from sanwang.region import Region


def delivered(chain, without=()):
    """What the chain delivers without some firms, by another solver and another program: one row a link."""
    names = [k.id for k in chain.links]
    edges = [(i, k, g) for k in names for g, group in enumerate(chain.needs[k]) for i in group]
    count, width = len(names), 2 * len(names) + len(edges)
    rows, limits = [], []
    for n, name in enumerate(names):
        out = np.zeros(width)
        out[n], out[count + n] = -1, 1
        out[[2 * count + e for e, edge in enumerate(edges) if edge[0] == name]] = 1
        rows.append(out)
        for g in range(len(chain.needs[name])):
            into = np.zeros(width)
            into[n] = 1
            into[
                [2 * count + e for e, (_, head, group) in enumerate(edges) if (head, group) == (name, g)]
            ] = -1
            rows.append(into)
        limits += [0.0] * (1 + len(chain.needs[name]))
    feeding = {i for i, _, _ in edges}
    capacity = [sum(m.capacity for m in chain.at[k] if m.actor not in without) for k in names]
    demand = [sum(m.capacity for m in chain.at[k]) if k not in feeding else 0.0 for k in names]
    bounds = [(0, c) for c in capacity] + [(0, d) for d in demand] + [(0, None)] * len(edges)
    goal = np.concatenate([np.zeros(count), -np.ones(count), np.zeros(len(edges))])
    return -linprog(goal, A_ub=np.array(rows), b_ub=limits, bounds=bounds).fun


@pytest.mark.parametrize("seed", range(12))
def test_the_worst_failures_are_those_of_trying_all(seed):
    chain = random_chain(seed)
    firms = sorted({m.actor for m in chain.members if m.capacity})
    base = delivered(chain)
    found = failures(chain, top=3)
    assert found.delivered == pytest.approx(base) and found.proven
    single = {f: base - delivered(chain, (f,)) for f in firms}
    want = sorted((v for v in single.values() if v > 1e-6), reverse=True)[:3]
    assert [f.lost for f in found.singles["firm"]] == pytest.approx(want)
    pairs = {p: base - delivered(chain, p) for p in combinations(firms, 2)}
    want = sorted((v for p, v in pairs.items() if v > max(single[f] for f in p) + 1e-6), reverse=True)[:3]
    assert [f.lost for f in found.doubles["firm"]] == pytest.approx(want)


@pytest.mark.parametrize("seed", range(6))
def test_where_any_input_will_do_it_is_the_maximum_flow(seed):
    chain = random_chain(seed, alternatives="all")
    names = [k.id for k in chain.links]
    source, sink, count = 2 * len(names), 2 * len(names) + 1, len(names)
    graph = np.zeros((sink + 1, sink + 1), dtype=np.int32)
    feeding = {i for gs in chain.needs.values() for g in gs for i in g}
    for n, name in enumerate(names):
        graph[n, count + n] = int(chain.capacity[name])
        for group in chain.needs[name]:
            for one in group:
                graph[count + names.index(one), n] = 1000
        if not chain.needs[name]:
            graph[source, n] = 1000
        if name not in feeding:
            graph[count + n, sink] = 1000
    assert failures(chain).delivered == pytest.approx(maximum_flow(csr_array(graph), source, sink).flow_value)


def delivered_by_ways(chain, without=()):
    """As ``delivered``, with a variable for each way: a set of joint inputs takes from all of them."""
    names = [k.id for k in chain.links]
    ways = [(k, g, way) for k in names for g, group in enumerate(chain.ways[k]) for way in group]
    count, width = len(names), 2 * len(names) + len(ways)
    rows, limits = [], []
    for n, name in enumerate(names):
        out = np.zeros(width)
        out[n], out[count + n] = -1, 1
        out[[2 * count + w for w, (_, _, way) in enumerate(ways) if name in way]] = 1
        rows.append(out)
        for g in range(len(chain.ways[name])):
            into = np.zeros(width)
            into[n] = 1
            into[
                [2 * count + w for w, (head, group, _) in enumerate(ways) if (head, group) == (name, g)]
            ] = -1
            rows.append(into)
        limits += [0.0] * (1 + len(chain.ways[name]))
    capacity = [sum(m.capacity for m in chain.at[k] if m.actor not in without) for k in names]
    demand = [sum(m.capacity for m in chain.at[k]) if k in chain.finals else 0.0 for k in names]
    bounds = [(0, c) for c in capacity] + [(0, d) for d in demand] + [(0, None)] * len(ways)
    goal = np.concatenate([np.zeros(count), -np.ones(count), np.zeros(len(ways))])
    return -linprog(goal, A_ub=np.array(rows), b_ub=limits, bounds=bounds).fun


@pytest.mark.parametrize("seed", range(12))
def test_with_sets_of_joint_inputs_the_worst_failures_are_those_of_trying_all(seed):
    draw = random.Random(seed)
    plain = random_chain(seed, links=10)
    links = []
    for link in plain.links:
        inputs = list(link.inputs)
        draw.shuffle(inputs)
        ways = ("+".join(inputs[:2]), *inputs[2:4]) if len(inputs) >= 3 else ()
        links.append(replace(link, alternatives=ways))
    chain = build("x", "x", links, plain.members)
    assert any(len(way) > 1 for groups in chain.ways.values() for g in groups for way in g)
    base = delivered_by_ways(chain)
    found = failures(chain, top=3)
    assert found.delivered == pytest.approx(base) and found.proven
    firms = sorted({m.actor for m in chain.members if m.capacity})
    losses = sorted((base - delivered_by_ways(chain, (f,)) for f in firms), reverse=True)
    assert [f.lost for f in found.singles["firm"]] == pytest.approx([x for x in losses if x > 1e-6][:3])


def test_a_set_needs_all_of_its_inputs_and_another_set_can_stand_in():
    drug = Link("d", "制剂", alternatives=("a+b", "c"), demand=10)
    links = [Link("a", "原料药"), Link("b", "辅料"), Link("c", "饮片"), drug]
    chain = build(
        "x", "x", links, [*makers("a", 9.0), *makers("b", 6.0), *makers("c", 2.0), *makers("d", 10.0)]
    )
    assert chain.needs["d"] == (("a", "c"), ("b", "c"))
    assert failures(chain).delivered == pytest.approx(8)
    assert required(chain)["a"] == required(chain)["b"] == pytest.approx(7.5)
    assert cut_off(chain, {"a"}) == ("a",) and cut_off(chain, {"a", "c"}) == ("a", "c", "d")
    assert cut_off(chain, {"a", "b"}) == ("a", "b")


def test_the_medicine_chain_that_ships_has_failures():
    """Consumables replace no drugs: a firm that alone makes a medicine, a reagent or a cold chain is missed."""
    chain = next(c for c in shipped(Region.of("x")) if c.id == "BIO")
    assert chain.needs["BIO-L12"] == (("BIO-L09",), ("BIO-L10",), ("BIO-L11",))
    made = build("BIO", "x", chain.links, [m for k in chain.links for m in makers(k.id, 10.0)])
    lost = {f.elements[0] for f in failures(made, top=30).singles["firm"]}
    assert {"BIO-L09-0", "BIO-L10-0", "BIO-L11-0", "BIO-L12-0", "BIO-L08-0"} <= lost


def makers(link, *capacities):
    return [Member(link, f"{link}-{n}", "厂", "firm", "core", capacity=c) for n, c in enumerate(capacities)]


def test_a_missing_link_is_bought_in_and_its_absence_is_told():
    chain = build(
        "x", "x", [Link("a", "膜"), Link("b", "堆", inputs=("a",), demand=10)], makers("b", 6.0, 2.0)
    )
    found = failures(chain)
    assert (found.demand, found.delivered, found.delivered_with_gaps) == (10, pytest.approx(8), 0)
    assert found.singles["firm"][0].lost == pytest.approx(6)
    assert found.singles["firm"][0].unmet_share == pytest.approx(0.8)


def test_an_unknown_capacity_is_told_and_does_not_bind():
    chain = build("x", "x", [Link("a", "膜"), Link("b", "堆", inputs=("a",), demand=10)],
                  [*makers("a", None, None), *makers("b", 20.0)])  # fmt: skip
    found = failures(chain)
    assert found.delivered == pytest.approx(10) and ("a", "capacity") in found.assumptions
    assert found.singles["firm"][0].elements == ("b-0",)


def test_recycling_is_shown_and_does_not_stop_the_chain():
    links = [
        Link("ore", "矿", demand=None),
        Link("metal", "材料", inputs=("ore", "scrap"), alternatives=("ore", "scrap")),
        Link("cell", "电池", inputs=("metal",), demand=5),
        Link("scrap", "回收", inputs=("cell",)),
    ]
    chain = build("x", "x", links, [m for k in links for m in makers(k.id, 9.0)])
    assert chain.cycles == (("scrap", "metal"),)
    assert failures(chain).delivered == pytest.approx(5)
    assert set(chain.order) == {"ore", "metal", "cell", "scrap"}


def test_reachability_needs_one_of_each_group():
    links = [Link("a", "a"), Link("b", "b"), Link("c", "c"),
             Link("d", "d", inputs=("a", "b", "c"), alternatives=("a", "b")),
             Link("e", "e", inputs=("d",))]  # fmt: skip
    chain = build("x", "x", links)
    assert cut_off(chain, {"a"}) == ("a",)
    assert cut_off(chain, {"a", "b"}) == ("a", "b", "d", "e")
    assert cut_off(chain, {"c"}) == ("c", "d", "e")


def test_what_each_link_must_make():
    links = [
        Link("a", "a"),
        Link("b", "b"),
        Link("d", "d", inputs=("a", "b"), alternatives=("a", "b"), demand=12),
    ]
    chain = build("x", "x", links, [*makers("a", 30.0), *makers("b", 10.0), *makers("d", 12.0)])
    assert required(chain) == {"a": pytest.approx(9), "b": pytest.approx(3), "d": 12}


def test_a_member_at_an_unknown_link_and_an_unknown_input_are_kept_as_strays():
    chain = build("x", "x", [Link("a", "a", inputs=("nowhere",))], makers("b", 1.0))
    assert set(chain.strays) == {("a", "nowhere"), ("b-0", "b")}
    assert chain.links[0].inputs == ()
