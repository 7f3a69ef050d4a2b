"""Clearing rounds: debts lodged by both their sides, the set-off proposed, each firm's notice and its answer."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange.tables.base import (
    day,
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

rounds = sa.Table(
    "rounds",
    metadata,
    key(),
    text("number", "R-2026-001 …", null=False),
    text("state", "where it stands (round.csv)", null=False),
    text("name", "what it is called", null=False),
    text("currency", "ISO 4217: one a round", null=False, default="CNY"),
    day("lodge_until_on", "debts are lodged until", null=False),
    day("effect_on", "the set-off takes effect on", null=False),
    number("solved", "how often it was solved", null=False, default="0"),
    fen("lodged", "debts that took part in the last solution", null=False, default="0"),
    fen("cleared", "what the last solution sets off", null=False, default="0"),
    number(
        "harmless", "1: nobody outside may lose by it, as far as the exchange sees", null=False, default="0"
    ),
    fen("price", "what that rule costs: how much less is set off", null=False, default="0"),
    document("left_out", "parties that take no part, each with the reason", null=False),
    moment("deadline_at", "when the clock acts"),
    text("why", "code of how it ended"),
    version(),
    sa.UniqueConstraint("number"),
    sa.CheckConstraint("effect_on > lodge_until_on", name="dates"),
    sa.CheckConstraint("cleared >= 0 and cleared <= lodged", name="cleared"),
    sa.Index("ix_rounds_deadline", "state", "deadline_at"),
    comment="set-off among many by everybody's agreement",
)

lodgings = sa.Table(
    "lodgings",
    metadata,
    key(),
    text("state", "where it stands (lodging.csv)", null=False),
    to("rounds", "round", "for which round", null=False),
    to("parties", "debtor", "who owes", null=False),
    to("parties", "creditor", "who is owed", null=False),
    fen("amount", "how much", null=False),
    fen("cleared", "what of it the last solution sets off", null=False, default="0"),
    text("currency", "ISO 4217", null=False, default="CNY"),
    day("due_on", "due; what falls due first is set off first", null=False),
    text("invoice", "number of its invoice"),
    to("holdings", "holding", "the part of a voucher that it is"),
    text("source_digest", "digest of invoice or part: one debt is lodged once", null=False),
    moment("deadline_at", "never: the round's deadlines count"),
    text("why", "code of how it ended"),
    version(),
    sa.CheckConstraint("amount > 0 and cleared >= 0 and cleared <= amount", name="amount"),
    sa.CheckConstraint("debtor <> creditor", name="two_parties"),
    partial("uq_lodgings_source", "source_digest", where="state in ('waiting', 'in')"),
    sa.Index("ix_lodgings_round", "round", "state"),
    sa.Index("ix_lodgings_debtor", "debtor", "state"),
    sa.Index("ix_lodgings_creditor", "creditor", "state"),
    comment="debts in a round: the creditor lodges, the debtor confirms",
)

round_notices = sa.Table(
    "round_notices",
    metadata,
    key(),
    text("state", "where it stands (round_notice.csv)", null=False),
    to("rounds", "round", "of which round", null=False),
    to("parties", "addressee", "whose", null=False),
    number("solved", "of which solution", null=False),
    fen("payable", "debts of its own that take part", null=False),
    fen("receivable", "claims of its own that take part", null=False),
    fen("cleared", "what is set off on both sides alike", null=False),
    text("currency", "ISO 4217", null=False, default="CNY"),
    document("lines", "its own debts and claims: lodging, amount, what is set off", null=False),
    text("text_digest", "digest of the figures: what is agreed to", null=False),
    text("entry", "the entry that set it off"),
    moment("deadline_at", "never: the round's deadlines count"),
    text("why", "code of the refusal"),
    version(),
    sa.CheckConstraint("cleared > 0 and cleared <= payable and cleared <= receivable", name="cleared"),
    partial("uq_round_notices_standing", "round", "addressee", where="state in ('sent', 'accepted')"),
    sa.Index("ix_round_notices_round", "round", "state"),
    sa.Index("ix_round_notices_addressee", "addressee", "state"),
    comment="what a round would set off for a firm, its answer, and afterwards its certificate",
)
