"""Whether a bill rests on an estimated reading; half-filled forms that a customer put off."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bills so far were read."""
    with op.batch_alter_table("bills") as bills:
        bills.add_column(sa.Column("estimated", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "drafts",
        sa.Column("account_no", sa.String(16), nullable=False),
        sa.Column("flow", sa.String(60), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_no", "flow", name="pk_drafts"),
    )
    op.create_index("ix_drafts_saved_at", "drafts", ["saved_at"], unique=False)


def downgrade() -> None:
    """Take both away."""
    op.drop_table("drafts")
    with op.batch_alter_table("bills") as bills:
        bills.drop_column("estimated")
