"""Rounds by which nobody outside may lose."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rounds by which nobody outside may lose."""
    _rounds()


def _rounds() -> None:
    op.add_column('rounds', sa.Column('harmless', sa.BigInteger(), server_default='0', nullable=False, comment='1: nobody outside may lose by it, as far as the exchange sees'))
    op.add_column('rounds', sa.Column('price', sa.BigInteger(), server_default='0', nullable=False, comment='what that rule costs: how much less is set off (fen)'))

