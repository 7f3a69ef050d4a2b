"""The payment message against the published schema, which the package ``sepaxml`` (MIT) carries.

It is no dependency: install it beside the project (``pip install --no-deps sepaxml``) and these run.
"""

import datetime as dt
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanwang.errors import InputError
from sanwang.finance.obligations import check_obligations
from sanwang.finance.payments import payments
from sanwang.finance.setoff import settle
from sanwang.standards.iso20022 import Border, CreditTransfer, Party, initiation

etree = pytest.importorskip("lxml.etree", reason="lxml is not installed")
if (found := find_spec("sepaxml")) is None or found.origin is None:
    pytest.skip("sepaxml, which carries the schema, is not installed", allow_module_level=True)
SCHEMA = etree.XMLSchema(etree.parse(str(Path(found.origin).parent / "schemas" / "pain.001.001.09.xsd")))


def faults(rows, **others):
    frame = pl.DataFrame(rows, schema=["id", "debtor", "creditor", "amount"], orient="row")
    text = payments(settle(check_obligations(frame)), dt.date(2026, 12, 1), **others)
    SCHEMA.validate(etree.fromstring(text.encode()))
    return [str(e) for e in SCHEMA.error_log]


def test_the_message_is_sound_by_the_schema():
    rows = [("i1", "甲", "乙", 500), ("i2", "乙", "甲", 300), ("i3", "甲", "丁", 70)]
    assert faults(rows) == []
    accounts = {"甲": "6222020200112233445", "乙": "DE89370400440532013000"}
    assert faults(rows, names={"甲": "甲公司 & 子" * 40}, accounts=accounts) == []
    agents = {"甲": "102100099996", "乙": "COBADEFFXXX", "丁": "某银行" * 20}
    assert faults(rows, accounts=accounts, agents=agents) == []


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(1, 10**15)), min_size=1, max_size=20))
def test_any_amounts_are_sound(rows):
    assert faults([(f"i{n}", who, "z", amount) for n, (who, amount) in enumerate(rows)]) == []


def test_long_and_odd_names_are_sound():
    assert faults([("i1", "甲" * 300, "<b>&" * 60, 5)]) == []


def across(**more):
    """A transfer across the border as a message, and what the schema finds wrong with it."""
    border = Border("DE", "虚-S1", "000002")
    one = CreditTransfer(
        Party("A1", "甲"),
        Party("B", "Example GmbH", "DE-1"),
        "600.00",
        "USD",
        "SW1",
        "技术服务费",
        replace(border, **more),
    )
    text = initiation([one], "SW-1", "b", dt.date(2026, 12, 1), "2026-12-01T09:00:00")
    SCHEMA.validate(etree.fromstring(text.encode()))
    return text, [str(e) for e in SCHEMA.error_log]


def test_a_transfer_across_the_border_states_its_codes():
    text, wrong = across()
    assert wrong == []
    assert "<Purp>" in text and "<RgltryRptg>" in text and "<Cd>000002</Cd>" in text
    assert across(purpose="用" * 35, code="1" * 10)[1] == []


@pytest.mark.parametrize(
    "more", [{"purpose": ""}, {"code": ""}, {"purpose": "用" * 36}, {"code": "1" * 11}, {"country": "de"}]
)
def test_what_the_schema_cannot_carry_is_refused_and_never_shortened(more):
    with pytest.raises(InputError):
        across(**more)
