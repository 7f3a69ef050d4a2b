import datetime as dt
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from sanwang.errors import DataError, InputError, OptionError
from sanwang.finance.certificate import check
from sanwang.finance.contagion import after_setoff, contagion
from sanwang.finance.obligations import SCHEMA, Obligations, read_obligations
from sanwang.finance.setoff import by_place, injection_curve, settle
from sanwang.finance.written import check_folder, keyed, notices, write_private, write_settlement


def owed(rows, **columns):
    """Obligations from (debtor, creditor, amount)."""
    data = {
        "row": list(range(2, len(rows) + 2)),
        "id": [f"I{i}" for i in range(len(rows))],
        "debtor": [r[0] for r in rows],
        "creditor": [r[1] for r in rows],
        "amount": [r[2] for r in rows],
        "due": [None] * len(rows),
        "currency": ["CNY"] * len(rows),
        "status": ["open"] * len(rows),
        "consent": [True] * len(rows),
    } | columns
    return Obligations(pl.DataFrame(data, schema=SCHEMA), "test")


def random_debts(seed, firms=6, rows=14):
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, firms, (rows, 2))
    return owed(
        [(f"F{a}", f"F{b}", int(x)) for (a, b), x in zip(ends, rng.integers(1, 50, rows), strict=True)]
    )


def most_by_linear_program(given_, weights=None):
    """The greatest circulation by another solver: max Σ f, 0 ≤ f ≤ amount, in = out at every firm."""
    rows = [r for r in given_.frame.to_dicts() if r["debtor"] != r["creditor"]]
    if not rows:
        return 0
    firms = sorted({r["debtor"] for r in rows} | {r["creditor"] for r in rows})
    balance = np.zeros((len(firms), len(rows)))
    for j, r in enumerate(rows):
        balance[firms.index(r["debtor"]), j] += 1
        balance[firms.index(r["creditor"]), j] -= 1
    worth = np.array([1.0 if weights is None else weights(r) for r in rows])
    found = linprog(-worth, A_eq=balance, b_eq=np.zeros(len(firms)), bounds=[(0, r["amount"]) for r in rows])
    return round(-found.fun, 6)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6))
def test_it_is_the_greatest_and_the_certificate_says_so(seed):
    debts = random_debts(seed)
    made = settle(debts)
    assert made.cleared == most_by_linear_program(debts)
    assert made.cleared <= made.steps["amount_on_cycles"] <= made.total
    assert (made.firms["net_before"] == made.firms["net_after"]).all()
    assert made.invoices.select((pl.col("cleared") >= 0) & (pl.col("remaining") >= 0)).to_series().all()
    assert check(debts, made.invoices, made.potentials).ok


def test_pairs_first_would_lose():
    debts = owed([("a", "b", 1), ("b", "a", 1), ("b", "c", 1), ("c", "a", 1)])
    made = settle(debts)
    assert made.steps["bilateral"] == 2 and made.cleared == 3


def test_a_chain_clears_nothing():
    made = settle(owed([("a", "b", 10), ("b", "c", 10), ("c", "d", 10)]))
    assert (made.cleared, made.remaining, made.steps["components"]) == (0, 30, 0)
    assert settle(owed([])).total == 0


def test_debts_to_oneself_disputed_ones_and_those_without_consent_stay():
    debts = owed(
        [("a", "a", 5), ("a", "b", 5), ("b", "a", 5), ("a", "b", 7), ("b", "a", 7)],
        status=["open", "disputed", "open", "open", "open"],
        consent=[True, True, True, True, False],
    )
    made = settle(debts)
    assert made.invoices["cleared"].to_list() == [0, 0, 5, 5, 0]
    assert (made.steps["self_debts"], made.steps["not_open"], made.steps["no_consent"]) == (1, 1, 1)


