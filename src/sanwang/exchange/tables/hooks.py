"""Where programs of other houses are told of events, and what became of each telling."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange.tables.base import key, metadata, moment, number, one_of, text, to

hook_hosts = sa.Table(
    "hook_hosts",
    metadata,
    sa.Column(
        "host", sa.String(260), primary_key=True, comment="host, with its port where it is not the usual one"
    ),
    to("users", "by", "which operator allowed it", null=False),
    moment("at", "since", null=False),
    comment="the only hosts that may be told",
)

hooks = sa.Table(
    "hooks",
    metadata,
    key(),
    to("users", "user", "whose rights decide what is told", null=False),
    to("parties", "party", "on whose business", null=False),
    text("url", "where it is told", null=False),
    text("secret", "what tellings are signed with", null=False),
    text("secret_before", "the secret before, while it is being changed"),
    moment("before_until", "the secret before signs until"),
    number("follows", "events looked through up to this link", null=False, default="0"),
    text("state", "active, paused or disabled", null=False, default="active"),
    moment("failing_since", "no telling has arrived since"),
    text("why", "why it was disabled"),
    moment("created_at", "since", null=False),
    moment("ended_at", "taken away"),
    one_of("state", "active", "paused", "disabled"),
    sa.Index("ix_hooks_state", "state"),
    comment="webhooks: addresses that are told of events on a party's business",
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    key(),
    to("hooks", "hook", "to whom", null=False),
    to("events", "event", "of what", null=False),
    number("link", "place of the event in the record", null=False),
    text("state", "queued, arrived or given_up", null=False, default="queued"),
    number("tries", "how often it was sent", null=False, default="0"),
    moment("due_at", "next try not before", null=False),
    number("status", "HTTP status of the last answer"),
    text("words", "what went wrong last"),
    moment("done_at", "arrived or given up"),
    one_of("state", "queued", "arrived", "given_up"),
    sa.UniqueConstraint("hook", "event"),
    sa.Index("ix_deliveries_due", "state", "due_at"),
    comment="one telling of one event to one webhook",
)
