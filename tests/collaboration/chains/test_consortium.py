import math
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from region_cases import small_region

from sanwang.collaboration.chains.capabilities import Capability, Holding, Target, target_of
from sanwang.collaboration.chains.chain import chains_of
from sanwang.collaboration.chains.consortium import ConsortiumError, Limits, consortium, task_split
from sanwang.collaboration.chains.placing import place
from sanwang.collaboration.chains.rules import TERMS
from sanwang.errors import OptionError
from sanwang.region import Region
from sanwang.region.geography import actor_places, distance_km

CITIES = ("110108", "120116", "130100", "130600")


def case(seed, actors=7, asked=4):
    """A region of firms and a university in four cities, with ties, and a target asking for a few capabilities."""
    draw = np.random.default_rng(seed)
    names = [f"A{n}" for n in range(actors)]
    region = Region.of(
        actors=pl.DataFrame({"id": names, "name": names, "kind": ["firm"] * (actors - 1) + ["university"],
                             "place": [CITIES[k] for k in draw.integers(0, 4, actors)]}),
        ties=pl.DataFrame({"a": ["A0", "A1"], "b": ["A3", "A2"], "kind": ["research"] * 2, "year": [2024] * 2,
                           "count": [3, 5]}),
    )  # fmt: skip
    held = [
        {names[n]: Holding(float(draw.uniform(0.3, 1)), int(draw.integers(1, 9)) * 1_000_000, "据")
         for n in draw.choice(actors, draw.integers(1, 5), replace=False)}
        for _ in range(asked)
    ]  # fmt: skip
    return region, Target(
        "t", "目标", tuple(Capability(f"c{n}", "word", f"能{n}", h) for n, h in enumerate(held))
    )


def points(region, target, team, head):
    """Points of a team by the rules as they are written down."""
    where = {r["actor"]: r for r in actor_places(region).to_dicts()}
    ties = {frozenset((a, b)): c for a, b, c in region["ties"].select("a", "b", "count").iter_rows()}
    total = 0.0
    for actor in team:
        strength = max(c.holders[actor].strength for c in target.capabilities if actor in c.holders)
        a, b = where[actor], where[head]
        km = float(distance_km(a["lat"], a["lon"], b["lat"], b["lon"]))
        tie = ties.get(frozenset((actor, head)), 0) if actor != head else 0
        total += TERMS.member + TERMS.distance_100km * km / 100 - TERMS.tie * (1 - math.exp(-tie / 3))
        total += TERMS.border * (a["province"] != b["province"])
        total += TERMS.strength * (1 - strength) * (TERMS.lead if actor == head else 1)
    return total


def enumerated(region, target, limits=None, without=frozenset()):
    """The best team by trying all."""
    actors = sorted({a for c in target.capabilities for a in c.holders} - without)
    kinds = dict(region["actors"].select("id", "kind").iter_rows())
    city = dict(actor_places(region).select("actor", "city").iter_rows())
    firms = [a for a in actors if kinds[a] == "firm"] or actors
    best = (math.inf, None)
    for size in range(1, len(actors) + 1):
        for team in combinations(actors, size):
            if not all(set(team) & set(c.holders) for c in target.capabilities):
                continue
            price = sum(c.holders[a].price for a in team for c in target.capabilities if a in c.holders)
            if limits and limits.budget is not None and price > limits.budget:
                continue
            most = max(sum(city[a] == k for a in team) for k in city.values())
            if limits and limits.per_city is not None and most > limits.per_city:
                continue
            best = min([best, *((points(region, target, team, h), team) for h in team if h in firms)])
    return best


@pytest.mark.parametrize("seed", range(25))
def test_the_team_is_that_of_trying_all(seed):
    region, target = case(seed)
    found = consortium(region, target, alternatives=0)
    want, team = enumerated(region, target)
    assert found.teams[0].points == pytest.approx(want) and found.teams[0].proven
    assert {m.actor for m in found.teams[0].members} == set(team)
    assert math.isnan(found.greedy_points) or found.greedy_points >= want - 1e-9


