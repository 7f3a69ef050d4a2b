"""The sandbox: tests with a rule relaxed, who takes part, what was observed; comments and complaints with redress."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange.tables.base import (
    append_only,
    day,
    document,
    fen,
    key,
    metadata,
    moment,
    number,
    one_of,
    text,
    to,
    version,
)

pilots = sa.Table(
    "pilots",
    metadata,
    key(),
    text("number", "T-2026-0001 …; drafts have one too", null=False),
    text("state", "where it stands (pilot.csv)", null=False),
    to("parties", "applicant", "who applies and answers for it", null=False, index=True),
    to("parties", "partner", "the licensed institution it is run with"),
    text("place", "GB/T 2260 code of the applicant: whose overseers it is for"),
    text("title", "what is tested", null=False),
    text("relaxes", "the rule that is relaxed, with its article", null=False),
    text("eases", "name of the exchange's own rule that is relaxed on this exchange; empty: none"),
    number("eased_to", "its value for those who take part"),
    text("audience", "who may take part", null=False),
    text("aim", "aim", null=False),
    text("benefit", "benefit expected", null=False),
    text("plan", "how it is run", null=False),
    text("safeguards", "safeguards", null=False),
    text("complaint_way", "how one complains", null=False),
    text("compensation", "how loss is made good", null=False),
    document("exit_plan", "steps of the exit, a line each: days after leaving | words", null=False),
    text("consent", "the text that everybody who takes part agrees to", null=False),
    text("consent_digest", "SHA-256 of that text", null=False),
    document("measures", "measures of success, a line each, fixed before the start", null=False),
    number("comparison", "of a hundred who take part, how many are drawn for comparison", null=False),
    day("from_on", "first day", null=False),
    day("until_on", "last day", null=False),
    number("most_people", "people at most", null=False),
    fen("most_person", "money a person at most", null=False),
    fen("most_total", "money in all at most", null=False),
    number("most_complaints", "complaints a 10,000 people at most, of 20 people at least", null=False),
    fen("most_loss", "loss at most", null=False),
    number("people", "people who took part", null=False, default="0"),
    fen("total", "money used in all", null=False, default="0"),
    number("complaints", "complaints lodged", null=False, default="0"),
    fen("loss", "losses told", null=False, default="0"),
    text("authority", "who allowed it"),
    text("paper", "number of the paper that allowed it"),
    document("exited", "steps of the exit that are done: number, day", null=False),
    text("finding", "what the overseers found"),
    document("results", "measures of success as they came out"),
    moment("noticed_at", "when the public notice began"),
    moment("left_at", "when the exit began"),
    moment("deadline_at", "when the clock acts"),
    version(),
    sa.UniqueConstraint("number"),
    sa.CheckConstraint("comparison between 10 and 90", name="comparison"),
    sa.CheckConstraint("people <= most_people and total <= most_total", name="within"),
    sa.Index("ix_pilots_deadline", "state", "deadline_at"),
    comment="tests in the sandbox: limits are held by the database too",
)

pilot_accounts = sa.Table(
    "pilot_accounts",
    metadata,
    to("pilots", "pilot", "the test", primary=True),
    sa.Column(
        "account", sa.Text, primary_key=True, comment="a party's id, or a pseudonym the applicant keeps"
    ),
    to("parties", "party", "the party, where it is one", index=True),
    text("part", "test or comparison, drawn from the event of enrolment", null=False),
    fen("used", "money used", null=False, default="0"),
    text("event", "the enrolment", null=False),
    moment("left_at", "when it left"),
    one_of("part", "test", "comparison"),
    comment="who takes part: no names",
)

pilot_observations = append_only(
    sa.Table(
        "pilot_observations",
        metadata,
        to("pilots", "pilot", "the test", primary=True),
        sa.Column("account", sa.Text, primary_key=True, comment="who was observed"),
        sa.Column(
            "measure", sa.BigInteger, primary_key=True, autoincrement=False, comment="number of the measure"
        ),
        number("value", "what was observed: 1 or 0 of a share, a whole number of a mean", null=False),
        text("event", "the event that told it", null=False),
        comment="one observation an account and measure, never changed",
    )
)

complaints = sa.Table(
    "complaints",
    metadata,
    key(),
    text("number", "K-2026-00001 …", null=False),
    text("state", "where it stands (complaint.csv)", null=False),
    text("saying", "complaint, or comment on an application", null=False),
    to("pilots", "pilot", "the test it is about", index=True),
    to("parties", "against", "whom it is against", null=False, index=True),
    to("parties", "by_party", "the party that complains, where it is one", index=True),
    to("users", "by_user", "who lodged it", null=False),
    text("account", "who takes part and complains through the applicant or an overseer"),
    text("place", "GB/T 2260 code of whom it is against", null=True),
    text("words", "what is complained of", null=False),
    fen("asked", "redress asked"),
    text("answer", "the answer"),
    fen("redress", "redress owed"),
    text("finding", "what the overseer decided"),
    text("payment", "the payment that made it good, where it left over a bank"),
    moment("deadline_at", "when the clock acts"),
    version(),
    sa.UniqueConstraint("number"),
    sa.UniqueConstraint("payment"),
    one_of("saying", "complaint", "comment"),
    sa.Index("ix_complaints_deadline", "state", "deadline_at"),
    comment="complaints with clocks and redress; comments on applications",
)
