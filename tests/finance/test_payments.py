import datetime as dt
import xml.etree.ElementTree as ET

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.errors import DataError
from sanwang.finance.notices import safe_name, write_notices
from sanwang.finance.obligations import check_obligations
from sanwang.finance.payments import check_payments, payments
from sanwang.finance.setoff import settle
from sanwang.finance.studies.debts import banked

DAY = dt.date(2026, 12, 1)


def settled(*rows):
    names = ["id", "debtor", "creditor", "amount"]
    return settle(check_obligations(pl.DataFrame(rows, schema=names, orient="row")))


RING = (("i1", "甲", "乙", 500), ("i2", "乙", "丙", 300), ("i3", "丙", "甲", 300), ("i4", "甲", "丁", 70))


def test_what_remains_is_paid_by_each_debtor():
    text = payments(settled(*RING), DAY, {"甲": "甲公司 & 子"})
    assert check_payments(text) == []
    assert "<CtrlSum>2.70</CtrlSum>" in text and "甲公司 &amp; 子" in text and 'Ccy="CNY"' in text
    assert text == payments(settled(*RING), DAY, {"甲": "甲公司 & 子"})


@given(
    st.lists(
        st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde"), st.integers(1, 10**9)),
        min_size=1,
        max_size=30,
    )
)
def test_the_message_holds_every_fen_that_remains(rows):
    found = settled(*[(f"i{n}", *row) for n, row in enumerate(rows)])
    if found.remaining == 0:
        with pytest.raises(DataError, match="没有剩余"):
            payments(found, DAY)
        return
    text = payments(found, DAY)
    assert check_payments(text) == []
    assert f"<CtrlSum>{found.remaining // 100}.{found.remaining % 100:02d}</CtrlSum>" in text


def test_a_tampered_message_is_found_out():
    text = payments(settled(*RING), DAY)
    assert check_payments(text.replace("2.00</InstdAmt>", "2.01</InstdAmt>"))
    assert check_payments(text.replace("<PmtMtd>TRF</PmtMtd>", ""))
    assert check_payments(text[:-20]) and check_payments("<Document/>")


def test_a_firm_reads_what_was_reduced(tmp_path):
    assert write_notices(settled(*RING), tmp_path, {"乙": "乙公司"}) == 3
    told = (tmp_path / "甲.txt").read_text(encoding="utf-8")
    assert (
        "i1" in told
        and "乙公司" in told
        and "冲抵 3.00 元　余 2.00 元" in told
        and "净额 -2.70 元，不变" in told
    )
    assert not (tmp_path / "丁.txt").exists()


def test_names_of_files_never_leave_the_folder_or_meet():
    assert (
        safe_name("../../a b") != safe_name("../../a_b")
        and "/" not in safe_name("../x")
        and safe_name("") == "_"
    )


def test_only_what_is_due_by_the_day_is_paid():
    frame = pl.DataFrame(
        [("1", "甲", "乙", 500, "2027-01-01"), ("2", "甲", "丙", 70, "2026-11-30"), ("3", "甲", "丁", 9, None)],
        schema=["id", "debtor", "creditor", "amount", "due"], orient="row",
    )  # fmt: skip
    text = payments(settle(check_obligations(frame)), DAY)
    assert "<CtrlSum>0.79</CtrlSum>" in text and "乙" not in text


def test_an_amount_has_the_decimals_of_its_currency():
    frame = pl.DataFrame(
        [("1", "甲", "乙", 100, "JPY"), ("2", "甲", "乙", 100, "KWD")],
        schema=["id", "debtor", "creditor", "amount", "currency"], orient="row",
    )  # fmt: skip
    text = payments(settle(check_obligations(frame)), DAY)
    assert '<InstdAmt Ccy="JPY">100</InstdAmt>' in text and '<InstdAmt Ccy="KWD">0.100</InstdAmt>' in text
    assert check_payments(text) == []
    assert check_payments(text.replace(">100</InstdAmt>", ">1.00</InstdAmt>"))


def test_long_identifiers_stay_apart_and_odd_signs_stay_out():
    long = "X" * 40
    text = payments(settled(("1", long + "1", "乙\x01\x1f丙", 5), ("2", long + "2", "乙", 5)), DAY)
    root = ET.fromstring(text)
    ids = [e.text for e in root.iter() if e.tag.endswith("}Id") and (e.text or "").startswith("X")]
    assert len(set(ids)) == 2 and all(len(i) <= 35 for i in ids)
    assert check_payments(text) == []


def test_accounts_and_banks_stand_in_the_message_where_they_are_known(tmp_path):
    file = tmp_path / "b.csv"
    file.write_text(
        "firm,account,bank\n甲,6222020200112233,102100099996\n乙,DE89370400440532013000,COBADEFFXXX\n"
    )
    held = banked(file)
    text = payments(settled(*RING), DAY, accounts={f: a for f, (a, _) in held.items()},
                    agents={f: b for f, (_, b) in held.items()})  # fmt: skip
    assert "<Cd>CNAPS</Cd>" in text and "<MmbId>102100099996</MmbId>" in text
    assert "<BICFI>COBADEFFXXX</BICFI>" in text and "6222020200112233" in text
