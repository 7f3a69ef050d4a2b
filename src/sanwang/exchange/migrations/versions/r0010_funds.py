"""Funds: promises, calls, investments, valuation notes."""

import sqlalchemy as sa
from alembic import op

from sanwang.exchange.tables import base
from sanwang.exchange.tables.triggers import protect

revision = "0010"
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Funds: promises, calls, investments, valuation notes."""
    _funds()
    _commitments()
    _capital_calls()
    _investments()
    _valuation_notes()
    protect(op.get_bind(), 'valuation_notes', ())


def _funds() -> None:
    op.create_table('funds',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='F-2026-001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (fund.csv)'),
    sa.Column('manager', sa.String(length=36), nullable=False, comment='who runs it'),
    sa.Column('name', sa.Text(), nullable=False, comment='what it is called'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('terms', base.Document(), nullable=False, comment='the term sheet'),
    sa.Column('text_digest', sa.Text(), nullable=False, comment='digest of the term sheet: what an investor agrees to'),
    sa.Column('invited', base.Document(), nullable=False, comment='parties that may read it and commit'),
    sa.Column('close_on', sa.String(length=10), nullable=False, comment='commitments are taken until (ISO date)'),
    sa.Column('invest_until_on', sa.String(length=10), nullable=False, comment='nothing new is promised after (ISO date)'),
    sa.Column('ends_on', sa.String(length=10), nullable=False, comment='to be wound up by (ISO date)'),
    sa.Column('committed', sa.BigInteger(), server_default='0', nullable=False, comment='what investors promised (fen)'),
    sa.Column('called', sa.BigInteger(), server_default='0', nullable=False, comment='what of it was called and is paid or still to be paid (fen)'),
    sa.Column('paid_in', sa.BigInteger(), server_default='0', nullable=False, comment='what of it was paid (fen)'),
    sa.Column('invested', sa.BigInteger(), server_default='0', nullable=False, comment='what was paid out in tranches (fen)'),
    sa.Column('came_back', sa.BigInteger(), server_default='0', nullable=False, comment='what came back from investments (fen)'),
    sa.Column('cost_back', sa.BigInteger(), server_default='0', nullable=False, comment='cost of what was sold or repaid (fen)'),
    sa.Column('written_off', sa.BigInteger(), server_default='0', nullable=False, comment='cost of what was written off (fen)'),
    sa.Column('distributed', sa.BigInteger(), server_default='0', nullable=False, comment='what investors got (fen)'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('why', sa.Text(), nullable=True, comment='code of how it ended'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('close_on < invest_until_on and invest_until_on < ends_on', name=op.f('ck_funds_dates')),
    sa.CheckConstraint('cost_back + written_off <= invested', name=op.f('ck_funds_cost')),
    sa.CheckConstraint('paid_in - invested + came_back - distributed >= 0', name=op.f('ck_funds_cash')),
    sa.CheckConstraint('paid_in <= called and called <= committed', name=op.f('ck_funds_called')),
    sa.ForeignKeyConstraint(['manager'], ['parties.id'], name=op.f('fk_funds_manager'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_funds')),
    sa.UniqueConstraint('number', name=op.f('uq_funds_number')),
    comment='funds that invest what their investors promised; a revolving one invests again what came back'
    )
    op.create_index('ix_funds_deadline', 'funds', ['state', 'deadline_at'], unique=False)
    op.create_index('ix_funds_manager', 'funds', ['manager', 'state'], unique=False)


def _commitments() -> None:
    op.create_table('commitments',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (commitment.csv)'),
    sa.Column('fund', sa.String(length=36), nullable=False, comment='to which fund'),
    sa.Column('investor', sa.String(length=36), nullable=False, comment='who promises'),
    sa.Column('manager', sa.String(length=36), nullable=False, comment='who runs the fund'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='how much at most (fen)'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('called', sa.BigInteger(), server_default='0', nullable=False, comment='what of it was called and is paid or still to be paid (fen)'),
    sa.Column('paid', sa.BigInteger(), server_default='0', nullable=False, comment='what of it was paid (fen)'),
    sa.Column('distributed', sa.BigInteger(), server_default='0', nullable=False, comment='what came back to the investor (fen)'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('why', sa.Text(), nullable=True, comment='code of how it ended'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('amount > 0', name=op.f('ck_commitments_amount')),
    sa.CheckConstraint('paid <= called and called <= amount', name=op.f('ck_commitments_called')),
    sa.ForeignKeyConstraint(['fund'], ['funds.id'], name=op.f('fk_commitments_fund'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['investor'], ['parties.id'], name=op.f('fk_commitments_investor'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['manager'], ['parties.id'], name=op.f('fk_commitments_manager'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_commitments')),
    comment='promises to pay into a fund when called, up to an amount'
    )
    op.create_index('ix_commitments_deadline', 'commitments', ['state', 'deadline_at'], unique=False)
    op.create_index(op.f('ix_commitments_fund'), 'commitments', ['fund'], unique=False)
    op.create_index('ix_commitments_investor', 'commitments', ['investor', 'state'], unique=False)
    op.create_index('uq_commitments_open', 'commitments', ['fund', 'investor'], unique=True, sqlite_where=sa.text("state in ('offered', 'signed', 'in_force')"), postgresql_where=sa.text("state in ('offered', 'signed', 'in_force')"))


def _capital_calls() -> None:
    op.create_table('capital_calls',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (capital_call.csv)'),
    sa.Column('fund', sa.String(length=36), nullable=False, comment='of which fund'),
    sa.Column('commitment', sa.String(length=36), nullable=False, comment='on which promise'),
    sa.Column('investor', sa.String(length=36), nullable=False, comment='who is called'),
    sa.Column('manager', sa.String(length=36), nullable=False, comment='who runs the fund'),
    sa.Column('no', sa.BigInteger(), nullable=False, comment='which call of the fund, from 1'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment="this investor's part (fen)"),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('purpose', sa.Text(), nullable=False, comment='what for'),
    sa.Column('due_on', sa.String(length=10), nullable=False, comment='to be paid by (ISO date)'),
    sa.Column('hold', sa.String(length=36), nullable=True, comment='what of the promise is set aside for it'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('why', sa.Text(), nullable=True, comment='code of how it ended'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('amount > 0', name=op.f('ck_capital_calls_amount')),
    sa.ForeignKeyConstraint(['commitment'], ['commitments.id'], name=op.f('fk_capital_calls_commitment'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['fund'], ['funds.id'], name=op.f('fk_capital_calls_fund'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['hold'], ['transfers.id'], name=op.f('fk_capital_calls_hold'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['investor'], ['parties.id'], name=op.f('fk_capital_calls_investor'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['manager'], ['parties.id'], name=op.f('fk_capital_calls_manager'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_capital_calls')),
    comment="calls for promised money, each investor's own part"
    )
    op.create_index(op.f('ix_capital_calls_commitment'), 'capital_calls', ['commitment'], unique=False)
    op.create_index('ix_capital_calls_deadline', 'capital_calls', ['state', 'deadline_at'], unique=False)
    op.create_index(op.f('ix_capital_calls_fund'), 'capital_calls', ['fund'], unique=False)
    op.create_index('ix_capital_calls_investor', 'capital_calls', ['investor', 'state'], unique=False)


def _investments() -> None:
    op.create_table('investments',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='I-2026-00001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (investment.csv)'),
    sa.Column('fund', sa.String(length=36), nullable=False, comment='which fund invests'),
    sa.Column('manager', sa.String(length=36), nullable=False, comment='who runs the fund'),
    sa.Column('investee', sa.String(length=36), nullable=False, comment='into whom'),
    sa.Column('buyer', sa.String(length=36), nullable=True, comment='whom its sale or repayment is offered to'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('terms', base.Document(), nullable=False, comment='instrument, tranches with their milestones'),
    sa.Column('text_digest', sa.Text(), nullable=False, comment='digest of the terms: what the investee agrees to'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='all its tranches (fen)'),
    sa.Column('tranches', sa.BigInteger(), server_default='0', nullable=False, comment='tranches paid so far'),
    sa.Column('invested', sa.BigInteger(), server_default='0', nullable=False, comment='what was paid (fen)'),
    sa.Column('came_back', sa.BigInteger(), server_default='0', nullable=False, comment='what came back (fen)'),
    sa.Column('cost_back', sa.BigInteger(), server_default='0', nullable=False, comment='cost of what was sold or repaid (fen)'),
    sa.Column('written_off', sa.BigInteger(), server_default='0', nullable=False, comment='cost of what was written off (fen)'),
    sa.Column('asked', base.Document(), nullable=True, comment='what is offered to the buyer: price, and cost of what is sold'),
    sa.Column('document', sa.String(length=36), nullable=True, comment='evidence of the milestone that is reported'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('why', sa.Text(), nullable=True, comment='code of how it ended'),
    sa.Column('words', sa.Text(), nullable=True, comment='what was reported, or why it was returned'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('amount > 0', name=op.f('ck_investments_amount')),
    sa.CheckConstraint('invested <= amount and cost_back + written_off <= invested', name=op.f('ck_investments_cost')),
    sa.ForeignKeyConstraint(['buyer'], ['parties.id'], name=op.f('fk_investments_buyer'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['document'], ['documents.id'], name=op.f('fk_investments_document'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['fund'], ['funds.id'], name=op.f('fk_investments_fund'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['investee'], ['parties.id'], name=op.f('fk_investments_investee'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['manager'], ['parties.id'], name=op.f('fk_investments_manager'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_investments')),
    sa.UniqueConstraint('number', name=op.f('uq_investments_number')),
    comment='what a fund puts into a party, tranche by tranche as milestones are reached'
    )
    op.create_index('ix_investments_deadline', 'investments', ['state', 'deadline_at'], unique=False)
    op.create_index(op.f('ix_investments_fund'), 'investments', ['fund'], unique=False)
    op.create_index('ix_investments_investee', 'investments', ['investee', 'state'], unique=False)


def _valuation_notes() -> None:
    op.create_table('valuation_notes',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('investment', sa.String(length=36), nullable=False, comment='of which investment'),
    sa.Column('on_day', sa.String(length=10), nullable=False, comment='what it is worth on that day (ISO date)'),
    sa.Column('worth', sa.BigInteger(), nullable=False, comment='what it is said to be worth (fen)'),
    sa.Column('basis', sa.Text(), nullable=False, comment='how that was found'),
    sa.Column('by', sa.String(length=36), nullable=True, comment='who wrote it'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='when (microseconds UTC)'),
    sa.ForeignKeyConstraint(['by'], ['users.id'], name=op.f('fk_valuation_notes_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['investment'], ['investments.id'], name=op.f('fk_valuation_notes_investment'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_valuation_notes')),
    comment="what the fund's manager says an investment is worth, and why; no money moves by it",
    )
    op.create_index(op.f('ix_valuation_notes_investment'), 'valuation_notes', ['investment'], unique=False)

