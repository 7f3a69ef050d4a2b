"""Clearing payments stand at their fixed point, and set-off softens the fall."""

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.errors import InputError, OptionError
from sanwang.finance.obligations import check_obligations
from sanwang.finance.setoff import settle
from sanwang.finance.stress import stress


def debts(*rows):
    return pl.DataFrame(
        rows, schema={"debtor": pl.String, "creditor": pl.String, "amount": pl.Int64}, orient="row"
    )


def test_a_default_travels_down_the_chain_in_order():
    found = stress(debts(("a", "b", 100), ("b", "c", 100), ("c", "d", 50)), {"a": 40, "b": 10})
    by = {row["firm"]: row for row in found.firms.iter_rows(named=True)}
    assert [by[f]["paid"] for f in "abcd"] == pytest.approx([40, 50, 50, 0])
    assert [by[f]["round"] for f in "abcd"] == [1, 2, 0, 0]


def test_a_ring_without_cash_pays_in_full_as_the_greatest_vector_does():
    assert stress(debts(("a", "b", 5), ("b", "a", 5)), {}).defaults == 0


def test_negative_cash_is_refused():
    with pytest.raises(OptionError):
        stress(debts(("a", "b", 5)), {"a": -1})


rows = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.integers(1, 1000)),
    min_size=1,
    max_size=15,
)


@settings(max_examples=150, deadline=None)
@given(rows, st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 500)))
def test_payments_are_a_fixed_point_and_the_greatest(some, cash):
    found = stress(debts(*some), cash)
    assert found.residual < 1e-4
    owed = dict(found.firms.select("firm", "owed").rows())
    paid = dict(owed)
    for _ in range(3000):  # from above, step by step: Tarski's iteration
        into = dict.fromkeys(paid, 0.0)
        for a, b, x in some:
            if a != b:
                into[b] += paid[a] * x / owed[a]
        paid = {f: min(owed[f], cash.get(f, 0) + into[f]) for f in paid}
    for firm, amount in found.firms.select("firm", "paid").rows():
        assert amount == pytest.approx(paid[firm], abs=0.5)


def test_set_off_before_the_shock_leaves_less_unpaid():
    ring = debts(("a", "b", 100), ("b", "c", 100), ("c", "a", 90), ("a", "d", 50))
    left = settle(check_obligations(ring)).pairs.select("debtor", "creditor", pl.col("after").alias("amount"))
    before, after = stress(ring, {}), stress(left.filter(pl.col("amount") > 0), {})
    assert after.unpaid < before.unpaid


def test_the_command_compares_before_and_after_set_off(tmp_path):
    (tmp_path / "o.csv").write_text("debtor,creditor,amount\na,b,100\nb,a,90\na,c,50\n")
    (tmp_path / "cash.csv").write_text("firm,cash\na,20\n")
    asked = ["stress", str(tmp_path / "o.csv"), "--cash", str(tmp_path / "cash.csv"), "--json"]
    data = json.loads(CliRunner().invoke(app, asked).stdout)
    assert data["cleared"] == 180
    assert data["after_set_off"]["unpaid"] <= data["before"]["unpaid"]
    (tmp_path / "cash.csv").write_text("firm,cash\na,much\n")
    assert isinstance(CliRunner().invoke(app, asked).exception, InputError)
