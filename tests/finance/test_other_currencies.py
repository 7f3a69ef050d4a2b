"""Sentences and headings of settle and stress name the currency of the list; yuan beside another wants a rate."""

import polars as pl
import pytest

from sanwang.errors import DataError
from sanwang.finance.studies.settle import settle, shown
from sanwang.finance.studies.stress import shown as stress_shown
from sanwang.finance.studies.stress import stress
from sanwang.region import Region

RING = [("1", "甲", "乙", "100", "USD"), ("2", "乙", "甲", "300", "USD")]


def listed(tmp_path, *rows):
    names = ("id", "debtor", "creditor", "amount", "currency")
    path = tmp_path / "debts.csv"
    pl.DataFrame([dict(zip(names, r, strict=True)) for r in rows]).write_csv(path)
    return path


def headings(found):
    """Headings of amounts of all tables."""
    return {c.label for t in found.tables for c in t.columns if c.style == "money"}


@pytest.mark.parametrize(("lang", "end"), [("zh", "（万 USD）"), ("en", " (10,000 USD)")])
def test_a_list_in_dollars_says_dollars_everywhere(tmp_path, lang, end):
    path = listed(tmp_path, *RING)
    found = shown(settle(Region.of(), file=path, unit="yuan"), Region.of(), lang)
    assert headings(found) and all(h.endswith(end) for h in headings(found))
    assert "400.00 USD" in found.headline[0] and "元" not in "".join(found.headline)
    assert "currency" in next(t for t in found.tables if t.name == "invoices").frame.columns
    hit = stress_shown(stress(Region.of(), file=path, unit="yuan", fails=("甲",)), Region.of(), lang)
    assert "USD" in hit.headline[0] and all(h.endswith(end) for h in headings(hit))


def test_a_list_in_yuan_is_as_ever_and_a_mixed_one_says_so(tmp_path):
    yuan = listed(tmp_path, *((*r[:4], "") for r in RING))
    found = shown(settle(Region.of(), file=yuan, unit="yuan"), Region.of(), "zh")
    assert all(h.endswith("（万元）") for h in headings(found))
    mixed = listed(tmp_path, *RING, ("3", "乙", "甲", "7", "CNY"))
    found = shown(settle(Region.of(), file=mixed, unit="yuan"), Region.of(), "zh")
    assert all(h.endswith("（万，按所列币种）") for h in headings(found))


def test_yuan_are_not_put_beside_dollars(tmp_path):
    path = listed(tmp_path, *RING)
    cash = tmp_path / "cash.csv"
    cash.write_text("firm,cash\n甲,20万元\n", encoding="utf-8")
    places = tmp_path / "places.csv"
    places.write_text("firm,place\n甲,110000\n", encoding="utf-8")
    with pytest.raises(DataError, match="debts are in USD"):
        settle(Region.of(), file=path, unit="yuan", inject=100_00)
    with pytest.raises(DataError, match="debts are in USD"):
        stress(Region.of(), file=path, unit="yuan", cash=cash)
    named = listed(tmp_path, *((*r[:4], c) for r, c in zip(RING, ("", "CNY"), strict=True)))
    assert settle(Region.of(), file=named, unit="yuan", prefer=cash).cost_of_preference == 0  # both are yuan
    mixed = listed(tmp_path, *RING, ("3", "乙", "甲", "7", "CNY"))
    for asked in ({"places": places}, {"prefer": cash}, {"cash": cash}):
        with pytest.raises(DataError, match="several currencies"):
            settle(Region.of(), file=mixed, unit="yuan", **asked)
