"""Receipts in a foreign currency: apart until declared with known codes, chased after their day, free then."""

import pytest
from tests_border import loaded
from tests_money import gets, has, money_market

from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.tables.border import inflows
from sanwang.exchange.who import RAIL

FROM = {"payer_name": "Example Tools GmbH", "country": "de", "purpose_code": "虚-S1", "bop_code": "000002"}


@pytest.fixture
def m(store, clock):
    return money_market(store, clock)


def received(m, reference="K1", **more):
    """600 dollars for the maker. Returns the receipt that waits."""
    data = {"reference": reference, "amount": 60_000, "currency": "USD", "party": m.party["maker"]} | more
    m.x.take(RAIL, "payment", None, "receive", data)
    return m.x.mine(m["maker_member"], "inflow")[0]["id"]


def holds(m):
    m.x.seal()
    assert m.x.verify() == []


def test_apart_until_it_is_declared(m):
    loaded(m)
    made = received(m)
    assert has(m, "maker", "USD") == 0 and [w["id"] for w in waiting(m)] == [made]
    holds(m)
    m.x.take(m["maker_member"], "inflow", made, "declare", FROM)
    assert has(m, "maker", "USD") == 60_000 and waiting(m) == []
    row = m.x.show(m["maker_member"], "inflow", made)
    assert (row["state"], row["country"], row["declared_on"]) == ("declared", "DE", "2026-12-01")
    holds(m)
    with pytest.raises(NotFound):
        m.x.show(m["supplier_member"], "inflow", made)


def waiting(m):
    return [r for r in m.x.mine(m["maker_member"], "inflow") if r["state"] == "waiting"]


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("change", "said"), [
    ({"bop_code": "999999"}, "999999 is not in"), ({"purpose_code": ""}, "is not in"), ({"bop_code": ""}, "is not in"),
    ({"country": "Deutschland"}, "two letters"), ({"payer_name": "\u3000"}, "name"),
    ({"country": "CN"}, "say in words"), ({"deal": "no-deal"}, "is not the payee"),
])  # fmt: skip
def test_what_is_not_known_is_asked(m, change, said):
    loaded(m)
    with pytest.raises(Refused, match=said):
        m.x.take(m["maker_member"], "inflow", received(m), "declare", FROM | change)
    assert has(m, "maker", "USD") == 0


def test_without_lists_it_waits_and_is_chased_after_its_day(m, clock):
    made = received(m)
    with pytest.raises(Refused, match="no list of purpose codes is in force"):
        m.x.take(m["maker_member"], "inflow", made, "declare", FROM)
    clock.move(days=9)
    m.x.work()
    assert any(n["subject"] == made and n["kind"] == "overdue" for n in m.x.inbox(m["operator"]))
    m.x.take(
        m["maker_member"],
        "inflow",
        made,
        "declare",
        payer_name="某厂（虚构）",
        country="CN",
        words="境内外币划转",
    )
    assert has(m, "maker", "USD") == 60_000
    holds(m)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_money_without_an_owner_is_declared_when_it_found_one_and_yuan_are_free_at_once(m):
    found = {"reference": "K9", "amount": 500, "currency": "JPY"}
    one = m.x.take(RAIL, "payment", None, "find", found)
    for who in ("operator", "operator_b"):
        m.x.take(m[who], "payment", one, "match", party=m.party["maker"])
    assert [(r["amount"], r["currency"]) for r in waiting(m)] == [(500, "JPY")]
    gets(m, "maker", 700)
    assert has(m, "maker") == 700 and len(waiting(m)) == 1
    holds(m)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_receipt_called_declared_that_was_not_is_found(m):
    received(m)
    m.x.store.run(lambda tx: tx.execute(inflows.update().values(state="declared")))
    assert any("waits to be declared" in f.en for f in m.x.verify())
