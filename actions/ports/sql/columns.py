"""Column types that mean the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, Numeric
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from actions.desk.clock import local
from actions.desk.customers import FEN

RowId = BigInteger().with_variant(Integer(), "sqlite")
"""A number the database counts up. SQLite counts only what is called INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC, read in Asia/Shanghai. A naive one raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC on the way in."""
        return None if value is None else local(value).astimezone(UTC)

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:
        """To Asia/Shanghai on the way out; SQLite keeps no zone, so what it gives is the UTC that was put in."""
        if not isinstance(value, datetime):
            return None
        return local(value if value.tzinfo is not None else value.replace(tzinfo=UTC))


class Money(TypeDecorator[Decimal]):
    """Yuan with two places, exact: NUMERIC(14, 2); on SQLite, whose numbers are floats, a whole number of fen.

    An amount with a fraction of a fen raises ValueError: rounding is somebody's decision, not the database's.
    """

    impl = Numeric(14, 2)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that holds it."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Numeric(14, 2))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | int | None:
        """Check, and count the fen for SQLite."""
        if value is None:
            return None
        exact = value.quantize(FEN)
        if exact != value:
            raise ValueError(f"{value} yuan is not a whole number of fen")
        return int(exact / FEN) if dialect.name == "sqlite" else exact

    def process_result_value(self, value: object, dialect: Dialect) -> Decimal | None:
        """Yuan again."""
        if not isinstance(value, int | Decimal):
            return None
        return value * FEN if dialect.name == "sqlite" else Decimal(value).quantize(FEN)
