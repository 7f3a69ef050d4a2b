"""requests to be erased."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = '0060'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """requests to be erased."""
    _erasures()


def _erasures() -> None:
    op.create_table('erasures',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='E-2026-0001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (erasure.csv)'),
    sa.Column('user', sa.String(length=36), nullable=False, comment='who asks to be erased'),
    sa.Column('why', sa.Text(), nullable=True, comment='why it was not done'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.ForeignKeyConstraint(['user'], ['users.id'], name=op.f('fk_erasures_user'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erasures')),
    sa.UniqueConstraint('number', name=op.f('uq_erasures_number')),
    comment='requests to be erased'
    )
    op.create_index('ix_erasures_deadline', 'erasures', ['state', 'deadline_at'], unique=False)
    op.create_index(op.f('ix_erasures_user'), 'erasures', ['user'], unique=False)

