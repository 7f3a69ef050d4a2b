"""tokens of offices: a token may act for no party."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """tokens of offices: a token may act for no party."""
    with op.batch_alter_table("tokens") as table:
        table.alter_column("party", existing_type=sa.String(length=36), nullable=True)
