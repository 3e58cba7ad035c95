"""Satisfaction surveys, and tickets whose class a person should look at."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nobody was asked yet, and what was classified by rules is not looked at again."""
    op.add_column("tickets", sa.Column("review", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_tickets_review", "tickets", ["review"], unique=False, sqlite_where=sa.text("review"), postgresql_where=sa.text("review"))
    op.create_table(
        "surveys",
        sa.Column("ticket_no", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(128), nullable=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(20), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by", sa.String(128), nullable=True),
        sa.ForeignKeyConstraint(["ticket_no"], ["tickets.ticket_no"], name="fk_surveys_ticket_no", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ticket_no", name="pk_surveys"),
    )
    op.create_index("ix_surveys_conversation_id", "surveys", ["conversation_id"], unique=False)


def downgrade() -> None:
    """Answers are lost; the classes that people corrected stay."""
    op.drop_table("surveys")
    op.drop_index("ix_tickets_review", "tickets")
    op.drop_column("tickets", "review")
