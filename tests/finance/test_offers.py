"""Every product for one firm: which rule keeps it out and by how much, what the rest costs."""

import datetime as dt
import json

import polars as pl
import pytest
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.errors import OptionError
from sanwang.finance.facts import firm_facts
from sanwang.finance.offers import offers
from sanwang.region import Region
from sanwang.region.sample import sample_region

START = dt.date(2026, 1, 1)
WAN = 1_000_000


def region(*products, points=None):
    rows = [{"name": p["id"], "actor": "bank", "rate": 0.05, "months": 12} | p for p in products]
    return Region.of(
        frames={
            "actors": pl.DataFrame(
                [{"id": "f", "name": "f", "kind": "firm", "place": "120111", "size": "small", "founded": 2022,
                  "industries": ["C345"]}]
            ),
            "products": pl.DataFrame(rows, infer_schema_length=None),
            "points": pl.DataFrame(
                [{"actor": "f", "indicator": "创新积分", "year": 2025, "value": points}],
                schema_overrides={"value": pl.Float64},
            ) if points is not None else pl.DataFrame({"actor": []}, schema={"actor": pl.String}),
        }
    )  # fmt: skip


def one(found, offer):
    return found.offers.filter(pl.col("offer") == offer).row(0, named=True)


def test_what_is_known_of_a_firm():
    facts = firm_facts(region({"id": "P", "kind": "loan"}), "f", START)
    assert facts["places"] == ["120111", "120000"] or facts["places"][-1] == "120000"
    assert (facts["region"], facts["age_years"], facts["points"], facts["revenue"]) == (
        "京津冀",
        4,
        None,
        None,
    )
    with pytest.raises(OptionError):
        firm_facts(region({"id": "P", "kind": "loan"}), "nobody", START)


@pytest.mark.parametrize(
    ("product", "gap"),
    [
        ({"ticket_max": 200 * WAN}, "差 100万元"),
        ({"ticket_min": 500 * WAN}, "差 200万元"),
        ({"budget": 299 * WAN}, "差 1万元"),
        ({"trl_min": 8}, "差 2"),
        ({"points_min": 60.0}, "差 15"),
        ({"places": ["130000"]}, "130000"),
        ({"industries": ["C34", "C38"], "places": ["110000"]}, "110000"),
        ({"conditions": "成立满五年 cel: age_years >= 5"}, "差 1"),
        ({"conditions": "cel: turnover > 3"}, "unknown turnover"),
    ],
)
def test_what_keeps_a_firm_out_and_how_far_off(product, gap):
    found = offers(
        region({"id": "P", "kind": "loan"} | product, points=45.0), "f", 300 * WAN, start=START, trl=6
    )
    line = one(found, "P")
    assert not line["eligible"]
    assert gap in line["why"] + "".join(found.rules["gap"])
    assert found.rules.filter(~pl.col("met")).height == 1


def test_what_is_not_stated_is_not_met_and_words_are_left_to_a_person():
    found = offers(
        region({"id": "P", "kind": "loan", "points_min": 60.0, "conditions": "有订单"}), "f", WAN, start=START
    )
    line = one(found, "P")
    assert not line["eligible"] and "未知" in line["why"] and line["to_read"] == "有订单"


def test_a_guarantee_stands_in_for_points_costs_and_must_last():
    products = (
        {"id": "L", "kind": "loan", "points_min": 60.0, "months": 24},
        {"id": "G", "kind": "guarantee", "rate": 0.01, "months": 24},
        {"id": "H", "kind": "guarantee", "rate": 0.01, "months": 12},
    )
    found = offers(region(*products), "f", 100 * WAN, start=START)
    assert [one(found, o)["eligible"] for o in ("L", "L+G", "L+H")] == [False, True, False]
    both = one(found, "L+G")
    assert both["fees"] == 2 * WAN
    assert both["effective_rate"] > 0.05 + 0.015
    assert {"反担保措施说明", "贷款申请书"} <= set(
        found.documents.filter(pl.col("offer") == "L+G")["document"]
    )


def test_equity_dilutes_and_goes_with_a_loan():
    products = (
        {"id": "L", "kind": "loan", "months": 12},
        {"id": "F", "kind": "fund", "rate": 0.08, "months": 60},
    )
    found = offers(region(*products), "f", 1000 * WAN, start=START, valuation=4000 * WAN, warrant=0.1)
    assert one(found, "F")["dilution"] == pytest.approx(0.2)
    assert one(found, "F")["return_asked"] == 0.08 and one(found, "F")["effective_rate"] is None
    linked = one(found, "L+F")
    assert (linked["debt"], linked["equity"]) == (700 * WAN, 300 * WAN)
    assert linked["dilution"] == pytest.approx(300 / 4300)
    assert 0.05 < linked["blended_rate"] < 0.08
    assert one(found, "L+warrant")["dilution"] == pytest.approx(100 / 4100)


def test_factoring_takes_its_price_at_the_start():
    line = one(
        offers(region({"id": "X", "kind": "factoring", "months": 6}), "f", 100 * WAN, start=START), "X"
    )
    assert line["fees"] == 2_500_000
    assert line["effective_rate"] == pytest.approx((1 / 0.975) ** (365 / 181) - 1, abs=1e-6)


def test_schedules_repay_the_debt_of_each_offer():
    found = offers(sample_region(), "H2-A07", 300 * WAN, start=START, months=12)
    paid = dict(found.schedules.group_by("offer").agg(pl.col("principal").sum()).iter_rows())
    for line in found.offers.filter(pl.col("debt") > 0).to_dicts():
        assert paid[line["offer"]] == line["debt"]
    open_first = found.offers["eligible"].to_list()
    assert open_first == sorted(open_first, reverse=True)


@pytest.mark.parametrize(
    "options",
    [
        {"amount": 0},
        {"months": 0},
        {"valuation": -1},
        {"equity_share": 1.0},
        {"warrant": 2.0},
        {"purpose": "yacht"},
    ],
)
def test_options_out_of_range_are_refused(options):
    amount = options.pop("amount", WAN)
    with pytest.raises(OptionError):
        offers(region({"id": "P", "kind": "loan"}), "f", amount, start=START, **options)


def test_the_command_compares_and_writes(tmp_path):
    sample_region().save(tmp_path / "w", "csv")
    run, base = CliRunner(), ["products", str(tmp_path / "w"), "--firm", "H2-A07", "--amount"]
    answer = run.invoke(app, [*base, "300万", "--purpose", "pilot", "--json", "-o", str(tmp_path / "o.xlsx")])
    data = json.loads(answer.stdout)
    assert data["offers"][0]["eligible"] and data["documents"] and data["facts"]["region"] == "京津冀"
    assert (tmp_path / "o.xlsx").stat().st_size > 5000
    page = tmp_path / "o.html"
    assert run.invoke(app, [*base, "300万", "-o", str(page)]).exit_code == 0
    assert "实际年化" in page.read_text(encoding="utf-8") and "虚构" in page.read_text(encoding="utf-8")
    assert isinstance(run.invoke(app, [*base, "300万", "-o", str(tmp_path / "o.doc")]).exception, OptionError)
    assert "材料" in run.invoke(app, [*base, "50000元"]).stdout
    for bad in ("lots", "0"):
        assert isinstance(run.invoke(app, [*base, bad]).exception, OptionError)
    assert isinstance(run.invoke(app, [*base, "1万", "--start", "soon"]).exception, OptionError)
