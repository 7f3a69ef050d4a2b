"""Direct debits: agreed to by the debtor's two persons, collected once under a mandate in force, ended by either."""

import datetime as dt
import xml.etree.ElementTree as ET

import pytest
from test_loans import drawn, on, row
from tests_money import has, money_market

from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.rails.work import booked
from sanwang.exchange.tables.mandates import debits
from sanwang.standards.iso20022 import StatementLine


@pytest.fixture
def m(store, clock):
    return money_market(store, clock)


def asked(m, **more):
    data = {"creditor": m.party["bank_a"], "debtor": m.party["supplier"], "amount": 5_000_000, "account_at": "A-1",
            "until_on": "2027-06-30"}  # fmt: skip
    return m.x.take(m["bank_a_signer"], "mandate", None, "ask", data | more)


def agreed(m, **more):
    made = asked(m, **more)
    for who in ("supplier_signer", "supplier_second"):
        m.x.take(m[who], "mandate", made, "agree", account_from="S-9")
    return made


def state(m, made):
    return m.x.show(m["supplier_member"], "mandate", made)["state"]


def tags(text, name):
    return [e.text for e in ET.fromstring(text).iter() if e.tag.endswith(f"}}{name}")]


def test_an_instalment_is_collected_once_and_the_loan_takes_it(m, clock):
    loan, made = drawn(m), agreed(m)
    bank, creditor = m["bank_a_signer"], m.party["bank_a"]
    m.x.take(bank, "mandate", made, "collect", loan=loan)
    with pytest.raises(Refused, match="collected already"):
        m.x.take(bank, "mandate", made, "collect", loan=loan)
    [waits] = m.x.debits(bank, creditor)
    written = m.x.write_debits(bank, creditor)
    m.clock.move(days=1)
    assert m.x.debits_again(bank, creditor, written.name).text == written.text  # a file that was lost
    m.clock.move(days=-1)
    with pytest.raises(NotFound):
        m.x.debits_again(m["maker_signer"], creditor, written.name)
    with pytest.raises(NotFound):
        m.x.debits_again(bank, creditor, "SD-20260101-0000000000000000")
    assert (written.debits, written.left_out, m.x.debits(bank, creditor)) == (1, (), [])
    assert tags(written.text, "MndtId") == [m.x.show(bank, "mandate", made)["number"]]
    assert tags(written.text, "SeqTp") == ["FRST"] and tags(written.text, "ReqdColltnDt") == [
        row(m, loan)["next_on"]
    ]
    assert tags(written.text, "EndToEndId") == [waits["reference"]]
    with pytest.raises(Refused, match="no debit"):
        m.x.write_debits(bank, creditor)
    before = has(m, "supplier")
    line = StatementLine(
        "S1", 1, dt.date(2026, 12, 31), "in", waits["amount"], "CNY", waits["reference"], "B9", None
    )
    m.x.store.run(lambda tx: booked(tx, "manual", line))
    assert has(m, "supplier") == before + waits["amount"]
    day_after = dt.date.fromisoformat(row(m, loan)["next_on"]) + dt.timedelta(days=1)
    on(m, clock, day_after.isoformat())
    assert has(m, "supplier") == before and row(m, loan)["state"] == "performing"
    m.x.take(bank, "mandate", made, "collect", loan=loan)
    assert tags(m.x.write_debits(bank, creditor).text, "SeqTp") == ["RCUR"]
    m.x.seal()
    assert m.x.verify() == []


def test_without_the_debtors_agreement_nothing_is_collected(m, clock):
    loan, made = drawn(m), asked(m)
    with pytest.raises(Refused):
        m.x.take(m["bank_a_signer"], "mandate", made, "collect", loan=loan)
    with pytest.raises(Refused, match="only the debtor"):
        m.x.take(m["bank_a_signer"], "mandate", made, "agree", account_from="S-9")
    m.x.take(m["supplier_signer"], "mandate", made, "agree", account_from="S-9")
    assert state(m, made) == "asked"  # the first of two
    m.x.take(m["supplier_member"], "mandate", made, "decline", why="other")
    assert state(m, made) == "declined"
    with pytest.raises(NotFound):
        m.x.show(m["maker_member"], "mandate", made)


def test_an_ended_mandate_collects_nothing_and_what_was_not_written_is_left_out(m):
    loan, made = drawn(m), agreed(m)
    m.x.take(m["bank_a_signer"], "mandate", made, "collect", loan=loan)
    m.x.take(m["supplier_signer"], "mandate", made, "end", why="other")
    with pytest.raises(Refused):
        m.x.take(m["bank_a_signer"], "mandate", made, "collect", loan=loan)
    with pytest.raises(Refused, match="no debit under a mandate in force"):
        m.x.write_debits(m["bank_a_signer"], m.party["bank_a"])


def test_it_ends_on_its_day(m, clock):
    made = agreed(m, until_on="2026-12-20")
    on(m, clock, "2026-12-21")
    assert state(m, made) == "ended"


@pytest.mark.parametrize(("change", "says"), [
    ({"amount": 100}, "above the limit"), ({"until_on": "2026-12-02"}, "not within"),
    ({"currency": "USD"}, "another currency"),
])  # fmt: skip
def test_outside_the_mandate_nothing_is_collected(m, change, says):
    loan, made = drawn(m), agreed(m, **change)
    with pytest.raises(Refused, match=says):
        m.x.take(m["bank_a_signer"], "mandate", made, "collect", loan=loan)


def test_anothers_loan_is_not_collected(m):
    drawn(m)
    made = agreed(m, debtor=m.party["supplier"])
    with pytest.raises(Refused, match="no such open loan"):
        m.x.take(m["bank_a_signer"], "mandate", made, "collect", loan="0" * 36)


def test_others_see_and_write_nothing(m):
    for who in ("supplier_signer", "operator"):
        with pytest.raises(NotFound):
            m.x.write_debits(m[who], m.party["bank_a"])
    with pytest.raises(Refused, match="may sign"):
        m.x.write_debits(m["bank_a_member"], m.party["bank_a"])


def test_a_debit_outside_its_mandate_is_found(m, store):
    loan, made = drawn(m), agreed(m)
    m.x.take(m["bank_a_signer"], "mandate", made, "collect", loan=loan)
    from sanwang.exchange.tables.mandates import mandates

    store.run(lambda tx: tx.execute(mandates.update().where(mandates.c.id == made), {"amount": 1}))
    assert any("mandate" in f.en for f in m.x.verify()) and debits is not None
