"""Currencies exchanged: two linked transfers or none, rounded down, at the rate that was read."""

import uuid
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests_money import gets, has, money_market

from sanwang.exchange import conversions
from sanwang.exchange.conversions import got
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.ledger.accounts import Account, balance, found
from sanwang.exchange.ledger.rules import bank, confirmed, released, wallet
from sanwang.exchange.ledger.transfers import post
from sanwang.exchange.rails import work
from sanwang.exchange.tables.conversions import conversions as conversions_
from sanwang.exchange.tables.money import payments
from sanwang.exchange.who import RAIL
from sanwang.standards.currencies import scale
from sanwang.standards.iso20022 import read_statement

QUOTE = {"rate": "0.1404", "source": "虚构机构牌价", "on_day": "2026-12-01", "valid_until_on": "2026-12-02"}


@pytest.fixture
def m(store, clock):
    return money_market(store, clock)


def asked(m, amount=100_000, currency="CNY", wanted="USD", **more):
    data = {"party": m.party["maker"], "institution": m.party["bank_a"], "amount": amount, "currency": currency,
            "wanted": wanted} | more  # fmt: skip
    return m.x.take(m["maker_member"], "conversion", None, "ask", data)


def holds(m):
    m.x.seal()
    assert m.x.verify() == []


def test_given_in_one_book_and_got_in_the_other(m):
    gets(m, "maker", 100_000)
    made = asked(m)
    m.x.take(m["bank_a_signer"], "conversion", made, "quote", QUOTE)
    m.x.take(m["maker_signer"], "conversion", made, "accept", rate="0.1404")
    assert (has(m, "maker"), has(m, "maker", "USD")) == (0, 14_040)
    row = m.x.show(m["maker_member"], "conversion", made)
    assert (row["rate"], row["source"], row["on_day"], row["got"]) == (
        "0.1404",
        "虚构机构牌价",
        "2026-12-01",
        14_040,
    )
    holds(m)
    with pytest.raises(NotFound):
        m.x.show(m["supplier_member"], "conversion", made)


def test_a_rate_changed_meanwhile_is_not_accepted_unread(m):
    gets(m, "maker", 100_000)
    made = asked(m)
    m.x.take(m["bank_a_signer"], "conversion", made, "quote", QUOTE)
    m.x.take(m["bank_a_signer"], "conversion", made, "quote", QUOTE | {"rate": "0.1"})
    with pytest.raises(Refused, match=r"the rate is 0\.1 "):
        m.x.take(m["maker_signer"], "conversion", made, "accept", rate="0.1404")
    assert (has(m, "maker"), has(m, "maker", "USD")) == (100_000, 0)


def test_without_the_money_nothing_moves_and_a_quote_lapses(m, clock):
    made = asked(m)
    m.x.take(m["bank_a_signer"], "conversion", made, "quote", QUOTE)
    with pytest.raises(Refused, match="less than"):
        m.x.take(m["maker_signer"], "conversion", made, "accept", rate="0.1404")
    clock.move(days=3)
    m.x.work()
    assert m.x.show(m["maker_member"], "conversion", made)["state"] == "dropped"
    holds(m)


@pytest.mark.parametrize("change", [{"rate": "0"}, {"rate": "-1"}, {"rate": "7,1"}, {"rate": "1e3"}, {"source": " "},
                                    {"on_day": "2026-12-05"}, {"valid_until_on": "2026-11-30"}])  # fmt: skip
def test_a_quote_says_rate_source_and_day(m, change):
    made = asked(m)
    with pytest.raises(Refused, match="the quote is wrong"):
        m.x.take(m["bank_a_signer"], "conversion", made, "quote", QUOTE | change)


@pytest.mark.parametrize("change", [{"wanted": "CNY"}, {"wanted": "usd"}, {"amount": 0}])
def test_an_enquiry_has_two_currencies_and_an_amount(m, change):
    with pytest.raises(Refused, match="two different currencies"):
        asked(m, **change)
    with pytest.raises(Refused, match="a verified financier"):
        asked(m, institution=m.party["supplier"])


def test_yen_have_no_decimals(m):
    gets(m, "maker", 100_001)
    made = asked(m, amount=100_001, wanted="JPY")
    m.x.take(m["bank_a_signer"], "conversion", made, "quote", QUOTE | {"rate": "21.37"})
    m.x.take(m["maker_signer"], "conversion", made, "accept", rate="21.37")
    assert has(m, "maker", "JPY") == 21_370  # 1,000.01 × 21.37 = 21,370.2137
    holds(m)


@given(st.integers(1, 10**12), st.sampled_from(["CNY", "JPY", "KWD"]), st.sampled_from(["CNY", "JPY", "KWD"]),
       st.decimals("0.0001", "9999", places=4))  # fmt: skip
def test_what_is_got_is_never_more_than_the_rate_gives_and_less_by_under_one_part(amount, a, b, rate):
    exact = Fraction(amount, 10 ** scale(a)) * Fraction(str(rate)) * 10 ** scale(b)
    assert exact - 1 < got(amount, a, b, str(rate)) <= exact


