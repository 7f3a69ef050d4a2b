"""Prepaid money on digital wallets: whatever the operator does, every part ends once, by a named outcome."""

import uuid
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from conftest_exchange import fresh
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_prepaid import CONTRACT, EVENTS, contracts, ended, happen, settle, state
from tests_money import gets, has, money_market

from sanwang.exchange import wallets
from sanwang.exchange.clock import SetClock
from sanwang.exchange.errors import Refused
from sanwang.exchange.outcomes_table import fault
from sanwang.exchange.rails.wallet import SimulatedOperator, WalletAnswer, compared, heard, work
from sanwang.exchange.tables.money import accounts
from sanwang.exchange.tables.wallets import wallet_orders

PLAIN = SimulatedOperator(refused=0, silent=0, repeated=0)


@pytest.fixture
def m(store, clock):
    return money_market(store, clock)


def locked(m, contract=CONTRACT, money=1_000_001):
    made = m.x.take(m["firm_member"], "prepaid", None, "draft", funder=m.party["firm"], provider=m.party["maker"],
                    contract=contract, rail="wallet")  # fmt: skip
    digest = m.x.show(m["firm_member"], "prepaid", made)["text_digest"]
    m.x.take(m["maker_signer"], "prepaid", made, "sign", digest=digest)
    gets(m, "firm", money)
    m.x.take(m["firm_signer"], "prepaid", made, "lock", digest=digest)
    return made


def orders(m):
    with m.x.store.read() as tx:
        return tx.all(sa.select(wallet_orders).order_by(wallet_orders.c.id))


def quiet(m, clock, operator=PLAIN, rounds=40):
    """The operator comes to everything; days pass."""
    for _ in range(rounds):
        work(m.x.store, operator)
        if not any(r["state"] in ("instructed", "sent", "unknown", "refused") for r in orders(m)):
            return
        clock.move(days=1.5)
        deadlines_run(m)


def deadlines_run(m):
    from sanwang.exchange import deadlines

    deadlines.run_due(m.x.store)


def holds(m, operator=PLAIN):
    m.x.seal()
    assert m.x.verify() == []
    with m.x.store.read() as tx:
        assert compared(tx, operator) == []


def test_nothing_is_live_until_the_operator_has_locked_it_and_nothing_moves_until_it_confirms(m, clock):
    made = locked(m)
    assert (state(m, made), has(m, "firm")) == ("locking", 0)
    with pytest.raises(Refused):
        m.x.take(m["maker_signer"], "prepaid", made, "say", fact="delivered")
    quiet(m, clock)
    assert state(m, made) == "live"
    m.x.take(m["maker_signer"], "prepaid", made, "say", fact="delivered")
    m.x.take(m["firm_signer"], "prepaid", made, "say", fact="tested")
    assert (ended(m, made), has(m, "maker")) == ([("合格放款", 600_000), ("按期", 400_001)], 0)
    holds(m)
    quiet(m, clock)
    assert (has(m, "maker"), has(m, "firm")) == (1_000_001, 0)
    holds(m)


def test_money_on_wallets_is_not_funded_by_the_books(m):
    made = m.x.take(m["firm_member"], "prepaid", None, "draft", funder=m.party["firm"], provider=m.party["maker"],
                    contract=CONTRACT, rail="wallet")  # fmt: skip
    digest = m.x.show(m["firm_member"], "prepaid", made)["text_digest"]
    m.x.take(m["maker_signer"], "prepaid", made, "sign", digest=digest)
    with pytest.raises(Refused, match="digital wallets"):
        m.x.take(m["firm_signer"], "prepaid", made, "fund", digest=digest)
    with pytest.raises(Refused, match="the rail is wallet"):
        m.x.take(m["firm_member"], "prepaid", None, "draft", funder=m.party["firm"], provider=m.party["maker"],
                 contract=CONTRACT, rail="files")  # fmt: skip


def test_refused_by_the_operator_it_is_signed_as_before_and_can_be_locked_again(m, clock):
    made = locked(m)
    never = SimulatedOperator(refused=100, patience=99, silent=0)
    quiet(m, clock, never)
    assert (state(m, made), has(m, "firm")) == ("signed", 1_000_001)
    holds(m, never)
    digest = m.x.show(m["firm_member"], "prepaid", made)["text_digest"]
    m.x.take(m["firm_signer"], "prepaid", made, "lock", digest=digest)
    quiet(m, clock, SimulatedOperator(refused=100, patience=2, silent=0))
    assert state(m, made) == "live"


