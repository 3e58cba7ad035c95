"""Personal data at rest: columns that are ciphertext in the database and text in Python.

Fernet (AES-128-CBC with HMAC-SHA256, package `cryptography`). The first key encrypts, every key decrypts, so keys are
rotated by putting a new one in front (`rotation` then writes what is old anew). The keys belong to the engine, not to the table: one process may hold two databases.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Column, Connection, Engine, Select, String, Table, Text, literal, null, select
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


def generate_key() -> str:
    """A new key: 32 random bytes as URL-safe base64 text."""
    return Fernet.generate_key().decode()


class Cipher:
    """Encrypts text, and makes fingerprints of it by which it can be looked up without being read."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys` as of `generate_key`, the one to encrypt with first. Raises ValueError for none or a malformed one."""
        if not keys:
            raise ValueError("no encryption key: the database holds personal data")
        self._first = Fernet(keys[0])
        self._fernet = MultiFernet([self._first, *(Fernet(key) for key in keys[1:])])
        # Derived, so that the fingerprints give nothing away about the key that encrypts.
        # Most notes are empty, and nothing is nobody's secret: one token for all of them saves a third of a sweep.
        self._nothing = self._first.encrypt(b"").decode("ascii")
        self._prints = [hmac.digest(base64.urlsafe_b64decode(key), b"dianda blind index", "sha256") for key in keys]

    def encrypt(self, text: str) -> str:
        """Ciphertext, different each time, but for empty text. Half a surrogate pair, as broken clients send, comes back as it was."""
        if not text:
            return self._nothing
        return self._fernet.encrypt(text.encode("utf-8", "surrogatepass")).decode("ascii")

    def decrypt(self, token: str) -> str:
        """The text. Raises cryptography.fernet.InvalidToken when no key fits."""
        if token == self._nothing:
            return ""
        return self._fernet.decrypt(token).decode("utf-8", "surrogatepass")

    def is_newest(self, token: str) -> bool:
        """Whether `token` was encrypted with the first key."""
        try:
            self._first.extract_timestamp(token)
        except InvalidToken:
            return False
        return True

    def renew(self, token: str) -> str:
        """The same text under the first key. Raises cryptography.fernet.InvalidToken when no key fits."""
        return self._fernet.rotate(token).decode("ascii")

    def fingerprint(self, text: str) -> str:
        """What to store beside a ciphertext to find it by: hex of 32 bytes, always the same under the first key."""
        return self.fingerprints(text)[0]

    def fingerprints(self, text: str) -> list[str]:
        """What to search for: the fingerprint under each key, since rows may be older than the newest key."""
        return [hmac.digest(key, text.encode(), "sha256").hex() for key in self._prints]


def fingerprint_of(column: str, field: str | None = None) -> dict[str, tuple[str, str | None]]:
    """The `info` of a column that holds the fingerprint of an encrypted `column` of its row, or of one `field` of its JSON."""
    return {_FINGERPRINT: (column, field)}


def source_of(column: Column[Any]) -> tuple[str, str | None] | None:
    """What a column is the fingerprint of, see `fingerprint_of`; None for any other."""
    return column.info.get(_FINGERPRINT)


_FINGERPRINT = "fingerprint_of"
_CIPHERS: WeakKeyDictionary[Dialect, Cipher] = WeakKeyDictionary()


def install(engine: Engine, cipher: Cipher) -> None:
    """Make `cipher` that of the engine's encrypted columns."""
    _CIPHERS[engine.dialect] = cipher


def cipher_of(engine: Engine | Connection) -> Cipher:
    """The cipher of an engine made by `engine.connect`. Raises KeyError for another."""
    return _CIPHERS[engine.dialect]


class Encrypted(TypeDecorator[str]):
    """Text that is ciphertext in the database. Cannot be searched or sorted by."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Encrypt on the way in."""
        return None if value is None else _CIPHERS[dialect].encrypt(value)

    def process_result_value(self, value: object, dialect: Dialect) -> str | None:
        """Decrypt on the way out."""
        return None if value is None else _CIPHERS[dialect].decrypt(str(value))


JsonValue = dict[str, Any] | list[Any]


class EncryptedJson(TypeDecorator[JsonValue]):
    """A JSON object or array that is ciphertext in the database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: JsonValue | None, dialect: Dialect) -> str | None:
        """Write and encrypt on the way in."""
        if value is None:
            return None
        return _CIPHERS[dialect].encrypt(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def process_result_value(self, value: object, dialect: Dialect) -> JsonValue | None:
        """Decrypt and read on the way out."""
        if value is None:
            return None
        read: JsonValue = json.loads(_CIPHERS[dialect].decrypt(str(value)))
        return read


def bare(table: Table, *left_out: str) -> Select[Any]:
    """A query for all rows of a table with nothing personal in them: encrypted columns come as null, or as empty text where there is always one."""
    nothing = {True: null(), False: literal("", String)}
    return select(*(nothing[bool(c.nullable)].label(c.name) if isinstance(c.type, Encrypted | EncryptedJson) else c for c in table.columns if c.name not in left_out))
