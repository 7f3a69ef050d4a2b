"""Privacy: requests of persons to be erased."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange.tables.base import key, metadata, moment, text, to, version

erasures = sa.Table(
    "erasures",
    metadata,
    key(),
    text("number", "E-2026-0001 …", null=False),
    text("state", "where it stands (erasure.csv)", null=False),
    to("users", "user", "who asks to be erased", null=False, index=True),
    text("why", "why it was not done"),
    moment("deadline_at", "when the clock acts"),
    version(),
    sa.UniqueConstraint("number"),
    sa.Index("ix_erasures_deadline", "state", "deadline_at"),
    comment="requests to be erased",
)
