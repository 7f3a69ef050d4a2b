import sys
from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from brute import best_under
from regions import WAN, all_pairs, region

from sanwang.errors import ConflictError, OptionError
from sanwang.planning.assumptions import assumptions
from sanwang.planning.plan import plan
from sanwang.planning.verify import verify

YEARS = range(2026, 2029)


def rich(seed):
    """A region with makers at work everywhere, sizes and emissions."""
    reg = region(seed, needs=6, achievements=6, makers=4)
    makers = reg["makers"].with_columns(capacity=2, emissions=pl.Series([10.0, 20.0, 40.0, 80.0]), land=100.0)
    sizes = [["small", "large", "micro", "medium"][i % 4] for i in range(reg["actors"].height)]
    return reg.with_tables(makers=makers, actors=reg["actors"].with_columns(size=pl.Series(sizes)))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.3, 0.6, 1.0]))
def test_a_least_share_is_kept_and_costs_worth(seed, share):
    reg = rich(seed)
    matches = all_pairs(reg, seed)
    free = plan(reg, matches, YEARS)
    asked = plan(reg, matches, YEARS, policies=[{"kind": "least_share", "place": "130000", "share": share}])
    inside = asked.routes["maker_place"].str.starts_with("13").sum()
    assert inside >= share * asked.routes.height - 1e-6
    assert asked.worth <= free.worth
    assert asked.bound >= asked.worth


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6))
def test_no_maker_has_more_than_its_share(seed):
    reg = rich(seed)
    found = plan(reg, all_pairs(reg, seed), YEARS, policies=[{"kind": "most_maker_share", "share": 0.5}])
    counts = Counter(found.routes["maker"].to_list())
    assert all(n <= 0.5 * found.routes.height + 1e-6 for n in counts.values())


def test_caps_hold_and_a_tighter_one_costs_more():
    reg = rich(1)
    matches = all_pairs(reg, 1)
    worth = [
        plan(reg, matches, YEARS, policies=[{"kind": "most_emissions", "tonnes": t}]).worth
        for t in (1000, 60, 15)
    ]
    assert worth[0] >= worth[1] >= worth[2] > 0
    found = plan(reg, matches, YEARS, policies=[{"kind": "most_land", "square_metres": 200.0}])
    assert found.routes.height <= 2


def test_small_firms_first_has_a_price():
    reg = rich(2)
    matches = all_pairs(reg, 2)
    sizes = dict(reg["actors"].select("id", "size").iter_rows())
    firm = dict(reg["needs"].select("id", "actor").iter_rows())

    def small(found):
        return sum(sizes[firm[n]] in ("small", "micro") for n in found.routes["need"])

    free = plan(reg, matches, YEARS)
    favoured = plan(reg, matches, YEARS, policies=[{"kind": "small_credit", "fen": 10**4 * WAN}])
    asked = plan(reg, matches, YEARS, policies=[{"kind": "least_small_share", "share": 1.0}])
    assert small(favoured) >= small(free)
    assert favoured.worth <= free.worth
    assert small(asked) == asked.routes.height


def test_a_least_count_is_met_or_the_smallest_conflict_is_named():
    reg = rich(1)
    matches = all_pairs(reg, 1)
    place = {"kind": "least_routes", "place": "130000", "count": 2}
    found = plan(reg, matches, YEARS, policies=[place])
    assert found.routes["maker_place"].str.starts_with("13").sum() >= 2
    cap = {"kind": "most_land", "square_metres": 100.0}
    with pytest.raises(ConflictError) as error:
        plan(reg, matches, YEARS, policies=[place, cap, {"kind": "most_emissions", "tonnes": 10**6}])
    assert len(error.value.members) == 2
    assert all(any(word in m for m in error.value.members) for word in ("least_routes", "most_land"))


def test_the_capacity_a_policy_runs_into_is_part_of_the_conflict():
    reg = rich(1)
    with pytest.raises(ConflictError) as error:
        plan(
            reg.with_tables(makers=reg["makers"].with_columns(capacity=1).head(1)),
            all_pairs(reg, 1),
            YEARS,
            policies=[{"kind": "least_routes", "count": 5}],
        )
    assert any("Makers" in m for m in error.value.members)