def test_an_answer_that_never_comes_is_asked_for_and_nothing_is_sent_twice(m, clock):
    made = locked(m)
    silent = SimulatedOperator(silent=100, refused=0)
    quiet(m, clock, silent)
    assert state(m, made) == "live"
    assert len(orders(m)) == 1
    holds(m, silent)


def test_answers_that_fit_nothing_are_trouble_and_change_nothing(m, clock):
    locked(m)
    quiet(m, clock)
    [one] = orders(m)
    with m.x.store.write() as tx:
        assert heard(tx, WalletAnswer(one["reference"], "confirmed")) == "repeated"
    for answer, said in ((WalletAnswer("SWC0", "confirmed"), "no order"),
                         (WalletAnswer(one["reference"], "refused"), "contradicts")):  # fmt: skip
        with pytest.raises(Refused, match=said), m.x.store.write() as tx:
            heard(tx, answer)
    holds(m)


@dataclass(frozen=True)
class Drawn:
    """How the operator behaves."""

    seed: int
    refused: int
    silent: int
    repeated: int
    delay: int


OPERATORS = st.builds(Drawn, st.integers(0, 10_000), st.sampled_from([0, 30, 90]), st.sampled_from([0, 30, 100]),
                      st.sampled_from([0, 50]), st.sampled_from([60, 7200, 90_000]))  # fmt: skip


def sequence(kind, request, tmp_path, examples):
    make = fresh(kind, request)

    @settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck),
              phases=(Phase.generate,))  # fmt: skip
    @given(contracts().filter(lambda c: fault(c) is None), EVENTS, OPERATORS)
    def run(contract, events, drawn):
        clock = SetClock(1_796_086_800_000_000)
        m = money_market(make(tmp_path / f"{uuid.uuid4()}.db", clock), clock)
        m.x._rails = lambda bank: {}  # the operator below is asked instead
        operator = SimulatedOperator(drawn.seed, drawn.delay, drawn.refused, drawn.repeated, drawn.silent)
        whole = sum(p["amount"] for p in contract["parts"])
        made = locked(m, contract, whole)
        for event, which, number in events:
            happen(m, clock, contract, made, event, which, number)
            work(m.x.store, operator)
            holds(m, operator)
        for _ in range(4):
            quiet(m, clock, operator)
            if state(m, made) == "signed":
                m.x.take(m["firm_signer"], "prepaid", made, "lock",
                         digest=m.x.show(m["firm_member"], "prepaid", made)["text_digest"])  # fmt: skip
        clock.move(days=120)
        for _ in range(2):
            deadlines_run(m)
        if state(m, made) == "disputed":
            settle(m, made, 0)
        quiet(m, clock, operator)
        assert state(m, made) == "done"
        holds(m, operator)
        endings = ended(m, made)
        for part, (name, got) in zip(contract["parts"], endings, strict=True):
            named = {o["name"]: o["to_provider"] for o in part["outcomes"]}
            assert name in ("refunded", "settled") or named[name] == got
        assert has(m, "maker") == sum(got for _, got in endings)
        assert has(m, "firm") == whole - has(m, "maker")
        with m.x.store.read() as tx:
            assert tx.value(sa.select(sa.func.sum(accounts.c.dr_held + accounts.c.cr_held))) == 0
        m.x.store.close()

    run()


@pytest.mark.parametrize(("kind", "examples"), [("sqlite", 25), ("postgresql", 10)])
def test_for_every_sequence_money_ends_at_one_named_outcome_and_nothing_stays(
    kind, examples, request, tmp_path
):
    sequence(kind, request, tmp_path, examples)


def _gives_up(monkeypatch):
    from sanwang.exchange.steps import EFFECTS

    monkeypatch.setitem(EFFECTS, "wallet_again", lambda tx, step: None)


def _never_asks(monkeypatch):
    monkeypatch.setattr(wallets, "order_settle", lambda tx, row, part, got, attempt=1: None)
    from sanwang.exchange import prepaid

    monkeypatch.setattr(prepaid, "order_settle", lambda tx, row, part, got, attempt=1: None)


def _sends_all_to_the_provider(monkeypatch):
    from sanwang.exchange import prepaid

    plain = wallets.order_settle
    monkeypatch.setattr(
        prepaid, "order_settle", lambda tx, row, part, got: plain(tx, row, part, part["amount"])
    )


@pytest.mark.parametrize("broken", [_gives_up, _never_asks, _sends_all_to_the_provider])
def test_a_rail_that_is_broken_is_caught(tmp_path, request, monkeypatch, broken):
    broken(monkeypatch)
    with pytest.raises(BaseException):  # noqa: B017 - whatever notices it first
        sequence("sqlite", request, tmp_path, 25)
