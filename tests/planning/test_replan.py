import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from regions import WAN, all_pairs, region

from sanwang.errors import OptionError
from sanwang.planning.plan import plan
from sanwang.planning.replan import replan
from sanwang.planning.uncertainty import robustness
from sanwang.planning.verify import verify

YEARS = range(2026, 2029)
PATH = ["need", "achievement", "base", "maker", "product", "guarantee", "start", "offers"]


def planned(seed):
    reg = region(seed, needs=6, achievements=6)
    matches = all_pairs(reg, seed)
    return reg, matches, plan(reg, matches, YEARS, gap=0.0)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6))
def test_nothing_new_changes_nothing(seed):
    reg, matches, before = planned(seed)
    found = replan(reg, matches, before.routes, years=YEARS, price_per_change=WAN, gap=0.0)
    assert found.changes.is_empty()
    assert found.plan.worth == before.worth


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6))
def test_routes_under_way_stay_whatever_else_changes(seed):
    reg, matches, before = planned(seed)
    fixed = before.routes.tail(2)["route"].to_list()
    dearer = reg.with_tables(makers=reg["makers"].with_columns(pl.col("setup")), bases=reg["bases"])
    doubled = reg["needs"].with_columns(value=pl.col("value").reverse())
    found = replan(dearer.with_tables(needs=doubled), matches, before.routes, fixed, years=YEARS)
    kept = before.routes.filter(pl.col("route").is_in(fixed)).select(PATH)
    assert (
        found.plan.routes.select(PATH).join(kept, on=PATH, how="inner", nulls_equal=True).height
        == kept.height
    )
    assert verify(dearer.with_tables(needs=doubled), found.plan.routes, found.plan.options).ok


def test_a_closed_base_and_a_withdrawn_need_are_told():
    for seed in range(20):
        reg, matches, before = planned(seed)
        piloted = before.routes.filter(pl.col("base").is_not_null())
        if piloted.height and before.routes.height > 1:
            break
    base = piloted["base"][0]
    closed = reg.with_tables(
        bases=reg["bases"].with_columns(capacity=pl.when(pl.col("id") == base).then(0).otherwise("capacity"))
    )
    found = replan(closed, matches, before.routes, [piloted["route"][0]], years=YEARS)
    assert piloted["need"][0] in found.changes["need"].to_list()
    assert not (found.plan.routes["base"] == base).any()
    gone = before.routes["need"][0]
    smaller = reg.with_tables(needs=reg["needs"].filter(pl.col("id") != gone))
    found = replan(smaller, matches, before.routes, years=YEARS)
    row = found.changes.filter(pl.col("need") == gone).row(0, named=True)
    assert row["what"] == "dropped"


def test_a_high_price_of_change_keeps_more_of_the_old_plan():
    for seed in range(30):
        reg, matches, before = planned(seed)
        shifted = reg.with_tables(needs=reg["needs"].with_columns(value=pl.col("value").reverse()))
        free = replan(shifted, matches, before.routes, years=YEARS)
        if free.changes.filter(pl.col("what") == "changed").height:
            break
    dear = replan(shifted, matches, before.routes, price_per_change=10**4 * WAN, years=YEARS)
    assert dear.changes.filter(pl.col("what") != "added").height <= free.changes.height
    assert dear.plan.worth <= free.plan.worth


def test_a_route_nobody_planned_is_refused():
    reg, matches, before = planned(1)
    with pytest.raises(OptionError):
        replan(reg, matches, before.routes, ["L9999"], years=YEARS)


def test_draws_are_seeded_and_planning_anew_is_no_worse():
    reg, matches, before = planned(1)
    first, second = (robustness(reg, matches, draws=8, years=YEARS) for _ in range(2))
    assert first.draws.equals(second.draws)
    assert (first.quantiles.select(pl.all().is_sorted()).row(0)) == (True,) * 4
    assert first.routes["chosen"].is_between(0, 1).all()
    assert first.routes.filter("in_plan").height == before.routes.height
    still = robustness(reg, matches, draws=2, success=0, cost=0, demand=0, years=YEARS)
    assert still.draws["kept"].unique().to_list() == [before.worth]
    with pytest.raises(OptionError):
        robustness(reg, matches, draws=0)
