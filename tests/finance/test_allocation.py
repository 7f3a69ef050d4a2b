"""The allocation is the best there is (against enumeration), keeps every limit and prices what binds."""

import datetime as dt
import itertools
import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.errors import InputError, OptionError, SolverError
from sanwang.finance.allocation import ASKS, allocate
from sanwang.finance.asking import agreement, asking
from sanwang.region.sample import sample_region

WAN = 1_000_000
START = dt.date(2026, 1, 1)


def asks(*rows):
    return pl.DataFrame(list(rows), schema=ASKS, orient="row")


def products(*rows):
    schema = {"id": pl.String, "budget": pl.Int64, "ticket_min": pl.Int64, "ticket_max": pl.Int64}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def pairs(*rows):
    return pl.DataFrame(list(rows), schema={"firm": pl.String, "product": pl.String}, orient="row")


def every(a, p):
    return pairs(*itertools.product(a["firm"], p["id"]))


def test_the_budget_goes_where_it_does_most_and_is_priced():
    a = asks(("x", "c", 100 * WAN, 0.9, 0.0), ("y", "c", 100 * WAN, 0.6, 0.0))
    p = products(("P", 150 * WAN, None, None))
    found = allocate(a, p, every(a, p))
    assert dict(found.placed.select("firm", "amount").iter_rows()) == {"x": 100 * WAN, "y": 50 * WAN}
    assert found.value == pytest.approx(1_200_000)
    assert found.prices.filter(pl.col("limit") == "budget")["price"][0] == pytest.approx(0.6)
    assert found.proven and found.bound == pytest.approx(found.value)


def test_a_ticket_is_given_whole_or_not_at_all():
    a = asks(("x", "c", 100 * WAN, 1.0, 0.0), ("y", "c", 100 * WAN, 1.0, 0.0))
    p = products(("P", 150 * WAN, 80 * WAN, None))
    found = allocate(a, p, every(a, p))
    assert found.placed["amount"].to_list() == [100 * WAN]
    assert found.bound > found.value
    assert found.unserved.height == 1


def test_the_expected_loss_is_bounded_over_all():
    a = asks(("safe", "c", 100 * WAN, 1.0, 0.01), ("risky", "c", 100 * WAN, 1.0, 0.09))
    p = products(("P", None, None, None))
    found = allocate(a, p, every(a, p), loss_share=0.03)
    given_to = dict(found.placed.select("firm", "amount").iter_rows())
    assert given_to["safe"] == 100 * WAN and given_to["risky"] == pytest.approx(100 * WAN / 3, abs=1)
    assert found.loss_share <= 0.03 + 1e-9
    assert found.prices.filter(pl.col("limit") == "loss")["price"][0] > 0


def test_cities_have_quotas():
    a = asks(("x", "c", 100 * WAN, 1.0, 0.0), ("y", "d", 100 * WAN, 0.5, 0.0))
    p = products(("P", 100 * WAN, None, None))
    found = allocate(a, p, every(a, p), least={"d": 30 * WAN})
    assert dict(found.placed.select("firm", "amount").iter_rows()) == {"x": 70 * WAN, "y": 30 * WAN}
    assert found.prices.filter(pl.col("limit") == "least")["price"][0] == pytest.approx(0.5)
    capped = allocate(a, p, every(a, p), most={"c": 10 * WAN})
    assert dict(capped.placed.select("firm", "amount").iter_rows()) == {"x": 10 * WAN, "y": 90 * WAN}
    with pytest.raises(SolverError):
        allocate(a, p, every(a, p), least={"d": 300 * WAN})
    for wrong in ({"least": {"nowhere": 1}}, {"loss_share": 2.0}, {"per_firm": 0}):
        with pytest.raises(OptionError):
            allocate(a, p, every(a, p), **wrong)


def test_nobody_open_to_anything_gets_nothing_and_is_told():
    a = asks(("x", "c", 100 * WAN, 1.0, 0.0))
    p = products(("P", 150 * WAN, 200 * WAN, None))
    for allowed in (pairs(), every(a, p)):
        found = allocate(a, p, allowed)
        assert found.placed.is_empty() and "没有可进入" in found.unserved["why"][0]


def best_by_hand(a, p, share):
    """Every choice of pairs, then a linear program over the amounts."""
    firms, offers = a.to_dicts(), p.to_dicts()
    cells = [(f, o) for f in firms for o in offers]
    worth = [-f["useful"] for f, _ in cells]
    rows = [[float(f is g) for g, _ in cells] for f in firms] + [
        [float(o is q) for _, q in cells] for o in offers
    ]
    right = [f["amount"] for f in firms] + [o["budget"] for o in offers]
    rows.append([f["risk"] - share for f, _ in cells])
    right.append(0.0)
    best = 0.0
    for chosen in itertools.product([0, 1], repeat=len(cells)):
        bounds = [
            (o["ticket_min"] * c, min(o["ticket_max"], f["amount"]) * c)
            for (f, o), c in zip(cells, chosen, strict=True)
        ]
        if any(low > high for low, high in bounds):
            continue
        answer = linprog(worth, A_ub=rows, b_ub=right, bounds=bounds)
        if answer.success:
            best = max(best, -answer.fun)
    return best / 100


