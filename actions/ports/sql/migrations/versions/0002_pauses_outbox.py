"""Pauses of clocks, the outbox, and which tickets were erased."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Nothing is paused yet, and nothing waits to be sent: what happened before was told, or not, by other means."""
    # Plain ADD COLUMN, which both databases do in place: made anew, a parent table would take its rows' children along.
    op.add_column("tickets", sa.Column("paused_at", MOMENT, nullable=True))
    op.add_column("tickets", sa.Column("erased_at", MOMENT, nullable=True))
    op.add_column("ticket_clocks", sa.Column("paused_at", MOMENT, nullable=True))
    op.create_table(
        "outbox",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("audience", sa.String(12), nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("ticket_no", sa.String(32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("delivered_at", MOMENT, nullable=True),
        sa.Column("last_error", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_no"], ["tickets.ticket_no"], name="fk_outbox_ticket_no", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index("ix_outbox_next_at", "outbox", ["next_at"], unique=False)
    op.create_index("ix_outbox_state_id", "outbox", ["state", "id"], unique=False)
    op.create_index("ix_outbox_ticket_no", "outbox", ["ticket_no"], unique=False)


def downgrade() -> None:
    """Take them away. A clock that stands still is set going from where it stood: its limit is not put off."""
    op.drop_table("outbox")
    clocks = sa.table(
        "ticket_clocks",
        *(sa.column(name) for name in ("rings_at", "warn_at", "due_at", "warned_at", "paused_at")),
    )
    op.execute(
        clocks.update()
        .where(clocks.c.paused_at.is_not(None))
        .values(rings_at=sa.case((clocks.c.warned_at.is_(None), clocks.c.warn_at), else_=clocks.c.due_at))
    )
    op.drop_column("ticket_clocks", "paused_at")
    op.drop_column("tickets", "erased_at")
    op.drop_column("tickets", "paused_at")
