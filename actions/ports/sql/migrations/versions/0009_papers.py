"""Papers that customers send, what applications need of them, and what they have."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "papers",
        sa.Column("paper_id", sa.String(40), nullable=False),
        sa.Column("conversation_id", sa.String(128), nullable=False),
        sa.Column("message_id", sa.String(128), nullable=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("paper_id", name="pk_papers"),
        sa.UniqueConstraint("conversation_id", "fingerprint", name="uq_papers_conversation_id_fingerprint"),
        sa.UniqueConstraint("conversation_id", "message_id", name="uq_papers_conversation_id_message_id"),
    )
    op.create_index("ix_papers_sent_at", "papers", ["sent_at"], unique=False)
    op.create_table(
        "paper_needs",
        sa.Column("ticket_no", sa.String(32), nullable=False),
        sa.Column("material", sa.String(80), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("ticket_no", "material", name="pk_paper_needs"),
    )
    op.create_table(
        "paper_uses",
        sa.Column("ticket_no", sa.String(32), nullable=False),
        sa.Column("paper_id", sa.String(40), nullable=False),
        sa.Column("material", sa.String(80), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("ticket_no", "paper_id", name="pk_paper_uses"),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.paper_id"], name="fk_paper_uses_paper_id"),
    )
    op.create_index("ix_paper_uses_paper_id", "paper_uses", ["paper_id"], unique=False)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("paper_uses")
    op.drop_table("paper_needs")
    op.drop_table("papers")
