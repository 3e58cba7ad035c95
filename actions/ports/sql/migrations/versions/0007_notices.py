"""Letters about no ticket and what holds a letter; outage plans, who was told what, what customers want to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Outages that are known already were told, or not, by other means."""
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("ticket_no", existing_type=sa.String(32), nullable=True)
        outbox.add_column(sa.Column("subject", sa.String(60), nullable=True))
        outbox.add_column(sa.Column("held", sa.String(20), nullable=False, server_default=sa.text("''")))
    op.create_index("ix_outbox_subject_state", "outbox", ["subject", "state"], unique=False)
    op.create_index("ix_conversations_customer_id", "conversations", ["customer_id"], unique=False)
    op.create_table(
        "outage_plans",
        sa.Column("outage_no", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("area", sa.String(300), nullable=False),
        sa.Column("starts", MOMENT, nullable=False),
        sa.Column("ends", MOMENT, nullable=False),
        sa.Column("temporary", sa.Boolean(), nullable=False),
        sa.Column("area_nos", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("cancelled_at", MOMENT, nullable=True),
        sa.Column("cancel_reason", sa.String(300), nullable=False),
        sa.Column("round", sa.String(8), nullable=True),
        sa.Column("cursor", sa.String(24), nullable=False),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("outage_no", name="pk_outage_plans"),
    )
    op.create_index("ix_outage_plans_next_at", "outage_plans", ["next_at"], unique=False)
    op.create_index("ix_outage_plans_ends", "outage_plans", ["ends"], unique=False)
    op.create_table(
        "notices",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("subject", sa.String(60), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("account_no", sa.String(16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_person", sa.Boolean(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by", sa.String(128), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_no"], ["accounts.account_no"], name="fk_notices_account_no", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("key", name="uq_notices_key"),
    )
    op.create_index("ix_notices_subject_account_no", "notices", ["subject", "account_no"], unique=False)
    op.create_index("ix_notices_account_no", "notices", ["account_no"], unique=False)
    op.create_index("ix_notices_by_person_done_at", "notices", ["by_person", "done_at"], unique=False)
    op.create_table(
        "notice_choices",
        sa.Column("account_no", sa.String(16), nullable=False),
        sa.Column("topic", sa.String(12), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(128), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_no"], ["accounts.account_no"], name="fk_notice_choices_account_no", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_no", "topic", name="pk_notice_choices"),
    )


def downgrade() -> None:
    """Take them away, and with them the letters that are about no ticket: the release before cannot hold them."""
    for table in ("notice_choices", "notices", "outage_plans"):
        op.drop_table(table)
    op.drop_index("ix_conversations_customer_id", "conversations")
    op.drop_index("ix_outbox_subject_state", "outbox")
    op.execute("DELETE FROM outbox WHERE ticket_no IS NULL")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_column("held")
        outbox.drop_column("subject")
        outbox.alter_column("ticket_no", existing_type=sa.String(32), nullable=False)
