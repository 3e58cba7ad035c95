"""Orders to stop the supply of an account that owes; part of the same metadata as `schema`."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table

from actions.ports.sql.columns import Money, UtcDateTime
from actions.ports.sql.schema import metadata

stop_orders = Table(
    "stop_orders",
    metadata,
    Column("order_no", String(40), primary_key=True),
    Column("account_no", String(16), ForeignKey("accounts.account_no", ondelete="CASCADE"), nullable=False),
    Column("amount", Money, nullable=False),
    Column("planned_at", UtcDateTime, nullable=False),
    Column("reason", String(300), nullable=False),
    Column("approved_by", String(128), nullable=False),
    Column("created_by", String(128), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("state", String(12), nullable=False),
    # Why a person has to decide: life_support, important, or empty.
    Column("protected", String(20), nullable=False),
    Column("decided_by", String(128)),
    # Why it was released, refused, withdrawn.
    Column("note", String(300), nullable=False),
    Column("noticed_at", UtcDateTime),
    Column("warned_at", UtcDateTime),
    Column("handed_at", UtcDateTime),
    Column("cut_at", UtcDateTime),
    Column("paid_at", UtcDateTime),
    Column("restore_by", UtcDateTime),
    Column("ticket_no", String(32)),
    Column("ended_at", UtcDateTime),
    # When it must be looked at (again). Null: nothing is due.
    Column("next_at", UtcDateTime),
    Index(None, "next_at"),
    Index(None, "state"),
    Index(None, "account_no"),
)
