"""Relations between parties that are on record: who is related to whom, since which source says so."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange.tables.base import key, metadata, moment, text, to, version

relations = sa.Table(
    "relations",
    metadata,
    key(),
    text("number", "RL-2026-0001 …", null=False),
    text("state", "where it stands (relation.csv)", null=False),
    to("parties", "one", "one party; of a control, the one that controls", null=False, index=True),
    to("parties", "two", "the other party", null=False, index=True),
    text("relation_kind", "control, common_control, managers or kin", null=False),
    text("shown_by", "what shows it, as it was given", null=False),
    to("users", "declared_by", "who put it on record", null=False),
    moment("deadline_at", "when the clock acts"),
    version(),
    sa.UniqueConstraint("number"),
    sa.CheckConstraint("one <> two", name="two_parties"),
    sa.Index("ix_relations_deadline", "state", "deadline_at"),
    comment="relations between parties, from the declaration to the end",
)
