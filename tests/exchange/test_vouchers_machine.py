"""Random people with vouchers on a random clock: splits make the face, nothing is financed twice, books balance."""

from __future__ import annotations

import os
import random
from contextlib import suppress
from functools import partial

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from tests_machine import MoneyMachine, run_machine

from sanwang.errors import SanwangError
from sanwang.exchange import bids as bidding
from sanwang.exchange.access import table_of
from sanwang.exchange.clock import day_of
from sanwang.exchange.ledger import paper
from sanwang.exchange.tables.money import accounts
from sanwang.exchange.tables.vouchers import bids, holdings, vouchers
from sanwang.exchange.vouchers import HELD

PARTIES = ("firm", "supplier", "maker", "bank_a", "bank_b")
PEOPLE = tuple(f"{p}_{post}" for p in PARTIES for post in ("signer", "second", "member"))
SEED = st.integers(0, 2**32 - 1)


class Vouchers(MoneyMachine):
    """Anybody does anything with any voucher, part or bid; most of it is allowed."""

    @initialize()
    def begin(self):
        self.open_market()
        self.papers = {
            p: self.m.x.keep_document(self.m[f"{p}_signer"], self.m.party[p], "order.pdf", p.encode())
            for p in PARTIES
        }
        self.count = 0
        for party in PARTIES:
            self.comes(party, 300)

    @rule(seed=SEED)
    def draft(self, seed):
        draw = random.Random(seed)
        for _ in range(2):
            self.one_draft(draw)

    def one_draft(self, draw):
        debtor, holder = draw.sample(PARTIES, 2)
        data = {"debtor": self.m.party[debtor], "holder": self.m.party[holder], "amount": draw.randint(1, 900),
                "invoice": f"I{draw.randint(1, 12)}", "due_on": self.day(draw.randint(1, 60))}  # fmt: skip
        with suppress(SanwangError):
            made = self.m.x.take(self.m[f"{debtor}_signer"], "voucher", None, "draft", data)
            if draw.random() < 0.8:
                for post in ("signer", "second"):
                    self.m.x.take(self.m[f"{debtor}_{post}"], "voucher", made, "confirm")
                self.m.x.take(self.m[f"{holder}_signer"], "voucher", made, "accept")

    def day(self, days):
        return day_of(self.clock.at + days * 86_400_000_000).isoformat()

    @rule(seed=SEED)
    def steps(self, seed):
        draw = random.Random(seed)
        for _ in range(6):
            process = draw.choice(("voucher", "holding", "holding", "holding", "bid", "bid"))
            table = table_of(process)
            with self.m.x.store.read() as tx:
                known = tx.all(sa.select(table).order_by(table.c.id))
            if known:
                self.one(draw, process, draw.choice(known))

    def one(self, draw, process, row):
        for who in draw.sample(PEOPLE, 8):
            try:
                choices = [
                    c
                    for c in self.m.x.allowed(self.m[who], process, row["id"])
                    if c.may or draw.random() < 0.1
                ]
            except SanwangError:
                continue
            if choices:
                choice = draw.choice(choices)
                data = self.given(draw, row, who.rpartition("_")[0])
                names = {f.rstrip("!") for f in choice.fields}
                with suppress(SanwangError):
                    self.m.x.take(
                        self.m[who],
                        process,
                        row["id"],
                        choice.event,
                        {n: v for n, v in data.items() if n in names},
                    )
                return

    def given(self, draw, row, party):
        owed = row.get("owed") or row.get("face") or 1
        first = draw.randint(0, owed)
        return {
            "parts": [first, owed - first], "to_party": self.m.party[draw.choice(PARTIES)], "why": "agreed",
            "financiers": [self.m.party["bank_a"], self.m.party["bank_b"]], "registry_no": f"Z{row['id']}",
            "document": self.papers[party], "words": "虚构", "agreed": True, "amount": draw.randint(1, owed),
        }  # fmt: skip

    @rule(seed=SEED)
    def bid(self, seed):
        draw = random.Random(seed)
        asking = self.asking() or (self.asked(draw), self.asking())[1]
        if not asking:
            return
        part, bank = draw.choice(asking), draw.choice(("bank_a", "bank_b"))
        price = draw.randint(1, part["owed"])
        if draw.random() < 0.7:
            self.comes(bank, price)
        data = {"holding": part["id"], "financier": self.m.party[bank], "price": price, "fees": draw.randint(0, price),
                "recourse": draw.random() < 0.5, "words": "虚构追索约定", "valid_until_on": self.day(5)}  # fmt: skip
        with suppress(SanwangError):
            made = self.m.x.take(self.m[f"{bank}_signer"], "bid", None, "offer", data)
            seller = next(p for p in PARTIES if self.m.party[p] == part["holder"])
            if not part["registry_no"]:
                return
            self.m.x.take(self.m[f"{seller}_signer"], "bid", made, "accept", agreed=True)
            if draw.random() < 0.7:
                self.m.x.take(self.m[f"{bank}_signer"], "bid", made, "pay")

    def asking(self):
        with self.m.x.store.read() as tx:
            return tx.all(sa.select(holdings).where(holdings.c.state == "asking").order_by(holdings.c.id))

    @rule(seed=SEED)
    def ask(self, seed):
        self.asked(random.Random(seed))

    def asked(self, draw):
        """A holder registers and asks, so that bids happen often."""
        with self.m.x.store.read() as tx:
            live = tx.all(sa.select(holdings).where(holdings.c.state == "live").order_by(holdings.c.id))
        if live:
            part = draw.choice(live)
            seller = next(p for p in PARTIES if self.m.party[p] == part["holder"])
            data = self.given(draw, part, seller)
            for event, name in (("register", "registry_no"), ("ask", "financiers")):
                with suppress(SanwangError):
                    self.m.x.take(
                        self.m[f"{seller}_signer"], "holding", part["id"], event, {name: data[name]}
                    )

    @rule(party=st.sampled_from(PARTIES), amount=st.integers(1, 300))
    def money(self, party, amount):
        self.comes(party, amount)

    @rule(seed=SEED)
    def write_off(self, seed):
        with self.m.x.store.read() as tx:
            late = tx.all(
                sa.select(vouchers.c.id).where(vouchers.c.state == "overdue").order_by(vouchers.c.id)
            )
        if late and seed % 3 == 0:
            one = late[seed % len(late)]["id"]
            with suppress(SanwangError):
                for who in ("operator", "operator_b"):
                    self.m.x.take(self.m[who], "voucher", one, "write_off", why="other", words="虚构")

    @rule(days=st.sampled_from([0, 1, 1, 3, 20, 40, 70]))
    def clock_moves(self, days):
        self.clock.move(days=days)
        self.m.x.work()

    @invariant()
    def everything_holds(self):
        if not hasattr(self, "m"):
            return
        self.m.x.seal()
        assert self.m.x.verify() == []
        with self.m.x.store.read() as tx:
            self.splits_make_the_face(tx)
            self.financed_once(tx)
            money = tx.all(sa.select(accounts).where(accounts.c.code.in_(("wallet", "fee"))))
            assert sum(r["cr"] - r["dr"] for r in money) == self.came

    def splits_make_the_face(self, tx):
        """By the rows alone: open parts + paid + lost = face, for every voucher that ever lived."""
        parts = tx.all(sa.select(holdings))
        for row in tx.all(sa.select(vouchers)):
            mine = [p for p in parts if p["voucher"] == row["id"]]
            there = sum(p["owed"] for p in mine if p["state"] in (*HELD, "lost"))
            expected = (
                row["face"] - row["paid"]
                if row["state"] in ("live", "overdue", "settled", "written_off")
                else 0
            )
            assert there == expected, row["state"]
            for p in mine:
                children = [c for c in mine if c["part_of"] == p["id"]]
                if p["state"] in ("split", "passed", "financed", "bought_back"):
                    assert p["owed"] == 0
                    assert sum(c["amount"] for c in children) <= p["amount"]
                else:
                    assert children == []

    def financed_once(self, tx):
        paid = [r["holding"] for r in tx.all(sa.select(bids.c.holding).where(bids.c.state == "paid"))]
        assert len(paid) == len(set(paid))
        financed = {r["id"] for r in tx.all(sa.select(holdings.c.id).where(holdings.c.state == "financed"))}
        assert financed == set(paid)
        for row in tx.all(sa.select(bids).where(bids.c.state == "paid")):
            assert bidding.received(row) > 0


