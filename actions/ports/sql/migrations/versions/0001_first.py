"""The first tables: tickets, the customer system, verification, the journal, handoffs.

Written out, not taken from the schema: a later change of the schema must not change what this revision makes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SECRET = sa.Text()
MONEY = sa.Numeric(14, 2).with_variant(sa.BigInteger(), "sqlite")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "accounts",
        sa.Column("account_no", sa.String(16), nullable=False),
        sa.Column("name", SECRET, nullable=False),
        sa.Column("phone", SECRET, nullable=False),
        sa.Column("phone_fingerprint", sa.String(64), nullable=False),
        sa.Column("address", SECRET, nullable=False),
        sa.Column("area", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("payment_mode", sa.String(16), nullable=False),
        sa.Column("balance", MONEY, nullable=False),
        sa.Column("arrears", MONEY, nullable=False),
        sa.Column("arrears_days", sa.Integer(), nullable=False),
        sa.Column("disconnected", sa.Boolean(), nullable=False),
        sa.Column("life_support", sa.Boolean(), nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account_no", name="pk_accounts"),
    )
    op.create_index("ix_accounts_phone_fingerprint", "accounts", ["phone_fingerprint"], unique=False)
    op.create_table(
        "conversations",
        sa.Column("conversation_id", sa.String(128), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("customer_id", sa.String(128), nullable=True),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("last_text", SECRET, nullable=True),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_last_at", "conversations", ["last_at"], unique=False)
    op.create_table(
        "crews",
        sa.Column("crew_no", sa.String(20), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("crew_no", name="pk_crews"),
    )
    op.create_table(
        "handoffs",
        sa.Column("handoff_id", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(128), nullable=False),
        sa.Column("reason", SECRET, nullable=False),
        sa.Column("summary", SECRET, nullable=False),
        sa.Column("priority", sa.String(12), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("agent", sa.String(128), nullable=True),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("handoff_id", name="pk_handoffs"),
    )
    op.create_index(
        "uq_handoffs_open",
        "handoffs",
        ["conversation_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "outages",
        sa.Column("outage_no", sa.String(40), nullable=False),
        sa.Column("type", sa.String(8), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("area", sa.String(300), nullable=False),
        sa.Column("starts", MOMENT, nullable=False),
        sa.Column("ends", MOMENT, nullable=True),
        sa.Column("estimated_restore", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("outage_no", name="pk_outages"),
    )
    op.create_index("ix_outages_ends", "outages", ["ends"], unique=False)
    op.create_table(
        "places",
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("area", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_places"),
    )
    op.create_table(
        "ticket_sequences",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_ticket_sequences"),
    )
    op.create_table(
        "tickets",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("ticket_no", sa.String(32), nullable=False),
        sa.Column("request_id", sa.String(300), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("category", sa.JSON(), nullable=False),
        sa.Column("priority", sa.String(12), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("conversation_id", sa.String(128), nullable=True),
        sa.Column("account_no", sa.String(16), nullable=True),
        sa.Column("contact_name", SECRET, nullable=True),
        sa.Column("contact_phone", SECRET, nullable=True),
        sa.Column("phone_fingerprint", sa.String(64), nullable=True),
        sa.Column("address", SECRET, nullable=True),
        sa.Column("area", sa.String(8), nullable=False),
        sa.Column("description", SECRET, nullable=False),
        sa.Column("business", sa.String(60), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("parent_ticket_no", sa.String(32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("last_event", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.UniqueConstraint("request_id", name="uq_tickets_request_id"),
        sa.UniqueConstraint("ticket_no", name="uq_tickets_ticket_no"),
    )
    op.create_index("ix_tickets_account_no", "tickets", ["account_no"], unique=False)
    op.create_index("ix_tickets_conversation_id", "tickets", ["conversation_id"], unique=False)
    op.create_index("ix_tickets_kind_status", "tickets", ["kind", "status"], unique=False)
    op.create_index("ix_tickets_parent_ticket_no", "tickets", ["parent_ticket_no"], unique=False)
    op.create_index("ix_tickets_phone_fingerprint", "tickets", ["phone_fingerprint"], unique=False)
    op.create_table(
        "verification_attempts",
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failed_at", MOMENT, nullable=True),
        sa.Column("locked_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_verification_attempts"),
    )
    op.create_table(
        "bills",
        sa.Column("account_no", sa.String(16), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("kwh", sa.Integer(), nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_no"], ["accounts.account_no"], name="fk_bills_account_no", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_no", "month", name="pk_bills"),
    )
    op.create_table(
        "bindings",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("customer_id", sa.String(128), nullable=False),
        sa.Column("account_no", sa.String(16), nullable=False),
        sa.Column("bound_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_no"], ["accounts.account_no"], name="fk_bindings_account_no", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bindings"),
        sa.UniqueConstraint("customer_id", "account_no", name="uq_bindings_customer_id_account_no"),
    )
    op.create_table(
        "handoff_requests",
        sa.Column("request_id", sa.String(300), nullable=False),
        sa.Column("handoff_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoffs.handoff_id"], name="fk_handoff_requests_handoff_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("request_id", name="pk_handoff_requests"),
    )
    op.create_table(
        "outbound",
        sa.Column("conversation_id", sa.String(128), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("turn_id", sa.String(32), nullable=True),
        sa.Column("message_id", sa.String(200), nullable=True),
        sa.Column("body", SECRET, nullable=False),
        sa.Column("key", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.conversation_id"],
            name="fk_outbound_conversation_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "seq", name="pk_outbound"),
        sa.UniqueConstraint("conversation_id", "key", name="uq_outbound_conversation_id_key"),
    )
    op.create_table(
        "payments",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("account_no", sa.String(16), nullable=False),
        sa.Column("paid_at", MOMENT, nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_no"], ["accounts.account_no"], name="fk_payments_account_no", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
    )
    op.create_index("ix_payments_account_no_paid_at", "payments", ["account_no", "paid_at"], unique=False)
    op.create_table(
        "ticket_clocks",
        sa.Column("ticket_no", sa.String(32), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("warn_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("warned_at", MOMENT, nullable=True),
        sa.Column("breached_at", MOMENT, nullable=True),
        sa.Column("rings_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_no"], ["tickets.ticket_no"], name="fk_ticket_clocks_ticket_no", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_no", "ordinal", name="pk_ticket_clocks"),
    )
    op.create_index("ix_ticket_clocks_rings_at", "ticket_clocks", ["rings_at"], unique=False)
    op.create_table(
        "ticket_events",
        sa.Column("ticket_no", sa.String(32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("note", SECRET, nullable=False),
        sa.Column("status_before", sa.String(16), nullable=True),
        sa.Column("status_after", sa.String(16), nullable=False),
        sa.Column("request_id", sa.String(300), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_no"], ["tickets.ticket_no"], name="fk_ticket_events_ticket_no", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_no", "seq", name="pk_ticket_events"),
        sa.UniqueConstraint("ticket_no", "request_id", name="uq_ticket_events_ticket_no_request_id"),
    )
    op.create_table(
        "turns",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("turn_id", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(128), nullable=False),
        sa.Column("message_id", sa.String(200), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("customer_id", sa.String(128), nullable=True),
        sa.Column("text", SECRET, nullable=True),
        sa.Column("payload", SECRET, nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("after_seq", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.conversation_id"], name="fk_turns_conversation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_turns"),
        sa.UniqueConstraint("conversation_id", "message_id", name="uq_turns_conversation_id_message_id"),
        sa.UniqueConstraint("turn_id", name="uq_turns_turn_id"),
    )
    op.create_index("ix_turns_state_id", "turns", ["state", "id"], unique=False)


def downgrade() -> None:
    """Take them away, those that point to others first. Their indices go with them."""
    for table in (
        "turns",
        "ticket_events",
        "ticket_clocks",
        "payments",
        "outbound",
        "handoff_requests",
        "bindings",
        "bills",
        "verification_attempts",
        "tickets",
        "ticket_sequences",
        "places",
        "outages",
        "handoffs",
        "crews",
        "conversations",
        "accounts",
    ):
        op.drop_table(table)
