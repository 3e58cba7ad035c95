"""The tables of the repair hub; part of the same metadata as `schema`."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, String, Table

from actions.ports.sql.columns import UtcDateTime
from actions.ports.sql.encrypted import Encrypted, EncryptedJson, fingerprint_of
from actions.ports.sql.schema import metadata

repairs = Table(
    "repairs",
    metadata,
    Column("ticket_no", String(32), ForeignKey("tickets.ticket_no", ondelete="CASCADE"), primary_key=True),
    Column("opened_at", UtcDateTime, nullable=False),
    # When the hub must look at it (again). Null: nothing to do until the ticket moves.
    Column("next_at", UtcDateTime),
    Column("placed", Boolean, nullable=False),
    # A fingerprint, see `Cipher.fingerprint`: the road somebody lives in is found by it, not read.
    Column("area_key", String(64), info=fingerprint_of("area", "key")),
    Column("area", EncryptedJson),
    Column("lead_no", String(32)),
    Column("last_at", UtcDateTime),
    Column("crew_no", String(20)),
    Column("answer_by", UtcDateTime),
    Column("asked", JSON, nullable=False),
    Column("outage_no", String(40)),
    Column("suspected_at", UtcDateTime),
    Column("restore_at", UtcDateTime),
    Column("is_over", Boolean, nullable=False),
    Index(None, "next_at"),
    Index(None, "area_key", "is_over"),
    Index(None, "lead_no"),
    Index(None, "is_over", "crew_no"),
)

transformer_areas = Table(
    "transformer_areas",
    metadata,
    Column("area_no", String(40), primary_key=True),
    Column("name", Encrypted, nullable=False),
    Column("stretch", Encrypted, nullable=False),
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
)

account_supply = Table(
    "account_supply",
    metadata,
    Column("account_no", String(16), ForeignKey("accounts.account_no", ondelete="CASCADE"), primary_key=True),
    Column("area_no", String(40)),
    Column("important", Boolean, nullable=False),
    Index(None, "area_no"),
)
