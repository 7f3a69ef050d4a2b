"""Cash drawn again and again, and the debts cleared with each."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sanwang.finance.shocks as module
from sanwang.engine.local import Local
from sanwang.errors import OptionError
from sanwang.finance.shocks import shocked
from sanwang.finance.stress import stress


def debts(*rows):
    return pl.DataFrame(
        rows, schema={"debtor": pl.String, "creditor": pl.String, "amount": pl.Int64}, orient="row"
    )


some = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde"), st.integers(1, 1000)),
    min_size=1,
    max_size=10,
)


@settings(max_examples=25, deadline=None)
@given(some, some, st.dictionaries(st.sampled_from("abcde"), st.integers(0, 500)), st.sampled_from(["", "a"]))
def test_every_draw_is_the_stress_test_of_its_cash(one, rest, cash, halt):
    """Against ``stress`` itself, draw by draw; what is left is owed by firms that owed before."""
    firms = sorted({n for row in one for n in row[:2]})
    left = debts(*[r for r in rest if r[0] in firms and r[1] in firms])
    halted = frozenset(halt) & set(firms)
    found = shocked(debts(*one), left, cash, 4, 0.7, seed=3, halted=halted, engine=Local(1))
    normal = np.random.default_rng(3).standard_normal((4, len(firms)))
    for side, rows, name in ((found.before, debts(*one), "before"), (found.after, left, "after")):
        failing = dict.fromkeys(firms, 0)
        for draw in range(4):
            factor = np.exp(0.7 * normal[draw] - 0.245)
            money = {f: cash.get(f, 0) * x for f, x in zip(firms, factor, strict=True)}
            plain = stress(rows, money, halted)
            assert side[draw] == pytest.approx(plain.unpaid, abs=1e-6)
            for firm in plain.firms.filter(pl.col("round") > 0)["firm"]:
                failing[firm] += 1
        told = dict(found.firms.select("firm", f"fails_{name}").rows())
        assert told == {f: n / 4 for f, n in failing.items()}
        assert found.firms[f"unpaid_{name}"].sum() == pytest.approx(side.mean())


def test_without_spread_every_draw_is_the_same():
    chain = debts(("a", "b", 100), ("b", "c", 100))
    found = shocked(chain, debts(), {"a": 40, "b": 10}, 3, 0.0)
    assert found.before.tolist() == [110.0] * 3 and found.after.tolist() == [0.0] * 3
    assert found.firms["fails_before"].to_list() == [1.0, 1.0, 0.0]


def test_blocks_do_not_change_the_draws(monkeypatch):
    chain = debts(("a", "b", 100), ("b", "c", 100))
    whole = shocked(chain, debts(), {"a": 90, "b": 10}, 30, 0.5)
    monkeypatch.setattr(module, "CELLS", 8)
    assert shocked(chain, debts(), {"a": 90, "b": 10}, 30, 0.5).before.tolist() == whole.before.tolist()


def test_nonsense_is_refused():
    for draws, spread, cash in ((0, 0.1, {}), (1, -1.0, {}), (1, float("nan"), {}), (1, 0.1, {"a": -1.0})):
        with pytest.raises(OptionError):
            shocked(debts(("a", "b", 5)), debts(), cash, draws, spread)
