"""What happened: the chain of events, its published heads, requests answered, readers' places, consents, notices."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange.tables.base import (
    append_only,
    day,
    document,
    key,
    metadata,
    moment,
    number,
    partial,
    text,
    to,
)

events = append_only(
    sa.Table(
        "events",
        metadata,
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
            comment="order of insertion; positions commit out of order, so readers follow link",
        ),
        sa.Column("id", sa.String(36), nullable=False, unique=True, comment="UUIDv7"),
        moment("at", "when it was taken", null=False),
        to("users", "user", "who took it; empty for the clock, a rail or the exchange itself"),
        to("parties", "party", "for which party"),
        text("agent", "person, clock, rail or exchange", null=False, default="person"),
        text("process", "which process", null=False),
        text("subject", "whose state it changed", null=False),
        text("take", "the transition", null=False),
        text("from_state", "state before; empty for the first"),
        text("to_state", "state after", null=False),
        document("data", "field names and digests, and values declared open; never confidential words"),
        text("request", "the request's key"),
        number("link", "place in the chain; empty until sealed"),
        text("digest", "SHA-256 over the previous digest and this row; empty until sealed"),
        sa.UniqueConstraint("link"),
        sa.Index("ix_events_subject", "process", "subject", "seq"),
        partial("ix_events_unsealed", "seq", where="link is null", unique=False),
        comment="append-only: every step taken, in the transaction that took it",
        sqlite_autoincrement=True,
    ),
    once=("link", "digest"),
)

heads = append_only(
    sa.Table(
        "heads",
        metadata,
        sa.Column("link", sa.BigInteger, primary_key=True, autoincrement=False, comment="0 is the beginning"),
        text("digest", "the chain's digest at that link", null=False),
        moment("at", "when it was published", null=False),
        text("algorithm", "sha256", null=False, default="sha256"),
        text("shown_to", "where it was published"),
        comment="published heads of the chain; the row of link 0 is what a sealer holds while it works",
    )
)

requests = sa.Table(
    "requests",
    metadata,
    to("users", "user", "who asked", primary=True),
    sa.Column("key", sa.String(200), primary_key=True, comment="made by the client"),
    text("route", "what was asked", null=False),
    text("body", "SHA-256 of what was sent", null=False),
    document("answer", "what was answered"),
    moment("at", "when", null=False),
    comment="the same request twice is answered once; kept seven days",
)

cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("reader", sa.String(60), primary_key=True, comment="name of the reader"),
    number("link", "last event it has dealt with", null=False, default="0"),
    moment("at", "when", null=False),
    comment="how far each reader of events has come; moved in the transaction of its effect",
)

consents = append_only(
    sa.Table(
        "consents",
        metadata,
        key(),
        text("process", "which process", null=False),
        text("subject", "about what", null=False),
        text("take", "the transition agreed to", null=False),
        number("at_version", "the subject's version agreed on", null=False),
        text("digest", "SHA-256 of the data agreed to", null=False),
        to("users", "user", "who agreed", null=False),
        to("parties", "party", "for which party"),
        to("events", "event", "the event that told it", null=False),
        moment("at", "when", null=False),
        sa.Index("ix_consents_subject", "process", "subject", "take", "at_version"),
        comment="first halves of what takes two: both sides, or two persons of one",
    )
)

notices = sa.Table(
    "notices",
    metadata,
    key(),
    to("users", "user", "whom it tells", null=False),
    text("kind", "search, deadline, overdue, feedback or turn", null=False),
    text("process", "about which process", null=False),
    text("subject", "about what", null=False),
    text("cause", "event, deadline or search that caused it; with user and subject it makes a second one impossible",
         null=False),
    document("words", "what to say: key and terms"),
    moment("at", "when", null=False),
    moment("read_at", "when it was read"),
    sa.UniqueConstraint("user", "subject", "cause"),
    sa.Index("ix_notices_user", "user", "at"),
    comment="what a person is told",
)  # fmt: skip

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True, comment="what is counted"),
    number("value", "last number given", null=False),
    comment="running numbers of deals and the like",
)

datasets = append_only(
    sa.Table(
        "datasets",
        metadata,
        sa.Column("kind", sa.String(40), primary_key=True, comment="kind of row"),
        sa.Column("no", sa.BigInteger, primary_key=True, autoincrement=False, comment="version"),
        sa.Column("parquet", sa.LargeBinary, nullable=False, comment="the table"),
        number("rows", "how many", null=False),
        text("digest", "SHA-256 of the bytes", null=False),
        to("users", "by", "who took it over"),
        moment("at", "when", null=False),
        text("why", "from where, and why"),
        comment="whole imported tables as immutable versions",
    )
)

holidays = sa.Table(
    "holidays",
    metadata,
    day("on", "a day that counts otherwise than its weekday says", null=False),
    number("works", "1 where a Saturday or Sunday is worked, 0 where a weekday is not", null=False),
    text("source", "notice it comes from", null=False),
    sa.PrimaryKeyConstraint("on"),
    comment="public holidays and shifted working days, entered by the operator",
)
