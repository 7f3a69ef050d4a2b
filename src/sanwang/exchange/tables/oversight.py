"""Oversight: versions of rules, who wrote and approved them, and what they did on the record before they went live."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange.tables.base import document, key, metadata, moment, number, text, to, version

watch_rules = sa.Table(
    "watch_rules",
    metadata,
    key(),
    text("state", "where it stands (rule.csv)", null=False),
    text("code", "the rule's code", null=False),
    number("edition", "1, 2, …: a rule is never edited, a new one is drafted", null=False),
    document("rule", "the whole rule as it was given", null=False),
    text("text_digest", "SHA-256 of the rule", null=False),
    to("users", "author", "who drafted it", null=False),
    to("users", "approved_by", "who, beside another, let it go live"),
    document(
        "backtest", "what it said of the sealed events: up to which link, how many alerts, their digest"
    ),
    moment("shadow_at", "since when it runs in the shadow"),
    text("words", "why it was paused or retired"),
    moment("deadline_at", "when the clock acts: never"),
    version(),
    sa.UniqueConstraint("code", "edition"),
    comment="versions of rules over the events",
)
