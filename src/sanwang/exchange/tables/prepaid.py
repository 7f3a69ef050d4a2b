"""Prepaid money under conditions: what was agreed, what is so by now, and how each part ended."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange.tables.base import day, document, fen, key, metadata, moment, number, text, to, version

prepaids = sa.Table(
    "prepaids",
    metadata,
    key(),
    text("number", "C-2026-00001 …", null=False),
    text("state", "where it stands (prepaid.csv)", null=False),
    to("parties", "funder", "whose money it is until an outcome", null=False),
    to("parties", "provider", "who is paid by it", null=False),
    text("currency", "ISO 4217", null=False, default="CNY"),
    text("rail", "empty: kept at the institution; wallet: by an operator of digital wallets"),
    fen("amount", "all its parts", null=False),
    number("edition", "grows with every revision of the text", null=False, default="1"),
    document("contract", "facts, dates and parts with their outcomes", null=False),
    text("text_digest", "digest of the contract: what both agree to", null=False),
    document("facts", "facts that are so, each with the moment and who said it", null=False),
    day("due_on", "late after that day", null=False),
    day("expires_on", "every part has ended after that day", null=False),
    text("stopped_by", "the stop that keeps it in place"),
    moment("deadline_at", "when the clock acts"),
    text("words", "claim of a dispute, or ruling"),
    version(),
    sa.UniqueConstraint("number"),
    sa.CheckConstraint("amount > 0", name="amount"),
    sa.CheckConstraint("funder <> provider", name="two_parties"),
    sa.CheckConstraint("expires_on > due_on", name="dates"),
    sa.Index("ix_prepaids_deadline", "state", "deadline_at"),
    sa.Index("ix_prepaids_funder", "funder", "state"),
    sa.Index("ix_prepaids_provider", "provider", "state"),
    comment="money held for a purpose; it ends by one of the outcomes that both agreed to",
)

prepaid_parts = sa.Table(
    "prepaid_parts",
    metadata,
    to("prepaids", "prepaid", "of which contract", primary=True),
    sa.Column("no", sa.BigInteger, primary_key=True, autoincrement=False, comment="place in it, from 1"),
    fen("amount", "how much", null=False),
    to("transfers", "hold", "what is held of it", null=False),
    text(
        "outcome",
        "the outcome's name; refunded or settled where the parties ended it; empty while it is open",
    ),
    fen("to_provider", "what the provider got"),
    sa.CheckConstraint(
        "(outcome is null) = (to_provider is null)"
        " and (to_provider is null or (to_provider >= 0 and to_provider <= amount))",
        name="ended",
    ),
    comment="each part ends once, whole: what the provider does not get is the funder's again",
)
