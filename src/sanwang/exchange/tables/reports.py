"""Monthly reports as they were given, each version with its figures and the end of the record it was made from."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange.tables.base import append_only, metadata, moment, number, text, to

reports = append_only(
    sa.Table(
        "reports",
        metadata,
        sa.Column("month", sa.String(7), primary_key=True, comment="2026-05"),
        sa.Column("no", sa.BigInteger, primary_key=True, autoincrement=False, comment="1, 2 … when restated"),
        number("link", "end of the sealed record it was made from", null=False),
        text("record_digest", "digest of the record there", null=False),
        sa.Column("parquet", sa.LargeBinary, nullable=False, comment="the figures with their events"),
        text("digest", "SHA-256 of the figures", null=False),
        to("users", "by", "who gave it out", null=False),
        moment("at", "when", null=False),
        text("why", "why it was restated; empty for the first"),
        comment="append-only: a report given out is never changed, only restated",
    )
)
