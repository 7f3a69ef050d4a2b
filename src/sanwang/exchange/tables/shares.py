"""Income shares to the persons who made a technology: every version of a distribution, its lines, who agreed when."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange.tables.base import (
    document,
    fen,
    key,
    metadata,
    moment,
    number,
    partial,
    text,
    to,
    version,
)

shares = sa.Table(
    "shares",
    metadata,
    key(),
    text("number", "I-2026-00001 …", null=False),
    text("state", "where it stands (share.csv)", null=False, default="active"),
    to("deals", "deal", "of which deal", null=False),
    to("parties", "institution", "whose inventors they are", null=False),
    number("edition", "version of the distribution within the deal, from 1", null=False, default="1"),
    document(
        "rule", "the rules in force on the day, each with article, source and how it was read", null=False
    ),
    number("floor_bp", "least part of the net income for the inventors, in basis points", null=False),
    number("given_bp", "part agreed for them, in basis points", null=False),
    fen("costs_said", "documented costs and taxes, as agreed", null=False, default="0"),
    fen("costs", "documented costs and taxes left to be taken off", null=False, default="0"),
    fen("counted", "received and counted so far, net of costs", null=False, default="0"),
    fen("due", "of the inventors' part, not set aside yet: the money was not free", null=False, default="0"),
    text(
        "text_digest",
        "SHA-256 of the distribution that everybody agrees to; empty in rows older than the process",
    ),
    to("users", "proposed_by", "who proposed it"),
    moment("deadline_at", "when the clock acts"),
    version(),
    sa.UniqueConstraint("number"),
    partial("uq_shares_open", "deal", where="state in ('proposed', 'agreed')"),
    sa.CheckConstraint("given_bp >= floor_bp and given_bp <= 10000", name="floor"),
    sa.Index("ix_shares_deadline", "state", "deadline_at"),
    sa.Index("ix_shares_deal", "deal", "state"),
    sa.Index("ix_shares_institution", "institution", "state"),
    comment="income shares to the persons who made the technology",
)

share_lines = sa.Table(
    "share_lines",
    metadata,
    key(),
    to("shares", "share", "of which", null=False, index=True),
    number("no", "1, 2 …", null=False, default="1"),
    text("name", "the person, as the institution names them", null=False),
    number("bp", "part of the inventors' part, in basis points; all lines make 10000"),
    fen("amount", "or a sum; all lines make the inventors' part of the price"),
    to("users", "user", "who agrees: the person, or who acts for them", index=True),
    text("acting", "on what paper somebody else acts for the person"),
    moment("agreed_at", "when it was agreed to"),
    text("agreed_digest", "SHA-256 of what was agreed to"),
    sa.CheckConstraint("(bp is null) <> (amount is null)", name="bp_or_amount"),
    sa.CheckConstraint(
        "(bp is null or (bp > 0 and bp <= 10000)) and (amount is null or amount > 0)", name="part"
    ),
    comment="who gets which part of the inventors' part",
)
