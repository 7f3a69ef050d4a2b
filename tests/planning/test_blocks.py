"""One plan in blocks against the same plan undivided."""

import sys
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks" / "plan"))
from instances import instance as random_region
from regions import all_pairs, region

from sanwang.engine.local import Local
from sanwang.errors import OptionError
from sanwang.planning.assumptions import assumptions
from sanwang.planning.blocks import split
from sanwang.planning.columns import no_policies, rows
from sanwang.planning.generate import weighed
from sanwang.planning.instance import instance
from sanwang.planning.plan import plan
from sanwang.planning.solve import solve
from sanwang.planning.verify import verify

YEARS = range(2026, 2031)


@pytest.mark.parametrize(("size", "seed", "number"), [(60, 1, 2), (50, 2, 3), (100, 3, 4)])
def test_worth_and_bound_stand_on_either_side_of_the_best(size, seed, number):
    reg, matches = random_region(size, seed)
    given = instance(reg, matches.frame, YEARS, assumptions())
    rules, engine = no_policies(given), Local(1)
    best = solve(given, rules, engine, 60.0, 0.0, 0)
    assert best.status == "optimal"
    found = solve(given, rules, engine, 60.0, 0.0, 0, blocks=number)
    assert found.objective <= best.objective * (1 + 1e-9)
    assert found.bound >= best.objective * (1 - 1e-9)
    assert found.bound - found.objective <= 0.05 * found.bound
    gain, taken = weighed(given, found.columns, rules, rows(given, rules.limit))
    assert gain.sum() == pytest.approx(found.objective)
    used = np.asarray(taken.sum(axis=1)).ravel()
    assert np.all(used <= rows(given, rules.limit).capacity + 1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_small_regions_in_blocks(seed):
    """A need a block, where nearly everything is shared: still a plan, and still a bound."""
    reg = region(seed, needs=6, achievements=4)
    matches = all_pairs(reg, seed)
    whole, apart = plan(reg, matches, YEARS, gap=0.0), plan(reg, matches, YEARS, blocks=6)
    assert apart.worth <= whole.worth <= apart.bound
    assert apart.worth >= 0.6 * whole.worth


def test_who_waits_for_blocks_takes_one_core():
    """Threads of OpenBLAS wait busily between rounds: they would take the core of a second worker."""
    reg, matches = random_region(60, 1)
    given = instance(reg, matches.frame, YEARS, assumptions())
    seen: list[int] = []

    def told(done, total, label):
        seen.extend(one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas")

    solve(given, no_policies(given), Local(1), 60.0, 0.0, 0, blocks=2, progress=told)
    assert seen and set(seen) == {1}


def test_as_many_blocks_as_asked_for():
    reg, matches = random_region(60, 1)
    given = instance(reg, matches.frame, YEARS, assumptions())
    field = np.zeros(60, np.int64)
    for number in (1, 7, 60):
        block = split(given, field, np.random.default_rng(0), number)
        assert np.bincount(block).size == number
        assert np.ptp(np.bincount(block)) <= 1


@pytest.mark.parametrize(
    "policy",
    [
        {"kind": "most_land", "square_metres": 200.0},
        {"kind": "small_credit", "fen": 10**10},
    ],
)
def test_policies_hold_over_all_blocks(policy):
    """The plan is verified as a whole, policies too; and its bound is no lower than the best under the policy."""
    reg = region(4, needs=8, achievements=8, makers=3)
    matches = all_pairs(reg, 4)
    whole = plan(reg, matches, YEARS, policies=[policy], gap=0.0)
    found = plan(reg, matches, YEARS, policies=[policy], blocks=3)
    assert found.routes.height
    assert whole.bound <= found.bound * (1 + 1e-9)
    assert verify(reg, found.routes, found.options).ok


def test_each_block_keeps_a_share_of_its_own():
    reg, matches = random_region(60, 1)
    policy = {"kind": "most_maker_share", "share": 0.3}
    found = plan(reg, matches, YEARS, policies=[policy], blocks=2)
    assert found.routes.height > 10
    assert found.routes.group_by("maker").len()["len"].max() <= 0.3 * found.routes.height


def test_least_amounts_are_not_cut():
    reg = region(4, needs=4, achievements=4)
    matches = all_pairs(reg, 4)
    with pytest.raises(OptionError, match="as a whole"):
        plan(reg, matches, YEARS, policies=[{"kind": "least_routes", "count": 1}], blocks=2)
