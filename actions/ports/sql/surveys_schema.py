"""The table of the satisfaction surveys."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from actions.ports.sql.columns import UtcDateTime
from actions.ports.sql.encrypted import Encrypted
from actions.ports.sql.schema import metadata

surveys = Table(
    "surveys",
    metadata,
    # One a ticket, however often it is resolved.
    Column("ticket_no", String(32), ForeignKey("tickets.ticket_no", ondelete="CASCADE"), primary_key=True),
    Column("conversation_id", String(128)),
    Column("channel", String(20), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("score", Integer),
    Column("reason", String(20)),
    Column("comment", Encrypted),
    Column("answered_at", UtcDateTime),
    # `customer`, or the member of staff who asked on the phone.
    Column("answered_by", String(128)),
    Index(None, "conversation_id"),
)
