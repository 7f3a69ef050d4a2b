import datetime as dt
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from brute import best_worth
from regions import all_pairs, region

from sanwang.errors import DataError, OptionError
from sanwang.planning.assumptions import assumptions
from sanwang.planning.columns import COSTS
from sanwang.planning.plan import plan
from sanwang.planning.verify import verify
from sanwang.region import Region

YEARS = range(2026, 2029)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6))
def test_equals_brute_force_and_the_bound_holds(seed):
    reg = region(seed, needs=3, achievements=3)
    matches = all_pairs(reg, seed)
    found = plan(reg, matches, YEARS, gap=0.0)
    assert found.worth == best_worth(reg, matches, YEARS, assumptions())
    assert found.bound >= found.worth
    assert found.status == "optimal"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 11))
def test_a_plan_that_begins_later_equals_brute_force_and_starts_nothing_in_the_past(seed, begin):
    reg = region(seed, needs=3, achievements=3)
    matches = all_pairs(reg, seed)
    found = plan(reg, matches, YEARS, gap=0.0, begin=begin)
    assert found.worth == best_worth(reg, matches, YEARS, assumptions(), first=begin)
    assert (found.routes["begins"] >= f"2026-{begin + 1:02d}").all()
    assert verify(reg, found.routes, found.options).ok


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_capacity_by_year_equals_brute_force(seed):
    reg = region(seed, needs=3, achievements=3)
    rng = np.random.default_rng(seed)

    def table(kind):
        cells = [
            [f"{y}:{rng.integers(0, 3)}" for y in YEARS if rng.random() < 0.6]
            for _ in range(reg[kind].height)
        ]
        return reg[kind].with_columns(capacity_by_year=pl.Series(cells, dtype=pl.List(pl.String)))

    changed = reg.with_tables(**{k: table(k) for k in ("bases", "makers", "factors")})
    # A station that is open in no named year may still be open in another: enumeration asks for capacity first.
    changed = changed.with_tables(
        **{k: changed[k].with_columns(pl.col("capacity").clip(1)) for k in ("bases", "makers")}
    )
    found = plan(changed, all_pairs(changed, seed), YEARS, gap=0.0)
    assert found.worth == best_worth(changed, all_pairs(changed, seed), YEARS, assumptions())
    assert verify(changed, found.routes, found.options).ok


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 12, 24]))
def test_budgets_that_revolve_equal_brute_force_and_are_worth_no_less(seed, months):
    reg = region(seed, needs=3, achievements=3)
    once = reg.with_tables(
        needs=reg["needs"].with_columns(pl.col("budget") // 4),
        products=reg["products"].with_columns(
            kind=pl.lit("loan"), months=months, points_min=pl.lit(None, pl.Float64)
        ),
        makers=reg["makers"].with_columns(capacity=1),
    )
    again = once.with_tables(products=once["products"].with_columns(revolves=pl.lit("yes")))
    matches = all_pairs(reg, seed)
    found = plan(again, matches, YEARS, gap=0.0)
    assert found.worth == best_worth(again, matches, YEARS, assumptions())
    assert found.worth >= plan(once, matches, YEARS, gap=0.0).worth
    assert verify(again, found.routes, found.options).ok
    over = found.usage.filter((pl.col("kind") == "product") & (pl.col("used") > pl.col("capacity") + 1e-6))
    assert over.is_empty()


def test_a_budget_lent_twice_at_once_is_seen_by_the_verifier():
    reg = region(3, needs=6, achievements=6)
    reg = reg.with_tables(
        products=reg["products"].with_columns(
            kind=pl.lit("loan"),
            months=12,
            revolves=pl.lit("yes"),
            points_min=pl.lit(None, pl.Float64),
            trl_min=pl.lit(None, pl.Int64),
            places=pl.lit(None, pl.List(pl.String)),
        ),
        needs=reg["needs"].with_columns(budget=10_000_000),
    )
    found = plan(reg, all_pairs(reg), YEARS)
    used = found.usage.filter(pl.col("kind") == "product")
    assert used["year"].null_count() == 0 and used["used"].max() > 0
    tight = reg.with_tables(products=reg["products"].with_columns(budget=int(used["used"].max()) - 1))
    problems = verify(tight, found.routes, found.options).problems
    assert any("超出能力" in p for p in problems)


def test_capacity_by_year_that_nobody_can_read_is_refused():
    reg = region(3)
    odd = reg["makers"].with_columns(capacity_by_year=pl.lit(["next year 3"]))
    with pytest.raises(DataError, match="2027:3"):
        plan(reg.with_tables(makers=odd), all_pairs(reg), YEARS)


@pytest.mark.parametrize(
    ("due", "done"), [((2027, 1, 30), False), ((2027, 1, 31), True), ((2027, 1, 1), False)]
)
def test_a_deadline_is_a_day(due, done):
    """Thirteen months from January 2026 are over on the evening of 31 January 2027."""
    reg = region(3, needs=1, achievements=1, makers=1)
    reg = reg.with_tables(
        needs=reg["needs"].with_columns(value=10**11, budget=10**11, trl_required=6, deadline=dt.date(*due)),
        achievements=reg["achievements"].with_columns(trl=6),
        makers=reg["makers"].with_columns(capacity=1, months=13),
        barriers=reg["barriers"].clear(),
    )
    found = plan(reg, all_pairs(reg, 1), YEARS)
    assert found.routes.height == done
    assert set(found.unmet["reason"]) == (set() if done else {"deadline"})


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_parts_add_up_and_every_need_is_accounted_for(seed):
    reg = region(seed, needs=6, achievements=5)
    found = plan(reg, all_pairs(reg, seed), YEARS)
    for row in found.routes.to_dicts():
        assert row["cost"] == sum(row[c] for c in COSTS)
        assert found.explain(row["route"])["fen"].sum() == row["worth"] > 0
    assert found.worth == found.routes["worth"].sum()
    assert sorted([*found.routes["need"], *found.unmet["need"]]) == sorted(reg["needs"]["id"])
    over = found.usage.filter(pl.col("used") > pl.col("capacity") + 1e-6)
    assert over.is_empty()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_economic_laws(seed):
    reg = region(seed, needs=5, achievements=4)
    matches = all_pairs(reg, seed)
    today = plan(reg, matches, YEARS).worth
    unified = reg.with_tables(barriers=reg["barriers"].clear())
    assert plan(unified, matches, YEARS).worth >= today
    larger = reg.with_tables(bases=reg["bases"].with_columns(pl.col("capacity") + 1))
    assert plan(larger, matches, YEARS).worth >= today


def test_the_same_inputs_give_the_same_plan():
    reg = region(7, needs=6, achievements=6)
    first, second = (plan(reg, all_pairs(reg), YEARS) for _ in range(2))
    assert first.routes.equals(second.routes)


def test_only_needs_and_achievements_is_answered_honestly():
    reg = Region.of(
        needs=pl.DataFrame({"id": ["N"], "title": ["t"], "text": ["说明"]}),
        achievements=pl.DataFrame({"id": ["R"], "title": ["t"]}),
    )
    found = plan(reg, all_pairs(reg))
    assert found.worth == 0
    assert found.unmet.row(0)[:2] == ("N", "worth")
    assert "预算" in found.unmet["detail_zh"][0]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"makers": {"capacity": 0}}, "maker"),
        ({"needs": {"value": 1}}, "worth"),
        ({"needs": {"budget": 0}, "products": {"budget": 0}}, "budget"),
        ({"achievements": {"trl": 1}, "needs": {"trl_required": 9}}, "trl"),
        ({"makers": {"capacity": 2, "months": 119}}, "deadline"),
    ],
)
def test_why_nothing_can_be_done(change, reason):
    reg = region(3)
    for kind, values in ({"achievements": {"trl": 9}, "makers": {"capacity": 2}} | change).items():
        frame = reg[kind].with_columns(pl.lit(v).cast(reg[kind][c].dtype).alias(c) for c, v in values.items())
        reg = reg.with_tables(**{kind: frame})
    found = plan(reg, all_pairs(reg), YEARS)
    assert found.routes.is_empty() and found.worth == 0 and found.gap == 0
    assert set(found.unmet["reason"]) == {reason}


