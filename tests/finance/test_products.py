"""Eligibility fails closed and says how far off; costs come from the cash flow."""

import datetime as dt

import polars as pl
import pytest

from sanwang.errors import OptionError
from sanwang.finance.conditions import check_conditions, eligible
from sanwang.finance.products import compare, schedule, xirr

START = dt.date(2026, 1, 31)


def test_words_stay_readable_and_the_expression_decides():
    text = "成立满两年的京津冀企业 cel: region == '京津冀' && age_years >= 2"
    assert eligible(text, {"region": "京津冀", "age_years": 3})[0]
    good, why = eligible(text, {"region": "京津冀", "age_years": 0.5})
    assert not good
    assert "差 1.5" in why
    assert eligible("TRL≥5", {})[0]


@pytest.mark.parametrize("facts", [{}, {"age_years": None}, {"age_years": "three"}, {"age": 9}])
def test_unknown_or_unfit_fields_keep_the_firm_out(facts):
    assert not eligible("cel: age_years >= 2", facts)[0]


@pytest.mark.parametrize(
    "text",
    [
        "[1,2].all(x, [1,2].all(y, true))",
        "'a'.matches('(a+)+$')",
        "__import__('os').system('true') == 0",
        "(" * 400 + "1" + ")" * 400,
        "true || " * 400 + "true",
        "a >= ",
    ],
)
def test_unsafe_or_broken_expressions_are_refused_when_loaded_and_fail_closed(text):
    with pytest.raises(OptionError):
        check_conditions(f"cel: {text}")
    assert not eligible(f"cel: {text}", {"a": 1})[0]


def test_only_true_lets_in():
    assert not eligible("cel: a", {"a": 1})[0]
    assert not eligible("cel: 1/0 > a", {"a": 1})[0]
    assert eligible("cel: a > 5 || b == '&&'", {"a": 1, "b": "&&"})[0]


def test_a_schedule_repays_exactly():
    lines = schedule(1_000_000_07, 0.0365, 36, START)
    assert sum(line.principal for line in lines) == 1_000_000_07
    assert lines[0].date == dt.date(2026, 2, 28)
    payments = {line.principal + line.interest for line in lines[:-1]}
    assert len(payments) == 1


def test_xirr_of_one_year():
    assert xirr([(dt.date(2025, 1, 1), 100), (dt.date(2026, 1, 1), -110)]) == pytest.approx(0.10)
    with pytest.raises(OptionError):
        xirr([(START, 100)])


def test_products_are_compared_by_what_they_cost_and_a_guarantee_adds():
    ticket = {"months": 36, "ticket_min": 100, "ticket_max": 10**9}
    products = pl.DataFrame(
        [
            {"id": "P1", "kind": "loan", "rate": 0.05, "conditions": "cel: trl >= 5"} | ticket,
            {"id": "P2", "kind": "loan", "rate": 0.03, "conditions": "cel: trl >= 8"} | ticket,
            {"id": "G1", "kind": "guarantee", "rate": 0.01, "conditions": None} | ticket,
        ]
    )
    table = compare(products, {"trl": 6}, 10_000_000, 12, START)
    good = table.filter(pl.col("eligible") & pl.col("effective_rate").is_not_null())
    assert good.select("product", "with").rows() == [("P1", None), ("P1", "G1")]
    assert 0.05 < good["effective_rate"][0] < 0.0525
    assert good["effective_rate"][1] > good["effective_rate"][0] + 0.015
    assert "差 2" in table.filter((pl.col("product") == "P2") & pl.col("with").is_null())["why"][0]
