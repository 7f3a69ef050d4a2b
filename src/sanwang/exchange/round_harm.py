"""Whom a set-off would hurt that is not in it, as far as the exchange sees: its debts, and money free on its accounts.

Among firms that pay in full a set-off changes nobody's payments; what a failing debtor cancels against one creditor no
longer reaches the others. So firms by whom somebody outside would lose are left out, until nobody outside loses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
import sqlalchemy as sa

from sanwang.exchange.ledger.accounts import usable
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.money import accounts
from sanwang.exchange.tables.rounds import lodgings
from sanwang.exchange.tables.vouchers import holdings
from sanwang.exchange.vouchers import HELD
from sanwang.optimize.clearing import clearing

Debt = tuple[str, str, int]
"""Debtor, creditor, amount."""

TOLERANCE = 0.5
"""A loss below this (fen) is the arithmetic's, not a firm's."""


def known(tx: Tx, round_: Row, rows: Sequence[Row]) -> tuple[list[Debt], dict[str, int]]:
    """Debts that the exchange knows of besides those of the round, and everybody's free money."""
    inside = {r["holding"] for r in rows if r["holding"]}
    asked = sa.select(holdings).where(holdings.c.state.in_(HELD), holdings.c.currency == round_["currency"])
    debts: list[Debt] = [
        (r["debtor"], r["holder"], r["owed"]) for r in tx.all(asked) if r["id"] not in inside
    ]
    others = sa.select(lodgings).where(
        lodgings.c.state == "in", lodgings.c.currency == round_["currency"], lodgings.c.holding.is_(None)
    )
    own = {r["id"] for r in rows}
    debts += [(r["debtor"], r["creditor"], r["amount"]) for r in tx.all(others) if r["id"] not in own]
    wallets = sa.select(accounts).where(
        accounts.c.code == "wallet", accounts.c.book == f"{round_['currency']}:money"
    )
    return debts, {r["party"]: usable(r) for r in tx.all(wallets)}


def lost(debts: Sequence[Debt], cash: Mapping[str, int]) -> tuple[dict[str, float], set[str]]:
    """What each creditor never gets of its claims (smallest part of the currency), and who cannot pay in full."""
    owing = [d for d in debts if d[2] and d[0] != d[1]]
    names = sorted({n for a, b, _ in owing for n in (a, b)})
    if not names:
        return {}, set()
    spot = {name: n for n, name in enumerate(names)}
    tail = np.array([spot[debtor] for debtor, _, _ in owing], np.int64)
    head = np.array([spot[creditor] for _, creditor, _ in owing], np.int64)
    amount = np.array([d[2] for d in owing], np.float64)
    owed = np.bincount(tail, amount, len(names)).astype(np.float64)
    share: Any = sp.csr_matrix((amount / owed[tail], (head, tail)), shape=(len(names), len(names)))
    paid, fails = clearing(owed, share, np.array([float(cash.get(n, 0)) for n in names]))
    short = np.where(fails > 0, owed - paid, 0.0)
    gone = np.bincount(head, amount / owed[tail] * short[tail], len(names))
    return dict(zip(names, gone.tolist(), strict=True)), {n for n in names if fails[spot[n]]}


def culprits(
    rows: Sequence[Row], cleared: Mapping[str, int], others: Sequence[Debt], cash: Mapping[str, int]
) -> set[str]:
    """Who must be left out so that nobody outside loses by a set-off; nobody where nobody outside does."""
    inside = {r[n] for r in rows if cleared.get(r["id"]) for n in ("debtor", "creditor")}
    before = [*others, *((r["debtor"], r["creditor"], r["amount"]) for r in rows)]
    after = [*others, *((r["debtor"], r["creditor"], r["amount"] - cleared.get(r["id"], 0)) for r in rows)]
    (lost_before, failed), (lost_after, fail) = lost(before, cash), lost(after, cash)
    hurt = {n for n, a in lost_after.items() if n not in inside and a - lost_before.get(n, 0.0) > TOLERANCE}
    if not hurt:
        return set()
    failing = inside & (failed | fail)
    return failing & {a for a, b, left in after if b in hurt and left} or failing or inside
