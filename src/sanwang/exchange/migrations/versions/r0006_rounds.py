"""Clearing rounds."""

import sqlalchemy as sa
from alembic import op

from sanwang.exchange.tables import base

revision = "0006"
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Clearing rounds."""
    _rounds()
    _round_notices()
    _lodgings()


def _rounds() -> None:
    op.create_table('rounds',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='R-2026-001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (round.csv)'),
    sa.Column('name', sa.Text(), nullable=False, comment='what it is called'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217: one a round'),
    sa.Column('lodge_until_on', sa.String(length=10), nullable=False, comment='debts are lodged until (ISO date)'),
    sa.Column('effect_on', sa.String(length=10), nullable=False, comment='the set-off takes effect on (ISO date)'),
    sa.Column('solved', sa.BigInteger(), server_default='0', nullable=False, comment='how often it was solved'),
    sa.Column('lodged', sa.BigInteger(), server_default='0', nullable=False, comment='debts that took part in the last solution (fen)'),
    sa.Column('cleared', sa.BigInteger(), server_default='0', nullable=False, comment='what the last solution sets off (fen)'),
    sa.Column('left_out', base.Document(), nullable=False, comment='parties that take no part, each with the reason'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('why', sa.Text(), nullable=True, comment='code of how it ended'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('cleared >= 0 and cleared <= lodged', name=op.f('ck_rounds_cleared')),
    sa.CheckConstraint('effect_on > lodge_until_on', name=op.f('ck_rounds_dates')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rounds')),
    sa.UniqueConstraint('number', name=op.f('uq_rounds_number')),
    comment="set-off among many by everybody's agreement"
    )
    op.create_index('ix_rounds_deadline', 'rounds', ['state', 'deadline_at'], unique=False)


def _round_notices() -> None:
    op.create_table('round_notices',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (round_notice.csv)'),
    sa.Column('round', sa.String(length=36), nullable=False, comment='of which round'),
    sa.Column('addressee', sa.String(length=36), nullable=False, comment='whose'),
    sa.Column('solved', sa.BigInteger(), nullable=False, comment='of which solution'),
    sa.Column('payable', sa.BigInteger(), nullable=False, comment='debts of its own that take part (fen)'),
    sa.Column('receivable', sa.BigInteger(), nullable=False, comment='claims of its own that take part (fen)'),
    sa.Column('cleared', sa.BigInteger(), nullable=False, comment='what is set off on both sides alike (fen)'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('lines', base.Document(), nullable=False, comment='its own debts and claims: lodging, amount, what is set off'),
    sa.Column('text_digest', sa.Text(), nullable=False, comment='digest of the figures: what is agreed to'),
    sa.Column('entry', sa.Text(), nullable=True, comment='the entry that set it off'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment="never: the round's deadlines count (microseconds UTC)"),
    sa.Column('why', sa.Text(), nullable=True, comment='code of the refusal'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('cleared > 0 and cleared <= payable and cleared <= receivable', name=op.f('ck_round_notices_cleared')),
    sa.ForeignKeyConstraint(['addressee'], ['parties.id'], name=op.f('fk_round_notices_addressee'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['round'], ['rounds.id'], name=op.f('fk_round_notices_round'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_round_notices')),
    comment='what a round would set off for a firm, its answer, and afterwards its certificate'
    )
    op.create_index('ix_round_notices_addressee', 'round_notices', ['addressee', 'state'], unique=False)
    op.create_index('ix_round_notices_round', 'round_notices', ['round', 'state'], unique=False)
    op.create_index('uq_round_notices_standing', 'round_notices', ['round', 'addressee'], unique=True, sqlite_where=sa.text("state in ('sent', 'accepted')"), postgresql_where=sa.text("state in ('sent', 'accepted')"))


def _lodgings() -> None:
    op.create_table('lodgings',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (lodging.csv)'),
    sa.Column('round', sa.String(length=36), nullable=False, comment='for which round'),
    sa.Column('debtor', sa.String(length=36), nullable=False, comment='who owes'),
    sa.Column('creditor', sa.String(length=36), nullable=False, comment='who is owed'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='how much (fen)'),
    sa.Column('cleared', sa.BigInteger(), server_default='0', nullable=False, comment='what of it the last solution sets off (fen)'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('due_on', sa.String(length=10), nullable=False, comment='due; what falls due first is set off first (ISO date)'),
    sa.Column('invoice', sa.Text(), nullable=True, comment='number of its invoice'),
    sa.Column('holding', sa.String(length=36), nullable=True, comment='the part of a voucher that it is'),
    sa.Column('source_digest', sa.Text(), nullable=False, comment='digest of invoice or part: one debt is lodged once'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment="never: the round's deadlines count (microseconds UTC)"),
    sa.Column('why', sa.Text(), nullable=True, comment='code of how it ended'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('amount > 0 and cleared >= 0 and cleared <= amount', name=op.f('ck_lodgings_amount')),
    sa.CheckConstraint('debtor <> creditor', name=op.f('ck_lodgings_two_parties')),
    sa.ForeignKeyConstraint(['creditor'], ['parties.id'], name=op.f('fk_lodgings_creditor'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['debtor'], ['parties.id'], name=op.f('fk_lodgings_debtor'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['holding'], ['holdings.id'], name=op.f('fk_lodgings_holding'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['round'], ['rounds.id'], name=op.f('fk_lodgings_round'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lodgings')),
    comment='debts in a round: the creditor lodges, the debtor confirms'
    )
    op.create_index('ix_lodgings_creditor', 'lodgings', ['creditor', 'state'], unique=False)
    op.create_index('ix_lodgings_debtor', 'lodgings', ['debtor', 'state'], unique=False)
    op.create_index('ix_lodgings_round', 'lodgings', ['round', 'state'], unique=False)
    op.create_index('uq_lodgings_source', 'lodgings', ['source_digest'], unique=True, sqlite_where=sa.text("state in ('waiting', 'in')"), postgresql_where=sa.text("state in ('waiting', 'in')"))

