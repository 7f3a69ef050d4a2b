"""Record and people."""

import sqlalchemy as sa
from alembic import op

from sanwang.exchange.tables import base
from sanwang.exchange.tables.triggers import protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Record and people."""
    _cursors()
    _heads()
    _holidays()
    _users()
    _datasets()
    _grants()
    _notices()
    _parties()
    _requests()
    _sessions()
    _events()
    _tokens()
    _consents()
    beginning = "insert into heads (link, digest, at, algorithm) values (0, '" + "0" * 64 + "', 0, 'sha256')"
    op.execute(beginning)
    protect(op.get_bind(), "heads", ())
    protect(op.get_bind(), "datasets", ())
    protect(op.get_bind(), "events", ("link", "digest"))
    protect(op.get_bind(), "consents", ())


def _cursors() -> None:
    op.create_table(
        "cursors",
        sa.Column("reader", sa.String(length=60), nullable=False, comment="name of the reader"),
        sa.Column(
            "link",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="last event it has dealt with",
        ),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="when (microseconds UTC)"),
        sa.PrimaryKeyConstraint("reader", name=op.f("pk_cursors")),
        comment="how far each reader of events has come; moved in the transaction of its effect",
    )


def _heads() -> None:
    op.create_table(
        "heads",
        sa.Column("link", sa.BigInteger(), autoincrement=False, nullable=False, comment="0 is the beginning"),
        sa.Column("digest", sa.Text(), nullable=False, comment="the chain's digest at that link"),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="when it was published (microseconds UTC)"),
        sa.Column("algorithm", sa.Text(), server_default="sha256", nullable=False, comment="sha256"),
        sa.Column("shown_to", sa.Text(), nullable=True, comment="where it was published"),
        sa.PrimaryKeyConstraint("link", name=op.f("pk_heads")),
        comment="published heads of the chain; the row of link 0 is what a sealer holds while it works",
    )


def _holidays() -> None:
    op.create_table(
        "holidays",
        sa.Column(
            "on",
            sa.String(length=10),
            nullable=False,
            comment="a day that counts otherwise than its weekday says (ISO date)",
        ),
        sa.Column(
            "works",
            sa.BigInteger(),
            nullable=False,
            comment="1 where a Saturday or Sunday is worked, 0 where a weekday is not",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="notice it comes from"),
        sa.PrimaryKeyConstraint("on", name=op.f("pk_holidays")),
        comment="public holidays and shifted working days, entered by the operator",
    )


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.String(length=36), nullable=False, comment="UUIDv7, made by us"),
        sa.Column("login", sa.Text(), nullable=False, comment="as written"),
        sa.Column("login_folded", sa.Text(), nullable=False, comment="casefolded: unique"),
        sa.Column("name", sa.Text(), nullable=False, comment="shown"),
        sa.Column("locale", sa.Text(), server_default="zh", nullable=False, comment="zh or en"),
        sa.Column("password", sa.Text(), nullable=True, comment="argon2id hash"),
        sa.Column("issuer", sa.Text(), nullable=True, comment="of an outside identity"),
        sa.Column("subject", sa.Text(), nullable=True, comment="of an outside identity"),
        sa.Column("state", sa.Text(), server_default="active", nullable=False, comment="active or closed"),
        sa.Column(
            "failures",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="failed sign-ins in a row",
        ),
        sa.Column(
            "locked_until", sa.BigInteger(), nullable=True, comment="no sign-in before (microseconds UTC)"
        ),
        sa.Column(
            "version",
            sa.BigInteger(),
            server_default="1",
            nullable=False,
            comment="grows with every change of the row",
        ),
        sa.CheckConstraint("locale in ('zh', 'en')", name=op.f("ck_users_locale")),
        sa.CheckConstraint("state in ('active', 'closed')", name=op.f("ck_users_state")),
        sa.CheckConstraint("password is not null or subject is not null", name=op.f("ck_users_can_sign_in")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_users_issuer_subject")),
        sa.UniqueConstraint("login_folded", name=op.f("uq_users_login_folded")),
        comment="persons who sign in",
    )


def _datasets() -> None:
    op.create_table(
        "datasets",
        sa.Column("kind", sa.String(length=40), nullable=False, comment="kind of row"),
        sa.Column("no", sa.BigInteger(), autoincrement=False, nullable=False, comment="version"),
        sa.Column("parquet", sa.LargeBinary(), nullable=False, comment="the table"),
        sa.Column("rows", sa.BigInteger(), nullable=False, comment="how many"),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of the bytes"),
        sa.Column("by", sa.String(length=36), nullable=True, comment="who took it over"),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="when (microseconds UTC)"),
        sa.Column("why", sa.Text(), nullable=True, comment="from where, and why"),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_datasets_by"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("kind", "no", name=op.f("pk_datasets")),
        comment="whole imported tables as immutable versions",
    )


def _grants() -> None:
    op.create_table(
        "grants",
        sa.Column("user", sa.String(length=36), nullable=False, comment="to whom"),
        sa.Column("role", sa.String(length=20), nullable=False, comment="what"),
        sa.Column(
            "scope_kind",
            sa.String(length=10),
            nullable=False,
            comment="platform, party, place, chain or deal",
        ),
        sa.Column("scope", sa.String(length=36), nullable=False, comment="where; empty for the platform"),
        sa.Column("given_by", sa.String(length=36), nullable=True, comment="by whom"),
        sa.Column("from_on", sa.String(length=10), nullable=False, comment="from (ISO date)"),
        sa.Column(
            "until_on",
            sa.String(length=10),
            nullable=True,
            comment="last day; empty: until taken back (ISO date)",
        ),
        sa.CheckConstraint("(scope_kind = 'platform') = (scope = '')", name=op.f("ck_grants_scope")),
        sa.CheckConstraint(
            "scope_kind in ('platform', 'party', 'place', 'chain', 'deal')", name=op.f("ck_grants_scope_kind")
        ),
        sa.ForeignKeyConstraint(
            ["given_by"], ["users.id"], name=op.f("fk_grants_given_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_grants_user"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("user", "role", "scope_kind", "scope", name=op.f("pk_grants")),
        comment="who may do what where, with dates; membership is a grant with scope party",
    )
    op.create_index("ix_grants_scope", "grants", ["scope_kind", "scope"], unique=False)


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=36), nullable=False, comment="UUIDv7, made by us"),
        sa.Column("user", sa.String(length=36), nullable=False, comment="whom it tells"),
        sa.Column("kind", sa.Text(), nullable=False, comment="search, deadline, overdue, feedback or turn"),
        sa.Column("process", sa.Text(), nullable=False, comment="about which process"),
        sa.Column("subject", sa.Text(), nullable=False, comment="about what"),
        sa.Column(
            "cause",
            sa.Text(),
            nullable=False,
            comment="event, deadline or search that caused it; with user and subject it makes a second one impossible",
        ),
        sa.Column("words", base.Document(), nullable=True, comment="what to say: key and terms"),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="when (microseconds UTC)"),
        sa.Column("read_at", sa.BigInteger(), nullable=True, comment="when it was read (microseconds UTC)"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_notices_user"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("user", "subject", "cause", name=op.f("uq_notices_user_subject_cause")),
        comment="what a person is told",
    )
    op.create_index("ix_notices_user", "notices", ["user", "at"], unique=False)


def _parties() -> None:
    op.create_table(
        "parties",
        sa.Column("id", sa.String(length=36), nullable=False, comment="UUIDv7, made by us"),
        sa.Column("kind", sa.Text(), nullable=False, comment="org or person"),
        sa.Column("actor", sa.Text(), nullable=False, comment="id in the Region's table of actors"),
        sa.Column("name", sa.Text(), nullable=False, comment="full name"),
        sa.Column("name_en", sa.Text(), nullable=True, comment="English name"),
        sa.Column("uscc", sa.Text(), nullable=True, comment="18-character code of GB 32100"),
        sa.Column("foreign_id", sa.Text(), nullable=True, comment="identifier abroad, with country"),
        sa.Column("place", sa.Text(), nullable=True, comment="GB/T 2260 code"),
        sa.Column(
            "state",
            sa.Text(),
            server_default="unverified",
            nullable=False,
            comment="unverified, verified or suspended",
        ),
        sa.Column("verified_by", sa.String(length=36), nullable=True, comment="who verified it"),
        sa.Column("verified_at", sa.BigInteger(), nullable=True, comment="when (microseconds UTC)"),
        sa.Column(
            "two_above",
            sa.BigInteger(),
            nullable=True,
            comment="amount from which two persons are wanted; empty: the exchange's rule (fen)",
        ),
        sa.Column(
            "fictional",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="1 for made-up parties of a demonstration",
        ),
        sa.Column(
            "version",
            sa.BigInteger(),
            server_default="1",
            nullable=False,
            comment="grows with every change of the row",
        ),
        sa.CheckConstraint("kind in ('org', 'person')", name=op.f("ck_parties_kind")),
        sa.CheckConstraint(
            "state <> 'verified' or kind = 'person' or uscc is not null or foreign_id is not null",
            name=op.f("ck_parties_verified_has_code"),
        ),
        sa.CheckConstraint("state in ('unverified', 'verified', 'suspended')", name=op.f("ck_parties_state")),
        sa.ForeignKeyConstraint(
            ["verified_by"], ["users.id"], name=op.f("fk_parties_verified_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties")),
        sa.UniqueConstraint("actor", name=op.f("uq_parties_actor")),
        sa.UniqueConstraint("uscc", name=op.f("uq_parties_uscc")),
        comment="organisations and persons that list, deal, pay and are paid",
    )
    op.create_index("ix_parties_place", "parties", ["place"], unique=False)


def _requests() -> None:
    op.create_table(
        "requests",
        sa.Column("user", sa.String(length=36), nullable=False, comment="who asked"),
        sa.Column("key", sa.String(length=200), nullable=False, comment="made by the client"),
        sa.Column("route", sa.Text(), nullable=False, comment="what was asked"),
        sa.Column("body", sa.Text(), nullable=False, comment="SHA-256 of what was sent"),
        sa.Column("answer", base.Document(), nullable=True, comment="what was answered"),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="when (microseconds UTC)"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_requests_user"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("user", "key", name=op.f("pk_requests")),
        comment="the same request twice is answered once; kept seven days",
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column(
            "token_sha256", sa.String(length=64), nullable=False, comment="the token itself is never stored"
        ),
        sa.Column("user", sa.String(length=36), nullable=False, comment="whose"),
        sa.Column("csrf", sa.Text(), nullable=False, comment="token against forged requests"),
        sa.Column("created_at", sa.BigInteger(), nullable=False, comment="since (microseconds UTC)"),
        sa.Column("seen_at", sa.BigInteger(), nullable=False, comment="last used (microseconds UTC)"),
        sa.Column("expires_at", sa.BigInteger(), nullable=False, comment="until (microseconds UTC)"),
        sa.Column("agent", sa.Text(), nullable=True, comment="program that signed in"),
        sa.Column("address", sa.Text(), nullable=True, comment="from where"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_sessions_user"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_sessions")),
        comment="signed-in persons",
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sessions_user"), "sessions", ["user"], unique=False)


def _events() -> None:
    op.create_table(
        "events",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="order of insertion; positions commit out of order, so readers follow link",
        ),
        sa.Column("id", sa.String(length=36), nullable=False, comment="UUIDv7"),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="when it was taken (microseconds UTC)"),
        sa.Column(
            "user",
            sa.String(length=36),
            nullable=True,
            comment="who took it; empty for the clock, a rail or the exchange itself",
        ),
        sa.Column("party", sa.String(length=36), nullable=True, comment="for which party"),
        sa.Column(
            "agent",
            sa.Text(),
            server_default="person",
            nullable=False,
            comment="person, clock, rail or exchange",
        ),
        sa.Column("process", sa.Text(), nullable=False, comment="which process"),
        sa.Column("subject", sa.Text(), nullable=False, comment="whose state it changed"),
        sa.Column("take", sa.Text(), nullable=False, comment="the transition"),
        sa.Column("from_state", sa.Text(), nullable=True, comment="state before; empty for the first"),
        sa.Column("to_state", sa.Text(), nullable=False, comment="state after"),
        sa.Column(
            "data",
            base.Document(),
            nullable=True,
            comment="field names and digests, and values declared open; never confidential words",
        ),
        sa.Column("request", sa.Text(), nullable=True, comment="the request's key"),
        sa.Column("link", sa.BigInteger(), nullable=True, comment="place in the chain; empty until sealed"),
        sa.Column(
            "digest",
            sa.Text(),
            nullable=True,
            comment="SHA-256 over the previous digest and this row; empty until sealed",
        ),
        sa.ForeignKeyConstraint(["party"], ["parties.id"], name=op.f("fk_events_party"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_events_user"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
        sa.UniqueConstraint("id", name=op.f("uq_events_id")),
        sa.UniqueConstraint("link", name=op.f("uq_events_link")),
        comment="append-only: every step taken, in the transaction that took it",
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_subject", "events", ["process", "subject", "seq"], unique=False)
    op.create_index(
        "ix_events_unsealed",
        "events",
        ["seq"],
        unique=False,
        sqlite_where=sa.text("link is null"),
        postgresql_where=sa.text("link is null"),
    )


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(length=36), nullable=False, comment="UUIDv7, made by us"),
        sa.Column("user", sa.String(length=36), nullable=False, comment="whose"),
        sa.Column("party", sa.String(length=36), nullable=False, comment="acts for"),
        sa.Column("name", sa.Text(), nullable=False, comment="what it is for"),
        sa.Column("prefix", sa.Text(), nullable=False, comment="first eight characters, to know it by"),
        sa.Column("sha256", sa.Text(), nullable=False, comment="the token itself is never stored"),
        sa.Column("scopes", sa.Text(), nullable=False, comment="takes and reads allowed"),
        sa.Column("created_at", sa.BigInteger(), nullable=False, comment="since (microseconds UTC)"),
        sa.Column("expires_at", sa.BigInteger(), nullable=False, comment="until (microseconds UTC)"),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True, comment="taken back (microseconds UTC)"),
        sa.Column("used_at", sa.BigInteger(), nullable=True, comment="last used (microseconds UTC)"),
        sa.CheckConstraint("expires_at <= created_at + 31622400000000", name=op.f("ck_tokens_one_year")),
        sa.ForeignKeyConstraint(["party"], ["parties.id"], name=op.f("fk_tokens_party"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_tokens_user"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("sha256", name=op.f("uq_tokens_sha256")),
        comment="tokens by which a program acts for one party",
    )


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.String(length=36), nullable=False, comment="UUIDv7, made by us"),
        sa.Column("process", sa.Text(), nullable=False, comment="which process"),
        sa.Column("subject", sa.Text(), nullable=False, comment="about what"),
        sa.Column("take", sa.Text(), nullable=False, comment="the transition agreed to"),
        sa.Column("at_version", sa.BigInteger(), nullable=False, comment="the subject's version agreed on"),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of the data agreed to"),
        sa.Column("user", sa.String(length=36), nullable=False, comment="who agreed"),
        sa.Column("party", sa.String(length=36), nullable=True, comment="for which party"),
        sa.Column("event", sa.String(length=36), nullable=False, comment="the event that told it"),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="when (microseconds UTC)"),
        sa.ForeignKeyConstraint(
            ["event"], ["events.id"], name=op.f("fk_consents_event"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["party"], ["parties.id"], name=op.f("fk_consents_party"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_consents_user"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        comment="first halves of what takes two: both sides, or two persons of one",
    )
    op.create_index(
        "ix_consents_subject", "consents", ["process", "subject", "take", "at_version"], unique=False
    )