def test_the_oldest_invoice_is_reduced_first_and_currencies_stay_apart():
    days = [dt.date(2026, 5, 1), dt.date(2026, 1, 1), None, None, None]
    debts = owed(
        [("a", "b", 10), ("a", "b", 10), ("a", "b", 10), ("b", "a", 15), ("b", "a", 100)],
        due=days,
        currency=["CNY", "CNY", "CNY", "CNY", "USD"],
    )
    assert settle(debts).invoices["cleared"].to_list() == [5, 10, 0, 15, 0]


def test_amounts_near_the_limit_stay_exact():
    big = 2**53 - 1
    made = settle(owed([("a", "b", big), ("b", "c", big - 1), ("c", "a", big)]))
    assert made.cleared == 3 * (big - 1)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 60))
def test_money_from_outside_clears_more_and_never_less_per_yuan_than_itself(seed, cash):
    debts = random_debts(seed)
    plain, helped = settle(debts), settle(debts, injection=cash)
    assert helped.cleared >= plain.cleared
    assert helped.injected["paid_in"].sum() <= cash
    assert helped.injected["paid_in"].sum() == helped.injected["held"].sum()
    moved = helped.firms.filter(pl.col("net_before") != pl.col("net_after"))["firm"].to_list()
    assert set(moved) <= set(helped.injected["firm"])


def test_the_curve_is_concave():
    found = injection_curve(random_debts(7, firms=12, rows=60), 200, 5)
    assert found["cleared"].is_sorted()
    per = found["per_fen"].drop_nulls().to_list()
    assert all(a >= b - 0.05 for a, b in pairwise(per))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_a_priority_is_the_greatest_of_its_own_objective_and_has_a_cost(seed):
    debts = random_debts(seed)
    first = settle(debts, priority=["F0", "F1"], weight=1.5)
    weights = most_by_linear_program(debts, lambda r: 1.5 if r["debtor"] in ("F0", "F1") else 1.0)
    reached = sum(
        c * (1.5 if d in ("F0", "F1") else 1)
        for d, c in first.invoices.select("debtor", "cleared").iter_rows()
    )
    assert reached == pytest.approx(weights)
    assert settle(debts).cleared >= first.cleared
    assert check(debts, first.invoices, first.potentials, frozenset(["F0", "F1"]), 1.5).ok


def test_together_clears_at_least_what_places_clear_alone():
    debts = random_debts(3, firms=8, rows=40)
    found = by_place(debts, {f"F{i}": "AB"[i % 2] for i in range(8)})
    assert found["cleared"].sum() == settle(debts).cleared
    assert found.filter(pl.col("place").is_null())["cleared"][0] >= 0


@pytest.mark.parametrize("spoil", ["more", "less", "net", "unknown", "disputed"])
def test_the_checker_sees_what_is_wrong(spoil):
    debts = random_debts(3, rows=40)
    made = settle(debts)
    table = made.invoices
    top = table["id"][int(table["cleared"].arg_max())]
    here = pl.col("id") == top
    if spoil == "more":
        table = table.with_columns(cleared=pl.when(here).then(pl.col("amount") + 1).otherwise("cleared"))
    elif spoil == "less":
        table = table.with_columns(cleared=pl.lit(0, pl.Int64))
    elif spoil == "net":
        table = table.with_columns(cleared=pl.when(here).then(pl.col("cleared") - 1).otherwise("cleared"))
    elif spoil == "unknown":
        table = table.with_columns(id=pl.when(here).then(pl.lit("X")).otherwise("id"))
    else:
        debts = Obligations(debts.frame.with_columns(status=pl.lit("disputed")), "test")
    assert not check(debts, table, made.potentials).ok


def test_files_hold_the_settlement_and_can_be_checked(tmp_path):
    debts = random_debts(3, rows=40)
    made = settle(debts)
    write_settlement(made, tmp_path)
    assert check_folder(debts, tmp_path).ok
    told = notices(made)
    assert told.filter(pl.col("role") == "payable")["reduced"].sum() == made.cleared
    assert (told["before"] - told["reduced"] == told["after"]).all()
    with pytest.raises(InputError):
        check_folder(debts, tmp_path / "nowhere")


