import polars as pl
import pytest

from sanwang.finance.stress import stress


def debts(*rows):
    return pl.DataFrame(rows, schema=["debtor", "creditor", "amount"], orient="row")


def test_a_firm_that_stops_paying_pulls_down_whoever_counted_on_it():
    found = stress(debts(("a", "b", 100), ("b", "c", 80), ("c", "d", 50)), {"a": 1000.0}, frozenset({"a"}))
    rows = {r["firm"]: r for r in found.firms.to_dicts()}
    assert [rows[f]["round"] for f in "abcd"] == [1, 2, 3, 0]
    assert (rows["a"]["paid"], rows["a"]["shortfall"], rows["b"]["shortfall"]) == (0, 100, 80)
    assert found.defaults == 3 and found.unpaid == pytest.approx(230) and found.residual < 1e-9


def test_without_anybody_stopping_nothing_changes():
    rows = debts(("a", "b", 100), ("b", "a", 90))
    assert stress(rows, {"a": 10.0}, frozenset()).firms.equals(stress(rows, {"a": 10.0}).firms)
    assert stress(rows, {"a": 10.0}).defaults == 0
