"""Orders to stop the supply of accounts that owe; tickets that the classifier is still to read; a ticket's times beside it; accounts by their streets."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
MONEY = sa.Numeric(14, 2).with_variant(sa.BigInteger(), "sqlite")


FIRST = ("dispatched", "acknowledged", "contacted", "en_route", "on_site")
LAST = ("resolved", "called_back", "closed")


def upgrade() -> None:
    """Make the tables and columns; tickets that are there get theirs from their log, in one walk over it."""
    _mark_tickets()
    op.create_table(
        "account_streets",
        sa.Column("account_no", sa.String(16), nullable=False),
        sa.Column("word_print", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["account_no"], ["accounts.account_no"], name="fk_account_streets_account_no", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_no", "word_print", name="pk_account_streets"),
    )
    op.create_index("ix_account_streets_word_print_account_no", "account_streets", ["word_print", "account_no"], unique=False)
    op.create_table(
        "account_street_marks",
        sa.Column("account_no", sa.String(16), nullable=False),
        sa.Column("seen", sa.String(44), nullable=False),
        sa.ForeignKeyConstraint(["account_no"], ["accounts.account_no"], name="fk_account_street_marks_account_no", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_no", name="pk_account_street_marks"),
    )
    op.create_table(
        "unread_tickets",
        sa.Column("ticket_no", sa.String(32), nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_no"], ["tickets.ticket_no"], name="fk_unread_tickets_ticket_no", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ticket_no", name="pk_unread_tickets"),
    )
    op.create_index("ix_unread_tickets_next_at", "unread_tickets", ["next_at"], unique=False)
    op.create_table(
        "stop_orders",
        sa.Column("order_no", sa.String(40), nullable=False),
        sa.Column("account_no", sa.String(16), nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("approved_by", sa.String(128), nullable=False),
        sa.Column("created_by", sa.String(128), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("protected", sa.String(20), nullable=False),
        sa.Column("decided_by", sa.String(128), nullable=True),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("noticed_at", MOMENT, nullable=True),
        sa.Column("warned_at", MOMENT, nullable=True),
        sa.Column("handed_at", MOMENT, nullable=True),
        sa.Column("cut_at", MOMENT, nullable=True),
        sa.Column("paid_at", MOMENT, nullable=True),
        sa.Column("restore_by", MOMENT, nullable=True),
        sa.Column("ticket_no", sa.String(32), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_no"], ["accounts.account_no"], name="fk_stop_orders_account_no", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("order_no", name="pk_stop_orders"),
    )
    for column in ("next_at", "state", "account_no"):
        op.create_index(f"ix_stop_orders_{column}", "stop_orders", [column], unique=False)


def _mark_tickets() -> None:
    for step in (*FIRST, *LAST):
        op.add_column("tickets", sa.Column(f"{step}_at", MOMENT, nullable=True))
    op.add_column("tickets", sa.Column("taken_by", sa.String(128), nullable=True))
    sqlite = op.get_bind().dialect.name == "sqlite"
    numbered = "printf('%06d', seq)" if sqlite else "lpad(CAST(seq AS text), 6, '0')"
    order = "" if sqlite else ' COLLATE "C"'
    times = [f"min(CASE WHEN type = '{step}' THEN at END) AS {step}_at" for step in FIRST]
    times += [f"max(CASE WHEN type = '{step}' THEN at END) AS {step}_at" for step in LAST]
    # The last of them is the one with the greatest number before its name.
    taker = f"max(CASE WHEN type IN ('acknowledged', 'en_route', 'on_site') THEN ({numbered} || actor){order} END)"
    names = ", ".join(f"{step}_at = told.{step}_at" for step in (*FIRST, *LAST))
    op.execute(
        sa.text(
            f"UPDATE tickets SET {names}, taken_by = substr(told.taker, 7) FROM (SELECT ticket_no, {', '.join(times)}, {taker} AS taker "
            "FROM ticket_events GROUP BY ticket_no) AS told WHERE told.ticket_no = tickets.ticket_no"
        )
    )


def downgrade() -> None:
    """Take them away."""
    for name in (*(f"{step}_at" for step in (*FIRST, *LAST)), "taken_by"):
        op.drop_column("tickets", name)
    op.drop_table("stop_orders")
    op.drop_table("account_street_marks")
    op.drop_table("account_streets")
    op.drop_table("unread_tickets")
