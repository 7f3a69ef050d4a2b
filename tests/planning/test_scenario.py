import sys
from pathlib import Path

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from regions import all_pairs, region

from sanwang.errors import InputError, OptionError
from sanwang.planning.compare import border_values, compare, markets, run, sweep
from sanwang.planning.plan import plan
from sanwang.planning.verify import verify
from sanwang.region.scenario import Scenario, apply, read_scenario

YEARS = range(2026, 2029)


def test_a_file_says_what_changes(tmp_path):
    path = tmp_path / "more.toml"
    path.write_text(
        """
name = "更多中试"
source = "示例"
date = 2026-11-23
market = "unified"
[assumptions]
discount_rate = 0.03
[[change]]
table = "bases"
where = { id = "B0" }
column = "capacity"
set = 9
[[change]]
table = "products"
column = "budget"
times = 0.5
[[remove]]
table = "makers"
id = "M0"
[[add]]
table = "makers"
id = "M9"
fields = ["C34"]
capacity = 3
setup = 100
""",
        encoding="utf-8",
    )
    scenario = read_scenario(path)
    assert (scenario.name, scenario.market, scenario.assumptions) == (
        "更多中试",
        "unified",
        {"discount_rate": 0.03},
    )
    reg = region(1)
    changed = apply(reg, scenario)
    assert changed["bases"].filter(pl.col("id") == "B0")["capacity"].to_list() == [9]
    assert changed["products"]["budget"].to_list() == [b // 2 for b in reg["products"]["budget"]]
    assert changed["makers"]["id"].to_list() == ["M1", "M9"]
    assert reg["makers"]["id"].to_list() == ["M0", "M1"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense = 1", "nonsense"),
        ("market = 'black'", "market"),
        ("change = 3", "change"),
        ("date = 'yesterday'", "date"),
        ("not toml", "scenario file"),
    ],
)
def test_a_file_that_is_wrong_is_named(tmp_path, text, said):
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_scenario(path)
    with pytest.raises(InputError):
        read_scenario(tmp_path / "missing.toml")


@pytest.mark.parametrize(
    "scenario",
    [
        Scenario(change=({"table": "castles", "column": "x", "set": 1},)),
        Scenario(change=({"table": "bases", "column": "towers", "set": 1},)),
        Scenario(change=({"table": "bases", "column": "capacity"},)),
        Scenario(change=({"table": "bases", "column": "capacity", "set": -1},)),
        Scenario(change=({"table": "bases", "column": "capacity", "set": "many"},)),
        Scenario(change=({"table": "bases", "column": "actor", "times": 2},)),
        Scenario(change=({"table": "bases", "column": "capacity", "set": 1, "where": {"id": "B77"}},)),
        Scenario(remove=({"table": "makers", "id": "M77"},)),
        Scenario(remove=({"table": "barriers", "id": "x"},)),
        Scenario(add=({"table": "makers", "id": "M0", "fields": ["C34"], "capacity": 1},)),
        Scenario(add=({"table": "makers", "id": "M8"},)),
        Scenario(add=({"table": "makers", "id": "M8", "fields": ["C"], "capacity": 1, "wings": 2},)),
        Scenario(barriers=-1.0),
    ],
)
def test_what_a_region_does_not_have_is_refused(scenario):
    with pytest.raises(OptionError):
        apply(region(1), scenario)


def test_three_markets_differ_as_they_must():
    reg = region(1, needs=6, achievements=6)
    found = markets(reg, all_pairs(reg, 1), years=YEARS)
    worth = dict(found.figures.select("plan", "worth").iter_rows())
    assert worth["segmented"] <= worth["today"] <= worth["unified"]
    for row in found.plans["segmented"].routes.to_dicts():
        places = [row[c] for c in ("origin_place", "base_place", "maker_place", "need_place") if row[c]]
        assert len({p[:2] for p in places}) == 1
    assert found.plans["unified"].routes["barrier_cost"].sum() == 0