CAMT = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>S1</MsgId>
<CreDtTm>2026-12-01T18:00:00</CreDtTm></GrpHdr>{statements}</BkToCstmrStmt></Document>"""
STATEMENT = """<Stmt><Id>{name}</Id><Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>
<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-12-01</Dt></BookgDt><NtryDtls><TxDtls><Refs><AcctSvcrRef>{name}/1</AcctSvcrRef>
<EndToEndId>{number}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry></Stmt>"""


def statements(*lines):
    """One camt.053 message with a statement for each account: name, currency, amount, sign, number of the exchange."""
    names = ("name", "currency", "amount", "sign", "number")
    text = "".join(STATEMENT.format(**dict(zip(names, one, strict=True))) for one in lines)
    return read_statement(CAMT.format(statements=text))


def exchanged(m, rail):
    """1,000 yuan that came over a rail, exchanged for 140.40 dollars. Returns the number of the exchange."""
    data = {"reference": "IN0", "amount": 100_000, "party": m.party["maker"], "rail": rail}
    m.x.take(RAIL, "payment", None, "receive", data)
    made = asked(m)
    m.x.take(m["bank_a_signer"], "conversion", made, "quote", QUOTE)
    m.x.take(m["maker_signer"], "conversion", made, "accept", rate="0.1404")
    return m.x.show(m["maker_member"], "conversion", made)["number"]


def mirrors(m, rail):
    """What the bank behind a rail has in yuan and dollars, and the institution's positions in both."""
    with m.x.store.read() as tx:
        rows = [found(tx, bank(rail, unit)) for unit in ("CNY", "USD")]
        rows += [found(tx, Account("fx", deal=m.party["bank_a"], unit=unit)) for unit in ("CNY", "USD")]
        return [balance(r) if r else 0 for r in rows]


def book(m, rail, lines):
    return [m.x.store.run(lambda tx, one=line: work.booked(tx, rail, one)) for line in lines]


def test_the_banks_two_lines_move_its_mirror_in_both_currencies_and_each_is_explained(m):
    number = exchanged(m, "manual")
    assert mirrors(m, "manual") == [100_000, 0, 100_000, -14_040]
    both = statements(("CNY-1", "CNY", "1000.00", "DBIT", number), ("USD-1", "USD", "140.40", "CRDT", number))
    assert book(m, "manual", both) == ["exchanged", "exchanged"]
    assert mirrors(m, "manual") == [0, 14_040, 0, 0]
    assert book(m, "manual", both) == ["known", "known"]
    with m.x.store.read() as tx:
        assert work.unexplained(tx) == []
        kept = tx.all(payments.select().where(payments.c.data.is_not(None)).order_by(payments.c.way))
    assert [(r["way"], r["amount"], r["currency"], r["data"]["rate"], r["data"]["source"]) for r in kept] == [
        ("in", 14_040, "USD", "0.1404", "虚构机构牌价"),
        ("out", 100_000, "CNY", "0.1404", "虚构机构牌价"),
    ]
    holds(m)


def test_exchanged_dollars_leave_only_when_the_bank_has_booked_them(m):
    number = exchanged(m, "manual")
    with m.x.store.write() as tx, pytest.raises(Refused, match="not enough money"):
        post(tx, str(uuid.uuid4()), released("manual", wallet(m.party["maker"], "USD"), 14_040))
    book(m, "manual", statements(("USD-1", "USD", "140.40", "CRDT", number)))
    with m.x.store.write() as tx:
        [hold] = post(tx, str(uuid.uuid4()), released("manual", wallet(m.party["maker"], "USD"), 14_040))
        post(tx, str(uuid.uuid4()), confirmed(hold))
    assert mirrors(m, "manual") == [100_000, 0, 100_000, 0], "the yuan are still to go"
    holds(m)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_line_of_another_amount_currency_or_way_is_not_the_exchanges(m):
    number = exchanged(m, "manual")
    other = statements(
        ("A", "CNY", "999.99", "DBIT", number), ("B", "USD", "1000.00", "DBIT", number),
        ("C", "CNY", "1000.00", "CRDT", number), ("D", "USD", "140.40", "CRDT", f"{number}0"),
    )  # fmt: skip
    assert book(m, "manual", other) == ["unexplained", "unexplained", "found", "found"]
    twice = [("E", "CNY", "1000.00", "DBIT", number), ("F", "CNY", "1000.00", "DBIT", number)]
    assert book(m, "manual", statements(*twice)) == ["exchanged", "unexplained"], "one side is booked once"


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_the_simulated_bank_books_what_it_has(m):
    exchanged(m, "manual")
    m.x.work()
    assert mirrors(m, "simulated") == [0, 0, 100_000, -14_040], "the yuan are not with this bank"
    gets(m, "maker", 100_000)
    done = m.x.work()
    assert done["trouble"] == 0 and mirrors(m, "simulated") == [0, 14_040, 0, 0]
    holds(m)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_booking_that_is_not_the_exchanges_is_found(m):
    number = exchanged(m, "manual")
    book(m, "manual", statements(("USD-1", "USD", "140.40", "CRDT", number)))
    with m.x.store.write() as tx:
        tx.execute(conversions_.update().values(given_payment=conversions_.c.got_payment))
    assert {f.en for f in m.x.verify()} >= {"differs from the bank's line", "is not the sum of its exchanges"}


def test_an_amount_that_is_not_the_rates_is_found(m, monkeypatch):
    gets(m, "maker", 100_000)
    made = asked(m)
    with monkeypatch.context() as broken:
        broken.setattr(conversions, "got", lambda *a: got(*a) + 1)
        m.x.take(m["bank_a_signer"], "conversion", made, "quote", QUOTE)
        m.x.take(m["maker_signer"], "conversion", made, "accept", rate="0.1404")
    assert any("rate" in f.en for f in m.x.verify())
