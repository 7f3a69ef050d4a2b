"""Receipts in a foreign currency that are to be declared."""

import sqlalchemy as sa
from alembic import op

revision = "0083"
down_revision = '0082'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Receipts in a foreign currency that are to be declared."""
    op.create_table('inflows',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='R-2026-00001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (inflow.csv)'),
    sa.Column('party', sa.String(length=36), nullable=False, comment='who received it'),
    sa.Column('payment', sa.String(length=36), nullable=False, comment='the receipt'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='how much (fen)'),
    sa.Column('currency', sa.Text(), nullable=False, comment='ISO 4217'),
    sa.Column('payer_name', sa.Text(), nullable=True, comment='who paid, as declared'),
    sa.Column('country', sa.Text(), nullable=True, comment='of the payer, ISO 3166-1 alpha-2'),
    sa.Column('purpose_code', sa.Text(), nullable=True, comment='code of the list of purposes'),
    sa.Column('bop_code', sa.Text(), nullable=True, comment='code of the list for the balance of payments'),
    sa.Column('deal', sa.String(length=36), nullable=True, comment='for which deal'),
    sa.Column('words', sa.Text(), nullable=True, comment='what for'),
    sa.Column('declared_by', sa.String(length=36), nullable=True, comment='who declared it'),
    sa.Column('declared_on', sa.String(length=10), nullable=True, comment='when (ISO date)'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.ForeignKeyConstraint(['party'], ['parties.id'], name=op.f('fk_inflows_party'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['payment'], ['payments.id'], name=op.f('fk_inflows_payment'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['deal'], ['deals.id'], name=op.f('fk_inflows_deal'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['declared_by'], ['users.id'], name=op.f('fk_inflows_declared_by'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inflows')),
    sa.UniqueConstraint('number', name=op.f('uq_inflows_number')),
    sa.UniqueConstraint('payment', name=op.f('uq_inflows_payment')),
    comment='receipts in a foreign currency: free to use once declared'
    )
    op.create_index('ix_inflows_deadline', 'inflows', ['state', 'deadline_at'], unique=False)
    op.create_index('ix_inflows_party', 'inflows', ['party', 'state'], unique=False)
