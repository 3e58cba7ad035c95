"""The tables of who the customer is: what was said and may be kept, and what an enterprise has agreed with the utility."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from actions.ports.sql.columns import Money, UtcDateTime
from actions.ports.sql.encrypted import Encrypted, EncryptedJson
from actions.ports.sql.schema import metadata

profiles = Table(
    "profiles",
    metadata,
    # `user:…` or `account:…`
    Column("subject", String(160), primary_key=True),
    # One document: even which traits are known is ciphertext.
    Column("body", EncryptedJson, nullable=False),
    # From when on something of it is too old to keep; empty when nothing ages.
    Column("oldest_at", UtcDateTime),
    Column("changed_at", UtcDateTime, nullable=False),
    Index(None, "oldest_at"),
)

enterprise_contracts = Table(
    "enterprise_contracts",
    metadata,
    Column("account_no", String(16), ForeignKey("accounts.account_no", ondelete="CASCADE"), primary_key=True),
    Column("company_no", String(32), nullable=False),
    Column("company", Encrypted, nullable=False),
    Column("voltage", String(20), nullable=False),
    Column("capacity_kva", Integer, nullable=False),
    # `capacity` or `demand`: what the basic charge goes by.
    Column("charged_by", String(10), nullable=False),
    Column("capacity_price", Money, nullable=False),
    Column("demand_price", Money, nullable=False),
    # Two places, as written in the contract; empty where the power factor is not looked at.
    Column("power_factor_standard", String(4)),
    Column("manager", Encrypted, nullable=False),
    Column("manager_phone", Encrypted, nullable=False),
    Index(None, "company_no"),
)

enterprise_months = Table(
    "enterprise_months",
    metadata,
    Column("account_no", String(16), ForeignKey("enterprise_contracts.account_no", ondelete="CASCADE"), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("active_kwh", Integer, nullable=False),
    Column("reactive_kvarh", Integer, nullable=False),
    Column("max_demand_kw", Integer, nullable=False),
    Column("basic_charge", Money, nullable=False),
    Column("adjustment", Money, nullable=False),
)
