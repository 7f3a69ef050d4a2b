"""Money that reached a deal's escrow funds the deal's milestones, in their order, as far as it goes."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange.ledger import rules
from sanwang.exchange.ledger.accounts import found, free
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.deals import deals, milestones
from sanwang.exchange.taking import take
from sanwang.exchange.who import EXCHANGE


def fund(tx: Tx, deal: str) -> list[str]:
    """Fund planned milestones while the escrow's free money covers the next one whole; returns their ids."""
    currency = tx.value(sa.select(deals.c.currency).where(deals.c.id == deal))
    asked = sa.select(milestones.c.id, milestones.c.amount)
    planned = asked.where(milestones.c.deal == deal, milestones.c.state == "planned").order_by(
        milestones.c.no
    )
    done: list[str] = []
    for row in tx.all(planned):
        escrow = found(tx, rules.escrow(deal, currency))
        if row["amount"] > (free(escrow) if escrow else 0):
            break
        take(tx, EXCHANGE, "milestone", row["id"], "fund")
        done.append(row["id"])
    return done
