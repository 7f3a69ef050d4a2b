"""The tax filing of a payment across the border, the rate by which its worth is known, the way it goes."""

import sqlalchemy as sa
from alembic import op

revision = "0082"
down_revision = '0081'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tax filing of a payment across the border, the rate by which its worth is known, the way it goes."""
    op.add_column('crossings', sa.Column('tax_filing', sa.Text(), nullable=True, comment='number of the tax filing, or the article that exempts it'))
    op.add_column('crossings', sa.Column('usd_rate', sa.Text(), nullable=True, comment='dollars for one unit of the currency, a plain decimal'))
    op.add_column('crossings', sa.Column('usd_source', sa.Text(), nullable=True, comment='where that rate comes from'))
    op.add_column('crossings', sa.Column('usd_on', sa.String(length=10), nullable=True, comment="that rate's day (ISO date)"))
    op.add_column('crossings', sa.Column('rail', sa.Text(), nullable=True, comment='the way it goes; empty: the usual one'))
