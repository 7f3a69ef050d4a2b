"""Random histories of money against a model without a database, on both databases, and mutants that it catches."""

import os
import uuid

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.exchange.conftest import database

from sanwang.exchange.errors import Refused
from sanwang.exchange.ledger import rules, transfers
from sanwang.exchange.ledger.accounts import Account, balance, found, free
from sanwang.exchange.ledger.transfers import Leg, post
from sanwang.exchange.ledger.verification import verify
from sanwang.exchange.store import open_store

PARTIES, DEALS = ("甲", "乙", "丙"), ("D1", "D2")
AMOUNTS = st.integers(1, 3_000)


class Money(RuleBasedStateMachine):
    """Everything that the posting rules allow, in any order, with a dictionary as the model."""

    store = None

    def __init__(self):
        super().__init__()
        self.free: dict[Account, int] = {}
        self.holds: dict[str, tuple[Account, Account, int]] = {}
        self.made: list[tuple[str, list[Leg], list[str]]] = []

    @initialize()
    def some_money(self):
        for party in PARTIES:
            self.enter(rules.received("simulated", rules.wallet(party), 2_000))
            self.enter(rules.tied(party, "D1", 1_000))

    def enter(self, legs: list[Leg]) -> list[str] | None:
        """Post an entry, to the store and to the model; both refuse the same."""
        wanted = dict(self.free)
        held: list[tuple[Account, Account, int] | None] = []
        for leg in legs:
            if leg.hold:
                debit, credit, whole = self.holds[leg.hold]
                amount = leg.amount or whole
                wanted[debit] = wanted.get(debit, 0) + whole - (amount if leg.step == "post" else 0)
                if leg.step == "post":
                    self._give(wanted, credit, amount)
                held.append(None)
            else:
                self._give(wanted, leg.debit, -leg.amount)
                if leg.step == "single":
                    self._give(wanted, leg.credit, leg.amount)
                held.append((leg.debit, leg.credit, leg.amount) if leg.step == "hold" else None)
        fits = all(v >= 0 for a, v in wanted.items() if a.code not in ("fx", "promise", "claim"))
        entry = str(uuid.uuid4())
        try:
            with self.store.write() as tx:
                ids = post(tx, entry, legs)
        except Refused as refused:
            assert refused.code == "funds"
            assert not fits
            return None
        assert fits
        self.free = wanted
        for leg in legs:
            if leg.hold:
                del self.holds[leg.hold]
        self.holds |= {i: h for i, h in zip(ids, held, strict=True) if h}
        self.made.append((entry, legs, ids))
        return ids

    def _give(self, wanted, account, amount):
        if account.code == "bank":  # grows by debit: it is the other side of everything
            amount = -amount
        wanted[account] = wanted.get(account, 0) + amount

    @rule(party=st.sampled_from(PARTIES), amount=AMOUNTS)
    def arrives(self, party, amount):
        self.enter(rules.received("simulated", rules.wallet(party), amount))

    @rule(amount=AMOUNTS, owner=st.sampled_from([*PARTIES, None]))
    def without_owner(self, amount, owner):
        self.enter(rules.unclaimed("simulated", amount))
        self.enter(rules.claimed("simulated", rules.wallet(owner), amount) if owner
                   else rules.sent_back("simulated", amount))  # fmt: skip

    @rule(party=st.sampled_from(PARTIES), deal=st.sampled_from(DEALS), amount=AMOUNTS)
    def ties(self, party, deal, amount):
        self.enter(rules.tied(party, deal, amount))

    @rule(
        deal=st.sampled_from(DEALS),
        seller=st.sampled_from(PARTIES),
        amount=st.integers(2, 2_000),
        data=st.data(),
    )
    def funds(self, deal, seller, amount, data):
        self.enter(rules.funded(deal, seller, amount, data.draw(st.integers(0, amount - 1))))

    @rule(party=st.sampled_from(PARTIES), amount=AMOUNTS)
    def pays_out(self, party, amount):
        self.enter(rules.released("simulated", rules.wallet(party), amount))

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), how=st.sampled_from(["post", "part", "void", "split", "refund"]))
    def ends(self, data, how):
        hold = data.draw(st.sampled_from(list(self.holds)))  # in the order made: ids are random
        debit, credit, amount = self.holds[hold]
        if credit.code == "bank":
            self.enter(rules.confirmed(hold) if how in ("post", "part") else rules.rejected(hold))
        elif how == "post":
            self.enter(rules.accepted(hold, credit.party, fee=data.draw(st.integers(0, amount))))
        elif how == "part" and amount > 1:
            part = data.draw(st.integers(1, amount - 1))
            self.enter(rules.accepted_part(hold, debit.deal, credit.party, part, amount - part))
        elif how == "split":
            part = data.draw(st.integers(0, amount))
            self.enter(rules.settled([hold], amount, debit.deal, {"甲": part, "乙": amount - part}))
        elif how == "refund":
            self.enter(rules.refunded([hold], debit.deal, "丙", amount))
        else:
            self.enter([Leg("E4", 0, step="void", hold=hold)])

    @rule(party=st.sampled_from(PARTIES), base=st.integers(0, 2_000), parts=st.lists(st.integers(1, 9_000), min_size=1,
          max_size=4))  # fmt: skip
    def shares(self, party, base, parts):
        divided = rules.divided(base, {f"i{n}": p for n, p in enumerate(parts)})
        assert sum(divided.values()) == base
        if legs := rules.shared(party, divided):
            self.enter(legs)

    @rule(
        deal=st.sampled_from(DEALS), amount=AMOUNTS, how=st.sampled_from([rules.converted, rules.given_back])
    )
    def tries_first(self, deal, amount, how):
        self.enter(rules.promised(deal, "甲", "乙", amount))
        self.enter(how(deal, "甲", "乙", amount))

    @precondition(lambda self: self.made)
    @rule(data=st.data())
    def repeats(self, data):
        entry, legs, ids = data.draw(st.sampled_from(self.made))
        with self.store.write() as tx:
            assert post(tx, entry, legs) == ids

    @invariant()
    def the_store_is_the_model(self):
        with self.store.read() as tx:
            for account, amount in self.free.items():
                row = found(tx, account)
                if account.code == "bank":
                    assert balance(row) == amount
                elif account.code not in ("promise", "claim"):
                    assert free(row) == amount, account
            assert verify(tx) == []

    def teardown(self):
        if self.store is not None:
            self.store.close()


