"""Jobs."""

import sqlalchemy as sa
from alembic import op

from sanwang.exchange.tables import base

revision = "0004"
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Jobs."""
    _jobs()


def _jobs() -> None:
    op.create_table('jobs',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('kind', sa.Text(), nullable=False, comment="what is to be done: a study's name, import …"),
    sa.Column('args', base.Document(), nullable=False, comment='what was asked'),
    sa.Column('digest', sa.Text(), nullable=False, comment='SHA-256 of kind, arguments and data: the same question is asked once'),
    sa.Column('state', sa.Text(), server_default='queued', nullable=False, comment='queued, running, done, failed or cancelled'),
    sa.Column('done', sa.BigInteger(), server_default='0', nullable=False, comment='parts done so far'),
    sa.Column('total', sa.BigInteger(), server_default='0', nullable=False, comment='parts in all; 0 where not known'),
    sa.Column('words', sa.Text(), nullable=True, comment='what it is doing, or why it failed'),
    sa.Column('place', sa.Text(), nullable=True, comment='folder of its results'),
    sa.Column('by', sa.String(length=36), nullable=False, comment='who asked'),
    sa.Column('tries', sa.BigInteger(), server_default='0', nullable=False, comment='how often it was begun'),
    sa.Column('worker', sa.Text(), nullable=True, comment='who runs it now'),
    sa.Column('lease_until', sa.BigInteger(), nullable=True, comment='another worker may take it after (microseconds UTC)'),
    sa.Column('cancel_at', sa.BigInteger(), nullable=True, comment='a person wants it stopped since (microseconds UTC)'),
    sa.Column('created_at', sa.BigInteger(), nullable=False, comment='since (microseconds UTC)'),
    sa.Column('ended_at', sa.BigInteger(), nullable=True, comment='until (microseconds UTC)'),
    sa.CheckConstraint("state in ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f('ck_jobs_state')),
    sa.ForeignKeyConstraint(['by'], ['users.id'], name=op.f('fk_jobs_by'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_jobs')),
    comment='questions that take longer than a page'
    )
    op.create_index('ix_jobs_by', 'jobs', ['by', 'created_at'], unique=False)
    op.create_index('ix_jobs_state', 'jobs', ['state', 'created_at'], unique=False)
    op.create_index('uq_jobs_open', 'jobs', ['digest', 'by'], unique=True, sqlite_where=sa.text("state in ('queued', 'running')"), postgresql_where=sa.text("state in ('queued', 'running')"))

