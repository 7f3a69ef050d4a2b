import polars as pl
import pytest

from sanwang.errors import DataError, OptionError
from sanwang.observatory.comparison import compare, growth
from sanwang.observatory.facts import FACTS, bad_addresses, contradictions, facts_of, shipped
from sanwang.region import Region


def rows(*given):
    names = ("region", "indicator", "year", "value", "unit", "definition")
    return pl.DataFrame(
        [
            {**dict.fromkeys(FACTS), **dict(zip(names, g, strict=True)), "source": "甲局", "origin": "测试"}
            for g in given
        ],
        schema=FACTS,
    )


def cell(found, region):
    return found.cells.filter(pl.col("region") == region).row(0, named=True)


def test_one_year_unit_and_definition_are_ranked():
    found = compare(rows(("京津冀", "gdp", 2024, 11.0, "亿元", "a"), ("长三角", "gdp", 2024, 33.0, "亿元", "a")),
                    ["京津冀", "长三角"])  # fmt: skip
    assert (
        found.cells["comparable"].all() and "低于长三角" in found.words[0][0] and "67%" in found.words[0][0]
    )


@pytest.mark.parametrize(
    ("year", "unit", "definition", "mark"),
    [(2023, "亿元", "a", "year"), (2024, "万元", "a", "unit"), (2024, "亿元", "b", "definition")],
)
def test_what_differs_is_marked_and_never_ranked(year, unit, definition, mark):
    given = [("京津冀", "gdp", 2024, 11.0, "亿元", "a"), ("北京市", "gdp", 2024, 9.0, "亿元", "a"),
             ("上海市", "gdp", year, 33.0, unit, definition)]  # fmt: skip
    found = compare(rows(*given[1:]), ["北京市", "上海市"], year=2024)
    marked = [r for r in found.cells.to_dicts() if not r["comparable"]]
    assert len(marked) == 1 and marked[0]["marks"] == [mark] and not found.words


def test_guangdong_stands_in_for_the_bay_area_and_is_not_ranked():
    found = compare(shipped(), ["京津冀", "长三角", "粤港澳大湾区"], ["rd_intensity"])
    bay = cell(found, "粤港澳大湾区")
    assert bay["how"] == "stand_in" and not bay["comparable"] and bay["parts"] == "广东省"
    assert not any("湾区" in zh for zh, _ in found.words)


def test_an_index_with_its_own_base_is_shown_and_never_ranked():
    found = compare(shipped(), ["京津冀", "长三角"], ["innovation_index"])
    assert found.cells.height == 2 and not found.cells["comparable"].any() and not found.words


def test_parts_are_added_up_or_their_ratio_is_taken():
    given = rows(
        ("北京市", "rd_expenditure", 2023, 60.0, "亿元", "a"), ("天津市", "rd_expenditure", 2023, 40.0, "亿元", "a"),
        ("北京市", "rd_intensity", 2023, 6.0, "%", "b"), ("天津市", "rd_intensity", 2023, 2.0, "%", "b"),
        ("上海市", "rd_expenditure", 2023, 50.0, "亿元", "a"), ("上海市", "rd_intensity", 2023, 4.0, "%", "b"),
    )  # fmt: skip
    found = compare(given, ["北京市+天津市", "上海市"])
    by = {(r["indicator"], r["region"]): r for r in found.cells.to_dicts()}
    assert by["rd_expenditure", "北京市+天津市"]["value"] == 100
    both = by["rd_intensity", "北京市+天津市"]
    assert (
        both["value"] == pytest.approx(100 / (60 / 6 + 40 / 2))
        and both["marks"] == ["derived"]
        and both["comparable"]
    )


def test_contradictions_are_both_kept_and_told():
    one = rows(("北京市", "gdp", 2024, 9.0, "亿元", "a"), ("上海市", "gdp", 2024, 8.0, "亿元", "a"))
    other = rows(("北京市", "gdp", 2024, 7.0, "亿元", "a")).with_columns(source=pl.lit("乙局"))
    given = pl.concat([one, other])
    found = compare(given, ["北京市", "上海市"])
    assert contradictions(given).height == 2
    assert "contradicted" in cell(found, "北京市")["marks"] and "乙局" in found.notices[0][0]


def test_an_address_that_is_none_is_told():
    given = rows(("北京市", "gdp", 2024, 9.0, "亿元", "a"), ("上海市", "gdp", 2024, 8.0, "亿元", "a"))
    given = given.with_columns(url=pl.lit("见附件"))
    assert (
        bad_addresses(given).height == 2
        and "网址不像网址" in compare(given, ["北京市", "上海市"]).notices[0][0]
    )
    assert bad_addresses(shipped()).height == 0


def test_a_workspace_adds_a_figure_by_one_row():
    extra = pl.DataFrame({"region": ["粤港澳大湾区"], "indicator": ["研发投入强度"], "year": [2023], "value": [3.6],
                          "unit": ["%"], "definition": ["R&D expenditure / GDP"], "source": ["测试"]})  # fmt: skip
    facts = facts_of(Region.of(facts=extra))
    bay = cell(compare(facts, ["粤港澳大湾区", "京津冀"], ["rd_intensity"], 2023), "粤港澳大湾区")
    assert bay["value"] == 3.6 and bay["how"] == "published"


def test_bad_questions_are_refused():
    with pytest.raises(OptionError, match="重叠"):
        compare(shipped(), ["京津冀", "北京市+上海市"])
    with pytest.raises(OptionError, match="two regions"):
        compare(shipped(), ["京津冀"])
    with pytest.raises(DataError, match="none of the regions"):
        compare(shipped(), ["西藏自治区", "青海省"], ["gdp"])
    with pytest.raises(DataError, match="none of the regions"):
        compare(shipped(), ["京津冀", "长三角"], ["no_such_indicator"])


def test_growth_needs_two_common_years():
    found = compare(rows(("北京市", "gdp", 2020, 100.0, "亿元", "a"), ("北京市", "gdp", 2022, 121.0, "亿元", "a"),
                         ("上海市", "gdp", 2020, 50.0, "亿元", "a"), ("上海市", "gdp", 2022, 50.0, "亿元", "a")),
                    ["北京市", "上海市"])  # fmt: skip
    rates = dict(growth(found.trends).select("region", "growth").iter_rows())
    assert rates["北京市"] == pytest.approx(0.1) and rates["上海市"] == pytest.approx(0)
    one = compare(rows(("北京市", "gdp", 2020, 1.0, "亿元", "a"), ("上海市", "gdp", 2020, 1.0, "亿元", "a")),
                  ["北京市", "上海市"])  # fmt: skip
    assert growth(one.trends).is_empty()


def test_growth_does_not_step_from_derived_to_published_figures():
    held = (2020, 4.0, "derived"), (2021, 4.1, "derived"), (2022, 4.3, "derived"), (2023, 9.0, "published")
    rows = [("x", "甲", year, value, "%", how) for year, value, how in held]
    trends = pl.DataFrame(rows, schema=["indicator", "region", "year", "value", "unit", "how"], orient="row")
    [row] = growth(trends).to_dicts()
    assert (row["first"], row["last"]) == (2020, 2022)