machine = partial(run_machine, Vouchers)


MANY = int(os.environ.get("SANWANG_EXAMPLES", "16"))


@pytest.mark.parametrize(("kind", "examples"), [("sqlite", MANY), ("postgresql", MANY // 4)])
def test_no_history_breaks_an_invariant(kind, examples, request, tmp_path):
    seen = machine(kind, request, tmp_path, examples)
    wanted = {
        ("bid", "pay"),
        ("holding", "split"),
        ("holding", "deliver"),
        ("voucher", "default"),
        ("voucher", "pay"),
    }
    assert wanted <= seen or kind != "sqlite", sorted(seen)


def _pays_without_taking_the_part(monkeypatch):
    monkeypatch.setattr(
        paper,
        "financed",
        lambda hold, f, h, got, fee, unit: _without(paper_financed(hold, f, h, got, fee, unit)),
    )


paper_financed = paper.financed


def _without(legs):
    from dataclasses import replace

    return [replace(legs[0], step="void"), *legs[1:]]


def _pays_a_fen_less(monkeypatch):
    plain = paper.paid
    monkeypatch.setattr(paper, "paid", lambda p, parts: plain(p, [(h, max(a - 1, 0)) for h, a in parts]))


@pytest.mark.parametrize("broken", [_pays_without_taking_the_part, _pays_a_fen_less])
def test_broken_books_are_caught(tmp_path, request, monkeypatch, broken):
    broken(monkeypatch)
    with pytest.raises(BaseException):  # noqa: B017 - whatever notices it first
        machine("sqlite", request, tmp_path, 40)
