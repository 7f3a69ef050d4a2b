"""Debts in a file are read as every table is: an unknown word never counts as unpaid or agreed."""

import pytest

from sanwang.finance.obligations import read_obligations


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
    ("word", "agreed"), [("是", True), ("", True), ("拒绝", False), ("待定", False), ("×", False)]
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
