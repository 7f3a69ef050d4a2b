"""Direct debits: what a bank would refuse is refused here, the rest is sound by the published schema.

The schema is carried by the package ``sepaxml`` (MIT), which is no dependency: where it is not installed the tests of
the schema are skipped, those of the content run.
"""

import datetime as dt
import xml.etree.ElementTree as ET
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.errors import DataError
from sanwang.standards.direct_debit import COLLECTION, Debit, Mandate, collection, faults
from sanwang.standards.iso20022 import Party

BANK = Party("B1", "虚构资金方", "6222020200112233445", "102100099996")
FIRM = Party("F1", "虚构企业", "DE89370400440532013000", "COBADEFFXXX")
ONE = Debit(BANK, FIRM, "2500.00", "CNY", "L-2026-00001/1", "第 1 期", dt.date(2027, 1, 5),
            Mandate("M-1", dt.date(2026, 12, 1)), "FRST")  # fmt: skip
TWO = replace(ONE, reference="L-2026-00001/2", due_on=dt.date(2027, 2, 5), sequence="RCUR")
MARK = f"{{{COLLECTION}}}"


def made(*debits):
    return collection(debits, "SW-20261231-0011223344556677", "0011223344556677", "2026-12-31T09:00:00")


def against_the_schema(text):
    etree = pytest.importorskip("lxml.etree", reason="lxml is not installed")
    if (found := find_spec("sepaxml")) is None or found.origin is None:
        pytest.skip("sepaxml, which carries the schema, is not installed")
    schema = etree.XMLSchema(etree.parse(str(Path(found.origin).parent / "schemas" / "pain.008.001.08.xsd")))
    schema.validate(etree.fromstring(text.encode()))
    return [str(e) for e in schema.error_log]


def test_a_block_for_each_due_date_and_place_in_the_sequence():
    root = ET.fromstring(
        made(TWO, ONE, replace(ONE, reference="x", mandate=Mandate("M-2", dt.date(2026, 12, 1))))
    )
    blocks = root.findall(f"{MARK}CstmrDrctDbtInitn/{MARK}PmtInf")
    told = [(b.findtext(f"{MARK}ReqdColltnDt"), b.findtext(f"{MARK}PmtTpInf/{MARK}SeqTp"),
             b.findtext(f"{MARK}NbOfTxs"), b.findtext(f"{MARK}CtrlSum")) for b in blocks]  # fmt: skip
    assert told == [("2027-01-05", "FRST", "2", "5000.00"), ("2027-02-05", "RCUR", "1", "2500.00")]
    assert root.findtext(f"{MARK}CstmrDrctDbtInitn/{MARK}GrpHdr/{MARK}CtrlSum") == "7500.00"
    assert root.findtext(f".//{MARK}MndtId") == "M-1"


def test_sound_by_the_schema():
    old = Mandate("委" * 80, dt.date(2026, 1, 1))
    odd = replace(TWO, debtor=Party("甲" * 90, "<b>&" * 60), creditor=Party("Z", "名" * 300, None, "某银行"),
                  reference="很长的参考号" * 9, words="甲\x00乙", mandate=old)  # fmt: skip
    assert against_the_schema(made(ONE, TWO, odd)) == []


@given(
    st.lists(
        st.tuples(st.integers(1, 10**13), st.sampled_from(["CNY", "JPY", "KWD"])), min_size=1, max_size=8
    )
)
def test_any_amounts_are_sound_in_their_currency(rows):
    from sanwang.standards.currencies import decimal

    debits = [
        replace(TWO, amount=decimal(a, c), currency=c, reference=f"r{n}") for n, (a, c) in enumerate(rows)
    ]
    assert against_the_schema(made(*debits)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [({"amount": "100.00", "currency": "JPY"}, "no amount"), ({"amount": "1.5"}, "no amount"),
     ({"amount": "0.00"}, "no amount"), ({"currency": "rmb"}, "no amount"), ({"sequence": "NEXT"}, "none of"),
     ({"due_on": dt.date(2026, 11, 30)}, "before its mandate"),
     ({"mandate": Mandate(" ", dt.date(2026, 1, 1))}, "no mandate"), ({"reference": ""}, "no reference")],
)  # fmt: skip
def test_what_a_bank_would_refuse_is_refused(change, said):
    assert any(said in f for f in faults([replace(ONE, **change)]))
    with pytest.raises(DataError, match=said):
        made(replace(ONE, **change))


def test_a_sum_that_the_schema_does_not_hold_is_refused():
    assert any("18 digits" in f for f in faults([replace(ONE, amount="10000000000000000.00")]))


def test_a_mandate_is_first_once_and_references_are_unique():
    assert any("stands twice" in f for f in faults([ONE, replace(ONE, reference="other")]))
    assert any("reference" in f for f in faults([TWO, TWO]))
    assert faults([TWO, replace(TWO, reference="other")]) == []
    with pytest.raises(DataError, match="no debit"):
        made()


def test_references_that_begin_alike_stay_different_after_shortening():
    long = [replace(TWO, reference="同" * 40 + str(n)) for n in range(2)]
    root = ET.fromstring(made(*long))
    ids = [e.text for e in root.iter(f"{MARK}EndToEndId")]
    assert len(set(ids)) == 2
    assert all(len(i) <= 35 for i in ids)
