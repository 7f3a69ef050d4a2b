"""The payment message against the published schema, which the package ``sepaxml`` (MIT) carries.

It is no dependency: install it beside the project (``pip install --no-deps sepaxml``) and these run.
"""

import datetime as dt
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanwang.finance.obligations import check_obligations
from sanwang.finance.payments import payments
from sanwang.finance.setoff import settle

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
