"""The table of half-filled forms. What the customer filled in is ciphertext."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from actions.ports.sql.columns import UtcDateTime
from actions.ports.sql.encrypted import EncryptedJson
from actions.ports.sql.schema import metadata

drafts = Table(
    "drafts",
    metadata,
    Column("account_no", String(16), primary_key=True),
    Column("flow", String(60), primary_key=True),
    Column("body", EncryptedJson, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Index(None, "saved_at"),
)