def test_private_files_hold_no_id_and_only_a_firms_own_invoices(tmp_path):
    debts = random_debts(3, rows=40)
    hidden = keyed(debts, b"a key of sixteen bytes")
    made = settle(hidden)
    assert made.cleared == settle(debts).cleared
    write_private(made, tmp_path)
    texts = {p.name: p.read_text(encoding="utf-8") for p in tmp_path.rglob("*") if p.is_file()}
    firms = set(debts.frame["debtor"]) | set(debts.frame["creditor"])
    assert not any(f in text.replace("payable", "") for text in texts.values() for f in firms)
    assert not any(f in name for name in texts for f in firms)
    for name, text in texts.items():
        if name not in ("sums.csv", "certificate.json"):
            ids = {line.split(",")[1] for line in text.splitlines()[1:]}
            own = name.removesuffix(".csv")
            mine = hidden.frame.filter((pl.col("debtor") == own) | (pl.col("creditor") == own))["id"]
            assert ids <= set(mine)


BAD = {
    "negative": ("a,b,-5", "amount"),
    "zero": ("a,b,0", "amount"),
    "part of a fen": ("a,b,1.5", "amount"),
    "huge": ("a,b,9007199254740992", "amount"),
    "words": ("a,b,lots", "amount"),
    "no firm": (",b,5", "debtor"),
}


@pytest.mark.parametrize("row", BAD.values(), ids=BAD.keys())
def test_a_bad_row_is_told_by_row_and_column(tmp_path, row):
    path = tmp_path / "o.csv"
    path.write_text(f"debtor,creditor,amount\nx,y,100\n{row[0]}\n", encoding="utf-8")
    with pytest.raises(DataError, match=rf"row 3, {row[1]}"):
        read_obligations(path)


def test_every_problem_is_told_at_once_and_chinese_headings_are_read(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text(
        "发票号,付款方,收款方,金额,到期日,是否同意\n1,甲,乙,12.34,2026-01-01,是\n1,乙,甲,0.10,昨天,也许\n",
        encoding="utf-8-sig",
    )
    with pytest.raises(DataError) as error:
        read_obligations(path, "yuan")
    assert str(error.value).startswith("4 problems")
    path.write_text(
        "发票号,付款方,收款方,金额,是否同意\n1,甲,乙,12.34,是\n2,乙,甲,0.1,否\n", encoding="utf-8-sig"
    )
    frame = read_obligations(path, "yuan").frame
    assert frame["amount"].to_list() == [1234, 10] and frame["consent"].to_list() == [True, False]
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="debtor"):
        read_obligations(path)
    with pytest.raises(OptionError):
        settle(random_debts(1), injection=-1)


def test_contagion_is_a_fixed_point_and_set_off_spares():
    debts = random_debts(5, firms=10, rows=60)
    made = settle(debts)
    assets = dict(
        made.firms.select("firm", (pl.col("payable_before") * 0.3).round().cast(pl.Int64)).iter_rows()
    )
    before = contagion(debts, assets, {"F0": 1.0})
    after = contagion(after_setoff(made.invoices, "after"), assets, {"F0": 1.0})
    assert before.error < 0.02 and after.error < 0.02
    assert after.unpaid <= before.unpaid + 1
    assert (before.firms["paid"] <= before.firms["owed"]).all()
    with pytest.raises(OptionError):
        contagion(debts, assets, {"nobody": 1.0})


def test_with_cash_enough_nobody_falls():
    debts = random_debts(5)
    rich = dict.fromkeys(set(debts.frame["debtor"]), 10**9)
    found = contagion(debts, rich, {})
    assert found.unpaid == 0 and found.firms["fell_in"].null_count() == found.firms.height
