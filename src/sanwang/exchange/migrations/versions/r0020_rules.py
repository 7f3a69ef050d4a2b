"""Rules over the events."""

import sqlalchemy as sa
from alembic import op

from sanwang.exchange.tables import base

revision = "0020"
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rules over the events."""
    _watch_rules()


def _watch_rules() -> None:
    op.create_table('watch_rules',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (rule.csv)'),
    sa.Column('code', sa.Text(), nullable=False, comment="the rule's code"),
    sa.Column('edition', sa.BigInteger(), nullable=False, comment='1, 2, …: a rule is never edited, a new one is drafted'),
    sa.Column('rule', base.Document(), nullable=False, comment='the whole rule as it was given'),
    sa.Column('text_digest', sa.Text(), nullable=False, comment='SHA-256 of the rule'),
    sa.Column('author', sa.String(length=36), nullable=False, comment='who drafted it'),
    sa.Column('approved_by', sa.String(length=36), nullable=True, comment='who, beside another, let it go live'),
    sa.Column('backtest', base.Document(), nullable=True, comment='what it said of the sealed events: up to which link, how many alerts, their digest'),
    sa.Column('shadow_at', sa.BigInteger(), nullable=True, comment='since when it runs in the shadow (microseconds UTC)'),
    sa.Column('words', sa.Text(), nullable=True, comment='why it was paused or retired'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts: never (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.ForeignKeyConstraint(['approved_by'], ['users.id'], name=op.f('fk_watch_rules_approved_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['author'], ['users.id'], name=op.f('fk_watch_rules_author'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watch_rules')),
    sa.UniqueConstraint('code', 'edition', name=op.f('uq_watch_rules_code_edition')),
    comment='versions of rules over the events'
    )

