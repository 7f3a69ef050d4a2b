"""Sides of deals from abroad, screened before signing."""

import sqlalchemy as sa
from alembic import op

from sanwang.exchange.tables import base
from sanwang.exchange.tables.triggers import protect

revision = "0084"
down_revision = '0083'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Sides of deals from abroad, screened before signing."""
    _counterparties()
    _party_screenings()
    protect(op.get_bind(), 'party_screenings', ())


def _counterparties() -> None:
    op.create_table('counterparties',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='K-2026-00001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (counterparty.csv)'),
    sa.Column('deal', sa.String(length=36), nullable=False, comment='in which deal'),
    sa.Column('party', sa.String(length=36), nullable=False, comment='the side from abroad'),
    sa.Column('name', sa.Text(), nullable=False, comment='the name that was held against the list'),
    sa.Column('filed_by', sa.String(length=36), nullable=True, comment='who asked for it; empty: the exchange itself'),
    sa.Column('screened_by', sa.String(length=36), nullable=True, comment='the list that the name was held against'),
    sa.Column('hits', base.Document(), nullable=True, comment='entries of it that sound like the name'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.ForeignKeyConstraint(['deal'], ['deals.id'], name=op.f('fk_counterparties_deal'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['party'], ['parties.id'], name=op.f('fk_counterparties_party'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['filed_by'], ['users.id'], name=op.f('fk_counterparties_filed_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['screened_by'], ['border_lists.id'], name=op.f('fk_counterparties_screened_by'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counterparties')),
    sa.UniqueConstraint('number', name=op.f('uq_counterparties_number')),
    comment="a deal's side from abroad, screened before anything is signed"
    )
    op.create_index('ix_counterparties_deadline', 'counterparties', ['state', 'deadline_at'], unique=False)
    op.create_index(op.f('ix_counterparties_deal'), 'counterparties', ['deal'], unique=False)
    open_ = sa.text("state in ('waiting', 'cleared', 'held', 'refused')")
    op.create_index('uq_counterparties_open', 'counterparties', ['deal', 'party'], unique=True, sqlite_where=open_, postgresql_where=open_)


def _party_screenings() -> None:
    op.create_table('party_screenings',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('counterparty', sa.String(length=36), nullable=False, comment='of which side'),
    sa.Column('list', sa.String(length=36), nullable=False, comment='the list, in the version it was held against'),
    sa.Column('verdict', sa.Text(), nullable=False, comment='nothing, hit, let_pass or refuse'),
    sa.Column('hits', base.Document(), nullable=False, comment='the entries that sounded alike, each with why'),
    sa.Column('why', sa.Text(), nullable=True, comment="the person's reason"),
    sa.Column('words', sa.Text(), nullable=True, comment='and in words'),
    sa.Column('by', sa.String(length=36), nullable=True, comment='who decided; empty where the machine only compared'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='when (microseconds UTC)'),
    sa.CheckConstraint("verdict in ('nothing', 'hit', 'let_pass', 'refuse')", name=op.f('ck_party_screenings_verdict')),
    sa.CheckConstraint("(verdict in ('nothing', 'hit')) = (\"by\" is null)", name=op.f('ck_party_screenings_a_person_decides')),
    sa.ForeignKeyConstraint(['counterparty'], ['counterparties.id'], name=op.f('fk_party_screenings_counterparty'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['list'], ['border_lists.id'], name=op.f('fk_party_screenings_list'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['by'], ['users.id'], name=op.f('fk_party_screenings_by'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_party_screenings')),
    comment="append-only: every comparison of a deal's side with a list, and every person's decision on it"
    )
    op.create_index(op.f('ix_party_screenings_counterparty'), 'party_screenings', ['counterparty'], unique=False)
