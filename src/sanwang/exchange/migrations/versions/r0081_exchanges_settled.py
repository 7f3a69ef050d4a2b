"""The two lines by which the bank books an exchange of currencies."""

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = '0080'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The two lines by which the bank books an exchange of currencies."""
    op.add_column('conversions', sa.Column('given_payment', sa.Text(), nullable=True, comment='the booking by which what was given left the bank'))
    op.add_column('conversions', sa.Column('got_payment', sa.Text(), nullable=True, comment='the booking by which what was got reached the bank'))
    if op.get_bind().dialect.name == 'postgresql':
        op.alter_column('bank_lines', 'explained', existing_type=sa.Text(), existing_nullable=False, comment='how: confirmed, received, found, returned, repeated, exchanged', existing_comment='how: confirmed, received, found, returned, repeated')
