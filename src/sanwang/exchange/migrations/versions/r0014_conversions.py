"""Currencies exchanged."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Currencies exchanged."""
    _conversions()


def _conversions() -> None:
    op.create_table('conversions',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='X-2026-00001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (conversion.csv)'),
    sa.Column('party', sa.String(length=36), nullable=False, comment='who exchanges'),
    sa.Column('institution', sa.String(length=36), nullable=False, comment='at whose rate'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='what is given (fen)'),
    sa.Column('currency', sa.Text(), nullable=False, comment='of what is given, ISO 4217'),
    sa.Column('wanted', sa.Text(), nullable=False, comment='of what is got, ISO 4217'),
    sa.Column('rate', sa.Text(), nullable=True, comment='units of what is got for one unit of what is given, a plain decimal'),
    sa.Column('source', sa.Text(), nullable=True, comment='where the rate comes from'),
    sa.Column('on_day', sa.String(length=10), nullable=True, comment="the rate's day (ISO date)"),
    sa.Column('valid_until_on', sa.String(length=10), nullable=True, comment='the quote holds until (ISO date)'),
    sa.Column('got', sa.BigInteger(), nullable=True, comment="what is got, rounded down to the currency's smallest part (fen)"),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('amount > 0 and (got is null or got > 0)', name=op.f('ck_conversions_amount')),
    sa.CheckConstraint('currency <> wanted', name=op.f('ck_conversions_two_currencies')),
    sa.CheckConstraint('party <> institution', name=op.f('ck_conversions_two_parties')),
    sa.ForeignKeyConstraint(['institution'], ['parties.id'], name=op.f('fk_conversions_institution'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['party'], ['parties.id'], name=op.f('fk_conversions_party'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conversions')),
    sa.UniqueConstraint('number', name=op.f('uq_conversions_number')),
    comment='an exchange of currencies: two linked transfers in two books, both or neither'
    )
    op.create_index('ix_conversions_deadline', 'conversions', ['state', 'deadline_at'], unique=False)
    op.create_index('ix_conversions_party', 'conversions', ['party', 'state'], unique=False)

