"""Money: books, accounts, transfers, payments, bank lines."""

import sqlalchemy as sa
from alembic import op

from sanwang.exchange.tables import base
from sanwang.exchange.tables.triggers import protect

revision = "0003"
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Money: books, accounts, transfers, payments, bank lines."""
    _books()
    _accounts()
    _transfers()
    _payments()
    _bank_lines()
    protect(op.get_bind(), 'transfers', ())


def _books() -> None:
    op.create_table('books',
    sa.Column('id', sa.String(length=36), nullable=False, comment='unit and kind, as in CNY:money'),
    sa.Column('unit', sa.Text(), nullable=False, comment="currency of ISO 4217, or a voucher's id"),
    sa.Column('kind', sa.Text(), nullable=False, comment='money, memo (contingent) or voucher'),
    sa.Column('scale', sa.BigInteger(), nullable=False, comment='decimals of the unit: 2 for yuan, 0 for yen'),
    sa.CheckConstraint("kind in ('money', 'memo', 'voucher')", name=op.f('ck_books_kind')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_books')),
    sa.UniqueConstraint('unit', 'kind', name=op.f('uq_books_unit_kind')),
    comment='one unit a book; nothing crosses a book but by an entry of two transfers'
    )


def _accounts() -> None:
    op.create_table('accounts',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv5 of book, code, party and deal: two writers make the same one'),
    sa.Column('book', sa.String(length=36), nullable=False, comment='in which unit'),
    sa.Column('code', sa.Text(), nullable=False, comment='what it mirrors: bank, wallet, escrow …'),
    sa.Column('party', sa.Text(), server_default='', nullable=False, comment="whose; empty where it is nobody's"),
    sa.Column('deal', sa.Text(), server_default='', nullable=False, comment='for which deal or share; empty where for none'),
    sa.Column('side', sa.Text(), nullable=False, comment='D grows by debit, C by credit'),
    sa.Column('bounded', sa.BigInteger(), nullable=False, comment='1 where it may not fall below zero net of holds'),
    sa.Column('dr', sa.BigInteger(), server_default='0', nullable=False, comment='debits posted (fen)'),
    sa.Column('cr', sa.BigInteger(), server_default='0', nullable=False, comment='credits posted (fen)'),
    sa.Column('dr_held', sa.BigInteger(), server_default='0', nullable=False, comment='debits held (fen)'),
    sa.Column('cr_held', sa.BigInteger(), server_default='0', nullable=False, comment='credits held (fen)'),
    sa.Column('closed_at', sa.BigInteger(), nullable=True, comment='takes no more transfers since (microseconds UTC)'),
    sa.CheckConstraint("bounded = 0 or (side = 'C' and cr - dr - dr_held >= 0) or (side = 'D' and dr - cr - cr_held >= 0)", name=op.f('ck_accounts_no_overdraft')),
    sa.CheckConstraint("side in ('D', 'C')", name=op.f('ck_accounts_side')),
    sa.CheckConstraint('dr >= 0 and cr >= 0 and dr_held >= 0 and cr_held >= 0', name=op.f('ck_accounts_not_negative')),
    sa.ForeignKeyConstraint(['book'], ['books.id'], name=op.f('fk_accounts_book'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts')),
    sa.UniqueConstraint('book', 'code', 'party', 'deal', name=op.f('uq_accounts_book_code_party_deal')),
    comment='balances as they are now; verify recomputes them from the transfers'
    )
    op.create_index('ix_accounts_deal', 'accounts', ['deal'], unique=False)
    op.create_index('ix_accounts_party', 'accounts', ['party'], unique=False)


def _transfers() -> None:
    op.create_table('transfers',
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False, comment='order of insertion'),
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv5 of entry and number'),
    sa.Column('entry', sa.String(length=36), nullable=False, comment='what happens together or not at all'),
    sa.Column('no', sa.BigInteger(), nullable=False, comment='place in the entry, from 1'),
    sa.Column('book', sa.String(length=36), nullable=False, comment='in which unit'),
    sa.Column('step', sa.Text(), nullable=False, comment='single, hold, post, void or expire'),
    sa.Column('hold', sa.String(length=36), nullable=True, comment='the hold that this ends'),
    sa.Column('debit', sa.String(length=36), nullable=False, comment='account debited'),
    sa.Column('credit', sa.String(length=36), nullable=False, comment='account credited'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='how much (fen)'),
    sa.Column('code', sa.Text(), nullable=False, comment='posting rule: E1, P2 …'),
    sa.Column('reverses', sa.String(length=36), nullable=True, comment='the transfer that this corrects'),
    sa.Column('event', sa.String(length=36), nullable=True, comment='the step it belongs to'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='when (microseconds UTC)'),
    sa.CheckConstraint("(step in ('post', 'void', 'expire')) = (hold is not null)", name=op.f('ck_transfers_ends_a_hold')),
    sa.CheckConstraint("step in ('single', 'hold', 'post', 'void', 'expire')", name=op.f('ck_transfers_step')),
    sa.CheckConstraint('amount > 0', name=op.f('ck_transfers_amount')),
    sa.CheckConstraint('debit <> credit', name=op.f('ck_transfers_two_accounts')),
    sa.ForeignKeyConstraint(['book'], ['books.id'], name=op.f('fk_transfers_book'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['credit'], ['accounts.id'], name=op.f('fk_transfers_credit'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['debit'], ['accounts.id'], name=op.f('fk_transfers_debit'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['event'], ['events.id'], name=op.f('fk_transfers_event'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['hold'], ['transfers.id'], name=op.f('fk_transfers_hold'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['reverses'], ['transfers.id'], name=op.f('fk_transfers_reverses'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_transfers')),
    sa.UniqueConstraint('entry', 'no', name=op.f('uq_transfers_entry_no')),
    sa.UniqueConstraint('id', name=op.f('uq_transfers_id')),
    comment='append-only: every movement; a correction is a transfer the other way',
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_transfers_credit'), 'transfers', ['credit'], unique=False)
    op.create_index(op.f('ix_transfers_debit'), 'transfers', ['debit'], unique=False)
    op.create_index('uq_transfers_hold', 'transfers', ['hold'], unique=True, sqlite_where=sa.text("step in ('post', 'void', 'expire')"), postgresql_where=sa.text("step in ('post', 'void', 'expire')"))


def _payments() -> None:
    op.create_table('payments',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('way', sa.Text(), nullable=False, comment='in or out'),
    sa.Column('state', sa.Text(), nullable=False, comment='state of the process'),
    sa.Column('party', sa.String(length=36), nullable=True, comment='whose money'),
    sa.Column('account_at', sa.Text(), nullable=True, comment="the other side's account at its bank"),
    sa.Column('name_at', sa.Text(), nullable=True, comment="the other side's name at its bank"),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='how much (fen)'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('rail', sa.Text(), nullable=False, comment='the way it goes: simulated, manual, files'),
    sa.Column('reference', sa.Text(), nullable=False, comment='end-to-end reference, ours; at most 35 signs'),
    sa.Column('bank_reference', sa.Text(), nullable=True, comment="the institution's own"),
    sa.Column('hold', sa.String(length=36), nullable=True, comment='the hold that waits for the rail'),
    sa.Column('deal', sa.Text(), server_default='', nullable=False, comment='what it funds or pays; empty for a wallet'),
    sa.Column('instructed_by', sa.String(length=36), nullable=True, comment='who instructed it'),
    sa.Column('released_by', sa.String(length=36), nullable=True, comment='the second person'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='when it was made (microseconds UTC)'),
    sa.Column('confirmed_at', sa.BigInteger(), nullable=True, comment='when the rail confirmed it (microseconds UTC)'),
    sa.Column('why', sa.Text(), nullable=True, comment="the rail's code and words where it refused"),
    sa.Column('due_on', sa.String(length=10), nullable=True, comment='execute on (ISO date)'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('data', base.Document(), nullable=True, comment='what else the rail said'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint("way in ('in', 'out')", name=op.f('ck_payments_way')),
    sa.CheckConstraint('amount > 0', name=op.f('ck_payments_amount')),
    sa.CheckConstraint('released_by is null or instructed_by is null or released_by <> instructed_by', name=op.f('ck_payments_two')),
    sa.ForeignKeyConstraint(['hold'], ['transfers.id'], name=op.f('fk_payments_hold'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['instructed_by'], ['users.id'], name=op.f('fk_payments_instructed_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['party'], ['parties.id'], name=op.f('fk_payments_party'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['released_by'], ['users.id'], name=op.f('fk_payments_released_by'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payments')),
    sa.UniqueConstraint('rail', 'reference', name=op.f('uq_payments_rail_reference')),
    comment='instructions to a rail and what came of them: money moves at the institution, here is its mirror'
    )
    op.create_index('ix_payments_state', 'payments', ['state', 'deadline_at'], unique=False)


def _bank_lines() -> None:
    op.create_table('bank_lines',
    sa.Column('rail', sa.String(length=40), nullable=False, comment='which rail'),
    sa.Column('statement', sa.String(length=80), nullable=False, comment="the institution's statement"),
    sa.Column('no', sa.BigInteger(), autoincrement=False, nullable=False, comment='place in the statement'),
    sa.Column('booked_on', sa.String(length=10), nullable=False, comment='day of booking (ISO date)'),
    sa.Column('way', sa.Text(), nullable=False, comment='in or out'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='how much (fen)'),
    sa.Column('currency', sa.Text(), nullable=False, comment='ISO 4217'),
    sa.Column('reference', sa.Text(), nullable=True, comment='end-to-end reference, as the institution gives it'),
    sa.Column('bank_reference', sa.Text(), nullable=True, comment="the institution's own"),
    sa.Column('words', sa.Text(), nullable=True, comment='remittance text'),
    sa.Column('payment', sa.String(length=36), nullable=True, comment='the payment that explains it; empty until explained'),
    sa.Column('explained', sa.Text(), nullable=False, comment='how: confirmed, received, found, returned, repeated'),
    sa.CheckConstraint("way in ('in', 'out')", name=op.f('ck_bank_lines_way')),
    sa.CheckConstraint('amount > 0', name=op.f('ck_bank_lines_amount')),
    sa.ForeignKeyConstraint(['payment'], ['payments.id'], name=op.f('fk_bank_lines_payment'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('rail', 'statement', 'no', name=op.f('pk_bank_lines')),
    comment='every line the institution reported, each explained by a payment or shown as unexplained'
    )

