"""A package is closed to a need whose firm fails the product's conditions, in the plan and in its verifier."""

import datetime as dt
import sys
from pathlib import Path

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from regions import all_pairs, region

from sanwang.planning.eligibility import let_in
from sanwang.planning.plan import plan
from sanwang.planning.verify import verify
from sanwang.region import Region

YEARS = range(2026, 2029)


def asking(conditions, seed=1, founded=2020):
    """One loan without other rules, needs that cannot pay alone, and a founding year (or None) for every firm."""
    reg = region(seed, needs=4, achievements=4, products=1)
    loan = reg["products"].with_columns(
        pl.lit("loan").alias("kind"),
        pl.lit(conditions, pl.String).alias("conditions"),
        pl.lit(None, pl.Int64).alias("trl_min"),
        pl.lit(None, pl.Float64).alias("points_min"),
        pl.lit(None, pl.List(pl.String)).alias("places"),
        pl.lit(10**10).alias("budget"),
        pl.lit(10**10).alias("ticket_max"),
    )
    poor = reg["needs"].with_columns(pl.lit(1).alias("budget"))
    actors = reg["actors"].with_columns(pl.lit(founded, pl.Int64).alias("founded"))
    return reg.with_tables(products=loan, needs=poor, actors=actors)


def financed(reg):
    found = plan(reg, all_pairs(reg), YEARS)
    assert verify(reg, found.routes, found.options).problems == ()
    return found.routes.filter(pl.col("product").is_not_null()).height


def test_only_firms_that_meet_the_expression_are_financed():
    open_to_all = financed(asking(None))
    assert open_to_all > 0
    assert financed(asking("成立满两年 cel: age_years >= 2")) == open_to_all
    assert financed(asking("成立满两年")) == open_to_all
    assert financed(asking("cel: age_years >= 10")) == 0


@pytest.mark.parametrize(
    "conditions",
    [
        "cel: age_years >= 2",
        "cel: no_such_field > 1",
        "cel: age_years >",
        "cel: size(places) > 0",
        "cel: 1 / 0 > 1",
    ],
)
def test_what_is_unknown_or_unsound_keeps_firms_out(conditions):
    assert financed(asking(conditions, founded=None)) == 0


def test_the_verifier_names_the_rule():
    generous = asking(None)
    found = plan(generous, all_pairs(generous), YEARS)
    strict = asking("cel: age_years >= 10")
    problems = verify(strict, found.routes, found.options).problems
    assert len(problems) == found.routes["product"].count()
    assert all("P0" in p and "age_years >= 10" in p and "off by 4" in p for p in problems)


def test_firms_with_the_same_facts_share_an_answer():
    actors = pl.DataFrame({"id": ["a", "b", "c"], "name": ["a", "b", "c"], "founded": [2000, 2000, 2025]})
    reg = Region.of("test", actors=actors)
    rule = "cel: age_years >= 3"
    found = let_in(reg, ["a", "b", "c", None, "z", "a"], [rule, None, "words"], dt.date(2026, 1, 1))
    assert list(found) == [rule]
    assert found[rule].tolist() == [True, True, False, False, False, True]
