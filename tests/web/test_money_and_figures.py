"""A firm's products with what is lacking, and published figures under a scale, each with its source."""

import polars as pl
import pytest
from test_asked import run
from test_pages import ok

from sanwang.observatory.facts import FACTS, facts_of
from sanwang.region.sample import sample_region
from sanwang.study.registry import get
from sanwang.web.scaled import ratio, scaled


def test_what_a_firm_lacks_is_said_in_words(bench):
    region = sample_region()
    firm = region["actors"].filter(pl.col("kind") == "firm")["id"][0]
    text = bench.browser("buyer").get(f"/workspaces/sample/finance?firm={firm}&amount=300万").text
    found = get("products")(region, firm=firm, amount="300万", start="2026-12-01").answer
    shut = found.rules.filter(~pl.col("met"))
    assert not shut.is_empty()
    for rule in shut.head(3).iter_rows(named=True):
        assert f"要求 {rule['asked']}" in text
    assert found.offers.filter(pl.col("eligible"))["name"][0] in text


@pytest.mark.parametrize("query", ["firm=nobody&amount=300万", "firm=H2-A13&amount=", "firm=H2-A13&amount=x",
                                   "firm=H2-A13&amount=300万&purpose=gold"])  # fmt: skip
def test_what_cannot_be_asked_is_one_sentence(bench, query):
    answer = bench.browser("buyer").get(f"/workspaces/sample/finance?{query}")
    assert answer.status_code in (400, 422)
    assert "Traceback" not in answer.text


def test_firms_picked_by_clicking_stop_paying(bench):
    browser = bench.browser("buyer")
    text = browser.get("/workspaces/sample/finance").text
    firms = [p.partition('"')[0] for p in text.split('name="option.fails" value="')[1:3]]
    given = {"csrf": browser.token(), "workspace": "sample", "option.fails": firms}
    path = ok(browser.client.post("/studies/stress", data=given, follow_redirects=False)).headers["location"]
    run(bench)
    page = browser.get(path).text
    assert "完成" in page
    for firm in firms:
        assert firm in page  # the call in Python names them


def test_every_figure_has_its_source(bench):
    browser = bench.browser("buyer")
    text = browser.get("/workspaces/sample/observatory?indicator=rd_expenditure&regions=京津冀;长三角").text
    assert "4,458" in text
    assert "全国科技经费投入统计公报" in text
    told = browser.get("/workspaces/sample/observatory?indicator=rd_expenditure&as=csv").content.decode(
        "utf-8-sig"
    )
    assert "统计公报" in told
    for bad in ("indicator=x", "scale=x", "year=20x6", "regions=京津冀"):
        assert browser.get(f"/workspaces/sample/observatory?{bad}").status_code == 400


def facts(*rows):
    keys = ("region", "indicator", "year", "value", "unit")
    made = [
        dict.fromkeys(FACTS) | dict(zip(keys, r, strict=True)) | {"definition": "d", "source": "s"}
        for r in rows
    ]
    return pl.DataFrame(made, schema=FACTS)


def test_a_head_wants_the_same_region_and_year():
    known = facts(
        ("京津冀", "rd_expenditure", 2023, 4000.0, "亿元"), ("长三角", "rd_expenditure", 2023, 9000.0, "亿元"),
        ("京津冀", "常住人口", 2023, 10000.0, "万人"), ("长三角", "常住人口", 2022, 23000.0, "万人"),
    )  # fmt: skip
    one, other = scaled(known, ["京津冀", "长三角"], "rd_expenditure", "head", 2023)
    assert (one.value, one.unit) == (4000e8 / 1e8, "元/人")
    assert other.value is None  # a figure of another year is not put below the line


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ((400.0, "亿元", 10000.0, "亿元"), (4.0, "%")),
        ((400.0, "亿元", 1.0, "万人"), (4e6, "元/人")),
        ((50.0, "件", 2.0, "亿元"), (25.0, "件/亿元")),
        ((50.0, "件", 2.0, "万人"), (25.0, "件/万人")),
        ((50.0, "件", 2.0, "斤"), None),
    ],
)
def test_units_of_a_ratio(given, wanted):
    assert ratio(*given) == (pytest.approx(wanted[0]), wanted[1]) if wanted else ratio(*given) is None


def test_the_sample_has_figures():
    assert facts_of(sample_region()).height > 100


def test_a_source_is_linked_where_it_has_an_address(bench):
    text = (
        bench.browser("buyer").get("/workspaces/sample/observatory?indicator=gdp&regions=京津冀;长三角").text
    )
    assert 'href="https://difang.gmw.cn/2025-02/27"' in text