def test_a_factor_that_nobody_offers_stops_a_route_and_offering_it_never_hurts():
    reg = region(3)
    reg = reg.with_tables(makers=reg["makers"].with_columns(capacity=2))
    matches = all_pairs(reg)
    whole = plan(reg, matches, YEARS, gap=0.0)
    without = reg.with_tables(factors=reg["factors"].filter(pl.col("class") != "eng"))
    found = plan(without, matches, YEARS)
    assert found.routes.is_empty() and set(found.unmet["reason"]) <= {"offer", "several"}
    assert found.unmet.filter(pl.col("reason") == "offer")["detail_zh"].str.contains("eng 无人供给").all()
    assert found.unmet.filter(pl.col("reason") == "several")["detail_zh"].str.contains("要素").all()
    small = reg.with_tables(factors=reg["factors"].with_columns(capacity=0.1))
    short = plan(small, matches, YEARS)
    assert set(short.unmet["reason"]) <= {"offer", "several"} and short.worth == 0 < whole.worth
    told = short.unmet.filter(pl.col("reason") == "offer")["detail_en"]
    assert told.len() and told.str.contains("no offer of .*eng is enough").all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_a_mend_brings_at_least_what_is_said(seed):
    """One more of everything that the reason names: planned again, the worth rises by what was promised."""
    reg = region(seed, needs=6, achievements=4)
    matches = all_pairs(reg, seed)
    found = plan(reg, matches, YEARS, gap=0.0)
    for row in found.unmet.drop_nulls("gain").to_dicts():
        kind = "achievements" if row["reason"] == "competition" else None
        mended = {}
        for table, column in (
            ("achievements", "licences"),
            ("makers", "capacity"),
            ("bases", "capacity"),
            ("products", "budget"),
            ("factors", "capacity"),
        ):
            if kind in (None, table):
                frame = reg[table].with_columns(pl.col(column) * 10 + (1 if column != "budget" else 10**9))
                if table == "products":
                    frame = frame.with_columns(ticket_max=pl.lit(10**9))
                mended[table] = frame
        if "service_capacity" in reg["bases"].columns and kind is None:
            grown = pl.col("service_capacity").list.eval(pl.element() + 3)
            mended["bases"] = mended["bases"].with_columns(service_capacity=grown)
        if kind:
            more = (
                pl.when(pl.col("id") == row["achievement"]).then(pl.col("licences") + 1).otherwise("licences")
            )
            mended = {"achievements": reg["achievements"].with_columns(licences=more)}
        assert plan(reg.with_tables(**mended), matches, YEARS, gap=0.0).worth >= found.worth + row["gain"] - 2


