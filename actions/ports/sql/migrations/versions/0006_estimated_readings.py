"""Whether a bill rests on an estimated reading."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bills so far were read."""
    with op.batch_alter_table("bills") as bills:
        bills.add_column(sa.Column("estimated", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("bills") as bills:
        bills.drop_column("estimated")
