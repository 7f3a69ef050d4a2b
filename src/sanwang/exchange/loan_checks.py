"""Loans recomputed: drawn = repaid + outstanding + written off + given back; no guarantee above its share."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa

from sanwang.exchange.events import Fault
from sanwang.exchange.ledger.accounts import balance
from sanwang.exchange.limits import OPEN
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.loans import guarantees, instalments, loans
from sanwang.exchange.tables.money import accounts

DRAWN = (*OPEN, "repaid", "written_off", "closed")


def verify(tx: Tx) -> list[Fault]:
    """Every way in which loans, their schedules, guarantees and the books do not agree; empty where all is well."""
    books: dict[tuple[str, str], int] = defaultdict(int)
    for row in tx.all(sa.select(accounts).where(accounts.c.code.in_(("loan", "lent", "bad")))):
        books[row["code"], row["deal"]] += balance(row)
    plans: dict[tuple[str, int], int] = defaultdict(int)
    for row in tx.all(sa.select(instalments)):
        plans[row["loan"], row["plan"]] += row["principal"] - row["paid_principal"]
    faults = [f for row in tx.all(sa.select(loans)) for f in _loan(row, books, plans)]
    for row in tx.all(sa.select(guarantees)):
        if row["paid"] * 10_000 > row["amount"] * row["share_bp"] or row["recovered"] > row["paid"]:
            faults.append(Fault(f"guarantee {row['id']}", "more than its share was paid", "代偿超过担保份额"))
    return faults


CHECKS.append(verify)


def _loan(row: Row, books: dict[tuple[str, str], int], plans: dict[tuple[str, int], int]) -> list[Fault]:
    owed, lent, bad = (books[code, row["id"]] for code in ("loan", "lent", "bad"))
    outstanding = row["drawn"] - row["repaid"] - row["written_off"] - row["returned"]
    name = f"loan {row['number']}"
    if (lent, bad, owed) != (outstanding, row["written_off"], lent + bad):
        return [Fault(name, "its principal does not add up", "贷款本金不平")]
    left = plans[row["id"], row["plan"]] + ((row["terms"] or {}).get("residual", 0) if row["drawn"] else 0)
    if row["state"] in ("performing", "arrears") and left != lent:
        return [Fault(name, "its schedule is not what is owed", "还款计划与未还本金不符")]
    return []