@pytest.mark.parametrize(
    ("need", "reason", "said"),
    [
        ({"budget": 0}, "budget", "预算再有"),
        ({"deadline": dt.date(2026, 2, 1)}, "deadline", "期"),
        ({"budget": 0, "deadline": dt.date(2026, 2, 1)}, "several", "预算、期限"),
        ({"value": 1}, "worth", "差"),
    ],
)
def test_the_one_cause_of_the_best_pair_is_told(need, reason, said):
    reg = region(3, needs=1, achievements=2, products=1)
    reg = reg.with_tables(
        achievements=reg["achievements"].with_columns(trl=9),
        makers=reg["makers"].with_columns(capacity=2),
        products=reg["products"].with_columns(budget=0),
        needs=reg["needs"].with_columns(
            pl.lit(v).cast(reg["needs"][c].dtype).alias(c) for c, v in need.items()
        ),
    )
    row = plan(reg, all_pairs(reg, 1), YEARS).unmet.row(0, named=True)
    assert row["reason"] == reason and said in row["detail_zh"] and row["achievement"] in row["detail_en"]


def test_amounts_near_the_limit_of_doubles():
    reg = region(1)
    big = reg["needs"].with_columns(value=pl.lit(2**53 - 1), budget=pl.lit(2**52))
    found = plan(reg.with_tables(needs=big), all_pairs(reg), YEARS)
    assert found.routes.height > 0
    assert found.worth == found.routes["worth"].sum()


def test_matches_of_ids_the_workspace_does_not_know_are_passed_over():
    reg = region(3)
    other = all_pairs(region(3, needs=9, achievements=9))
    assert plan(reg, other, YEARS).routes["need"].is_in(reg["needs"]["id"].to_list()).all()


def test_options_are_checked():
    reg = region(3)
    with pytest.raises(OptionError):
        plan(reg, all_pairs(reg), range(2026, 2026))
    with pytest.raises(OptionError, match="optimism"):
        plan(reg, all_pairs(reg), changes={"optimism": 1})
    with pytest.raises((OptionError, DataError)):
        plan(reg, all_pairs(reg), YEARS).explain("L9999")


@pytest.mark.parametrize(
    ("column", "value"),
    [("value", 10**12), ("ask_cost", 0), ("probability", 0.99), ("months", 1), ("start", 2035), ("worth", 1),
     ("principal", 5), ("need", "N99"), ("maker", None)],
)  # fmt: skip
def test_the_verifier_sees_tampering(column, value):
    reg = region(3, needs=6, achievements=6)
    found = plan(reg, all_pairs(reg), YEARS)
    assert verify(reg, found.routes, found.options).ok
    first = pl.when(pl.col("route") == "L0001")
    dtype = found.routes[column].dtype
    forged = found.routes.with_columns(
        first.then(pl.lit(value, dtype)).otherwise(pl.col(column)).alias(column)
    )
    assert not verify(reg, forged, found.options).ok


def test_the_verifier_counts_capacity():
    reg = region(3, needs=6, achievements=6)
    found = plan(reg, all_pairs(reg), YEARS)
    twice = pl.concat([found.routes, found.routes])
    assert not verify(reg, twice, found.options).ok
    assert json.dumps(found.options)


def test_no_match_at_all_is_an_empty_plan_that_says_why():
    reg = region(3)
    matches = all_pairs(reg)
    for frame in (matches.frame.clear(), matches.frame.with_columns(score=pl.lit(0.0))):
        found = plan(reg, replace(matches, frame=frame), YEARS)
        assert found.routes.is_empty() and (found.worth, found.bound, found.gap) == (0, 0, 0)
        assert set(found.unmet["reason"]) == {"no_match"}
        assert found.bottlenecks.is_empty() and found.borders.is_empty() and found.usage.is_empty()