@pytest.mark.parametrize("seed", range(25))
def test_limits_are_kept_and_the_best_within_them_is_found(seed):
    region, target = case(seed)
    limits = Limits(budget=16_000_000, per_city=2)
    want, _ = enumerated(region, target, limits)
    if math.isinf(want):
        with pytest.raises(ConsortiumError, match="限制"):
            consortium(region, target, limits=limits)
    else:
        found = consortium(region, target, limits=limits, alternatives=0)
        assert found.teams[0].points == pytest.approx(want) and found.teams[0].price <= 16_000_000


@pytest.mark.parametrize("seed", range(8))
def test_what_leaving_somebody_out_costs(seed):
    region, target = case(seed)
    found = consortium(region, target, alternatives=0)
    best = found.teams[0]
    for member in best.members[1:]:
        kept = {c.id: {a: h for a, h in c.holders.items() if a != member.actor} for c in target.capabilities}
        if any(not h for h in kept.values()):
            assert math.isinf(member.without) and member.alone
            continue
        smaller = Target(
            "t", "", tuple(Capability(c.id, c.kind, c.name, kept[c.id]) for c in target.capabilities)
        )
        try:
            again = consortium(region, smaller, leader=best.leader, alternatives=0).teams[0].points
        except OptionError:
            continue
        assert member.without == pytest.approx(again - best.points, abs=1e-6) and member.without >= -1e-9


def test_alternatives_differ_in_substance():
    region, target = case(3, actors=9, asked=3)
    found = consortium(region, target, alternatives=3, differ=0.5)
    teams = [{m.actor for m in t.members} for t in found.teams]
    assert len(teams) > 1
    for n, team in enumerate(teams):
        for earlier in teams[:n]:
            assert len(team & earlier) <= 0.5 * len(earlier)
    assert [t.points for t in found.teams] == sorted(t.points for t in found.teams)


def test_shares_add_up_and_follow_what_is_covered():
    region, target = case(1)
    team = consortium(region, target).teams[0]
    assert sum(m.share for m in team.members) == pytest.approx(1)
    assert all((m.share > 0) for m in team.members)
    tasks = task_split(team, target.capabilities)
    assert [t[0] for t in tasks] == [c.name for c in target.capabilities]


def test_a_capability_that_nobody_has_is_named_or_left_open():
    region, target = case(0)
    more = Target("t", "目标", (*target.capabilities, Capability("x", "pilot", "中试：膜", {})))
    with pytest.raises(ConsortiumError, match="无人具备的能力：中试：膜"):
        consortium(region, more)
    assert consortium(region, more, leave_open=True).missing == ("中试：膜",)


def test_a_limit_in_the_way_is_named_with_what_would_do():
    region, target = case(0)
    with pytest.raises(ConsortiumError, match=r"预算（去掉后最少 \d+\.0 万元）"):
        consortium(region, target, limits=Limits(budget=100))


def test_a_leader_who_is_no_candidate_is_refused():
    region, target = case(0)
    with pytest.raises(OptionError, match="不在候选之列"):
        consortium(region, target, leader="谁")


def targets(word):
    region = small_region()
    chains = chains_of(region)
    return target_of(region, chains, place(region, chains), word)


def test_a_link_asks_for_research_pilot_making_supply_and_use():
    target = targets("H2")
    held = {c.name: set(c.holders) for c in target.capabilities}
    assert held == {
        "研发：电堆": {"U1"}, "中试：电堆": {"B1"}, "制造：电堆": {"F2"},
        "供应：质子膜": {"F1", "F4"}, "应用：电堆的用户": {"F3"},
    }  # fmt: skip
    assert targets("电堆").capabilities == target.capabilities


def test_a_need_is_led_by_who_asks():
    target = targets("N1")
    assert target.leader == "F3" and target.capabilities[-1].name == "应用：提出需求"


def test_words_are_looked_for_in_names_titles_and_products():
    held = {c.name: set(c.holders) for c in targets("双极板;中试；火箭").capabilities}
    assert held == {"双极板": {"U1"}, "中试": {"B1"}, "火箭": set()}
    with pytest.raises(OptionError, match="目标为空"):
        targets("  ")
