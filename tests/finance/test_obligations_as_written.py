"""Debts in a file are read as every table is: an unknown word never counts as unpaid or agreed."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.finance.obligations import check_obligations, read_obligations
from sanwang.finance.setoff import kept_out, settle


def read(tmp_path, text, encoding="utf-8"):
    file = tmp_path / "o.csv"
    file.write_bytes(text.encode(encoding))
    return read_obligations(file)


@pytest.mark.parametrize(
    ("status", "counts", "why"),
    [
        ("已付清", False, "settled"),
        ("paid", False, "settled"),
        ("说好抵运费", False, "status"),
        ("逾期", True, None),
        ("open", True, None),
    ],
)
def test_a_status_counts_as_unpaid_only_where_it_says_so(tmp_path, status, counts, why):
    found = read(tmp_path, f"id,debtor,creditor,amount,status\n1,A,B,100,{status}\n2,B,A,100,open\n")
    assert found.rows.height == 1 + counts
    assert found.rejected["why"].to_list() == ([why] if why else [])


def test_a_dispute_in_other_words_is_a_dispute(tmp_path):
    found = read(tmp_path, "id,debtor,creditor,amount,status\n1,A,B,100,争议中\n")
    assert found.rows["disputed"].to_list() == [True]


@pytest.mark.parametrize(
    ("word", "agreed"),
    [("是", True), ("", False), ("拒绝", False), ("待定", False), ("×", False), ("none", False)],
)
def test_only_a_word_known_as_yes_is_consent(tmp_path, word, agreed):
    found = read(tmp_path, f"id,debtor,creditor,amount,consent\n1,A,B,100,{word}\n")
    assert found.rows["consent"].to_list() == [agreed]


def test_dates_are_dates_and_one_that_cannot_be_read_is_refused(tmp_path):
    found = read(tmp_path, "id,debtor,creditor,amount,due\n1,A,B,100,2026-9-1\n2,A,B,100,2026-13-45\n")
    assert found.rows["due"].to_list() == ["2026-09-01"]
    assert found.rejected["why"].to_list() == ["due"]


def test_names_and_currencies_that_look_the_same_are_the_same(tmp_path):
    text = "id,debtor,creditor,amount,currency\n1,甲公司（北京）,乙,100,cny\n2,乙,甲公司(北京),100,人民币\n"
    rows = read(tmp_path, text).rows
    assert rows["debtor"][0] == rows["creditor"][1]
    assert rows["currency"].to_list() == ["", ""]


def test_numbers_of_invoices_are_unique_to_who_issued_them(tmp_path):
    assert read(tmp_path, "id,debtor,creditor,amount\n001,A,B,100\n001,B,A,100\n").rows.height == 2


@pytest.mark.parametrize(("mark", "encoding"), [(";", "utf-8"), ("\t", "utf-16"), ("\t", "gb18030")])
def test_any_mark_between_cells_and_any_usual_encoding(tmp_path, mark, encoding):
    text = "编号,债务人,债权人,金额\n1,甲,乙,100\n2,乙,甲,100\n".replace(",", mark)
    assert read(tmp_path, text, encoding).rows["amount"].to_list() == [10_000, 10_000]


def test_a_list_that_asks_nobody_takes_all_and_unclear_words_are_told(tmp_path):
    assert read(tmp_path, "id,debtor,creditor,amount\n1,A,B,100\n").rows["consent"].to_list() == [True]
    text = "id,debtor,creditor,amount,consent\n1,A,B,100,待定\n2,B,A,100,不\n3,B,A,9,是\n"
    found = read(tmp_path, text)
    settled = settle(found)
    why = settled.invoices.select("id", kept_out(settled.options).alias("why"))
    assert dict(why.iter_rows()) == {"1": "unclear", "2": "refused", "3": None}
    assert settled.cleared == 0


def test_what_was_settled_refused_and_open_clears_nothing(tmp_path):
    text = "debtor,creditor,amount,status,consent\na,b,100,已支付,是\nb,c,100,,拒绝\nc,a,100,,是\n"
    assert settle(read(tmp_path, text)).cleared == 0


def test_a_credit_note_comes_off_the_invoices_due_first(tmp_path):
    text = "id,debtor,creditor,amount\n1,a,b,100\n2,a,b,-40\n3,b,c,100\n4,c,a,100\n"
    found = read(tmp_path, text)
    assert settle(found).cleared == 180
    assert found.rejected.select("id", "why").rows() == [("2", "credited")]
    text = "id,debtor,creditor,amount,due\n1,a,b,50,2026-02-01\n2,a,b,60,2026-01-01\n3,a,b,-70,\n"
    found = read(tmp_path, text)
    assert found.rows.select("id", "amount").rows() == [("1", 40)]
    assert found.rejected.select("id", "why", "amount").rows() == [
        ("2", "offset", 60),
        ("3", "credited", -70),
    ]
    found = read(tmp_path, "id,debtor,creditor,amount\n1,a,b,50\n2,a,b,-70\n3,b,a,-5\n")
    assert found.rejected["why"].to_list() == ["offset", "credit_left", "credit_left"]


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(-50, 80).filter(bool)),
        max_size=12,
    )
)
def test_credit_notes_and_invoices_add_up_pair_by_pair(rows):
    named = [(str(n), *row) for n, row in enumerate(rows)]
    frame = pl.DataFrame(named, schema=["id", "debtor", "creditor", "amount"], orient="row")
    found = check_obligations(frame).rows
    for pair in {(a, b) for a, b, _ in rows}:
        left = found.filter((pl.col("debtor") == pair[0]) & (pl.col("creditor") == pair[1]))["amount"].sum()
        billed = [x for a, b, x in rows if (a, b) == pair]
        assert left == max(0, sum(billed))


def test_only_debts_due_by_a_day(tmp_path):
    text = "debtor,creditor,amount,due\na,b,100,2026-9-1\nb,a,100,2026-10-01\nb,a,30,2026-08-31\nb,a,5,\n"
    found = read(tmp_path, text)
    settled = settle(found, due_by=dt.date(2026, 9, 30))
    assert settled.cleared == 60
    why = settled.invoices.select(kept_out(settled.options).alias("why"))["why"].to_list()
    assert why == [None, "later", None, "no_due"]


def test_rows_that_nothing_tells_apart_count_once(tmp_path):
    found = read(tmp_path, "debtor,creditor,amount,due\nA,B,100,\nA,B,100,\nＡ,B,100.,2026-01-01\n")
    assert found.rejected["why"].to_list() == ["twin"]
    assert found.rows["debtor"].to_list() == ["A", "A"]
