"""The pages are those the tables make; the loop of the docs runs and closes."""

import runpy
from pathlib import Path

import pytest

from sanwang.exchange.document import exchange_page
from sanwang.exchange.process import processes
from sanwang.exchange.rules import reading

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("lang", "name"), [("en", "exchange.md"), ("zh", "exchange.zh-CN.md")])
def test_the_page_is_made_from_the_tables(lang, name):
    page = exchange_page(lang)
    assert (DOCS / name).read_text(encoding="utf-8") == page
    for one in processes().values():
        assert page.count(f"(`{one.name}`)") == 1
    assert ("待核实" if lang == "zh" else "to be verified") in page


def test_once_round_the_loop():
    told = runpy.run_path(str(DOCS / "exchange_loop.py"))["main"]()
    assert told["suggested"] >= 1
    assert told["deal"] == "completed"
    assert told["paid"] == (0, 1)
    assert told["outcomes"] == (0, 1)
    assert told["faults"] == []


def test_rules_have_no_holes_and_what_was_not_read_says_so():
    assert reading.faults() == []
    from datetime import date

    old = reading.in_force("registration.regime", date(2026, 2, 28))
    new = reading.in_force("registration.regime", date(2026, 3, 1))
    assert (old.value, new.value) == ("2000", "2026")
    assert "to be verified" in new.said("en")
    assert reading.in_force("share.floor", date(2026, 1, 1), "330106").value == 7000
    assert reading.in_force("share.floor", date(2026, 1, 1), "110108").value == 5000
    assert "待核实" not in reading.in_force("contract.types", date(2026, 1, 1)).said("zh")