@pytest.mark.parametrize(
    "policy",
    [{"kind": "nonsense"}, {"kind": "least_share", "place": "130000"}, {"kind": "least_share", "share": 2},
     {"kind": "most_land", "square_metres": "much"}, {"kind": "small_credit", "fen": 1, "colour": "red"}],
)  # fmt: skip
def test_a_policy_that_makes_no_sense_is_refused(policy):
    reg = rich(1)
    with pytest.raises(OptionError):
        plan(reg, all_pairs(reg, 1), YEARS, policies=[policy])


def test_the_verifier_checks_policies_itself():
    reg = rich(1)
    found = plan(reg, all_pairs(reg, 1), YEARS)
    options = dict(found.options) | {"policies": [{"kind": "least_routes", "count": 99, "place": None}]}
    assert "least_routes" in verify(reg, found.routes, options).problems[0]


def asked(seed):
    """One or two random policies, of every kind in turn."""
    rng = np.random.default_rng(seed)
    place = [None, "110000", "120000", "130000"][rng.integers(4)]
    share = float(rng.choice([0.25, 0.5, 2 / 3, 1.0]))
    kinds = [
        {"kind": "least_routes", "place": place, "count": int(rng.integers(1, 4))},
        {"kind": "least_share", "place": place or "130000", "share": share},
        {"kind": "most_maker_share", "share": share},
        {"kind": "least_small_share", "share": share},
        {"kind": "small_credit", "fen": int(rng.integers(1, 300)) * WAN},
        {"kind": "most_emissions", "tonnes": float(rng.choice([15.0, 45.0, 95.0]))},
        {"kind": "most_land", "square_metres": float(rng.choice([150.0, 250.0]))},
    ]
    first = kinds[seed % len(kinds)]
    second = kinds[int(rng.integers(len(kinds)))]
    return [first] if rng.random() < 0.6 or second["kind"] == first["kind"] else [first, second]


def poor(seed):
    """A region in which many routes are worth less than nothing."""
    reg = rich(seed).with_tables()
    needs, rng = reg["needs"].head(4), np.random.default_rng(seed)
    value = [int(x) * WAN for x in rng.integers(100, 1400, 4)]
    makers = reg["makers"].with_columns(capacity=pl.Series(rng.integers(0, 3, 4)))
    return reg.with_tables(needs=needs.with_columns(value=pl.Series(value)), makers=makers,
                           achievements=reg["achievements"].head(3))  # fmt: skip


@pytest.mark.parametrize("seed", range(200))
def test_every_policy_equals_enumeration_and_the_bound_is_one(seed):
    reg, policies = poor(seed), asked(seed)
    matches = all_pairs(reg, seed)
    best = best_under(reg, matches, YEARS, assumptions(), policies)
    if best is None:
        with pytest.raises(ConflictError):
            plan(reg, matches, YEARS, gap=0.0, policies=policies)
        return
    found = plan(reg, matches, YEARS, gap=0.0, policies=policies)
    credit = sum(p["fen"] for p in policies if p["kind"] == "small_credit")
    sizes = dict(reg["actors"].select("id", "size").iter_rows())
    firm = dict(reg["needs"].select("id", "actor").iter_rows())
    reached = found.worth + sum(credit for n in found.routes["need"] if sizes[firm[n]] in ("small", "micro"))
    assert abs(reached - best) <= 2 * max(1, found.routes.height)
    assert found.bound >= best - 2 * max(1, found.routes.height)


def test_a_loss_making_route_is_made_where_a_policy_asks_for_one():
    """Value 100万, licence 90万, setup 60万 in Hebei: the route loses money, but it is there."""
    reg = region(3, needs=1, achievements=1, makers=1)
    reg = reg.with_tables(
        needs=reg["needs"].with_columns(value=100 * WAN, budget=200 * WAN, trl_required=6, deadline=None),
        achievements=reg["achievements"].with_columns(trl=6, ask=90 * WAN, licences=1),
        makers=reg["makers"].with_columns(capacity=1, setup=60 * WAN, months=4, actor=pl.lit("A2")),
    )
    found = plan(
        reg, all_pairs(reg, 1), YEARS, policies=[{"kind": "least_routes", "place": "130000", "count": 1}]
    )
    assert found.routes.height == 1 and found.worth < 0 and found.bound >= found.worth
