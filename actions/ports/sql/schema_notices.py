"""The tables of the notices; part of the same metadata as `schema`."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table

from actions.ports.sql.columns import RowId, UtcDateTime
from actions.ports.sql.schema import metadata

outage_plans = Table(
    "outage_plans",
    metadata,
    Column("outage_no", String(40), primary_key=True),
    Column("reason", String(300), nullable=False),
    Column("area", String(300), nullable=False),
    Column("starts", UtcDateTime, nullable=False),
    Column("ends", UtcDateTime, nullable=False),
    Column("temporary", Boolean, nullable=False),
    Column("area_nos", JSON, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("imported_at", UtcDateTime, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("cancelled_at", UtcDateTime),
    Column("cancel_reason", String(300), nullable=False),
    # The walk over the customers: which, when it goes on, and behind which account.
    Column("round", String(8)),
    Column("cursor", String(24), nullable=False),
    Column("next_at", UtcDateTime),
    Index(None, "next_at"),
    Index(None, "ends"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", RowId, primary_key=True),
    # That of the letter, see `desk.notices`. It stays when the letter is gone: nobody is told twice.
    Column("key", String(80), nullable=False, unique=True),
    Column("subject", String(60), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("step", String(20), nullable=False),
    Column("account_no", String(16), ForeignKey("accounts.account_no", ondelete="CASCADE"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by_person", Boolean, nullable=False),
    Column("done_at", UtcDateTime),
    Column("done_by", String(128)),
    Index(None, "subject", "account_no"),
    Index(None, "account_no"),
    Index(None, "by_person", "done_at"),
)

notice_choices = Table(
    "notice_choices",
    metadata,
    Column("account_no", String(16), ForeignKey("accounts.account_no", ondelete="CASCADE"), primary_key=True),
    Column("topic", String(12), primary_key=True),
    Column("wanted", Boolean, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(128), nullable=False),
)