@given(st.integers(0, 100_000))
@settings(max_examples=15, deadline=None)
def test_it_is_the_best_of_all_choices(seed):
    rng = np.random.default_rng(seed)
    a = asks(
        *(
            (f"f{i}", "c", int(rng.integers(10, 100)) * 100, float(rng.random()), float(rng.uniform(0, 0.1)))
            for i in range(3)
        )
    )
    p = products(
        *(
            (
                f"p{j}",
                int(rng.integers(20, 150)) * 100,
                int(rng.integers(1, 60)) * 100,
                int(rng.integers(40, 120)) * 100,
            )
            for j in range(2)
        )
    )
    found = allocate(a, p, every(a, p), loss_share=0.05)
    assert found.value == pytest.approx(best_by_hand(a, p, 0.05), abs=0.1)
    assert found.bound >= found.value - 1e-6
    for column, table, limit in (("firm", a, "amount"), ("product", p.rename({"id": "product"}), "budget")):
        sums = found.placed.group_by(column).agg(pl.col("amount").sum().alias("sum")).join(table, on=column)
        assert sums.filter(pl.col("sum") > pl.col(limit)).is_empty()
    tickets = found.placed.join(p, left_on="product", right_on="id")
    assert tickets.filter(
        (pl.col("amount") < pl.col("ticket_min") - 1) | (pl.col("amount") > pl.col("ticket_max"))
    ).is_empty()


def test_the_sample_asks_by_its_needs_and_a_risk_may_be_given():
    region = sample_region()
    plain = asking(region, start=START)
    assert plain.assumed and plain.asks.height > 50
    assert plain.refused.filter(pl.col("why").str.contains("条件")).height > 0
    firm = plain.asks["firm"][0]
    one = asking(
        region, start=START, asks=pl.DataFrame({"firm": [firm], "amount": [5 * WAN]}), risks={firm: 0.5}
    )
    assert one.asks.to_dicts()[0] | {"city": ""} == {
        "firm": firm,
        "city": "",
        "amount": 5 * WAN,
        "useful": 0.5,
        "risk": 0.5,
    }
    assert one.assumed == ()
    with pytest.raises(InputError):
        asking(region, start=START, asks=pl.DataFrame({"firm": ["nobody"], "amount": [1]}))


def test_a_plan_that_keeps_the_rules_agrees_and_one_that_does_not_is_told():
    region = sample_region()
    need = region["needs"].filter(pl.col("budget") > 0).to_dicts()[0]
    result = region["achievements"]["id"][0]
    route = {
        "need": need["id"],
        "achievement": result,
        "product": "P01",
        "guarantee": None,
        "principal": 60 * WAN,
    }
    types = {"guarantee": pl.String}
    good = agreement(region, pl.DataFrame([route], schema_overrides=types), start=START)
    assert good.agrees and (good.planned, good.allocated) == (60 * WAN, 60 * WAN)
    bad = agreement(
        region, pl.DataFrame([route | {"principal": 10 * WAN}], schema_overrides=types), start=START
    )
    assert not bad.agrees and "单笔下限" in bad.faults["why"][0]


def test_the_command_allocates_and_writes(tmp_path):
    sample_region().save(tmp_path / "w", "csv")
    (tmp_path / "asks.csv").write_text("firm,amount\nH2-A07,300万\nMT-A08,5000万\n")
    (tmp_path / "risks.csv").write_text("firm,risk\nH2-A07,0.02\nMT-A08,0.01\n")
    run, base = CliRunner(), ["allocate", str(tmp_path / "w")]
    files = ["--asks", str(tmp_path / "asks.csv"), "--risks", str(tmp_path / "risks.csv")]
    answer = run.invoke(app, [*base, *files, "--json", "-o", str(tmp_path / "a.xlsx")])
    data = json.loads(answer.stdout)
    assert data["proven"] and data["assumed"] == [] and data["placed"]
    assert (tmp_path / "a.xlsx").stat().st_size > 5000
    assert "假设" in run.invoke(app, [*base, "-o", str(tmp_path / "a.html")]).stdout
    assert "各产品额度使用" in (tmp_path / "a.html").read_text(encoding="utf-8")
    (tmp_path / "risks.csv").write_text("firm,risk\nH2-A07,2\n")
    assert isinstance(run.invoke(app, [*base, *files]).exception, InputError)
    assert isinstance(run.invoke(app, [*base, "--plan", str(tmp_path)]).exception, InputError)
    assert isinstance(run.invoke(app, [*base, "--least", "130600=x"]).exception, OptionError)
