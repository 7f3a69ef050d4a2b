"""What is on offer and wanted: listings in versions and tiers, searches, non-disclosure agreements, suggestions."""

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
    text,
    to,
    version,
)

listings = sa.Table(
    "listings",
    metadata,
    key(),
    text("kind", "kind of row: needs, achievements, bases …", null=False),
    text("row", "the row's id in the Region", null=False),
    to("parties", "party", "whose it is", null=False),
    text("state", "where it stands (listing.csv)", null=False),
    text("tier", "public, members or nda: the lowest tier of its text", null=False),
    document("marks", "fields the owner raised to a higher tier: field to tier"),
    number("published", "version shown"),
    number("pending", "version under review"),
    text("title", "the shown version's title; of the first version before that", null=False),
    text("teaser", "one sentence for everybody"),
    text("place", "GB/T 2260 code"),
    document("industries", "GB/T 4754 codes"),
    moment("submitted_at", "given to review"),
    to("users", "first_by", "first reviewer"),
    to("users", "second_by", "second reviewer"),
    moment("published_at", "shown since"),
    moment("expires_at", "hidden after"),
    number("renewals", "how often renewed", null=False, default="0"),
    to("users", "suspended_by", "operator who suspended it"),
    moment("deadline_at", "something happens by itself"),
    number("used", "licences taken, or 1 for a need that is met", null=False, default="0"),
    document("duplicates", "answers to likely duplicates: listing to words"),
    text("source", "where it was taken from"),
    version(),
    sa.UniqueConstraint("kind", "row"),
    one_of("tier", "public", "members", "nda"),
    sa.CheckConstraint("second_by is null or second_by <> first_by", name="two_reviewers"),
    sa.Index("ix_listings_shown", "state", "kind", "published_at", "id"),
    sa.Index("ix_listings_newest", "published_at", "id"),
    sa.Index("ix_listings_party", "party", "state"),
    sa.Index("ix_listings_deadline", "state", "deadline_at"),
    sa.Index("ix_listings_expires_at", "expires_at"),
    comment="what a party offers or wants",
)

listing_versions = append_only(
    sa.Table(
        "listing_versions",
        metadata,
        to("listings", "listing", "of what", primary=True),
        sa.Column("no", sa.BigInteger, primary_key=True, autoincrement=False, comment="1, 2 …"),
        document("data", "the row, fields of its kind", null=False),
        text("digest", "SHA-256 of the data", null=False),
        text("tier", "tier asked for with this version", null=False),
        document("marks", "fields raised with this version"),
        to("users", "author", "who wrote it", null=False),
        moment("at", "when", null=False),
        document("origin", "file, sheet and row it was read from"),
        comment="every version of a listing, never changed",
    )
)

listing_words = sa.Table(
    "listing_words",
    metadata,
    sa.Column(
        "no",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
        comment="number by which the search index knows the row",
    ),
    to("listings", "listing", "of what", null=False),
    sa.Column("tier", sa.String(10), nullable=False, comment="who may find it by these words"),
    text("words", "tokens of the fields of that tier, parted by spaces", null=False),
    sa.UniqueConstraint("listing", "tier"),
    comment="search words, a row a tier, so that a search can only hit what the searcher may read",
)

listing_reviews = append_only(
    sa.Table(
        "listing_reviews",
        metadata,
        key(),
        to("listings", "listing", "of what", null=False, index=True),
        number("no", "version judged", null=False),
        to("users", "by", "who", null=False),
        text("verdict", "the transition", null=False),
        text("code", "reason from the list"),
        text("words", "reason in words, for the owner"),
        moment("at", "when", null=False),
        comment="what reviewers said; feedback to the owner",
    )
)

searches = sa.Table(
    "searches",
    metadata,
    key(),
    to("users", "user", "whose", null=False),
    text("name", "what the person calls it", null=False),
    document("query", "words, kind, place, industry", null=False),
    text("cadence", "at_once, daily or weekly", null=False),
    number("most", "hits told one by one in a digest", null=False, default="10"),
    number("follows", "events seen up to this link", null=False, default="0"),
    moment("due_at", "next digest not before", null=False),
    moment("paused_at", "switched off since"),
    one_of("cadence", "at_once", "daily", "weekly"),
    sa.Index("ix_searches_due", "cadence", "due_at"),
    comment="saved searches",
)

ndas = sa.Table(
    "ndas",
    metadata,
    key(),
    text("state", "where it stands (nda.csv)", null=False),
    to("parties", "discloser", "who tells", null=False),
    to("parties", "recipient", "who is told", null=False),
    to("listings", "listing", "about what", null=False),
    text("purpose", "why the recipient asks", null=False),
    text("template", "version of the text"),
    text("text_digest", "SHA-256 of the text agreed"),
    document("readers", "users of the recipient who may read"),
    day("until_on", "confidential reading ends"),
    to("users", "recipient_user", "who signed for the recipient"),
    to("users", "discloser_user", "who signed for the discloser"),
    moment("signed_at", "in force since"),
    moment("deadline_at", "something happens by itself"),
    text("why", "reason of a refusal or an end"),
    version(),
    sa.CheckConstraint("discloser <> recipient", name="two_parties"),
    sa.Index("ix_ndas_recipient", "recipient", "state"),
    sa.Index("ix_ndas_listing", "listing", "state"),
    sa.Index("ix_ndas_deadline", "state", "deadline_at"),
    comment="non-disclosure agreements about one listing",
)

reveals = append_only(
    sa.Table(
        "reveals",
        metadata,
        key(),
        to("ndas", "nda", "under which", null=False, index=True),
        to("listings", "listing", "of what", null=False),
        number("version_no", "which version", null=False),
        to("users", "user", "who read", null=False),
        moment("at", "when", null=False),
        document("what", "names of the fields", null=False),
        comment="who read which words under which agreement",
    )
)

suggestions = sa.Table(
    "suggestions",
    metadata,
    key(),
    text("origin", "match, plan or person", null=False),
    text("region_digest", "SHA-256 of the snapshot it was computed from", null=False),
    to("listings", "need", "whose need", null=False),
    to("listings", "result", "which result", null=False),
    sa.Column("score", sa.Double, comment="order only, unless there is a probability"),
    sa.Column("probability", sa.Double, comment="calibrated chance; empty where it is not calibrated"),
    document("reasons", "what agreed, conflicted, is missing"),
    document("route", "stations of a plan's route"),
    number("need_version", "version compared", null=False),
    number("result_version", "version compared", null=False),
    text("state", "draft, introduced, dismissed or stale", null=False, default="draft"),
    text("why", "code of a dismissal"),
    text("words", "reason in words"),
    to("users", "decided_by", "who"),
    moment("decided_at", "when"),
    moment("at", "made when", null=False),
    version(),
    one_of("origin", "match", "plan", "person"),
    one_of("state", "draft", "introduced", "dismissed", "stale"),
    sa.UniqueConstraint("need", "result", "region_digest"),
    sa.Index("ix_suggestions_need", "need", "state"),
    comment="drafts made by match and plan; only a person turns one into an inquiry",
)
