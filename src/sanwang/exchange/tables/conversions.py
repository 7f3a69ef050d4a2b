"""Currencies exchanged: what was asked for, the institution's rate with source and day, and what it gave."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange.tables.base import day, fen, key, metadata, moment, text, to, version

conversions = sa.Table(
    "conversions",
    metadata,
    key(),
    text("number", "X-2026-00001 …", null=False),
    text("state", "where it stands (conversion.csv)", null=False),
    to("parties", "party", "who exchanges", null=False),
    to("parties", "institution", "at whose rate", null=False),
    fen("amount", "what is given", null=False),
    text("currency", "of what is given, ISO 4217", null=False),
    text("wanted", "of what is got, ISO 4217", null=False),
    text("rate", "units of what is got for one unit of what is given, a plain decimal"),
    text("source", "where the rate comes from"),
    day("on_day", "the rate's day"),
    day("valid_until_on", "the quote holds until"),
    fen("got", "what is got, rounded down to the currency's smallest part"),
    text("given_payment", "the booking by which what was given left the bank"),
    text("got_payment", "the booking by which what was got reached the bank"),
    moment("deadline_at", "when the clock acts"),
    version(),
    sa.UniqueConstraint("number"),
    sa.CheckConstraint("amount > 0 and (got is null or got > 0)", name="amount"),
    sa.CheckConstraint("currency <> wanted", name="two_currencies"),
    sa.CheckConstraint("party <> institution", name="two_parties"),
    sa.Index("ix_conversions_deadline", "state", "deadline_at"),
    sa.Index("ix_conversions_party", "party", "state"),
    comment="an exchange of currencies: two linked transfers in two books, both or neither",
)
