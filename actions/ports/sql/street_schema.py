"""By what words of their addresses accounts are found; part of the same metadata as `schema`."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table

from actions.ports.sql.schema import metadata

account_streets = Table(
    "account_streets",
    metadata,
    Column("account_no", String(16), ForeignKey("accounts.account_no", ondelete="CASCADE"), primary_key=True),
    # A fingerprint, see `Cipher.fingerprint`: where somebody lives is found by it, not read.
    Column("word_print", String(64), primary_key=True),
    Index(None, "word_print", "account_no"),
)

account_street_marks = Table(
    "account_street_marks",
    metadata,
    Column("account_no", String(16), ForeignKey("accounts.account_no", ondelete="CASCADE"), primary_key=True),
    # The end of the ciphertext that was read: another one there means that the address, or the key, is another.
    Column("seen", String(44), nullable=False),
)
