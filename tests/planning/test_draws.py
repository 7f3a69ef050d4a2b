import itertools
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from regions import all_pairs, region

from sanwang.engine.local import Local
from sanwang.planning.assumptions import assumptions
from sanwang.planning.columns import no_policies, rows
from sanwang.planning.draws import Spread, drawn, success
from sanwang.planning.generate import generate, weighed
from sanwang.planning.hedge import hedged, tail_mean, worths
from sanwang.planning.instance import instance
from sanwang.planning.uncertainty import robustness

YEARS = range(2026, 2029)


def problem(seed, needs=4):
    reg = region(seed, needs=needs, achievements=needs)
    return reg, instance(reg, all_pairs(reg, seed).frame, YEARS, assumptions())


@pytest.mark.parametrize("mean", [0.5, 0.9, 0.98, 0.999])
def test_success_keeps_its_mean_however_near_one(mean):
    z = np.random.default_rng(1).standard_normal(40_000)
    found = success(np.full(z.size, mean), 0.15, z)
    assert found.mean() == pytest.approx(mean, abs=4 * found.std() / 200)
    assert found.min() >= 0 and found.max() <= 1 and found.std() > 0
    assert (success(np.array([0.0, 1.0]), 0.15, z[:2]) == [0.0, 1.0]).all()


def test_values_and_prices_keep_their_means_and_common_shocks_spread_the_sum():
    _, given_ = problem(3, needs=6)
    rng = np.random.default_rng(0)
    sums = {}
    for common in (0.0, 0.9):
        draws = [drawn(given_, rng, Spread(common=common)) for _ in range(1500)]
        value = np.array([d.pairs.value.sum() for d in draws])
        assert value.mean() == pytest.approx(given_.pairs.value.sum(), abs=4 * value.std() / np.sqrt(1500))
        setup = np.array([d.layers.maker_setup.sum() for d in draws])
        assert setup.mean() == pytest.approx(
            given_.layers.maker_setup.sum(), abs=4 * setup.std() / np.sqrt(1500)
        )
        sums[common] = setup.std()
    assert sums[0.9] > 1.2 * sums[0.0]


def test_no_spread_changes_nothing():
    _, given_ = problem(3)
    same = drawn(given_, np.random.default_rng(0), Spread(0.0, 0.0, 0.0, 0.0, 0.5))
    for field in ("score", "value", "ask"):
        assert np.array_equal(getattr(same.pairs, field), getattr(given_.pairs, field))
    assert np.array_equal(same.layers.maker_months, given_.layers.maker_months)


def test_the_tail_mean_is_the_mean_of_the_worst():
    totals = np.array([5.0, 1.0, 3.0, 2.0, 4.0, 9.0, 8.0, 7.0, 6.0, 10.0])
    assert tail_mean(totals, 0.2) == pytest.approx(1.5)
    assert tail_mean(totals, 0.25) == pytest.approx((1 + 2 + 0.5 * 3) / 2.5)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.5, 1.0]))
def test_the_cautious_plan_equals_trying_every_set(seed, share):
    _, given_ = problem(seed)
    made = generate(given_, no_policies(given_), Local(1))
    columns = made.columns.take(np.arange(min(8, len(made.columns))))
    rng = np.random.default_rng(seed)
    draws = [drawn(given_, rng, Spread()) for _ in range(20)]
    each = worths(draws, columns)
    held = rows(given_, np.zeros(0))
    _, taken = weighed(given_, columns, no_policies(given_), held)

    def score(chosen):
        totals = each[:, list(chosen)].sum(axis=1)
        return (1 - share) * totals.mean() + share * tail_mean(totals)

    feasible = [
        c
        for n in range(len(columns) + 1)
        for c in itertools.combinations(range(len(columns)), n)
        if np.all(np.asarray(taken[:, list(c)].sum(axis=1)).ravel() <= held.capacity + 1e-9)
    ]
    found = hedged(given_, columns, draws, share)
    totals = worths(draws, found).sum(axis=1)
    reached = (1 - share) * totals.mean() + share * tail_mean(totals)
    assert reached >= max(map(score, feasible)) - 1e-4 * max(1.0, abs(max(map(score, feasible)))) - 10


def test_both_plans_are_compared_on_draws_of_their_own():
    reg, _ = problem(1)
    found = robustness(reg, all_pairs(reg, 1), draws=10, years=YEARS, caution=1.0)
    assert found.hedged["plan"].to_list() == ["today", "hedged"]
    assert (found.hedged["tail"] <= found.hedged["mean"]).all()
