"""A fictional market with banks: helpers for the tests of money in motion."""

from __future__ import annotations

import uuid
from unittest.mock import patch

from tests_market import HASHED, PASSWORD, Market, code, market

from sanwang.exchange import people
from sanwang.exchange.ledger.accounts import found, free
from sanwang.exchange.ledger.rules import received, wallet
from sanwang.exchange.ledger.transfers import post
from sanwang.exchange.who import EXCHANGE, RAIL

POSTS = {"member": ("member",), "signer": ("signer", "member", "payer"), "second": ("signer", "releaser")}


def money_market(store, clock, banks=("bank_a", "bank_b"), firms=("supplier", "maker")) -> Market:
    """The market of the tests with more firms and two financiers, each with three people."""
    with patch.object(people, "hashed", HASHED):  # one password: hashing it for every person takes seconds
        return _money_market(store, clock, banks, firms)


def _money_market(store, clock, banks, firms) -> Market:
    m = market(store, clock)

    def add(tx):
        made, users = {}, {}
        for n, name in enumerate((*banks, *firms), 20):
            party = people.add_party(
                tx, EXCHANGE, f"A{n:04d}", f"虚构{name}", place="110108", uscc=code(n), fictional=True
            )
            people.verify_party(tx, EXCHANGE, party)
            made[name] = party
            for position, roles in POSTS.items():
                user = people.add_user(tx, EXCHANGE, f"{name}_{position}", name, PASSWORD)
                users[f"{name}_{position}"] = user
                for role in (*roles, *(("financier",) if name in banks else ())):
                    people.grant(tx, EXCHANGE, user, role, "party", party)
        return made, users

    made, users = store.run(add)
    m.party |= made
    m.who |= {name: m.x.person(user) for name, user in users.items()}
    return m


def gets(m: Market, name: str, amount: int, currency: str = "CNY", rail: str = "simulated") -> None:
    """Money comes in for a party."""
    m.n = getattr(m, "n", 0) + 1
    if currency != "CNY":  # as if declared: receipts that wait for it have tests of their own
        legs = received(rail, wallet(m.party[name], currency), amount)
        m.x.store.run(lambda tx: post(tx, str(uuid.uuid4()), legs))
        return
    data = {
        "reference": f"IN{m.n}",
        "amount": amount,
        "party": m.party[name],
        "currency": currency,
        "rail": rail,
    }
    m.x.take(RAIL, "payment", None, "receive", data)


def has(m: Market, name: str, currency: str = "CNY") -> int:
    """A party's free money."""
    with m.x.store.read() as tx:
        row = found(tx, wallet(m.party[name], currency))
        return free(row) if row else 0


def live_voucher(
    m: Market,
    debtor="firm",
    holder="supplier",
    amount=10_000_000,
    due_on="2027-03-01",
    invoice="INV-1",
    **more,
) -> str:
    """A voucher that its debtor confirmed with two persons and its first holder accepted."""
    data = {
        "debtor": m.party[debtor],
        "holder": m.party[holder],
        "amount": amount,
        "due_on": due_on,
        "invoice": invoice,
    }
    made = m.x.take(m[f"{debtor}_signer"], "voucher", None, "draft", data | more)
    m.x.take(m[f"{debtor}_signer"], "voucher", made, "confirm")
    m.x.take(m[f"{debtor}_second"], "voucher", made, "confirm")
    m.x.take(m[f"{holder}_signer"], "voucher", made, "accept")
    return made


def held(m: Market, name: str, *states: str) -> list[dict]:
    """Parts of vouchers that a party holds, oldest first."""
    rows = m.x.mine(m[f"{name}_member"], "holding")
    return sorted(
        (r for r in rows if r["holder"] == m.party[name] and r["state"] in (states or ("live",))),
        key=lambda r: r["number"],
    )
