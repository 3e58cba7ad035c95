"""The tables of papers that customers send. What they show lies in the vault; what the customer calls a file is ciphertext."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from actions.ports.sql.columns import UtcDateTime
from actions.ports.sql.encrypted import Encrypted
from actions.ports.sql.schema import metadata

papers = Table(
    "papers",
    metadata,
    Column("paper_id", String(40), primary_key=True),
    Column("conversation_id", String(128), nullable=False),
    Column("message_id", String(128)),
    Column("fingerprint", String(64), nullable=False),
    Column("name", Encrypted, nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("pages", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    UniqueConstraint("conversation_id", "fingerprint"),
    UniqueConstraint("conversation_id", "message_id"),
    Index(None, "sent_at"),
)

paper_needs = Table(
    "paper_needs",
    metadata,
    Column("ticket_no", String(32), primary_key=True),
    Column("material", String(80), primary_key=True),
    Column("place", Integer, nullable=False),
    Column("due_at", UtcDateTime),
)

paper_uses = Table(
    "paper_uses",
    metadata,
    Column("ticket_no", String(32), primary_key=True),
    Column("paper_id", String(40), ForeignKey("papers.paper_id"), primary_key=True),
    Column("material", String(80), nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Index(None, "paper_id"),
)
