"""Stage gates: each stage is paid only where the one before succeeded."""

import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from brute import gated
from regions import all_pairs, region

from sanwang.planning.assumptions import assumptions
from sanwang.planning.gates import gate
from sanwang.planning.plan import plan
from sanwang.planning.verify import verify

YEARS = range(2026, 2031)
STAGES = ("development", "pilot", "production")


def piloted(seed):
    """A region in which development, pilot and production all run and money is borrowed."""
    reg = region(seed, needs=6, achievements=6)
    return reg.with_tables(
        achievements=reg["achievements"].with_columns(trl=4),
        needs=reg["needs"].with_columns(trl_required=7, deadline=pl.lit(None, pl.Date)),
        bases=reg["bases"]
        .with_columns(capacity=3, services=pl.lit(None, pl.List(pl.String)))
        .drop("service_capacity", strict=False),
        makers=reg["makers"].with_columns(capacity=3),
    )


@given(st.integers(0, 4), st.booleans(), st.floats(0, 0.4), st.floats(0, 1))
def test_the_chances_of_the_stages_multiply_to_the_whole(gap, base, uplift, share):
    terms = assumptions({"pilot_share": share})
    limits = np.array([1.0, 4.0, 6.0, 0.85, 0.12, 0.95, 1.0, share])
    stages = gate(limits, gap, base, uplift if base else 0.0)
    whole, to_pilot, to_production = gated(terms, gap, {"success_uplift": uplift} if base else None, 0.5)
    assert np.prod(stages) == pytest.approx(whole)
    assert all(0 <= p <= 1 + 1e-12 for p in stages)
    assert stages[0] == 1 or gap > 0
    assert stages[1] == 1 or base
    assert to_production <= to_pilot <= 1


def test_outcomes_played_stage_by_stage_have_the_mean_and_the_spread_told():
    """Forty thousand lives of each route: paid as it goes, stopped where a stage fails."""
    reg = piloted(3)
    found = plan(reg, all_pairs(reg, 3), YEARS)
    routes = found.routes.filter(pl.col("pilot_chance").is_not_null())
    assert routes.height
    rng = np.random.default_rng(1)
    for row in routes.to_dicts():
        lost = [row[f"lost_{s}"] for s in STAGES]
        chances = [row[f"{s}_chance"] for s in STAGES]
        assert np.prod(chances) * row["match_chance"] == pytest.approx(row["probability"])
        gained = row["value"] / row["probability"] - lost[2]
        ends = np.full(40_000, float(gained))
        alive = rng.random(ends.size) < row["match_chance"]
        for stage in (0, 1, 2):
            alive_after = alive & (rng.random(ends.size) < chances[stage])
            stopped = (ends == gained) & ~alive_after
            ends[stopped] = -lost[stage]
            alive = alive_after
        assert abs(ends.mean() - row["worth"]) < 5 * row["spread"] / np.sqrt(ends.size) + 10
        assert ends.std() == pytest.approx(row["spread"], rel=0.03)
        assert lost[0] < lost[1] < lost[2]


def test_what_is_paid_later_is_paid_only_if_it_comes_to_that():
    """The expected setup is the setup times the chances of everything before it."""
    reg = piloted(3)
    found = plan(reg, all_pairs(reg, 3), YEARS, changes={"discount_rate": 0.0})
    setups = dict(reg["makers"].select("id", "setup").iter_rows())
    prices = dict(reg["bases"].select("id", "price").iter_rows())
    for row in found.routes.drop_nulls("base").to_dicts():
        begun = row["match_chance"] * row["development_chance"]
        assert row["base_cost"] == round(begun * prices[row["base"]])
        assert row["maker_cost"] == round(begun * row["pilot_chance"] * setups[row["maker"]])
        assert row["lost_production"] >= row["cost"]


def test_a_pilot_is_no_option_where_the_trl_required_is_met_and_worth_its_uplift_times_its_fit():
    reg = piloted(3)
    met = reg.with_tables(achievements=reg["achievements"].with_columns(trl=7))
    assert plan(met, all_pairs(met, 3), YEARS).routes["base"].null_count() == 6
    # With the level unknown there may be something to learn.
    unknown = reg.with_tables(
        needs=reg["needs"].with_columns(trl_required=pl.lit(None, pl.Int64)),
        bases=reg["bases"].with_columns(price=100),
    )
    assert plan(unknown, all_pairs(unknown, 3), YEARS).routes["base"].drop_nulls().len()
    plain = reg.with_tables(bases=reg["bases"].with_columns(success_uplift=0.0))
    rich = reg.with_tables(bases=reg["bases"].with_columns(success_uplift=0.3))
    gains = [plan(r, all_pairs(r, 3), YEARS).routes["pilot_gain"].sum() for r in (plain, rich)]
    assert 0 < gains[0] < gains[1]
    # Nothing shows at scale and nothing is lifted: the pilot says nothing.
    blind = plan(plain, all_pairs(plain, 3), YEARS, changes={"pilot_share": 0.0})
    assert blind.routes["pilot_gain"].drop_nulls().to_list() == [0] * blind.routes["base"].count()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.5, 1.0]))
def test_money_is_drawn_for_the_stage_that_is_begun_and_never_more_than_the_principal(seed, share):
    reg = piloted(seed)
    reg = reg.with_tables(needs=reg["needs"].with_columns(budget=20_000_000))
    found = plan(reg, all_pairs(reg, seed), YEARS, changes={"pilot_share": share})
    assert verify(reg, found.routes, found.options).ok
    routes = found.routes
    assert (routes["drawn"] <= routes["principal"]).all()
    assert (routes["exposed"] <= routes["drawn"]).all()
    assert ((routes["principal"] > 0) == (routes["drawn"] > 0)).all()


@pytest.mark.parametrize(
    ("column", "value"),
    [("match_chance", 0.9), ("pilot_chance", 0.1), ("production_chance", None), ("lost_pilot", 7), ("spread", 1),
     ("drawn", 5), ("exposed", 5), ("pilot_gain", 10**9), ("lost_development", None)],
)  # fmt: skip
def test_the_verifier_recomputes_what_is_told_of_stages(column, value):
    reg = piloted(3)
    found = plan(reg, all_pairs(reg, 3), YEARS)
    forged = found.routes.with_columns(pl.lit(value, found.routes[column].dtype).alias(column))
    assert verify(reg, found.routes, found.options).ok
    assert any(column in p for p in verify(reg, forged, found.options).problems)


def test_a_plan_of_before_is_told_so():
    reg = region(3)
    found = plan(reg, all_pairs(reg), YEARS)
    told = {
        **found.options,
        "assumptions": {k: v for k, v in found.options["assumptions"].items() if k != "pilot_share"},
    }
    assert "before stages" in verify(reg, found.routes, told).problems[0]
