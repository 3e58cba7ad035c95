"""The repair hub: its records, transformer areas and whom they serve."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables. Repairs that are open go on by hand: only what is accepted from now on is the hub's."""
    op.create_table(
        "repairs",
        sa.Column("ticket_no", sa.String(32), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("placed", sa.Boolean(), nullable=False),
        sa.Column("area_key", sa.String(64), nullable=True),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("lead_no", sa.String(32), nullable=True),
        sa.Column("last_at", MOMENT, nullable=True),
        sa.Column("crew_no", sa.String(20), nullable=True),
        sa.Column("answer_by", MOMENT, nullable=True),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("outage_no", sa.String(40), nullable=True),
        sa.Column("suspected_at", MOMENT, nullable=True),
        sa.Column("restore_at", MOMENT, nullable=True),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_no"], ["tickets.ticket_no"], name="fk_repairs_ticket_no", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_no", name="pk_repairs"),
    )
    op.create_index("ix_repairs_next_at", "repairs", ["next_at"], unique=False)
    op.create_index("ix_repairs_area_key_is_over", "repairs", ["area_key", "is_over"], unique=False)
    op.create_index("ix_repairs_lead_no", "repairs", ["lead_no"], unique=False)
    op.create_index("ix_repairs_is_over_crew_no", "repairs", ["is_over", "crew_no"], unique=False)
    op.create_table(
        "transformer_areas",
        sa.Column("area_no", sa.String(40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("stretch", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("area_no", name="pk_transformer_areas"),
    )
    op.create_table(
        "account_supply",
        sa.Column("account_no", sa.String(16), nullable=False),
        sa.Column("area_no", sa.String(40), nullable=True),
        sa.Column("important", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_no"], ["accounts.account_no"], name="fk_account_supply_account_no", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_no", name="pk_account_supply"),
    )
    op.create_index("ix_account_supply_area_no", "account_supply", ["area_no"], unique=False)


def downgrade() -> None:
    """Take them away. What was written with the hub's own event types cannot be read by the release before it."""
    op.execute("UPDATE ticket_events SET type = 'noted' WHERE type IN ('joined', 'suspected', 'estimated')")
    for table in ("account_supply", "transformer_areas", "repairs"):
        op.drop_table(table)
