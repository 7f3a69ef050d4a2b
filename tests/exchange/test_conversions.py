"""Currencies exchanged: two linked transfers or none, rounded down, at the rate that was read."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests_money import gets, has, money_market

from sanwang.exchange import conversions
from sanwang.exchange.conversions import got
from sanwang.exchange.errors import NotFound, Refused
from sanwang.standards.currencies import scale

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


def test_an_amount_that_is_not_the_rates_is_found(m, monkeypatch):
    gets(m, "maker", 100_000)
    made = asked(m)
    with monkeypatch.context() as broken:
        broken.setattr(conversions, "got", lambda *a: got(*a) + 1)
        m.x.take(m["bank_a_signer"], "conversion", made, "quote", QUOTE)
        m.x.take(m["maker_signer"], "conversion", made, "accept", rate="0.1404")
    assert any("rate" in f.en for f in m.x.verify())
