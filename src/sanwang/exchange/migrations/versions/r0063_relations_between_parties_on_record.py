"""relations between parties on record."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = '0062'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """relations between parties on record."""
    _relations()


def _relations() -> None:
    op.create_table('relations',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='RL-2026-0001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (relation.csv)'),
    sa.Column('one', sa.String(length=36), nullable=False, comment='one party; of a control, the one that controls'),
    sa.Column('two', sa.String(length=36), nullable=False, comment='the other party'),
    sa.Column('relation_kind', sa.Text(), nullable=False, comment='control, common_control, managers or kin'),
    sa.Column('shown_by', sa.Text(), nullable=False, comment='what shows it, as it was given'),
    sa.Column('declared_by', sa.String(length=36), nullable=False, comment='who put it on record'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('one <> two', name=op.f('ck_relations_two_parties')),
    sa.ForeignKeyConstraint(['declared_by'], ['users.id'], name=op.f('fk_relations_declared_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['one'], ['parties.id'], name=op.f('fk_relations_one'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['two'], ['parties.id'], name=op.f('fk_relations_two'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_relations')),
    sa.UniqueConstraint('number', name=op.f('uq_relations_number')),
    comment='relations between parties, from the declaration to the end'
    )
    op.create_index('ix_relations_deadline', 'relations', ['state', 'deadline_at'], unique=False)
    op.create_index(op.f('ix_relations_one'), 'relations', ['one'], unique=False)
    op.create_index(op.f('ix_relations_two'), 'relations', ['two'], unique=False)

