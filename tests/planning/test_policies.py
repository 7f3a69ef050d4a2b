import sys
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from regions import WAN, all_pairs, region

from sanwang.errors import ConflictError, OptionError
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
    assert any("maker" in m for m in error.value.members)


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
