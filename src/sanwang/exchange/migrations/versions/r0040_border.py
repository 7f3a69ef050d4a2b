"""Across the border: lists, payments with codes, screening."""

import sqlalchemy as sa
from alembic import op

from sanwang.exchange.tables.triggers import protect

revision = "0040"
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Across the border."""
    _lists()
    _crossings()
    _screenings()
    op.add_column('payments', sa.Column('crossing', sa.Text(), nullable=True, comment='the filing of a payment across the border'))
    protect(op.get_bind(), 'border_entries', ())
    protect(op.get_bind(), 'screenings', ())


def _lists() -> None:
    op.create_table('border_lists',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='B-2026-0001 …: its version'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (border_list.csv)'),
    sa.Column('list_kind', sa.Text(), nullable=False, comment='what the list is of'),
    sa.Column('name', sa.Text(), nullable=False, comment='what its publisher calls it'),
    sa.Column('source', sa.Text(), nullable=False, comment='where it was taken from'),
    sa.Column('read', sa.Text(), nullable=False, comment='how it was read: text, excerpt, report, own or fictional'),
    sa.Column('on_day', sa.String(length=10), nullable=False, comment='the list as of (ISO date)'),
    sa.Column('rows', sa.BigInteger(), nullable=False, comment='how many entries'),
    sa.Column('digest', sa.Text(), nullable=False, comment='SHA-256 of the entries'),
    sa.Column('loaded_by', sa.String(length=36), nullable=False, comment='who loaded it'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint("list_kind in ('purpose', 'balance_of_payments', 'quota', 'screening', 'export')", name=op.f('ck_border_lists_list_kind')),
    sa.CheckConstraint("read in ('text', 'excerpt', 'report', 'own', 'fictional')", name=op.f('ck_border_lists_read')),
    sa.ForeignKeyConstraint(['loaded_by'], ['users.id'], name=op.f('fk_border_lists_loaded_by'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_border_lists')),
    sa.UniqueConstraint('number', name=op.f('uq_border_lists_number')),
    comment='a list that a person loaded; of each kind one is in force'
    )
    op.create_index('ix_border_lists_kind', 'border_lists', ['list_kind', 'state'], unique=False)
    op.create_table('border_entries',
    sa.Column('list', sa.String(length=36), nullable=False, comment='of which list'),
    sa.Column('no', sa.BigInteger(), autoincrement=False, nullable=False, comment='place in it, from 1'),
    sa.Column('entry', sa.Text(), nullable=False, comment='its code or name'),
    sa.Column('data', sa.Text(), nullable=False, comment='what the list says of it'),
    sa.ForeignKeyConstraint(['list'], ['border_lists.id'], name=op.f('fk_border_entries_list'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('list', 'no', name=op.f('pk_border_entries')),
    comment='entries of lists, as they were loaded'
    )
    op.create_index('ix_border_entries_entry', 'border_entries', ['list', 'entry'], unique=False)


def _crossings() -> None:
    op.create_table('crossings',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='C-2026-00001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (crossing.csv)'),
    sa.Column('party', sa.String(length=36), nullable=False, comment='who pays'),
    sa.Column('payee', sa.Text(), nullable=False, comment='who is paid, as on the papers'),
    sa.Column('country', sa.Text(), nullable=False, comment='of the payee, ISO 3166-1 alpha-2'),
    sa.Column('account_at', sa.Text(), nullable=False, comment="the payee's account"),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='what is paid (fen)'),
    sa.Column('currency', sa.Text(), nullable=False, comment='ISO 4217'),
    sa.Column('purpose_code', sa.Text(), nullable=False, comment='code of the list of purposes'),
    sa.Column('bop_code', sa.Text(), nullable=False, comment='code of the list for the balance of payments'),
    sa.Column('deal', sa.String(length=36), nullable=True, comment='for which deal'),
    sa.Column('words', sa.Text(), nullable=True, comment='what for'),
    sa.Column('filed_by', sa.String(length=36), nullable=False, comment='who filed it'),
    sa.Column('screened_by', sa.String(length=36), nullable=True, comment='the list that the payee was held against'),
    sa.Column('hits', sa.Text(), nullable=True, comment='entries of it that sound like the payee'),
    sa.Column('quota_list', sa.String(length=36), nullable=True, comment='the list of quotas that it was counted against'),
    sa.Column('paid_on', sa.String(length=10), nullable=True, comment='the day on which it was instructed and counts against a quota (ISO date)'),
    sa.Column('payment', sa.String(length=36), nullable=True, comment='the payment that it became'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('amount > 0', name=op.f('ck_crossings_amount')),
    sa.ForeignKeyConstraint(['party'], ['parties.id'], name=op.f('fk_crossings_party'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['deal'], ['deals.id'], name=op.f('fk_crossings_deal'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['filed_by'], ['users.id'], name=op.f('fk_crossings_filed_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['screened_by'], ['border_lists.id'], name=op.f('fk_crossings_screened_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['quota_list'], ['border_lists.id'], name=op.f('fk_crossings_quota_list'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['payment'], ['payments.id'], name=op.f('fk_crossings_payment'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crossings')),
    sa.UniqueConstraint('number', name=op.f('uq_crossings_number')),
    comment='a payment across the border, from its filing to what became of it'
    )
    op.create_index('ix_crossings_deadline', 'crossings', ['state', 'deadline_at'], unique=False)
    op.create_index('ix_crossings_party', 'crossings', ['party', 'state'], unique=False)
    op.create_index('ix_crossings_payment', 'crossings', ['payment'], unique=False)
    op.create_index('ix_crossings_paid', 'crossings', ['currency', 'paid_on'], unique=False)


def _screenings() -> None:
    op.create_table('screenings',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('crossing', sa.String(length=36), nullable=False, comment='of which payment'),
    sa.Column('list', sa.String(length=36), nullable=False, comment='the list, in the version it was held against'),
    sa.Column('verdict', sa.Text(), nullable=False, comment='nothing, hit, let_pass or refuse'),
    sa.Column('hits', sa.Text(), nullable=False, comment='the entries that sounded alike, each with why'),
    sa.Column('why', sa.Text(), nullable=True, comment="the person's reason"),
    sa.Column('words', sa.Text(), nullable=True, comment='and in words'),
    sa.Column('by', sa.String(length=36), nullable=True, comment='who decided; empty where the machine only compared'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='when (microseconds UTC)'),
    sa.CheckConstraint("verdict in ('nothing', 'hit', 'let_pass', 'refuse')", name=op.f('ck_screenings_verdict')),
    sa.CheckConstraint("(verdict in ('nothing', 'hit')) = (\"by\" is null)", name=op.f('ck_screenings_a_person_decides')),
    sa.ForeignKeyConstraint(['crossing'], ['crossings.id'], name=op.f('fk_screenings_crossing'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['list'], ['border_lists.id'], name=op.f('fk_screenings_list'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['by'], ['users.id'], name=op.f('fk_screenings_by'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_screenings')),
    comment='append-only: every comparison with a list, and every person\'s decision on it'
    )
    op.create_index('ix_screenings_crossing', 'screenings', ['crossing'], unique=False)
