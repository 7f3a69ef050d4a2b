"""Across the border: lists that people load, payments with their codes, and what screening found and who decided."""

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
    partial,
    text,
    to,
    version,
)

KINDS = ("purpose", "balance_of_payments", "quota", "screening", "export")

border_lists = sa.Table(
    "border_lists",
    metadata,
    key(),
    text("number", "B-2026-0001 …: its version", null=False),
    text("state", "where it stands (border_list.csv)", null=False),
    text("list_kind", "what the list is of", null=False),
    text("name", "what its publisher calls it", null=False),
    text("source", "where it was taken from", null=False),
    text("read", "how it was read: text, excerpt, report, own or fictional", null=False),
    day("on_day", "the list as of", null=False),
    number("rows", "how many entries", null=False),
    text("digest", "SHA-256 of the entries", null=False),
    to("users", "loaded_by", "who loaded it", null=False),
    moment("deadline_at", "when the clock acts"),
    version(),
    sa.UniqueConstraint("number"),
    one_of("list_kind", *KINDS),
    one_of("read", "text", "excerpt", "report", "own", "fictional"),
    sa.Index("ix_border_lists_kind", "list_kind", "state"),
    comment="a list that a person loaded; of each kind one is in force",
)

border_entries = append_only(
    sa.Table(
        "border_entries",
        metadata,
        to("border_lists", "list", "of which list", null=False, primary=True),
        sa.Column("no", sa.BigInteger, primary_key=True, autoincrement=False, comment="place in it, from 1"),
        text("entry", "its code or name", null=False),
        document("data", "what the list says of it", null=False),
        sa.Index("ix_border_entries_entry", "list", "entry"),
        comment="entries of lists, as they were loaded",
    )
)

crossings = sa.Table(
    "crossings",
    metadata,
    key(),
    text("number", "C-2026-00001 …", null=False),
    text("state", "where it stands (crossing.csv)", null=False),
    to("parties", "party", "who pays", null=False),
    text("payee", "who is paid, as on the papers", null=False),
    text("country", "of the payee, ISO 3166-1 alpha-2", null=False),
    text("account_at", "the payee's account", null=False),
    fen("amount", "what is paid", null=False),
    text("currency", "ISO 4217", null=False),
    text("purpose_code", "code of the list of purposes", null=False),
    text("bop_code", "code of the list for the balance of payments", null=False),
    to("deals", "deal", "for which deal"),
    text("words", "what for"),
    text("tax_filing", "number of the tax filing, or the article that exempts it"),
    text("usd_rate", "dollars for one unit of the currency, a plain decimal"),
    text("usd_source", "where that rate comes from"),
    day("usd_on", "that rate's day"),
    text("rail", "the way it goes; empty: the usual one"),
    to("users", "filed_by", "who filed it", null=False),
    to("border_lists", "screened_by", "the list that the payee was held against"),
    document("hits", "entries of it that sound like the payee"),
    to("border_lists", "quota_list", "the list of quotas that it was counted against"),
    day("paid_on", "the day on which it was instructed and counts against a quota"),
    to("payments", "payment", "the payment that it became"),
    moment("deadline_at", "when the clock acts"),
    version(),
    sa.UniqueConstraint("number"),
    sa.CheckConstraint("amount > 0", name="amount"),
    sa.Index("ix_crossings_deadline", "state", "deadline_at"),
    sa.Index("ix_crossings_party", "party", "state"),
    sa.Index("ix_crossings_payment", "payment"),
    sa.Index("ix_crossings_paid", "currency", "paid_on"),
    comment="a payment across the border, from its filing to what became of it",
)

counterparties = sa.Table(
    "counterparties",
    metadata,
    key(),
    text("number", "K-2026-00001 …", null=False),
    text("state", "where it stands (counterparty.csv)", null=False),
    to("deals", "deal", "in which deal", null=False, index=True),
    to("parties", "party", "the side from abroad", null=False),
    text("name", "the name that was held against the list", null=False),
    to("users", "filed_by", "who asked for it; empty: the exchange itself"),
    to("border_lists", "screened_by", "the list that the name was held against"),
    document("hits", "entries of it that sound like the name"),
    moment("deadline_at", "when the clock acts"),
    version(),
    sa.UniqueConstraint("number"),
    partial(
        "uq_counterparties_open", "deal", "party", where="state in ('waiting', 'cleared', 'held', 'refused')"
    ),
    sa.Index("ix_counterparties_deadline", "state", "deadline_at"),
    comment="a deal's side from abroad, screened before anything is signed",
)


def _screenings(name: str, of: str, subject: str, said: str, comment: str) -> sa.Table:
    """Comparisons with a list, and persons' decisions on them, of one kind of subject."""
    return append_only(
        sa.Table(
            name,
            metadata,
            key(),
            to(of, subject, said, null=False, index=True),
            to("border_lists", "list", "the list, in the version it was held against", null=False),
            text("verdict", "nothing, hit, let_pass or refuse", null=False),
            document("hits", "the entries that sounded alike, each with why", null=False),
            text("why", "the person's reason"),
            text("words", "and in words"),
            to("users", "by", "who decided; empty where the machine only compared"),
            moment("at", "when", null=False),
            one_of("verdict", "nothing", "hit", "let_pass", "refuse"),
            sa.CheckConstraint("(verdict in ('nothing', 'hit')) = (\"by\" is null)", name="a_person_decides"),
            comment=comment,
        )
    )


party_screenings = _screenings(
    "party_screenings", "counterparties", "counterparty", "of which side",
    "append-only: every comparison of a deal's side with a list, and every person's decision on it",
)  # fmt: skip
screenings = _screenings(
    "screenings", "crossings", "crossing", "of which payment",
    "append-only: every comparison with a list, and every person's decision on it",
)  # fmt: skip

inflows = sa.Table(
    "inflows",
    metadata,
    key(),
    text("number", "R-2026-00001 …", null=False),
    text("state", "where it stands (inflow.csv)", null=False),
    to("parties", "party", "who received it", null=False),
    to("payments", "payment", "the receipt", null=False),
    fen("amount", "how much", null=False),
    text("currency", "ISO 4217", null=False),
    text("payer_name", "who paid, as declared"),
    text("country", "of the payer, ISO 3166-1 alpha-2"),
    text("purpose_code", "code of the list of purposes"),
    text("bop_code", "code of the list for the balance of payments"),
    to("deals", "deal", "for which deal"),
    text("words", "what for"),
    to("users", "declared_by", "who declared it"),
    day("declared_on", "when"),
    moment("deadline_at", "when the clock acts"),
    version(),
    sa.UniqueConstraint("number"),
    sa.UniqueConstraint("payment"),
    sa.Index("ix_inflows_deadline", "state", "deadline_at"),
    sa.Index("ix_inflows_party", "party", "state"),
    comment="receipts in a foreign currency: free to use once declared",
)
