"""Clearing rounds recomputed: the entry balances, nobody's net position moved, everybody concerned agreed."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa

from sanwang.exchange.events import Fault
from sanwang.exchange.ledger.accounts import balance
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.money import accounts
from sanwang.exchange.tables.rounds import lodgings, round_notices, rounds


def verify(tx: Tx) -> list[Fault]:
    """Every way in which rounds do not hold; empty where all is well.

    What a firm is relieved of is what it gives up, in every round; of a round that took effect every firm concerned
    holds a certificate; a lodged debt stands in the memo book while it is in a round and not after.
    """
    rows = tx.all(sa.select(lodgings))
    agreed = tx.all(sa.select(round_notices).where(round_notices.c.state == "certified"))
    faults: list[Fault] = []
    for one in tx.all(sa.select(rounds)):
        faults += _round(one, [r for r in rows if r["round"] == one["id"]], agreed)
    return faults + _memo(tx, rows)


CHECKS.append(verify)


def _round(one: Row, rows: list[Row], agreed: list[Row]) -> list[Fault]:
    counting = [r for r in rows if r["state"] == ("cleared" if one["state"] == "done" else "in")]
    net: dict[str, int] = defaultdict(int)
    for row in counting:
        net[row["debtor"]] += row["cleared"]
        net[row["creditor"]] -= row["cleared"]
    name = f"round {one['number']}"
    faults = [Fault(name, "a net position moved", "有净头寸改变")] if any(net.values()) else []
    if one["state"] == "done":
        signed = {r["addressee"] for r in agreed if r["round"] == one["id"]}
        if signed != set(net) or sum(r["cleared"] for r in counting) != one["cleared"]:
            faults.append(Fault(name, "not everybody concerned agreed", "并非所有相关方都同意"))
    return faults


def _memo(tx: Tx, rows: list[Row]) -> list[Fault]:
    asked = sa.select(accounts).where(
        accounts.c.code == "promise", accounts.c.deal.in_([r["id"] for r in rows])
    )
    held = {r["deal"]: balance(r) for r in tx.all(asked)}
    wanted = {r["id"]: r["amount"] if r["state"] == "in" and not r["holding"] else 0 for r in rows}
    off = [i for i, amount in wanted.items() if held.get(i, 0) != amount]
    return [Fault(f"lodging {i}", "the memo book says something else", "备查账不符") for i in off]
