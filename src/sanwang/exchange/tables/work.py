"""What is computed for people: jobs, held by one worker at a time."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange.tables.base import document, key, metadata, moment, number, one_of, partial, text, to

jobs = sa.Table(
    "jobs",
    metadata,
    key(),
    text("kind", "what is to be done: a study's name, import …", null=False),
    document("args", "what was asked", null=False),
    text("digest", "SHA-256 of kind, arguments and data: the same question is asked once", null=False),
    text("state", "queued, running, done, failed or cancelled", null=False, default="queued"),
    number("done", "parts done so far", null=False, default="0"),
    number("total", "parts in all; 0 where not known", null=False, default="0"),
    text("words", "what it is doing, or why it failed"),
    text("place", "folder of its results"),
    to("users", "by", "who asked", null=False),
    number("tries", "how often it was begun", null=False, default="0"),
    text("worker", "who runs it now"),
    moment("lease_until", "another worker may take it after"),
    moment("cancel_at", "a person wants it stopped since"),
    moment("created_at", "since", null=False),
    moment("ended_at", "until"),
    one_of("state", "queued", "running", "done", "failed", "cancelled"),
    partial("uq_jobs_open", "digest", "by", where="state in ('queued', 'running')"),
    sa.Index("ix_jobs_state", "state", "created_at"),
    sa.Index("ix_jobs_by", "by", "created_at"),
    comment="questions that take longer than a page",
)
