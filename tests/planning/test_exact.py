import itertools
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from regions import WAN, all_pairs, region

from sanwang.planning.exact import Money, overrun, pick, repaired, taken_whole
from sanwang.planning.plan import plan
from sanwang.planning.verify import verify

YEARS = range(2026, 2029)


def program(principals, budget):
    """A row of shares of one budget after one row a column."""
    count = len(principals)
    shares = np.array(principals, float) / budget
    taken = sp.csc_matrix(np.vstack([np.eye(count), shares]))
    return taken, np.concatenate([np.ones(count), [1.0]]), Money(count, np.array([float(budget)]))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_a_budget_holds_to_the_fen(seed):
    rng = np.random.default_rng(seed)
    budget = 10**9
    part = budget // 3 + rng.integers(-1, 3, 6)
    gain = rng.uniform(1, 3, 6)
    best = max(
        sum(gain[list(c)])
        for n in range(7)
        for c in itertools.combinations(range(6), n)
        if sum(int(part[i]) for i in c) <= budget
    )
    found = pick(gain, *program(part, budget), 10.0, 0.0, 0)
    assert sum(int(part[i]) for i in found.columns) <= budget
    assert gain[found.columns].sum() == pytest.approx(best)


def test_what_the_relaxation_takes_whole_still_has_to_fit():
    taken, capacity, money = program([333_333_334] * 3, 10**9)
    shares = np.array([1.0, 1.0, 0.9999])
    assert list(taken_whole(shares, taken, capacity, money)) == [0, 1]
    assert list(overrun(taken, capacity, money)) == [3]
    assert list(repaired(np.array([2.0, 1.0, 3.0]), taken, capacity, money)) == [0, 2]


def three_loans(short):
    """Three needs, each 3,333,333.34 yuan short of its outlay, and one lender with 10,000,000.00."""
    reg = region(3, needs=3, achievements=3, makers=1, bases=1, products=1)
    principal = 333_333_334
    return reg.with_tables(
        needs=reg["needs"].with_columns(value=10**11, budget=30 * WAN, trl_required=6, deadline=None),
        achievements=reg["achievements"].with_columns(trl=6, licences=1, ask=30 * WAN + principal - 20 * WAN),
        makers=reg["makers"].with_columns(capacity=9, setup=20 * WAN, months=4, fields=pl.lit(["C34"])),
        products=reg["products"].with_columns(
            kind=pl.lit("loan"), budget=pl.lit(10**9 + short), ticket_min=None, ticket_max=None, trl_min=None,
            points_min=None, places=pl.lit(None, pl.List(pl.String)),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(("more", "routes"), [(0, 2), (1, 2), (2, 3)])
def test_a_plan_short_of_a_fen_is_smaller_and_not_lost(more, routes):
    reg = three_loans(more)
    matches = all_pairs(reg, 1)
    sure = replace(matches, frame=matches.frame.with_columns(score=pl.lit(0.9)))
    found = plan(reg, sure, YEARS)
    assert found.routes.height == routes
    assert verify(reg, found.routes, found.options).ok
