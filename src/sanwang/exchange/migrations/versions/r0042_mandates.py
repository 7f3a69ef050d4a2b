"""Mandates to collect by direct debit."""

import sqlalchemy as sa
from alembic import op

from sanwang.exchange.tables.triggers import protect

revision = "0042"
down_revision = '0041'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Mandates to collect by direct debit."""
    _mandates()
    _debits()
    protect(op.get_bind(), 'debits', ('written_at', 'message'))


def _mandates() -> None:
    op.create_table('mandates',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='M-2026-00001 …: its identifier with the bank'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (mandate.csv)'),
    sa.Column('creditor', sa.String(length=36), nullable=False, comment='who may collect'),
    sa.Column('debtor', sa.String(length=36), nullable=False, comment='from whom'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='at most so much a debit (fen)'),
    sa.Column('account_at', sa.Text(), nullable=False, comment="the creditor's account"),
    sa.Column('account_from', sa.Text(), nullable=True, comment="the debtor's account, as the debtor wrote it"),
    sa.Column('until_on', sa.String(length=10), nullable=False, comment='until (ISO date)'),
    sa.Column('signed_on', sa.String(length=10), nullable=True, comment='agreed to by the debtor on (ISO date)'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('creditor <> debtor', name=op.f('ck_mandates_two_parties')),
    sa.CheckConstraint('amount > 0', name=op.f('ck_mandates_amount')),
    sa.ForeignKeyConstraint(['creditor'], ['parties.id'], name=op.f('fk_mandates_creditor'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['debtor'], ['parties.id'], name=op.f('fk_mandates_debtor'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mandates')),
    sa.UniqueConstraint('number', name=op.f('uq_mandates_number')),
    comment="a debtor's authority to collect, from the asking to its end"
    )
    op.create_index('ix_mandates_deadline', 'mandates', ['state', 'deadline_at'], unique=False)


def _debits() -> None:
    op.create_table('debits',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('mandate', sa.String(length=36), nullable=False, comment='under which'),
    sa.Column('loan', sa.String(length=36), nullable=False, comment='for which loan or lease'),
    sa.Column('plan', sa.BigInteger(), nullable=False, comment='schedule of it'),
    sa.Column('no', sa.BigInteger(), nullable=False, comment='instalment of it'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='how much (fen)'),
    sa.Column('due_on', sa.String(length=10), nullable=False, comment='collected on (ISO date)'),
    sa.Column('sequence', sa.Text(), nullable=False, comment="FRST or RCUR: place in the mandate's use"),
    sa.Column('reference', sa.Text(), nullable=False, comment='end-to-end reference, ours; at most 35 signs'),
    sa.Column('written_at', sa.BigInteger(), nullable=True, comment='when it was written into a message (microseconds UTC)'),
    sa.Column('message', sa.Text(), nullable=True, comment='the message it stands in'),
    sa.CheckConstraint('amount > 0', name=op.f('ck_debits_amount')),
    sa.ForeignKeyConstraint(['mandate'], ['mandates.id'], name=op.f('fk_debits_mandate'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['loan'], ['loans.id'], name=op.f('fk_debits_loan'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_debits')),
    sa.UniqueConstraint('loan', 'plan', 'no', name=op.f('uq_debits_loan_plan_no')),
    sa.UniqueConstraint('reference', name=op.f('uq_debits_reference')),
    comment='one instalment collected once under a mandate'
    )
    op.create_index('ix_debits_mandate', 'debits', ['mandate'], unique=False)
