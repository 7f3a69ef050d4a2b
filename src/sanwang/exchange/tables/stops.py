"""Stops: what a court or the law takes out of use, on whose paper, and until when."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange.tables.base import day, fen, key, metadata, moment, one_of, text, to, version

stops = sa.Table(
    "stops",
    metadata,
    key(),
    text("number", "S-2026-0001 …; earlier ones go first", null=False),
    text("state", "where it stands (stop.csv)", null=False),
    text("stopping", "freeze, pledge or insolvency", null=False),
    to("parties", "party", "against whom", null=False, index=True),
    to("holdings", "holding", "the part of a voucher it is about; empty: the party's free money", index=True),
    text("deal", "the deal whose money in escrow it is about"),
    text("prepaid", "the prepaid money it is about"),
    text("loan", "the loan whose claim it is about"),
    fen("amount", "up to how much; empty: all"),
    fen("frozen", "what it keeps in place on the free money now", null=False, default="0"),
    text("currency", "ISO 4217", null=False, default="CNY"),
    text("authority", "who ordered it", null=False),
    text("paper", "number of the order", null=False),
    text("lifted_by", "authority and number of the paper that lifted it"),
    day("until_on", "ends by itself after that day"),
    to("users", "ordered_by", "who entered it"),
    moment("deadline_at", "when the clock acts"),
    version(),
    sa.UniqueConstraint("number"),
    one_of("stopping", "freeze", "pledge", "insolvency"),
    sa.CheckConstraint("amount is null or amount > 0", name="amount"),
    sa.Index("ix_stops_deadline", "state", "deadline_at"),
    comment="judicial freezes, pledges and insolvencies: entered by two, lifted by two",
)
