"""hooks."""

import sqlalchemy as sa
from alembic import op

revision = "0004h"
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """hooks."""
    _hook_hosts()
    _hooks()
    _deliveries()


def _hook_hosts() -> None:
    op.create_table('hook_hosts',
    sa.Column('host', sa.String(length=260), nullable=False, comment='host, with its port where it is not the usual one'),
    sa.Column('by', sa.String(length=36), nullable=False, comment='which operator allowed it'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='since (microseconds UTC)'),
    sa.ForeignKeyConstraint(['by'], ['users.id'], name=op.f('fk_hook_hosts_by'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('host', name=op.f('pk_hook_hosts')),
    comment='the only hosts that may be told'
    )


def _hooks() -> None:
    op.create_table('hooks',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('user', sa.String(length=36), nullable=False, comment='whose rights decide what is told'),
    sa.Column('party', sa.String(length=36), nullable=False, comment='on whose business'),
    sa.Column('url', sa.Text(), nullable=False, comment='where it is told'),
    sa.Column('secret', sa.Text(), nullable=False, comment='what tellings are signed with'),
    sa.Column('secret_before', sa.Text(), nullable=True, comment='the secret before, while it is being changed'),
    sa.Column('before_until', sa.BigInteger(), nullable=True, comment='the secret before signs until (microseconds UTC)'),
    sa.Column('follows', sa.BigInteger(), server_default='0', nullable=False, comment='events looked through up to this link'),
    sa.Column('state', sa.Text(), server_default='active', nullable=False, comment='active, paused or disabled'),
    sa.Column('failing_since', sa.BigInteger(), nullable=True, comment='no telling has arrived since (microseconds UTC)'),
    sa.Column('why', sa.Text(), nullable=True, comment='why it was disabled'),
    sa.Column('created_at', sa.BigInteger(), nullable=False, comment='since (microseconds UTC)'),
    sa.Column('ended_at', sa.BigInteger(), nullable=True, comment='taken away (microseconds UTC)'),
    sa.CheckConstraint("state in ('active', 'paused', 'disabled')", name=op.f('ck_hooks_state')),
    sa.ForeignKeyConstraint(['party'], ['parties.id'], name=op.f('fk_hooks_party'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['user'], ['users.id'], name=op.f('fk_hooks_user'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hooks')),
    comment="webhooks: addresses that are told of events on a party's business"
    )
    op.create_index('ix_hooks_state', 'hooks', ['state'], unique=False)


def _deliveries() -> None:
    op.create_table('deliveries',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('hook', sa.String(length=36), nullable=False, comment='to whom'),
    sa.Column('event', sa.String(length=36), nullable=False, comment='of what'),
    sa.Column('link', sa.BigInteger(), nullable=False, comment='place of the event in the record'),
    sa.Column('state', sa.Text(), server_default='queued', nullable=False, comment='queued, arrived or given_up'),
    sa.Column('tries', sa.BigInteger(), server_default='0', nullable=False, comment='how often it was sent'),
    sa.Column('due_at', sa.BigInteger(), nullable=False, comment='next try not before (microseconds UTC)'),
    sa.Column('status', sa.BigInteger(), nullable=True, comment='HTTP status of the last answer'),
    sa.Column('words', sa.Text(), nullable=True, comment='what went wrong last'),
    sa.Column('done_at', sa.BigInteger(), nullable=True, comment='arrived or given up (microseconds UTC)'),
    sa.CheckConstraint("state in ('queued', 'arrived', 'given_up')", name=op.f('ck_deliveries_state')),
    sa.ForeignKeyConstraint(['event'], ['events.id'], name=op.f('fk_deliveries_event'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['hook'], ['hooks.id'], name=op.f('fk_deliveries_hook'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries')),
    sa.UniqueConstraint('hook', 'event', name=op.f('uq_deliveries_hook_event')),
    comment='one telling of one event to one webhook'
    )
    op.create_index('ix_deliveries_due', 'deliveries', ['state', 'due_at'], unique=False)

