"""Orders to an operator of digital wallets."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Orders to an operator of digital wallets."""
    _wallet_orders()
    _prepaids()


def _wallet_orders() -> None:
    op.create_table('wallet_orders',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('reference', sa.Text(), nullable=False, comment='our reference: the operator does the same reference once'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (wallet_order.csv)'),
    sa.Column('prepaid', sa.String(length=36), nullable=False, comment='of which prepaid money'),
    sa.Column('funder', sa.String(length=36), nullable=False, comment='whose money it is until an outcome'),
    sa.Column('provider', sa.String(length=36), nullable=False, comment='who is paid by it'),
    sa.Column('what', sa.Text(), nullable=False, comment='deploy: lock all parts; settle: end one part'),
    sa.Column('part', sa.BigInteger(), nullable=False, comment='which part is settled; 0: the whole is locked'),
    sa.Column('attempt', sa.BigInteger(), nullable=False, comment='1, and one more after each refusal'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='what is locked, or the part that is settled (fen)'),
    sa.Column('to_provider', sa.BigInteger(), server_default='0', nullable=False, comment='what the provider gets of it (fen)'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('text_digest', sa.Text(), nullable=False, comment='digest of the contract'),
    sa.Column('why', sa.Text(), nullable=True, comment='what the operator said when it refused'),
    sa.Column('sent_at', sa.BigInteger(), nullable=True, comment='when it was first sent (microseconds UTC)'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint("(what = 'deploy') = (part = 0)", name=op.f('ck_wallet_orders_part')),
    sa.CheckConstraint("what in ('deploy', 'settle')", name=op.f('ck_wallet_orders_what')),
    sa.CheckConstraint('to_provider >= 0 and to_provider <= amount', name=op.f('ck_wallet_orders_to_provider')),
    sa.ForeignKeyConstraint(['funder'], ['parties.id'], name=op.f('fk_wallet_orders_funder'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['prepaid'], ['prepaids.id'], name=op.f('fk_wallet_orders_prepaid'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['provider'], ['parties.id'], name=op.f('fk_wallet_orders_provider'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wallet_orders')),
    sa.UniqueConstraint('reference', name=op.f('uq_wallet_orders_reference')),
    comment='what an operator of wallets was told to do with prepaid money, and what it answered'
    )
    op.create_index('ix_wallet_orders_deadline', 'wallet_orders', ['state', 'deadline_at'], unique=False)
    op.create_index(op.f('ix_wallet_orders_prepaid'), 'wallet_orders', ['prepaid'], unique=False)
    op.create_index('uq_wallet_orders_open', 'wallet_orders', ['prepaid', 'part'], unique=True, sqlite_where=sa.text("state in ('instructed', 'sent', 'unknown', 'confirmed') and what = 'settle'"), postgresql_where=sa.text("state in ('instructed', 'sent', 'unknown', 'confirmed') and what = 'settle'"))


def _prepaids() -> None:
    op.add_column('prepaids', sa.Column('rail', sa.Text(), nullable=True, comment='empty: kept at the institution; wallet: by an operator of digital wallets'))

