"""Prepaid money under conditions."""

import sqlalchemy as sa
from alembic import op

from sanwang.exchange.tables import base

revision = "0008"
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Prepaid money under conditions."""
    _prepaids()
    _prepaid_parts()


def _prepaids() -> None:
    op.create_table('prepaids',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='C-2026-00001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (prepaid.csv)'),
    sa.Column('funder', sa.String(length=36), nullable=False, comment='whose money it is until an outcome'),
    sa.Column('provider', sa.String(length=36), nullable=False, comment='who is paid by it'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='all its parts (fen)'),
    sa.Column('edition', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every revision of the text'),
    sa.Column('contract', base.Document(), nullable=False, comment='facts, dates and parts with their outcomes'),
    sa.Column('text_digest', sa.Text(), nullable=False, comment='digest of the contract: what both agree to'),
    sa.Column('facts', base.Document(), nullable=False, comment='facts that are so, each with the moment and who said it'),
    sa.Column('due_on', sa.String(length=10), nullable=False, comment='late after that day (ISO date)'),
    sa.Column('expires_on', sa.String(length=10), nullable=False, comment='every part has ended after that day (ISO date)'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('words', sa.Text(), nullable=True, comment='claim of a dispute, or ruling'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('amount > 0', name=op.f('ck_prepaids_amount')),
    sa.CheckConstraint('expires_on > due_on', name=op.f('ck_prepaids_dates')),
    sa.CheckConstraint('funder <> provider', name=op.f('ck_prepaids_two_parties')),
    sa.ForeignKeyConstraint(['funder'], ['parties.id'], name=op.f('fk_prepaids_funder'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['provider'], ['parties.id'], name=op.f('fk_prepaids_provider'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_prepaids')),
    sa.UniqueConstraint('number', name=op.f('uq_prepaids_number')),
    comment='money held for a purpose; it ends by one of the outcomes that both agreed to'
    )
    op.create_index('ix_prepaids_deadline', 'prepaids', ['state', 'deadline_at'], unique=False)
    op.create_index('ix_prepaids_funder', 'prepaids', ['funder', 'state'], unique=False)
    op.create_index('ix_prepaids_provider', 'prepaids', ['provider', 'state'], unique=False)


def _prepaid_parts() -> None:
    op.create_table('prepaid_parts',
    sa.Column('prepaid', sa.String(length=36), nullable=False, comment='of which contract'),
    sa.Column('no', sa.BigInteger(), autoincrement=False, nullable=False, comment='place in it, from 1'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='how much (fen)'),
    sa.Column('hold', sa.String(length=36), nullable=False, comment='what is held of it'),
    sa.Column('outcome', sa.Text(), nullable=True, comment="the outcome's name; refunded or settled where the parties ended it; empty while it is open"),
    sa.Column('to_provider', sa.BigInteger(), nullable=True, comment='what the provider got (fen)'),
    sa.CheckConstraint('(outcome is null) = (to_provider is null) and (to_provider is null or (to_provider >= 0 and to_provider <= amount))', name=op.f('ck_prepaid_parts_ended')),
    sa.ForeignKeyConstraint(['hold'], ['transfers.id'], name=op.f('fk_prepaid_parts_hold'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['prepaid'], ['prepaids.id'], name=op.f('fk_prepaid_parts_prepaid'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('prepaid', 'no', name=op.f('pk_prepaid_parts')),
    comment="each part ends once, whole: what the provider does not get is the funder's again"
    )

