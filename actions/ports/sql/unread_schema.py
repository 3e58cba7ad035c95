"""Tickets filed in a rush, which the classifier is still to read; part of the same metadata as `schema`."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table

from actions.ports.sql.columns import UtcDateTime
from actions.ports.sql.schema import metadata

unread_tickets = Table(
    "unread_tickets",
    metadata,
    Column("ticket_no", String(32), ForeignKey("tickets.ticket_no", ondelete="CASCADE"), primary_key=True),
    # When somebody may take it up; while somebody reads, when they are given up.
    Column("next_at", UtcDateTime, nullable=False),
    Index(None, "next_at"),
)
