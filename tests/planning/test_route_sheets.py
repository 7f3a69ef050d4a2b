"""What a committee reads of a route: the data's own words, amounts that add up, months, who signs."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.planning.studies.amounts import STEP, apportioned, sums
from sanwang.planning.studies.timeline import stages, timeline
from sanwang.region import Region
from sanwang.region.sample import sample_region
from sanwang.report.page import page
from sanwang.study.marks import mark_of
from sanwang.study.registry import get


@given(st.lists(st.integers(0, 10**10), min_size=1, max_size=7))
def test_shown_amounts_add_up_and_none_is_off_by_more_than_a_step(parts: list[int]):
    total = round(sum(parts) / STEP) * STEP
    shown = apportioned(parts, total)
    assert sum(shown) == total
    assert all(abs(a - b) <= STEP for a, b in zip(shown, parts, strict=True))


@given(st.lists(st.integers(0, 10**9), min_size=6, max_size=6), st.integers(0, 10**10))
def test_value_less_costs_is_worth_as_shown(costs: list[int], worth: int):
    first, *minus, last = (round(10 * float(w.replace(",", "").replace("−", "-"))) for w in
                           sums(sum(costs) + worth, costs, worth))  # fmt: skip
    assert first + sum(minus) == last


def route(**more: object) -> dict[str, object]:
    return {"start": 2026, "months": 20, "base": "B", **more}


def test_months_of_the_stages_follow_one_another_and_end_with_the_route():
    assumed = {"months_per_level": 6, "default_months": 6}
    found = stages(route(), {"trl_required": 7}, {"trl": 6}, {"months": 4}, {}, assumed)
    assert [(s["key"], s["first"] - 2026 * 12, s["months"]) for s in found] == [
        ("develop", 0, 6), ("pilot", 6, 4), ("make", 10, 6), ("wait", 16, 4)]  # fmt: skip
    lines = timeline(found, "zh")
    assert lines[0] == "研发提升：2026年1月—2026年6月（6 个月）" and lines[-1] == "2027年8月完成"
    assert timeline(stages(route(base=None, months=1), {}, {}, {}, {"months": 1}, assumed), "en") == (
        "Set-up at the maker: Jan 2026 (1 month)", "done Jan 2026")  # fmt: skip


def test_a_route_may_start_in_the_middle_of_a_year():
    found = stages(route(begins="2026-04", base=None, months=6), {}, {}, {}, {}, {"default_months": 6})
    assert timeline(found, "zh") == ("导入承制：2026年4月—2026年9月（6 个月）", "2026年9月完成")


@pytest.fixture(scope="module")
def planned():
    region = sample_region()
    needs = region["needs"].filter(pl.col("id").str.starts_with("H2-"))
    return get("plan")(region.with_tables(needs=needs))


def test_every_sheet_holds_the_words_of_need_and_result(planned):
    region: Region = planned.region
    texts = {r["id"]: r for k in ("needs", "achievements") for r in region[k].to_dicts()}
    sheets = planned.shown.sheets
    assert [s.key for s in sheets] == planned.answer.routes["route"].to_list() and sheets
    for sheet, row in zip(sheets, planned.answer.routes.to_dicts(), strict=True):
        parts = {p.key: p for p in sheet.parts}
        need, result = texts[row["need"]], texts[row["achievement"]]
        if need["openness"] != "nda":
            assert set(need["text"].split("\n")) - {""} <= set(parts["need"].lines)
        if result["openness"] != "nda":
            assert set(result["abstract"].split("\n")) - {""} <= set(parts["result"].lines)
        assert parts["sign"].lines[0].startswith("技术合同") and parts["months"].lines[-1].endswith("完成")


def test_nothing_of_a_text_under_agreement_and_no_contact_is_on_a_sheet():
    region = sample_region()
    secret, phone = "只有签约后才能看的话", "13912345678"
    needs = region["needs"].filter(pl.col("id").str.starts_with("H2-")).with_columns(
        openness=pl.lit("nda"), text=pl.col("text") + secret, phone=pl.lit([phone]))  # fmt: skip
    found = get("plan")(region.with_tables(needs=needs))
    said = "".join(line for s in found.shown.sheets for p in s.parts for line in p.lines)
    assert found.shown.sheets and secret not in said and phone not in said and "签约后可见" in said


def test_what_was_accepted_against_a_conflict_is_marked_on_the_sheet():
    need = {"id": "N", "title": "碟片", "text": "破损率要求3%以下。", "actor": "F"}
    result = {"id": "R", "title": "碟片", "abstract": "实测破损率5%。", "owner": "U"}
    region = Region.of(
        actors=pl.DataFrame({"id": ["F", "U"], "name": ["厂", "大学"], "place": ["130100", "110108"]}),
        needs=pl.DataFrame([need | {"value": 10**10}]), achievements=pl.DataFrame([result]),
        decisions=pl.DataFrame({"subject": ["N"], "other": ["R"], "verdict": ["accept"], "who": ["甲"],
                                "when": [date(2026, 1, 1)]}),
    )  # fmt: skip
    found = get("plan")(region)
    (sheet,) = found.shown.sheets
    assert [mark_of(f) for f in sheet.flags] == ["conflict"]
    drawn = page(found)
    assert '<b class="mark badge conflict">✗ 冲突 1</b>' in drawn
    assert '<b class="mark conflict">✗ 冲突：指标不符' in drawn


def test_a_word_file_says_what_the_sheet_says_and_is_the_same_each_time(planned, tmp_path):
    import docx

    from sanwang.report.word import sheet_bytes, write_sheets

    sheet = planned.shown.sheets[0]
    assert sheet_bytes(sheet, "zh", True) == sheet_bytes(sheet, "zh", True)
    (path,) = write_sheets([sheet], tmp_path / "sheets", "zh", True)
    read = docx.Document(str(path))
    cells = [c.text for r in read.tables[0].rows for c in r.cells]
    assert all(line in "\n".join(cells) for p in sheet.parts for line in p.lines)
    assert "虚构" in read.paragraphs[0].text and sheet.title in read.paragraphs[1].text


def test_a_zone_lies_where_its_division_lies():
    from sanwang.planning.crossing import crossing

    zone = pl.DataFrame({"code": ["Z-YZ"], "name": ["亦庄"], "parent": ["110115"]})
    actors = pl.DataFrame({"id": ["A", "B"], "name": ["甲", "乙"], "place": ["110108", "130100"]})
    region = Region.of(places=zone, actors=actors)
    routes = pl.DataFrame({"origin_place": ["Z-YZ", "Z-YZ", None], "need_place": ["110108", "130100", "110108"]},
                          schema={"origin_place": pl.String, "need_place": pl.String})  # fmt: skip
    assert crossing(region, routes).to_list() == [False, True, None]
