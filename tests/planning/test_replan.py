import datetime as dt
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
from sanwang.planning.vetoes import without

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


LATER = range(2027, 2031)


def a_year_on(seed):
    """A plan of 2026, and what of it is under way when 2027 begins: its routes of the first year."""
    reg, matches, before = planned(seed)
    return reg, matches, before, before.routes.filter(pl.col("start") == 2026)


@pytest.mark.parametrize("seed", range(12))
def test_a_year_later_contracts_go_on_as_they_were_made(seed):
    reg, matches, before, going = a_year_on(seed)
    dearer = reg.with_tables(
        achievements=reg["achievements"].with_columns(pl.col("ask") // 3, licences=pl.lit(1)),
        makers=reg["makers"].with_columns(pl.col("setup") * 2),
    )
    found = replan(dearer, matches, before.routes, going["route"].to_list(), years=LATER)
    now = found.plan.routes.filter(pl.col("need").is_in(going["need"].to_list()))
    contract = going.sort("need").drop("route")
    lost = found.changes.filter(pl.col("need").is_in(going["need"].to_list()))
    assert set(lost["reason_en"]) <= {"no capacity is left for the route under way"}
    assert now.sort("need").drop("route").equals(contract.filter(pl.col("need").is_in(now["need"].to_list())))
    assert now.height == going.height - lost.height
    assert (found.plan.routes.filter(~pl.col("need").is_in(going["need"].to_list()))["start"] >= 2027).all()
    assert verify(dearer, found.plan.routes, found.plan.options).ok
    assert found.plan.bound >= found.plan.worth


def test_what_is_not_under_way_and_late_must_start_anew_and_is_told_so():
    reg, matches, before, going = a_year_on(3)
    found = replan(reg, matches, before.routes, (), years=LATER)
    told = found.changes.filter(pl.col("need").is_in(going["need"].to_list()) & (pl.col("what") != "added"))
    assert told.height == going.height > 0
    assert set(told["reason_en"]) == {
        "its start has passed and it is not under way: it would have to start anew"
    }


def test_elapsed_stages_take_nothing_and_stages_to_come_are_reserved():
    reg, matches, before, going = a_year_on(2)
    row = going.filter(pl.col("maker_year") > 2026).row(0, named=True)
    closed = reg.with_tables(
        makers=reg["makers"].with_columns(
            capacity=pl.when(pl.col("id") == row["maker"]).then(0).otherwise("capacity")
        )
    )
    found = replan(closed, matches, before.routes, [row["route"]], years=LATER)
    change = found.changes.filter(pl.col("need") == row["need"]).row(0, named=True)
    assert row["maker"] in change["reason_en"] and "capacity" in change["reason_en"]
    late = replan(closed, matches, before.routes, [row["route"]], years=range(row["maker_year"] + 1, 2033))
    assert row["need"] in late.plan.routes["need"].to_list()


def test_contracts_are_restated_at_the_new_start_and_owe_what_was_contracted():
    """With the same assumptions a contract's value grows at the discount rate; its payments are those agreed on."""
    reg, matches, before, going = a_year_on(2)
    found = replan(
        reg,
        matches,
        before.routes,
        going["route"].to_list(),
        years=LATER,
        told=before.options,
        cash=before.cash,
    )
    now = {r["need"]: r for r in found.plan.routes.to_dicts()}
    kept = [r for r in going.to_dicts() if r["need"] in now and now[r["need"]]["start"] == 2026]
    assert kept
    for old in kept:
        new = now[old["need"]]
        assert (
            abs(new["worth"] - 1.05 * old["worth"]) <= 10
            and abs(new["ask_cost"] - 1.05 * old["ask_cost"]) <= 1
        )
        assert new["worth"] == new["value"] - new["cost"] and new["probability"] == old["probability"]
        mine = pl.col("need") == old["need"]
        owed = before.cash.filter(mine & (pl.col("month") >= "2027-01"))
        later = found.plan.cash.filter(mine)
        assert later.drop("chance").equals(owed.drop("chance"))
        begun = before.cash.filter(mine & (pl.col("month") < "2027-01"))["chance"].min()
        assert later["chance"].to_list() == pytest.approx([min(1.0, c / begun) for c in owed["chance"]])
    assert verify(reg, found.plan.routes, found.plan.options).ok


def test_a_contract_that_was_changed_is_seen():
    reg, matches, before, going = a_year_on(3)
    found = replan(reg, matches, before.routes, going["route"].to_list(), years=LATER)
    forged = found.plan.routes.with_columns(
        pl.when(pl.col("start") == 2026).then(1).otherwise("ask_cost").alias("ask_cost")
    )
    assert not verify(reg, forged, found.plan.options).ok


def test_reasons_of_a_change_are_true():
    """A route dearer than its budget, a loan no longer needed, a pair rejected, a need that was left out before."""
    reg, matches, before = planned(3)
    row = before.routes.filter(pl.col("product").is_null()).row(0, named=True)
    poor = reg.with_tables(
        needs=reg["needs"].with_columns(
            budget=pl.when(pl.col("id") == row["need"]).then(1).otherwise("budget")
        )
    )
    found = replan(poor, matches, before.routes, years=YEARS, left_out=before.unmet)
    change = found.changes.filter(pl.col("need") == row["need"]).row(0, named=True)
    assert change["reason_en"] == "the outlay is above the budget now"
    rejected = without(reg, before.routes, row["route"], "does not work", "someone", dt.date(2026, 5, 1))
    found = replan(rejected, matches, before.routes, years=YEARS, left_out=before.unmet)
    change = found.changes.filter(pl.col("need") == row["need"]).row(0, named=True)
    assert change["reason_en"] == "Reject by someone, 2026-05-01: “does not work”"
    for added in found.changes.filter(pl.col("what") == "added").to_dicts():
        assert added["reason_en"].startswith("before: ")


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
    still = robustness(reg, matches, draws=2, success=0, cost=0, demand=0, delay=0, years=YEARS)
    assert still.draws["kept"].unique().to_list() == [before.worth]
    with pytest.raises(OptionError):
        robustness(reg, matches, draws=0)
