"""Casework: alerts that rules gave, snoozes, cases that were opened because of them, and what people found."""

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
    one_of,
    partial,
    text,
    to,
    version,
)

ENDED = ("cleared", "closed", "overturned")
"""States of a case that nothing leads out of."""

SEVERITIES = ("high", "medium", "low")

rule_texts = append_only(
    sa.Table(
        "rule_texts",
        metadata,
        sa.Column("digest", sa.String(64), primary_key=True, comment="SHA-256 of the rule"),
        document("rule", "the whole rule as it ran", null=False),
        comment="append-only: the texts of rules that gave an alert, shipped ones too",
    )
)

snoozes = sa.Table(
    "snoozes",
    metadata,
    key(),
    text("state", "where it stands (snooze.csv)", null=False),
    text("code", "the rule's code", null=False),
    text("subject_kind", "what it is about: party, deal, voucher …", null=False),
    text("subject", "its id", null=False),
    day("until_on", "the last day on which alerts open no case", null=False),
    text("words", "why", null=False),
    to("users", "set_by", "who set it", null=False),
    moment("deadline_at", "when the clock ends it"),
    version(),
    partial("ix_snoozes_one", "code", "subject_kind", "subject", where="state = 'in_force'"),
    comment="for some time alerts of a rule about a subject are kept and open no case",
)

cases = sa.Table(
    "cases",
    metadata,
    key(),
    text("number", "W-2026-00001 …", null=False),
    text("state", "where it stands (case.csv)", null=False),
    text("code", "the rule's code", null=False),
    number("edition", "the rule's edition; 0 for a shipped one", null=False),
    text("severity", "high, medium or low", null=False),
    text("subject_kind", "what it is about: party, deal, voucher …", null=False),
    text("subject", "its id", null=False),
    document("parties", "parties whom the alert names", null=False),
    document("places", "GB/T 2260 codes of these parties: whose analysts see it", null=False),
    text("alert", "the alert that opened it; its values do not change", null=False),
    number("link", "place in the chain of the event that the alert is about", null=False),
    moment("opened_at", "when it was opened", null=False),
    to("users", "handler", "the analyst who works on it"),
    to("parties", "asked_party", "the party that was asked"),
    text("question", "what it was asked"),
    moment("asked_at", "when"),
    text("answer", "what it answered"),
    to("documents", "document", "the file it answered with"),
    moment("answered_at", "when it answered; empty where it was silent"),
    text("finding", "false: a false alarm; true: something is wrong"),
    to("users", "found_by", "who found it"),
    text("found_words", "why"),
    text("case_measure", "what was done: notice, correct, report or suspend"),
    text("article", "on which article"),
    text("measure_words", "what the party is told"),
    to("users", "acted_by", "the second person"),
    to("parties", "held_party", "the party that the measure concerns, which may appeal"),
    text("back_words", "why the second person gave it back"),
    text("appeal", "what the party says against it"),
    moment("appealed_at", "when"),
    text("appeal_words", "the answer to the appeal"),
    to("users", "appeal_by", "who decided it"),
    moment("deadline_at", "when the clock acts"),
    version(),
    sa.UniqueConstraint("number"),
    one_of("severity", *SEVERITIES),
    one_of("finding", "true", "false"),
    sa.CheckConstraint("acted_by is null or acted_by <> found_by", name="two_persons"),
    sa.CheckConstraint("appeal_by is null or (appeal_by <> found_by and appeal_by <> acted_by)", name="third_person"),
    partial(
        "ix_cases_one", "code", "subject_kind", "subject",
        where="state not in ('cleared', 'closed', 'overturned')",
    ),
    sa.Index("ix_cases_deadline", "state", "deadline_at"),
    sa.Index("ix_cases_asked", "asked_party", "state"),
    sa.Index("ix_cases_held", "held_party", "state"),
    comment="what analysts look into because a rule gave an alert",
)  # fmt: skip

watch_alerts = append_only(
    sa.Table(
        "watch_alerts",
        metadata,
        key(),
        text("code", "the rule's code", null=False),
        number("edition", "the rule's edition; 0 for a shipped one", null=False),
        sa.Column(
            "rule_digest",
            sa.String(64),
            sa.ForeignKey("rule_texts.digest", ondelete="RESTRICT"),
            nullable=False,
            comment="SHA-256 of the rule as it ran",
        ),
        text("mode", "live, or shadow: kept and nobody is asked", null=False),
        text("severity", "high, medium or low", null=False),
        number("link", "place in the chain where the rule could first speak", null=False),
        text("event", "the event it is about", null=False),
        moment("known_at", "when that was known", null=False),
        moment("stored_at", "when the alert was stored", null=False),
        text("subject_kind", "what it is about: party, deal, voucher …", null=False),
        text("subject", "its id", null=False),
        document("parties", "parties it names", null=False),
        text("deal", "the deal, where it is about one"),
        text("about", "the subject of the fact", null=False),
        document("values", "what the rule read, by name; money in fen", null=False),
        document("behind", "events behind each value, the newest ones", null=False),
        document(
            "zh", "why, article, what would have cleared it, what an answer costs: in Chinese", null=False
        ),
        document("en", "the same in English", null=False),
        to("snoozes", "snooze", "the snooze because of which it opened no case"),
        to("cases", "case", "the case it opened or belongs to", index=True),
        sa.UniqueConstraint("code", "edition", "link", "event"),
        one_of("mode", "live", "shadow"),
        one_of("severity", *SEVERITIES),
        sa.Index("ix_watch_alerts_subject", "subject_kind", "subject"),
        comment="append-only: what rules said of sealed events; anyone with the events computes the same",
    ),
    once=("case",),
)

labels = append_only(
    sa.Table(
        "labels",
        metadata,
        key(),
        to("watch_alerts", "alert", "which alert", null=False, index=True),
        to("cases", "case", "as the finding of a case; empty where a shadow alert was judged", index=True),
        text("code", "the rule's code", null=False),
        number("edition", "the rule's edition", null=False),
        text("verdict", "true: it was right to ask; false: a false alarm", null=False),
        text("words", "why", null=False),
        to("users", "by", "who said so", null=False),
        moment("at", "when", null=False),
        one_of("verdict", "true", "false"),
        sa.Index("ix_labels_code", "code", "edition"),
        comment="append-only: what people found; the newest of an alert holds",
    )
)
