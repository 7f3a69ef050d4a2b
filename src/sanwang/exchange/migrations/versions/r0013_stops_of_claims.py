"""Stops on escrow, prepaid money and loan claims; agreed late interest of vouchers."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Stops on escrow, prepaid money and loan claims; agreed late interest of vouchers."""
    _deals()
    _loans()
    _prepaids()
    _stops()
    _vouchers()


def _deals() -> None:
    op.add_column('deals', sa.Column('stopped_by', sa.Text(), nullable=True, comment='the stop that keeps its money in escrow in place'))


def _loans() -> None:
    op.add_column('loans', sa.Column('stopped_by', sa.Text(), nullable=True, comment="the stop on the lender's claim: what is paid stays frozen with it"))


def _prepaids() -> None:
    op.add_column('prepaids', sa.Column('stopped_by', sa.Text(), nullable=True, comment='the stop that keeps it in place'))


def _stops() -> None:
    op.add_column('stops', sa.Column('deal', sa.Text(), nullable=True, comment='the deal whose money in escrow it is about'))
    op.add_column('stops', sa.Column('prepaid', sa.Text(), nullable=True, comment='the prepaid money it is about'))
    op.add_column('stops', sa.Column('loan', sa.Text(), nullable=True, comment='the loan whose claim it is about'))


def _vouchers() -> None:
    op.add_column('vouchers', sa.Column('late_bp', sa.BigInteger(), nullable=True, comment='yearly late interest that was agreed, in basis points; empty: none was agreed'))

