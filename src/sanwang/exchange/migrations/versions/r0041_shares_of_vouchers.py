"""Income shares follow what is paid by voucher."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = '0040'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Income shares follow what is paid by voucher."""
    op.add_column('shares', sa.Column('due', sa.BigInteger(), server_default='0', nullable=False, comment="of the inventors' part, not set aside yet: the money was not free (fen)"))
    op.add_column('vouchers', sa.Column('shared', sa.BigInteger(), server_default='0', nullable=False, comment="what was paid or set off and counted for the inventors' share (fen)"))
