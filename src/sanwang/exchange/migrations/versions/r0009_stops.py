"""Stops: freeze, pledge, insolvency."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Stops: freeze, pledge, insolvency."""
    _stops()
    _accounts()
    _holdings()


def _stops() -> None:
    op.create_table('stops',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='S-2026-0001 …; earlier ones go first'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (stop.csv)'),
    sa.Column('stopping', sa.Text(), nullable=False, comment='freeze, pledge or insolvency'),
    sa.Column('party', sa.String(length=36), nullable=False, comment='against whom'),
    sa.Column('holding', sa.String(length=36), nullable=True, comment="the part of a voucher it is about; empty: the party's free money"),
    sa.Column('amount', sa.BigInteger(), nullable=True, comment='up to how much; empty: all (fen)'),
    sa.Column('frozen', sa.BigInteger(), server_default='0', nullable=False, comment='what it keeps in place on the free money now (fen)'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('authority', sa.Text(), nullable=False, comment='who ordered it'),
    sa.Column('paper', sa.Text(), nullable=False, comment='number of the order'),
    sa.Column('lifted_by', sa.Text(), nullable=True, comment='authority and number of the paper that lifted it'),
    sa.Column('until_on', sa.String(length=10), nullable=True, comment='ends by itself after that day (ISO date)'),
    sa.Column('ordered_by', sa.String(length=36), nullable=True, comment='who entered it'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint("stopping in ('freeze', 'pledge', 'insolvency')", name=op.f('ck_stops_stopping')),
    sa.CheckConstraint('amount is null or amount > 0', name=op.f('ck_stops_amount')),
    sa.ForeignKeyConstraint(['holding'], ['holdings.id'], name=op.f('fk_stops_holding'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['ordered_by'], ['users.id'], name=op.f('fk_stops_ordered_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['party'], ['parties.id'], name=op.f('fk_stops_party'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stops')),
    sa.UniqueConstraint('number', name=op.f('uq_stops_number')),
    comment='judicial freezes, pledges and insolvencies: entered by two, lifted by two'
    )
    op.create_index('ix_stops_deadline', 'stops', ['state', 'deadline_at'], unique=False)
    op.create_index(op.f('ix_stops_holding'), 'stops', ['holding'], unique=False)
    op.create_index(op.f('ix_stops_party'), 'stops', ['party'], unique=False)


def _accounts() -> None:
    op.add_column('accounts', sa.Column('frozen', sa.BigInteger(), server_default='0', nullable=False, comment='kept in place by stops: what is free may not be taken below it (fen)'))


def _holdings() -> None:
    op.add_column('holdings', sa.Column('stopped_by', sa.Text(), nullable=True, comment='the stop that keeps it in place'))

