import polars as pl
from report_case import WAN, empty_plan, small_plan, small_region, small_result

from sanwang.planning.studies.headline import key_figures, sentences


def test_three_sentences_say_worth_bound_and_what_is_left_out():
    what, proven, left = sentences(small_region(), small_plan(), "zh")
    assert "2 条路线" in what and "350 万元" in what and "590 万元" in what and "240 万元" in what
    assert "357 万元" in proven and "1.97%" in proven
    assert "成果成熟度不够（1 项）" in left


def test_an_optimal_plan_is_called_optimal():
    plan = small_plan(bound=350 * WAN, gap=0.0)
    assert "已是最优" in sentences(small_region(), plan, "zh")[1]


def test_an_empty_plan_says_so_and_why():
    first, second = sentences(small_region(), empty_plan(), "en")
    assert "no route" in first and "no matching achievement (3)" in second


def test_figures_are_the_plan_s():
    found = {f.key: f.value for f in key_figures(small_region(), small_plan(), "zh")}
    assert found["worth"] == 350 * WAN == found["value"] - found["cost"]
    assert found["routes"] == 2 and found["met_share"] == 2 / 3
    assert found["crossing"] == 1.0 and found["piloted"] == 0.5


def test_shares_of_nothing_are_unknown_not_zero():
    found = {f.key: f.value for f in key_figures(small_region(), empty_plan(), "zh")}
    assert found["probability"] is None and found["crossing"] is None


def test_a_plan_that_names_what_is_not_public_says_so():
    needs = small_region()["needs"].with_columns(pl.lit("nda").alias("openness"))
    said = small_result(small_region(needs=needs)).notes
    assert any("2 项非公开" in note for note in said)
    assert not any("非公开" in note for note in small_result().notes)
