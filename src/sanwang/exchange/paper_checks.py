"""Vouchers recomputed: what their rows say against what the voucher book holds."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa

from sanwang.exchange.events import Fault
from sanwang.exchange.ledger.accounts import balance
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.money import accounts, transfers
from sanwang.exchange.tables.vouchers import bids, holdings, vouchers
from sanwang.exchange.vouchers import HELD, outstanding


def verify(tx: Tx) -> list[Fault]:
    """Every way in which vouchers, their parts and the voucher book do not agree; empty where all is well.

    What is still owed on a voucher stands against its holders and what was lost, to the fen; each holder's account is
    the sum of its parts; a part is sold to one financier at most, and is set aside while the price is awaited.
    """
    books = _books(tx)
    owed: dict[tuple[str, str], int] = defaultdict(int)
    for row in tx.all(sa.select(holdings).where(holdings.c.state.in_(HELD))):
        owed[row["voucher"], row["holder"]] += row["owed"]
    faults = [f for row in tx.all(sa.select(vouchers)) for f in _voucher(row, books, owed)]
    keys = {k[1:] for k in books if k[0] == "holder"} | set(owed)
    for voucher, holder in sorted(keys):
        if owed.get((voucher, holder), 0) != books.get(("holder", voucher, holder), 0):
            faults.append(
                Fault(f"voucher {voucher}", "a holder's parts are not its account", "持有部分与账簿不符")
            )
    return faults + _sales(tx)


CHECKS.append(verify)


def _books(tx: Tx) -> dict[tuple[str, str, str], int]:
    asked = sa.select(accounts).where(accounts.c.code.in_(("obligation", "holder", "lost")))
    return {(r["code"], r["deal"], r["party"]): balance(r) for r in tx.all(asked)}


def _voucher(
    row: Row, books: dict[tuple[str, str, str], int], owed: dict[tuple[str, str], int]
) -> list[Fault]:
    debt = books.get(("obligation", row["id"], row["debtor"]), 0)
    lost = books.get(("lost", row["id"], ""), 0)
    held = sum(amount for (voucher, _), amount in owed.items() if voucher == row["id"]) if debt else 0
    wanted = outstanding(row) if row["state"] in ("live", "overdue", "settled", "written_off") else 0
    if debt == wanted == held + lost and (row["state"] != "settled" or debt == 0):
        return []
    return [
        Fault(
            f"voucher {row['number'] or row['id']}",
            "its parts do not make what is owed",
            "各部分之和与应付不符",
        )
    ]


def _sales(tx: Tx) -> list[Fault]:
    """Every part that is sold waits for one accepted bid whose hold is open, and the other way round."""
    ended = sa.select(transfers.c.hold).where(transfers.c.hold.is_not(None), transfers.c.step != "hold")
    waits = sa.select(bids.c.holding).where(bids.c.state == "accepted", bids.c.hold.not_in(ended))
    sold = {r["id"] for r in tx.all(sa.select(holdings.c.id).where(holdings.c.state == "sold"))}
    waiting = {r["holding"] for r in tx.all(waits)}
    return [
        Fault(f"holding {one}", "is not sold as its bid says", "成交状态与报价不符")
        for one in sorted(sold ^ waiting)
    ]
