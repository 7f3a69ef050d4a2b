"""Inventors' shares by a process: versions, who agreed to what, sums beside basis points."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Inventors' shares by a process: versions, who agreed to what, sums beside basis points."""
    asked = sa.text('select id, share, name, bp from share_lines order by share, id')
    kept = [dict(r) for r in op.get_bind().execute(asked).mappings()]
    op.drop_table('share_lines')  # put back below: no table can be rebuilt while another refers to its rows
    _shares()
    _share_lines()
    lines = sa.table('share_lines', *(sa.column(n) for n in ('id', 'share', 'no', 'name', 'bp')))
    for number, row in enumerate(kept, 1):
        op.execute(lines.insert().values(no=number, **row))


def _shares() -> None:
    op.add_column('shares', sa.Column('number', sa.Text(), nullable=True, comment='I-2026-00001 …'))
    op.execute('update shares set number = id')
    with op.batch_alter_table('shares') as batch:
        batch.drop_constraint(op.f('uq_shares_deal'), type_='unique')
        batch.alter_column('number', existing_type=sa.Text(), existing_comment='I-2026-00001 …', nullable=False)
        batch.alter_column('state', existing_type=sa.Text(), existing_server_default='active', existing_nullable=False, comment='where it stands (share.csv)', existing_comment='active or ended')
        batch.alter_column('rule', existing_type=sa.Text(), existing_nullable=False, comment='the rules in force on the day, each with article, source and how it was read', existing_comment='the floor in force, with its source')
        batch.add_column(sa.Column('edition', sa.BigInteger(), server_default='1', nullable=False, comment='version of the distribution within the deal, from 1'))
        batch.add_column(sa.Column('costs_said', sa.BigInteger(), server_default='0', nullable=False, comment='documented costs and taxes, as agreed (fen)'))
        batch.add_column(sa.Column('counted', sa.BigInteger(), server_default='0', nullable=False, comment='received and counted so far, net of costs (fen)'))
        batch.add_column(sa.Column('text_digest', sa.Text(), nullable=True, comment='SHA-256 of the distribution that everybody agrees to; empty in rows older than the process'))
        batch.add_column(sa.Column('proposed_by', sa.String(length=36), nullable=True, comment='who proposed it'))
        batch.add_column(sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'))
        batch.create_foreign_key(op.f('fk_shares_proposed_by'), 'users', ['proposed_by'], ['id'], ondelete='RESTRICT')
        batch.create_unique_constraint(op.f('uq_shares_number'), ['number'])
    op.create_index('ix_shares_deal', 'shares', ['deal', 'state'], unique=False)
    op.create_index('uq_shares_open', 'shares', ['deal'], unique=True, sqlite_where=sa.text("state in ('proposed', 'agreed')"), postgresql_where=sa.text("state in ('proposed', 'agreed')"))
    op.create_index('ix_shares_deadline', 'shares', ['state', 'deadline_at'], unique=False)
    op.create_index('ix_shares_institution', 'shares', ['institution', 'state'], unique=False)


def _share_lines() -> None:
    op.create_table('share_lines',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('share', sa.String(length=36), nullable=False, comment='of which'),
    sa.Column('no', sa.BigInteger(), server_default='1', nullable=False, comment='1, 2 …'),
    sa.Column('name', sa.Text(), nullable=False, comment='the person, as the institution names them'),
    sa.Column('bp', sa.BigInteger(), nullable=True, comment="part of the inventors' part, in basis points; all lines make 10000"),
    sa.Column('amount', sa.BigInteger(), nullable=True, comment="or a sum; all lines make the inventors' part of the price (fen)"),
    sa.Column('user', sa.String(length=36), nullable=True, comment='who agrees: the person, or who acts for them'),
    sa.Column('acting', sa.Text(), nullable=True, comment='on what paper somebody else acts for the person'),
    sa.Column('agreed_at', sa.BigInteger(), nullable=True, comment='when it was agreed to (microseconds UTC)'),
    sa.Column('agreed_digest', sa.Text(), nullable=True, comment='SHA-256 of what was agreed to'),
    sa.CheckConstraint('(bp is null) <> (amount is null)', name=op.f('ck_share_lines_bp_or_amount')),
    sa.CheckConstraint('(bp is null or (bp > 0 and bp <= 10000)) and (amount is null or amount > 0)', name=op.f('ck_share_lines_part')),
    sa.ForeignKeyConstraint(['share'], ['shares.id'], name=op.f('fk_share_lines_share'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['user'], ['users.id'], name=op.f('fk_share_lines_user'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_share_lines')),
    comment="who gets which part of the inventors' part"
    )
    op.create_index(op.f('ix_share_lines_share'), 'share_lines', ['share'], unique=False)
    op.create_index(op.f('ix_share_lines_user'), 'share_lines', ['user'], unique=False)
