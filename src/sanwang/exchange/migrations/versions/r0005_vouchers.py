"""Vouchers."""

import sqlalchemy as sa
from alembic import op

from sanwang.exchange.tables.triggers import protect

revision = "0005"
down_revision = '0004h'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Vouchers."""
    _vouchers()
    _holdings()
    _asks()
    _bids()
    _milestones()
    protect(op.get_bind(), 'asks', ())


def _vouchers() -> None:
    op.create_table('vouchers',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), server_default='', nullable=False, comment='V-2026-00001 …; empty while a draft'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (voucher.csv)'),
    sa.Column('debtor', sa.String(length=36), nullable=False, comment='who owes'),
    sa.Column('first_holder', sa.String(length=36), nullable=False, comment='whom it was first owed to'),
    sa.Column('face', sa.BigInteger(), nullable=False, comment='what was confirmed (fen)'),
    sa.Column('paid', sa.BigInteger(), server_default='0', nullable=False, comment='what of it was paid (fen)'),
    sa.Column('set_off', sa.BigInteger(), server_default='0', nullable=False, comment='what of it was set off (fen)'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('issued_on', sa.String(length=10), nullable=True, comment='day of confirmation (ISO date)'),
    sa.Column('due_on', sa.String(length=10), nullable=False, comment='when it is to be paid (ISO date)'),
    sa.Column('long_why', sa.Text(), nullable=True, comment='why its term is above the usual one'),
    sa.Column('milestone', sa.String(length=36), nullable=True, comment='the accepted milestone it pays'),
    sa.Column('invoice', sa.Text(), nullable=True, comment='number of the invoice it pays'),
    sa.Column('source_digest', sa.Text(), nullable=False, comment='digest of the invoice or milestone: one is never confirmed twice'),
    sa.Column('splits', sa.BigInteger(), server_default='0', nullable=False, comment='parts that were ever made'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('why', sa.Text(), nullable=True, comment='code of how it ended'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('debtor <> first_holder', name=op.f('ck_vouchers_two_parties')),
    sa.CheckConstraint('face > 0 and paid >= 0 and set_off >= 0 and paid + set_off <= face', name=op.f('ck_vouchers_face')),
    sa.CheckConstraint('milestone is not null or invoice is not null', name=op.f('ck_vouchers_from_something')),
    sa.ForeignKeyConstraint(['debtor'], ['parties.id'], name=op.f('fk_vouchers_debtor'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['first_holder'], ['parties.id'], name=op.f('fk_vouchers_first_holder'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['milestone'], ['milestones.id'], name=op.f('fk_vouchers_milestone'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vouchers')),
    comment='debts confirmed by their debtor; who holds them stands in holdings and in the voucher book'
    )
    op.create_index('ix_vouchers_deadline', 'vouchers', ['state', 'deadline_at'], unique=False)
    op.create_index('ix_vouchers_debtor', 'vouchers', ['debtor', 'state'], unique=False)
    op.create_index('ix_vouchers_first', 'vouchers', ['first_holder', 'state'], unique=False)
    op.create_index('uq_vouchers_number', 'vouchers', ['number'], unique=True, sqlite_where=sa.text("number <> ''"), postgresql_where=sa.text("number <> ''"))
    op.create_index('uq_vouchers_source', 'vouchers', ['source_digest'], unique=True, sqlite_where=sa.text("state <> 'void'"), postgresql_where=sa.text("state <> 'void'"))


def _holdings() -> None:
    op.create_table('holdings',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment="the voucher's number and the part's"),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (holding.csv)'),
    sa.Column('voucher', sa.String(length=36), nullable=False, comment='of which debt'),
    sa.Column('holder', sa.String(length=36), nullable=False, comment='whose'),
    sa.Column('debtor', sa.String(length=36), nullable=False, comment='who owes it (as the voucher says)'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='what it was made with (fen)'),
    sa.Column('owed', sa.BigInteger(), nullable=False, comment='what of it is still owed (fen)'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('due_on', sa.String(length=10), nullable=False, comment='when it is to be paid (as the voucher says) (ISO date)'),
    sa.Column('part_of', sa.String(length=36), nullable=True, comment='the part it came from'),
    sa.Column('giver', sa.String(length=36), nullable=True, comment='from whom it came'),
    sa.Column('recourse_to', sa.String(length=36), nullable=True, comment='who must buy it back if the debtor does not pay; empty: nobody'),
    sa.Column('recourse_words', sa.Text(), nullable=True, comment='the sentence that was agreed about it'),
    sa.Column('to_party', sa.String(length=36), nullable=True, comment='to whom it is being passed'),
    sa.Column('document', sa.String(length=36), nullable=True, comment='papers of the trade behind its passing'),
    sa.Column('registry_no', sa.Text(), nullable=True, comment='number in the central registry, entered before it is financed'),
    sa.Column('noticed_at', sa.BigInteger(), nullable=True, comment='the debtor was told of this holder (microseconds UTC)'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('why', sa.Text(), nullable=True, comment='code of how it ended'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('amount > 0 and owed >= 0 and owed <= amount', name=op.f('ck_holdings_amount')),
    sa.ForeignKeyConstraint(['debtor'], ['parties.id'], name=op.f('fk_holdings_debtor'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['document'], ['documents.id'], name=op.f('fk_holdings_document'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['giver'], ['parties.id'], name=op.f('fk_holdings_giver'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['holder'], ['parties.id'], name=op.f('fk_holdings_holder'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['part_of'], ['holdings.id'], name=op.f('fk_holdings_part_of'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['recourse_to'], ['parties.id'], name=op.f('fk_holdings_recourse_to'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['to_party'], ['parties.id'], name=op.f('fk_holdings_to_party'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['voucher'], ['vouchers.id'], name=op.f('fk_holdings_voucher'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_holdings')),
    sa.UniqueConstraint('number', name=op.f('uq_holdings_number')),
    comment='parts of vouchers; one changes hands whole, to give a part it is split first'
    )
    op.create_index('ix_holdings_deadline', 'holdings', ['state', 'deadline_at'], unique=False)
    op.create_index('ix_holdings_holder', 'holdings', ['holder', 'state'], unique=False)
    op.create_index('ix_holdings_taker', 'holdings', ['to_party', 'state'], unique=False)
    op.create_index(op.f('ix_holdings_voucher'), 'holdings', ['voucher'], unique=False)
    op.create_index('uq_holdings_registry', 'holdings', ['registry_no'], unique=True, sqlite_where=sa.text('registry_no is not null'), postgresql_where=sa.text('registry_no is not null'))


def _asks() -> None:
    op.create_table('asks',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('holding', sa.String(length=36), nullable=False, comment='which part is offered'),
    sa.Column('financier', sa.String(length=36), nullable=False, comment='who may bid'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='since (microseconds UTC)'),
    sa.ForeignKeyConstraint(['financier'], ['parties.id'], name=op.f('fk_asks_financier'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['holding'], ['holdings.id'], name=op.f('fk_asks_holding'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asks')),
    comment='who was asked for a bid: nobody else sees the part',
    )
    op.create_index('ix_asks_financier', 'asks', ['financier', 'holding'], unique=False)
    op.create_index('ix_asks_holding', 'asks', ['holding', 'financier'], unique=False)


def _bids() -> None:
    op.create_table('bids',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (bid.csv)'),
    sa.Column('holding', sa.String(length=36), nullable=False, comment='for which part'),
    sa.Column('financier', sa.String(length=36), nullable=False, comment='who bids'),
    sa.Column('asker', sa.String(length=36), nullable=False, comment='who holds the part'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='what the part is owed (fen)'),
    sa.Column('price', sa.BigInteger(), nullable=False, comment='what the financier pays for it (fen)'),
    sa.Column('fees', sa.BigInteger(), server_default='0', nullable=False, comment='what the financier takes off for its fees (fen)'),
    sa.Column('platform_fee', sa.BigInteger(), server_default='0', nullable=False, comment='what the exchange takes from the financier (fen)'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('recourse', sa.BigInteger(), nullable=False, comment='1 where the seller must buy it back if the debtor does not pay'),
    sa.Column('words', sa.Text(), nullable=True, comment='the sentence that says so'),
    sa.Column('valid_until_on', sa.String(length=10), nullable=False, comment='open until (ISO date)'),
    sa.Column('due_on', sa.String(length=10), nullable=False, comment='when the part is to be paid (ISO date)'),
    sa.Column('hold', sa.String(length=36), nullable=True, comment='the part set aside until the price is paid'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('why', sa.Text(), nullable=True, comment='code of how it ended'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('price > 0 and price <= amount and fees >= 0 and fees < price', name=op.f('ck_bids_price')),
    sa.CheckConstraint('recourse = 0 or words is not null', name=op.f('ck_bids_recourse_said')),
    sa.ForeignKeyConstraint(['asker'], ['parties.id'], name=op.f('fk_bids_asker'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['financier'], ['parties.id'], name=op.f('fk_bids_financier'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['hold'], ['transfers.id'], name=op.f('fk_bids_hold'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['holding'], ['holdings.id'], name=op.f('fk_bids_holding'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bids')),
    comment='bids of financiers; a part is sold to one of them at most'
    )
    op.create_index('ix_bids_asker', 'bids', ['asker', 'state'], unique=False)
    op.create_index('ix_bids_deadline', 'bids', ['state', 'deadline_at'], unique=False)
    op.create_index('ix_bids_financier', 'bids', ['financier', 'state'], unique=False)
    op.create_index(op.f('ix_bids_holding'), 'bids', ['holding'], unique=False)
    op.create_index('uq_bids_accepted', 'bids', ['holding'], unique=True, sqlite_where=sa.text("state in ('accepted', 'paid')"), postgresql_where=sa.text("state in ('accepted', 'paid')"))
    op.create_index('uq_bids_open', 'bids', ['holding', 'financier'], unique=True, sqlite_where=sa.text("state in ('open', 'accepted')"), postgresql_where=sa.text("state in ('open', 'accepted')"))


def _milestones() -> None:
    op.add_column('milestones', sa.Column('by_voucher', sa.BigInteger(), server_default='0', nullable=False, comment='1 where it is paid by a voucher of the buyer: no money is tied to it'))

