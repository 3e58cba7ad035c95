"""Questions that the knowledge base could not answer."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "knowledge_gaps",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("nearest", sa.String(64), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", "reason", "channel", name="pk_knowledge_gaps"),
    )
    op.create_index("ix_knowledge_gaps_last_at", "knowledge_gaps", ["last_at"], unique=False)


def downgrade() -> None:
    """Take it away; its index goes with it."""
    op.drop_table("knowledge_gaps")
