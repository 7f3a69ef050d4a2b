import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from brute import best_worth
from regions import all_pairs, region

from sanwang.planning.assumptions import assumptions
from sanwang.planning.gains import gains, route_gains
from sanwang.planning.plan import plan
from sanwang.planning.verify import verify

YEARS = range(2026, 2029)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_the_regions_surplus_equals_brute_force_and_is_no_less_than_the_firms_plan_gives(seed):
    reg = region(seed, needs=3, achievements=3)
    matches = all_pairs(reg, seed)
    firm = plan(reg, matches, YEARS, gap=0.0)
    found = plan(reg, matches, YEARS, gap=0.0, objective="region")
    reached = found.worth if found.reached is None else found.reached
    best = best_worth(reg, matches, YEARS, assumptions(), transfers=False)
    assert abs(reached - best) <= 3 and found.bound >= best - 3

    def region_of(made):
        return route_gains(made.routes, made.options)["region"].sum()

    assert region_of(found) >= region_of(firm) - 3 and found.worth <= firm.worth
    assert verify(reg, found.routes, found.options).ok
    assert found.gap >= -1e-9


def test_nets_add_up_and_every_payment_is_somebodys():
    reg = region(3, needs=6, achievements=6)
    found = plan(reg, all_pairs(reg), YEARS)
    each = route_gains(found.routes, found.options)
    routes = found.routes
    assert (
        each["firm"] + each["owner"] + each["lender_income"] - each["lender_loss"] == each["region"]
    ).all()
    paid = each.select(pl.sum_horizontal("owner", "base", "maker", "supplier", "lender_income", "borders"))
    assert paid.to_series().equals(routes["cost"], check_names=False)
    table = {r["party"]: r["net"] for r in gains(routes, found.options).to_dicts()}
    assert table["firm"] + table["owner"] + table["lender"] == table["region"]
    assert table["region"] == sum(routes["value"] - routes["base_cost"] - routes["maker_cost"]
                                  - routes["factor_cost"] - routes["barrier_cost"])  # fmt: skip


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_lender_loses_the_share_assumed_of_what_may_fail(share):
    for seed in range(30):
        reg = region(seed, needs=6, achievements=6)
        found = plan(reg, all_pairs(reg, seed), YEARS, changes={"credit_loss": share, "discount_rate": 0.0})
        financed = found.routes.filter(pl.col("principal") > 0)
        if financed.height:
            break
    lost = route_gains(financed, found.options)["lender_loss"]
    assert lost.equals((financed["exposed"] * share).round().cast(pl.Int64), check_names=False)
    # Where nothing runs before production all of it is drawn and out; a stage before keeps the rest undrawn.
    for row in financed.to_dicts():
        whole = (1 - row["probability"]) * row["principal"]
        gated = row["development_chance"] is not None or row["pilot_chance"] is not None
        assert abs(row["exposed"] - whole) <= 2 or (gated and row["exposed"] < whole)
    priced = route_gains(financed, found.options)
    assert (priced["loss_share"] * financed["drawn"] - lost).abs().max() <= 1