def test_a_city_that_loses_everything_is_shown_with_its_loss():
    reg = region(1, needs=6, achievements=6)
    found = markets(reg, all_pairs(reg, 1), years=YEARS)
    per_plan = found.cities.group_by("plan").agg(pl.col("city").n_unique())["city"].to_list()
    assert len(set(per_plan)) == 1
    sums = found.cities.group_by("plan").agg(pl.col("surplus").sum())
    for name, surplus in sums.iter_rows():
        assert surplus == found.plans[name].worth
    lost = found.cities.filter(
        (pl.col("plan") == "segmented") & (pl.col("total") == 0) & (pl.col("change") < 0)
    )
    assert lost.height > 0


def test_moves_explain_every_need_that_changed():
    reg = region(1, needs=6, achievements=6)
    matches = all_pairs(reg, 1)
    found = run(
        reg, lambda _: matches, [Scenario("no-B1", remove=({"table": "bases", "id": "B1"},))], years=YEARS
    )
    change = found.moves["change"].sum()
    assert change == found.plans["no-B1"].worth - found.plans["today"].worth
    assert found.moves["reason_zh"].str.len_chars().min() > 0
    with pytest.raises(OptionError):
        compare({"one": found.plans["today"]}, {"one": reg})
    with pytest.raises(OptionError, match="two scenarios"):
        run(reg, lambda _: matches, [Scenario("a"), Scenario("a")], years=YEARS)


def test_removing_a_border_gains_at_least_its_bill():
    reg = region(1, needs=6, achievements=6)
    matches = all_pairs(reg, 1)
    found = border_values(reg, matches, years=YEARS, gap=0.0)
    assert found.height > 0
    assert (found["gain"] >= found["bill"] - 10).all()


def test_the_frontier_rises_with_the_budget():
    reg = region(3, needs=6, achievements=6).with_tables()
    poor = reg["needs"].with_columns(budget=pl.lit(10_000_000))
    reg = reg.with_tables(needs=poor, makers=reg["makers"].with_columns(capacity=2))
    found = sweep(reg, all_pairs(reg, 3), "products", "budget", [0, 1, 2, 5], years=YEARS, gap=0.0)
    assert found["worth"].is_sorted()
    assert plan(reg, all_pairs(reg, 3), YEARS, gap=0.0).worth == found["worth"][1]


def test_each_border_can_be_closed_alone_and_all_together_is_the_segmented_market():
    reg = region(5, needs=6, achievements=6)
    matches = all_pairs(reg, 5)
    every = ("technology", "talent", "capital", "data", "compute", "equipment")
    today = plan(reg, matches, YEARS, gap=0.0)
    apart = plan(reg, matches, YEARS, gap=0.0, market="segmented")
    assert plan(reg, matches, YEARS, gap=0.0, closed=every).worth == apart.worth
    for factor in every:
        found = plan(reg, matches, YEARS, gap=0.0, closed=[factor])
        assert apart.worth <= found.worth <= today.worth
        assert verify(reg, found.routes, found.options).ok
    one = plan(reg, matches, YEARS, gap=0.0, closed=["110000>130000:technology"])
    way = (pl.col("origin_place").str.starts_with("11") & pl.col("maker_place").str.starts_with("13")
           & pl.col("base").is_null())  # fmt: skip
    assert one.routes.filter(way).is_empty() and today.worth >= one.worth
    stopped = {**today.options, "closed": ["technology"]}
    crossing = today.routes.filter(
        pl.col("origin_place").str.slice(0, 2) != pl.col("maker_place").str.slice(0, 2)
    )
    assert crossing.height and not verify(reg, today.routes, stopped).ok
    with pytest.raises(OptionError):
        plan(reg, matches, YEARS, closed=["110000:technology"])


def test_the_comparison_of_markets_says_what_each_factor_takes():
    reg = region(5, needs=5, achievements=5)
    found = markets(reg, all_pairs(reg, 5), years=YEARS, gap=0.0)
    worth = dict(found.figures.select("plan", "worth").iter_rows())
    for factor, loss, share in found.parts.select("factor", "loss", "share").iter_rows():
        alone = plan(reg, all_pairs(reg, 5), YEARS, gap=0.0, closed=[factor]).worth
        assert loss == worth["today"] - alone
        assert share == pytest.approx(loss / (worth["today"] - worth["segmented"]))
    talent = found.parts.filter(pl.col("factor") == "talent").row(0, named=True)
    assert (talent["classes"], talent["single"]) == (1, 0)
