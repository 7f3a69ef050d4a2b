import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from regions import all_pairs, region

from sanwang.engine.local import Local
from sanwang.planning.assumptions import assumptions
from sanwang.planning.columns import no_policies
from sanwang.planning.generate import generate
from sanwang.planning.instance import instance
from sanwang.planning.plan import plan

YEARS = range(2026, 2029)
FIELD = {"achievement": "licences", "base": "base_capacity", "maker": "maker_capacity", "product": "budgets"}


def problem(seed):
    reg = region(seed, needs=6, achievements=5)
    matches = all_pairs(reg, seed)
    return reg, matches, instance(reg, matches.frame, YEARS, assumptions())


def value(given):
    return generate(given, no_policies(given), Local(1)).relaxation


def with_one_more(given, row, step):
    """The instance with a little more of what a bottleneck's row stands for (in every year)."""
    names = {
        "achievement": given.achievements,
        "base": given.bases,
        "maker": given.makers,
        "product": given.products,
    }
    field = FIELD[row["kind"]]
    capacity = getattr(given, field).copy()
    capacity[names[row["kind"]].index(row["id"])] += step
    return replace(given, **{field: capacity})


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_a_little_more_of_a_licence_or_a_budget_is_worth_its_price(seed):
    reg, matches, given = problem(seed)
    found = plan(reg, matches, YEARS)
    base = value(given)
    for row in found.bottlenecks.filter(pl.col("kind").is_in(["achievement", "product"])).to_dicts():
        step = 1e-4 if row["kind"] == "achievement" else 100.0
        more = (value(with_one_more(given, row, step)) - base) / step
        # New routes can come in with more capacity, so the true slope is at least what known columns say.
        assert more >= row["low"] - 1e-3 * max(1.0, row["low"]) - 1.0
        assert more <= row["high"] + 1e-3 * max(1.0, row["high"]) + 1.0
        # One whole unit is worth at most the price: the value is concave in the capacity.
        if row["kind"] == "achievement":
            assert value(with_one_more(given, row, 1.0)) - base <= row["high"] * (1 + 1e-6) + 1.0


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_rents_add_up_to_the_relaxation_and_prices_lie_in_their_intervals(seed):
    reg, matches, given = problem(seed)
    found = plan(reg, matches, YEARS)
    assert found.bottlenecks["rent"].sum() == pytest.approx(value(given), rel=1e-6, abs=100)
    known = found.bottlenecks.drop_nulls("low")
    assert (known["low"] <= known["price"] * (1 + 1e-4) + 10).all()
    assert (known["high"] >= known["price"] * (1 - 1e-4) - 10).all()
    assert found.rents("net")["rent"].sum() == pytest.approx(found.bottlenecks["rent"].sum())
    assert found.rents("city")["rent"].sum() == pytest.approx(found.bottlenecks["rent"].sum())


def test_a_degenerate_price_is_an_interval():
    found = [plan(*problem(seed)[:2], YEARS).bottlenecks.drop_nulls("low") for seed in range(6)]
    wide = [f.filter(pl.col("high") > pl.col("low") + 1e6).height for f in found]
    assert sum(wide) > 0


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_the_border_bill_is_the_plans_barrier_cost(seed):
    reg, matches, _ = problem(seed)
    found = plan(reg, matches, YEARS)
    assert found.borders["fen"].sum() == pytest.approx(
        found.routes["barrier_cost"].sum(), abs=3 * found.routes.height
    )
    assert np.all(found.borders["origin"].to_numpy() != found.borders["destination"].to_numpy())


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_one_more_is_what_a_plan_with_one_more_gains(seed):
    reg, matches, _ = problem(seed)
    found = plan(reg, matches, YEARS, gap=0.0, solved_again=4)
    assert found.one_more.height == min(
        4,
        found.bottlenecks.filter(~pl.col("kind").is_in(["need", "service", "policy"]))
        .select("kind", "id")
        .n_unique(),
    )
    column = {"achievement": "licences", "base": "capacity", "maker": "capacity", "factor": "capacity"}
    for row in found.one_more.filter(pl.col("kind") != "product").to_dicts():
        kind = row["kind"] + "s"
        if kind == "bases" and "service_capacity" in reg["bases"].columns:
            continue
        mine = pl.col("id") == row["id"]
        name = column[row["kind"]]
        more = reg[kind].with_columns(pl.when(mine).then(pl.col(name) + 1).otherwise(name).alias(name))
        gain = plan(reg.with_tables(**{kind: more}), matches, YEARS, gap=0.0).worth - found.worth
        assert row["low"] - 2 <= gain <= row["high"] + 2


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_rents_by_net_are_intervals_around_every_optimum(seed):
    reg, matches, _ = problem(seed)
    table = plan(reg, matches, YEARS).rents("net")
    assert (table["low"] <= table["rent"] * (1 + 1e-4) + 100).all()
    assert (table["high"] >= table["rent"] * (1 - 1e-4) - 100).all()


def test_nothing_to_lose_has_no_price_of_losing():
    """A service with no capacity at all: one less is nobody's loss, and no penalty stands there as a price."""
    for seed in range(40):
        reg, matches, _ = problem(seed)
        table = plan(reg, matches, YEARS).bottlenecks.filter(pl.col("capacity") == 0)
        assert table["high"].null_count() == table.height
        if table.height:
            top = reg["needs"]["value"].max()
            assert (table["low"].fill_null(0) <= top).all()
            return
    raise AssertionError("no region with a row of no capacity")
