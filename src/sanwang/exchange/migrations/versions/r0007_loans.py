"""Loans and leases."""

import sqlalchemy as sa
from alembic import op

from sanwang.exchange.tables import base

revision = "0007"
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Loans and leases."""
    _credit_limits()
    _loans()
    _collaterals()
    _guarantees()
    _instalments()


def _credit_limits() -> None:
    op.create_table('credit_limits',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (credit_limit.csv)'),
    sa.Column('lender', sa.String(length=36), nullable=False, comment='whose'),
    sa.Column('counted', sa.Text(), nullable=False, comment='debtor, group, sector or bank (all together)'),
    sa.Column('name', sa.Text(), nullable=False, comment='what it is called'),
    sa.Column('members', base.Document(), nullable=False, comment='parties it counts together; empty: all'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='the most that may be outstanding and promised (fen)'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='never (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint("counted in ('debtor', 'group', 'sector', 'bank')", name=op.f('ck_credit_limits_counted')),
    sa.ForeignKeyConstraint(['lender'], ['parties.id'], name=op.f('fk_credit_limits_lender'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_credit_limits')),
    comment='limits that a lender set itself; checked in the command that would exceed them'
    )
    op.create_index('ix_credit_limits_lender', 'credit_limits', ['lender', 'state'], unique=False)


def _loans() -> None:
    op.create_table('loans',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='L-2026-00001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (loan.csv)'),
    sa.Column('borrower', sa.String(length=36), nullable=False, comment='who asks'),
    sa.Column('lender', sa.String(length=36), nullable=False, comment='who is asked'),
    sa.Column('lending', sa.Text(), nullable=False, comment='loan or lease'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='what was asked for (fen)'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('purpose', sa.Text(), nullable=False, comment='what for'),
    sa.Column('route', base.Document(), nullable=True, comment="the plan's route it comes from"),
    sa.Column('terms', base.Document(), nullable=True, comment='the terms on offer'),
    sa.Column('text_digest', sa.Text(), nullable=True, comment='digest of the terms: what is agreed to'),
    sa.Column('valid_until_on', sa.String(length=10), nullable=True, comment='the offer is open until (ISO date)'),
    sa.Column('drawn', sa.BigInteger(), server_default='0', nullable=False, comment='principal paid out (fen)'),
    sa.Column('repaid', sa.BigInteger(), server_default='0', nullable=False, comment='principal repaid (fen)'),
    sa.Column('written_off', sa.BigInteger(), server_default='0', nullable=False, comment='principal written off and not recovered (fen)'),
    sa.Column('returned', sa.BigInteger(), server_default='0', nullable=False, comment='principal ended by giving the leased thing back (fen)'),
    sa.Column('interest_paid', sa.BigInteger(), server_default='0', nullable=False, comment='interest and late interest paid (fen)'),
    sa.Column('plan', sa.BigInteger(), server_default='0', nullable=False, comment='which schedule is in force; 1 from the drawdown, higher when restructured'),
    sa.Column('drawn_on', sa.String(length=10), nullable=True, comment='day of the drawdown (ISO date)'),
    sa.Column('next_on', sa.String(length=10), nullable=True, comment='when the next instalment is due (ISO date)'),
    sa.Column('words', sa.Text(), nullable=True, comment='why it was refused, for the borrower'),
    sa.Column('mend', sa.Text(), nullable=True, comment='what would have made it possible, for the borrower'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('why', sa.Text(), nullable=True, comment='code of how it ended'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint("lending in ('loan', 'lease')", name=op.f('ck_loans_lending')),
    sa.CheckConstraint('amount > 0', name=op.f('ck_loans_amount')),
    sa.CheckConstraint('borrower <> lender', name=op.f('ck_loans_two_parties')),
    sa.CheckConstraint('repaid + written_off + returned <= drawn', name=op.f('ck_loans_principal')),
    sa.ForeignKeyConstraint(['borrower'], ['parties.id'], name=op.f('fk_loans_borrower'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lender'], ['parties.id'], name=op.f('fk_loans_lender'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_loans')),
    sa.UniqueConstraint('number', name=op.f('uq_loans_number')),
    comment='loans and leases between a borrower and a lender'
    )
    op.create_index('ix_loans_borrower', 'loans', ['borrower', 'state'], unique=False)
    op.create_index('ix_loans_deadline', 'loans', ['state', 'deadline_at'], unique=False)
    op.create_index('ix_loans_lender', 'loans', ['lender', 'state'], unique=False)


def _collaterals() -> None:
    op.create_table('collaterals',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (collateral.csv)'),
    sa.Column('loan', sa.String(length=36), nullable=False, comment='for which loan'),
    sa.Column('borrower', sa.String(length=36), nullable=False, comment='whose'),
    sa.Column('lender', sa.String(length=36), nullable=False, comment='for whom'),
    sa.Column('words', sa.Text(), nullable=False, comment='what it is'),
    sa.Column('worth', sa.BigInteger(), nullable=False, comment='what it is said to be worth (fen)'),
    sa.Column('proceeds', sa.BigInteger(), server_default='0', nullable=False, comment='what it brought (fen)'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('registry_no', sa.Text(), nullable=True, comment='number in the registry'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment="never: the loan's deadlines count (microseconds UTC)"),
    sa.Column('why', sa.Text(), nullable=True, comment='code of how it ended'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.ForeignKeyConstraint(['borrower'], ['parties.id'], name=op.f('fk_collaterals_borrower'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lender'], ['parties.id'], name=op.f('fk_collaterals_lender'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['loan'], ['loans.id'], name=op.f('fk_collaterals_loan'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_collaterals')),
    comment='what stands behind a loan, registered by the lender'
    )
    op.create_index(op.f('ix_collaterals_loan'), 'collaterals', ['loan'], unique=False)
    op.create_index('uq_collaterals_registry', 'collaterals', ['registry_no'], unique=True, sqlite_where=sa.text("state = 'registered'"), postgresql_where=sa.text("state = 'registered'"))


def _guarantees() -> None:
    op.create_table('guarantees',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (guarantee.csv)'),
    sa.Column('loan', sa.String(length=36), nullable=False, comment='of which loan'),
    sa.Column('guarantor', sa.String(length=36), nullable=False, comment='who guarantees'),
    sa.Column('borrower', sa.String(length=36), nullable=False, comment='for whom'),
    sa.Column('lender', sa.String(length=36), nullable=False, comment='to whom'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment="the loan's principal (fen)"),
    sa.Column('share_bp', sa.BigInteger(), nullable=False, comment='what part of the principal it bears, in basis points'),
    sa.Column('fee', sa.BigInteger(), server_default='0', nullable=False, comment='paid by the borrower at the drawdown (fen)'),
    sa.Column('claimed', sa.BigInteger(), server_default='0', nullable=False, comment='what the lender asks for (fen)'),
    sa.Column('paid', sa.BigInteger(), server_default='0', nullable=False, comment='what was paid on it (fen)'),
    sa.Column('recovered', sa.BigInteger(), server_default='0', nullable=False, comment='what came back from the borrower (fen)'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('why', sa.Text(), nullable=True, comment='code of how it ended'),
    sa.Column('words', sa.Text(), nullable=True, comment='reason in words'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('paid * 10000 <= amount * share_bp and recovered <= paid', name=op.f('ck_guarantees_paid')),
    sa.CheckConstraint('share_bp > 0 and share_bp <= 10000', name=op.f('ck_guarantees_share')),
    sa.ForeignKeyConstraint(['borrower'], ['parties.id'], name=op.f('fk_guarantees_borrower'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['guarantor'], ['parties.id'], name=op.f('fk_guarantees_guarantor'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lender'], ['parties.id'], name=op.f('fk_guarantees_lender'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['loan'], ['loans.id'], name=op.f('fk_guarantees_loan'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_guarantees')),
    comment="promises to bear a share of a loan; who pays steps into the lender's place for as much"
    )
    op.create_index('ix_guarantees_deadline', 'guarantees', ['state', 'deadline_at'], unique=False)
    op.create_index('ix_guarantees_guarantor', 'guarantees', ['guarantor', 'state'], unique=False)
    op.create_index(op.f('ix_guarantees_loan'), 'guarantees', ['loan'], unique=False)
    op.create_index('uq_guarantees_open', 'guarantees', ['loan', 'guarantor'], unique=True, sqlite_where=sa.text("state in ('asked', 'promised', 'in_force', 'claimed')"), postgresql_where=sa.text("state in ('asked', 'promised', 'in_force', 'claimed')"))


def _instalments() -> None:
    op.create_table('instalments',
    sa.Column('loan', sa.String(length=36), nullable=False, comment='of which loan'),
    sa.Column('plan', sa.BigInteger(), autoincrement=False, nullable=False, comment='of which schedule'),
    sa.Column('no', sa.BigInteger(), autoincrement=False, nullable=False, comment='place in it, from 1'),
    sa.Column('due_on', sa.String(length=10), nullable=False, comment='when it is due (ISO date)'),
    sa.Column('principal', sa.BigInteger(), nullable=False, comment='principal due (fen)'),
    sa.Column('interest', sa.BigInteger(), nullable=False, comment='interest due (fen)'),
    sa.Column('late', sa.BigInteger(), server_default='0', nullable=False, comment='late interest so far (fen)'),
    sa.Column('late_until_on', sa.String(length=10), nullable=True, comment='late interest is counted until (ISO date)'),
    sa.Column('paid_principal', sa.BigInteger(), server_default='0', nullable=False, comment='principal paid (fen)'),
    sa.Column('paid_interest', sa.BigInteger(), server_default='0', nullable=False, comment='interest paid (fen)'),
    sa.Column('paid_late', sa.BigInteger(), server_default='0', nullable=False, comment='late interest paid (fen)'),
    sa.CheckConstraint('paid_principal <= principal and paid_interest <= interest and paid_late <= late', name=op.f('ck_instalments_paid')),
    sa.ForeignKeyConstraint(['loan'], ['loans.id'], name=op.f('fk_instalments_loan'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('loan', 'plan', 'no', name=op.f('pk_instalments')),
    comment='schedules to the fen; a restructured loan has a new one, the old one stays to be read'
    )

