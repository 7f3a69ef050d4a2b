"""monthly reports."""

import sqlalchemy as sa
from alembic import op

from sanwang.exchange.tables.triggers import protect

revision = "0030"
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """monthly reports."""
    _reports()
    protect(op.get_bind(), 'reports', ())


def _reports() -> None:
    op.create_table('reports',
    sa.Column('month', sa.String(length=7), nullable=False, comment='2026-05'),
    sa.Column('no', sa.BigInteger(), autoincrement=False, nullable=False, comment='1, 2 … when restated'),
    sa.Column('link', sa.BigInteger(), nullable=False, comment='end of the sealed record it was made from'),
    sa.Column('record_digest', sa.Text(), nullable=False, comment='digest of the record there'),
    sa.Column('parquet', sa.LargeBinary(), nullable=False, comment='the figures with their events'),
    sa.Column('digest', sa.Text(), nullable=False, comment='SHA-256 of the figures'),
    sa.Column('by', sa.String(length=36), nullable=False, comment='who gave it out'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='when (microseconds UTC)'),
    sa.Column('why', sa.Text(), nullable=True, comment='why it was restated; empty for the first'),
    sa.ForeignKeyConstraint(['by'], ['users.id'], name=op.f('fk_reports_by'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('month', 'no', name=op.f('pk_reports')),
    comment='append-only: a report given out is never changed, only restated',
    )

