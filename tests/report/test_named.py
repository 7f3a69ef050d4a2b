import polars as pl
from report_case import USAGE, WAN, small_matches, small_plan, small_region

from sanwang.planning.studies.assumed import assumptions_table
from sanwang.planning.studies.named import PARTS, name_matches, name_routes, name_usage


def test_every_route_keeps_its_row_and_money():
    named = name_routes(small_region(), small_plan(), "zh")
    assert named.select(small_plan().routes.columns).equals(small_plan().routes)
    assert named.select(pl.sum_horizontal(*PARTS) == pl.col("cost")).to_series().all()


def test_english_names_where_there_are_any():
    named = name_routes(small_region(), small_plan(), "en")
    assert named["achievement_actor"].to_list() == ["Yanling University (fictional)", "冀川机械（虚构）"]
    assert named["path"][0] == "Beijing → Tianjin → Tangshan → Shijiazhuang"


def test_money_used_is_in_wan_and_named():
    rows = [("product", "P1", None, 60.0 * WAN, 100.0 * WAN, "fen"), ("factor", "F9", 2026, 0.0, 0.0, "unit")]
    plan = small_plan(usage=pl.DataFrame(rows, schema=USAGE, orient="row"))
    shown = name_usage(small_region(), plan, "zh").select("name", "used", "capacity", "rate", "unit_words")
    assert shown.rows() == [("转化贷", 60.0, 100.0, 0.6, "万元"), (None, 0.0, 0.0, None, "单位")]


def test_a_match_says_which_route_uses_it():
    named = name_matches(small_region(), small_matches(), small_plan(), "zh")
    assert dict(named.filter(pl.col("route").is_not_null()).select("route", "rank").iter_rows()) == {
        "L0001": 1,
        "L0002": 1,
    }


def test_assumptions_come_with_their_meaning_and_source():
    shown = assumptions_table(small_plan(), "zh").frame.rows()
    assert shown == [("规划年份", "2026–2030", ""), ("折现率", "0.05", "本项目的假设")]
