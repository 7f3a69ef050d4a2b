import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import polars as pl
import pytest
from report_case import HOSTILE, ROWS, empty_plan, small_matches, small_plan, small_region, small_result

from sanwang.region import Region
from sanwang.report.page import page

VOID = {"meta", "input", "link", "br", "img"}


class Reader(HTMLParser):
    """Collects elements, checks that they nest, and reads tables by the id of their section."""

    def __init__(self, text: str):
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.text: list[str] = []
        self.section = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]):
        self.elements.append((tag, dict(attrs)))
        if tag in VOID:
            return
        self.open.append(tag)
        if tag == "section":
            self.section = dict(attrs).get("id") or ""
            self.tables[self.section] = []
        if tag == "tr" and "tbody" in self.open:
            self.tables.setdefault(self.section, []).append([])
        if tag == "td":
            self.tables[self.section][-1].append("")

    def handle_endtag(self, tag: str):
        assert self.open.pop() == tag

    def handle_data(self, data: str):
        if "td" in self.open:
            self.tables[self.section][-1][-1] += data
        if not {"script", "style"} & set(self.open):
            self.text.append(data)


def read(region: Region, plan: Any, lang: str = "zh", reasons: str = "共同术语") -> Reader:
    return Reader(page(small_result(region, plan, lang, reasons)))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_loaded_from_elsewhere(lang: str):
    text = page(small_result(lang=lang))
    loads = [
        v
        for _, attrs in Reader(text).elements
        for k, v in attrs.items()
        if k in ("src", "href", "xlink:href")
    ]
    assert loads == ["#main"]
    assert "url(http" not in text and "@import" not in text and "import(" not in text and "fetch(" not in text
    assert not re.search(r"https?://", text)


def test_only_our_own_script_may_run():
    text = page(small_result())
    tags = Counter(name for name, _ in Reader(text).elements)
    assert tags["script"] == 1
    assert re.search(r"script-src &#39;sha256-[A-Za-z0-9+/=]{44}&#39;", text)
    assert not any(key.startswith("on") for _, attrs in Reader(text).elements for key in attrs)


def test_hostile_text_is_shown_not_run():
    reader = read(small_region(), small_plan(), reasons=HOSTILE)
    assert any(HOSTILE in cell for row in reader.tables["routes"] for cell in row)
    assert any(HOSTILE in cell for row in reader.tables["matches"] for cell in row)


def test_every_route_is_in_the_table_and_worths_sum_to_the_plan():
    rows = [(f"L{i:04d}", *ROWS[i % 2][1:]) for i in range(40)]
    plan = small_plan(rows)
    found = read(small_region(), plan).tables["routes"]
    assert [row[0] for row in found] == plan.routes["route"].to_list()
    assert sum(float(row[3].replace(",", "")) for row in found) == plan.worth / 1e6


def test_every_unmet_need_and_use_is_there():
    tables = read(small_region(), small_plan(), "en").tables
    assert [row[1:3] for row in tables["unmet"]] == [
        ["the achievements are not mature enough", "TRL 4, 8 required"]
    ]
    assert [row[2:6] for row in tables["usage"]] == [["2026", "1", "4", "25%"], ["2027", "2", "2", "100%"]]


def test_the_page_says_it_is_fictional_where_the_region_is(real_region: Region):
    assert "虚构，仅作示例" in "".join(read(small_region(), small_plan()).text)
    assert "虚构，仅作示例" not in "".join(read(real_region, small_plan()).text)


def test_digest_version_and_assumptions_stand_at_the_foot():
    said = "".join(read(small_region(), small_plan()).text)
    assert small_region().digest in said and "折现率" in said and "a notice" in said


def test_an_empty_plan_says_so_and_keeps_the_map():
    reader = read(small_region(), empty_plan())
    assert "没有一条可行路线" in "".join(reader.text)
    assert reader.tables["routes"] == [] and len(reader.tables["unmet"]) == 3
    assert "map" in {attrs.get("class") for _, attrs in reader.elements}


def test_a_region_without_places_has_a_page_without_a_map():
    actors = small_region()["actors"].with_columns(pl.lit(None, pl.String).alias("place"))
    bare = small_region(
        actors=actors,
        bases=small_region()["bases"].with_columns(pl.lit(None, pl.String).alias("place")),
        makers=small_region()["makers"].with_columns(pl.lit(None, pl.String).alias("place")),
    )
    rows = [(*row[:-4], None, None, None, None) for row in ROWS]
    said = "".join(read(bare, small_plan(rows)).text)
    assert "没有可以定位的地点" in said and "地点不详" in said


def test_only_needs_and_achievements():
    bare = Region.of("", needs=small_region()["needs"], achievements=small_region()["achievements"])
    assert "没有路线" in "".join(read(bare, empty_plan()).text)


def test_no_rows_at_all():
    nothing = empty_plan()
    nothing.unmet = nothing.unmet.clear()
    nothing.matches = type(small_matches())(small_matches().frame.clear(), "", (), 0.0)
    text = page(small_result(Region.of(""), nothing))
    assert "数据中没有需求" in "".join(Reader(text).text)


def test_the_same_plan_gives_the_same_page():
    assert page(small_result()) == page(small_result(plan=small_plan(seconds=77.0)))


def test_every_note_and_the_meaning_of_every_figure_stand_on_the_page():
    result = small_result()
    said = "".join(Reader(page(result)).text)
    assert all(note in said for note in result.notes)
    assert "期望净现值" in said
