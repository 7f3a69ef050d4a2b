"""Parties, the persons who act for them, and what each may do."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange.tables.base import day, fen, key, metadata, moment, number, one_of, text, to, version

parties = sa.Table(
    "parties",
    metadata,
    key(),
    text("kind", "org or person", null=False),
    text("actor", "id in the Region's table of actors", null=False),
    text("name", "full name", null=False),
    text("name_en", "English name"),
    text("uscc", "18-character code of GB 32100"),
    text("foreign_id", "identifier abroad, with country"),
    text("place", "GB/T 2260 code"),
    text("state", "unverified, verified or suspended", null=False, default="unverified"),
    to("users", "verified_by", "who verified it"),
    moment("verified_at", "when"),
    fen("two_above", "amount from which two persons are wanted; empty: the exchange's rule"),
    number("fictional", "1 for made-up parties of a demonstration", null=False, default="0"),
    version(),
    sa.UniqueConstraint("actor"),
    sa.UniqueConstraint("uscc"),
    one_of("kind", "org", "person"),
    one_of("state", "unverified", "verified", "suspended"),
    sa.CheckConstraint("state <> 'verified' or kind = 'person' or uscc is not null or foreign_id is not null",
                       name="verified_has_code"),
    sa.Index("ix_parties_place", "place"),
    comment="organisations and persons that list, deal, pay and are paid",
)  # fmt: skip

users = sa.Table(
    "users",
    metadata,
    key(),
    text("login", "as written", null=False),
    text("login_folded", "casefolded: unique", null=False),
    text("name", "shown", null=False),
    text("locale", "zh or en", null=False, default="zh"),
    text("password", "argon2id hash"),
    text("issuer", "of an outside identity"),
    text("subject", "of an outside identity"),
    text("state", "active or closed", null=False, default="active"),
    number("failures", "failed sign-ins in a row", null=False, default="0"),
    moment("locked_until", "no sign-in before"),
    version(),
    sa.UniqueConstraint("login_folded"),
    sa.UniqueConstraint("issuer", "subject"),
    one_of("locale", "zh", "en"),
    one_of("state", "active", "closed"),
    sa.CheckConstraint("password is not null or subject is not null", name="can_sign_in"),
    comment="persons who sign in",
)

grants = sa.Table(
    "grants",
    metadata,
    to("users", "user", "to whom", primary=True),
    sa.Column("role", sa.String(20), primary_key=True, comment="what"),
    sa.Column("scope_kind", sa.String(10), primary_key=True, comment="platform, party, place, chain or deal"),
    sa.Column("scope", sa.String(36), primary_key=True, comment="where; empty for the platform"),
    to("users", "given_by", "by whom"),
    day("from_on", "from", null=False),
    day("until_on", "last day; empty: until taken back"),
    one_of("scope_kind", "platform", "party", "place", "chain", "deal"),
    sa.CheckConstraint("(scope_kind = 'platform') = (scope = '')", name="scope"),
    sa.Index("ix_grants_scope", "scope_kind", "scope"),
    comment="who may do what where, with dates; membership is a grant with scope party",
)  # fmt: skip

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_sha256", sa.String(64), primary_key=True, comment="the token itself is never stored"),
    to("users", "user", "whose", null=False, index=True),
    text("csrf", "token against forged requests", null=False),
    moment("created_at", "since", null=False),
    moment("seen_at", "last used", null=False),
    moment("expires_at", "until", null=False),
    text("agent", "program that signed in"),
    text("address", "from where"),
    sa.Index("ix_sessions_expires_at", "expires_at"),
    comment="signed-in persons",
)

tokens = sa.Table(
    "tokens",
    metadata,
    key(),
    to("users", "user", "whose", null=False),
    to("parties", "party", "acts for"),  # none: for the person's offices
    text("name", "what it is for", null=False),
    text("prefix", "first eight characters, to know it by", null=False),
    text("sha256", "the token itself is never stored", null=False),
    text("scopes", "takes and reads allowed", null=False),
    moment("created_at", "since", null=False),
    moment("expires_at", "until", null=False),
    moment("revoked_at", "taken back"),
    moment("used_at", "last used"),
    sa.UniqueConstraint("sha256"),
    sa.CheckConstraint("expires_at <= created_at + 31622400000000", name="one_year"),
    comment="tokens by which a program acts for one party",
)
