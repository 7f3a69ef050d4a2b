"""Orders to an operator of digital wallets: a template contract deployed, its parts settled."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange.tables.base import (
    fen,
    key,
    metadata,
    moment,
    number,
    one_of,
    partial,
    text,
    to,
    version,
)

wallet_orders = sa.Table(
    "wallet_orders",
    metadata,
    key(),
    text("reference", "our reference: the operator does the same reference once", null=False),
    text("state", "where it stands (wallet_order.csv)", null=False),
    to("prepaids", "prepaid", "of which prepaid money", null=False, index=True),
    to("parties", "funder", "whose money it is until an outcome", null=False),
    to("parties", "provider", "who is paid by it", null=False),
    text("what", "deploy: lock all parts; settle: end one part", null=False),
    number("part", "which part is settled; 0: the whole is locked", null=False),
    number("attempt", "1, and one more after each refusal", null=False),
    fen("amount", "what is locked, or the part that is settled", null=False),
    fen("to_provider", "what the provider gets of it", null=False, default="0"),
    text("currency", "ISO 4217", null=False, default="CNY"),
    text("text_digest", "digest of the contract", null=False),
    text("why", "what the operator said when it refused"),
    moment("sent_at", "when it was first sent"),
    moment("deadline_at", "when the clock acts"),
    version(),
    sa.UniqueConstraint("reference"),
    one_of("what", "deploy", "settle"),
    sa.CheckConstraint("(what = 'deploy') = (part = 0)", name="part"),
    sa.CheckConstraint("to_provider >= 0 and to_provider <= amount", name="to_provider"),
    partial(
        "uq_wallet_orders_open",
        "prepaid",
        "part",
        where="state in ('instructed', 'sent', 'unknown', 'confirmed') and what = 'settle'",
    ),
    sa.Index("ix_wallet_orders_deadline", "state", "deadline_at"),
    comment="what an operator of wallets was told to do with prepaid money, and what it answered",
)
