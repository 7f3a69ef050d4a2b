"""Mandates to collect by direct debit, and the debits that were collected under them."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange.tables.base import (
    append_only,
    day,
    fen,
    key,
    metadata,
    moment,
    number,
    text,
    to,
    version,
)

mandates = sa.Table(
    "mandates",
    metadata,
    key(),
    text("number", "M-2026-00001 …: its identifier with the bank", null=False),
    text("state", "where it stands (mandate.csv)", null=False),
    to("parties", "creditor", "who may collect", null=False),
    to("parties", "debtor", "from whom", null=False),
    text("currency", "ISO 4217", null=False, default="CNY"),
    fen("amount", "at most so much a debit", null=False),
    text("account_at", "the creditor's account", null=False),
    text("account_from", "the debtor's account, as the debtor wrote it"),
    day("until_on", "until", null=False),
    day("signed_on", "agreed to by the debtor on"),
    moment("deadline_at", "when the clock acts"),
    version(),
    sa.UniqueConstraint("number"),
    sa.CheckConstraint("creditor <> debtor", name="two_parties"),
    sa.CheckConstraint("amount > 0", name="amount"),
    sa.Index("ix_mandates_deadline", "state", "deadline_at"),
    comment="a debtor's authority to collect, from the asking to its end",
)

debits = append_only(
    sa.Table(
        "debits",
        metadata,
        key(),
        to("mandates", "mandate", "under which", null=False, index=True),
        to("loans", "loan", "for which loan or lease", null=False),
        number("plan", "schedule of it", null=False),
        number("no", "instalment of it", null=False),
        fen("amount", "how much", null=False),
        day("due_on", "collected on", null=False),
        text("sequence", "FRST or RCUR: place in the mandate's use", null=False),
        text("reference", "end-to-end reference, ours; at most 35 signs", null=False),
        moment("written_at", "when it was written into a message"),
        text("message", "the message it stands in"),
        sa.UniqueConstraint("loan", "plan", "no"),
        sa.UniqueConstraint("reference"),
        sa.CheckConstraint("amount > 0", name="amount"),
        comment="one instalment collected once under a mandate",
    ),
    once=("written_at", "message"),
)