def run(address, examples, steps=25, phases=tuple(Phase)):
    class Here(Money):
        def __init__(self):
            super().__init__()
            self.store = open_store(address())

    how = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True, phases=phases,
        suppress_health_check=list(HealthCheck), print_blob=False,
    )  # fmt: skip
    run_state_machine_as_test(Here, settings=how)


MANY = int(os.environ.get("SANWANG_EXAMPLES", "12"))


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request, tmp_path):
    """A function that gives the address of another empty database."""
    if request.param == "postgresql":
        server = request.getfixturevalue("template")
        return lambda: database(server)
    template = request.getfixturevalue("sqlite_template").read_bytes()

    def address():
        path = tmp_path / f"{uuid.uuid4()}.db"
        path.write_bytes(template)
        return f"sqlite:///{path}"

    return address


def test_no_history_breaks_an_invariant(fresh):
    run(fresh, MANY)


def _keeps_what_a_part_frees(monkeypatch):
    plain = transfers._move

    def move(leg, holds):
        made = plain(leg, holds)
        return transfers._Move(
            made.leg, made.book, made.debit, made.credit, made.amount, made.amount if made.whole else 0
        )

    monkeypatch.setattr(transfers, "_move", move)


def _forgets_to_hold(monkeypatch):
    monkeypatch.setattr(transfers, "_allowed", lambda row, fresh: None)
    monkeypatch.setattr(transfers, "free", balance)


def _posts_one_side(monkeypatch):
    plain = transfers._apply

    def apply(tx, held, moves):
        plain(tx, held, moves[:1])

    monkeypatch.setattr(transfers, "_apply", apply)


def _answers_again(monkeypatch):
    monkeypatch.setattr(transfers, "_repeated", lambda tx, entry, legs: [])


@pytest.mark.parametrize(
    "broken", [_keeps_what_a_part_frees, _forgets_to_hold, _posts_one_side, _answers_again]
)
def test_a_broken_ledger_is_caught(tmp_path, sqlite_template, monkeypatch, broken):
    broken(monkeypatch)

    def address():
        path = tmp_path / f"{uuid.uuid4()}.db"
        path.write_bytes(sqlite_template.read_bytes())
        return f"sqlite:///{path}"

    with pytest.raises(BaseException):  # noqa: B017 - whatever notices it first
        run(address, 300, phases=[Phase.generate])
