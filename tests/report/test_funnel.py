import polars as pl
from report_case import empty_plan, small_matches, small_plan, small_region

from sanwang.planning.studies.funnel import achievement_steps, need_steps, usable
from sanwang.report.funnel import funnel


def test_achievements_are_lost_step_by_step():
    steps = achievement_steps(
        small_region(), usable(small_region(), small_matches(), small_plan()), small_plan(), "en"
    )
    # Three on offer, all matched; the need that only R3 fits is out of reach, but R3 is second choice of N1.
    assert [count for _, count in steps] == [3, 3, 3, 2]


def test_needs_out_of_reach_are_not_counted_as_feasible():
    assert [
        count
        for _, count in need_steps(
            small_region(), usable(small_region(), small_matches(), small_plan()), small_plan(), "en"
        )
    ] == [
        3,
        3,
        2,
        2,
    ]
    assert [
        count
        for _, count in need_steps(
            small_region(), usable(small_region(), small_matches(), empty_plan()), empty_plan(), "en"
        )
    ] == [
        3,
        3,
        0,
        0,
    ]


def test_the_funnel_loses_what_the_reasons_say():
    """Needs without a match are those the reasons call so; a need whose best pair scores too little has none."""
    options = {"assumptions": {"min_score": {"value": 0.3, "zh": "", "en": "", "source": ""}}}
    unmet = small_plan().unmet.with_columns(reason=pl.lit("no_match"))
    plan = small_plan(options=options, unmet=unmet)
    steps = [
        count
        for _, count in need_steps(small_region(), usable(small_region(), small_matches(), plan), plan, "zh")
    ]
    assert steps == [3, 2, 2, 2]
    assert steps[0] - steps[1] == plan.unmet.filter(pl.col("reason") == "no_match").height


def test_a_need_nobody_can_make_is_out_of_reach():
    unmet = small_plan().unmet.with_columns(reason=pl.lit("maker"))
    steps = need_steps(
        small_region(),
        usable(small_region(), small_matches(), small_plan(unmet=unmet)),
        small_plan(unmet=unmet),
        "zh",
    )
    assert [count for _, count in steps] == [3, 3, 2, 2]


def test_each_bar_says_its_share_of_the_step_before():
    drawn = funnel([("a", 200), ("b", 50), ("c", 0), ("d", 0)])
    assert "50 (25%)" in drawn and "width:25.00%" in drawn and "0 (0%)" in drawn
