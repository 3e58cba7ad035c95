"""A row in every table there is, made from the tables themselves: a new table is in these tests without being named."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Engine, Float, Integer, Table, insert, select
from sqlalchemy.types import TypeEngine

from actions.ports.sql.columns import Money, UtcDateTime
from actions.ports.sql.encrypted import Encrypted, EncryptedJson, cipher_of, source_of
from actions.ports.sql.engine import reading, writing
from actions.ports.sql.schema import metadata

SECRET = "陈桂兰"
"""What a person could be known by: part of every encrypted value."""

ENDED = {
    "tickets.status": "closed", "tickets.kind": "repair", "tickets.priority": "normal", "tickets.area": "urban", "tickets.parent_ticket_no": None,
    "tickets.erased_at": None, "ticket_events.type": "closed", "ticket_events.status_before": None, "ticket_events.status_after": "closed",
    "outbox.state": "delivered", "outbox.audience": "utility", "turns.state": "answered", "stop_orders.state": "withdrawn", "stop_orders.protected": "", "verification_attempts.locked_until": None,
}  # fmt: skip
"""Everything is over, as far as a table has such a thing."""

SAME = {"ticket_no": "GD2026010100001{n}", "account_no": "32000{n:05}", "conversation_id": "c-{n}", "handoff_id": "h-{n}", "customer_id": "u-{n}",
        "paper_id": "{n:022}"}  # fmt: skip
"""What links the tables."""


def fill(engine: Engine, at: datetime, n: int = 1) -> dict[str, dict[str, Any]]:
    """Put row number `n` of every table in, all of its times `at`; the rows by table."""
    rows: dict[str, dict[str, Any]] = {}
    with writing(engine) as connection:
        for table in metadata.sorted_tables:
            row = {column.name: _value(table, column, at, n) for column in table.c if not _counted(column)}
            for key in table.foreign_keys:
                row[key.parent.name] = rows[key.column.table.name].get(key.column.name, n)  # a number counted there is this row's
            for column in table.c:
                if (source := source_of(column)) is not None:
                    plain = row[source[0]] if source[1] is None else row[source[0]][source[1]]
                    row[column.name] = cipher_of(engine).fingerprint(plain)
            connection.execute(insert(table).values(row))
            rows[table.name] = row
    return rows


def stored(engine: Engine, table: Table) -> list[dict[str, Any]]:
    """Every row of a table, decrypted, in the order of its key."""
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()]


def personal(table: Table) -> list[str]:
    """The columns that say, or lead to, who it is about."""
    links = ("account_no", "conversation_id", "customer_id")
    return [c.name for c in table.c if isinstance(c.type, Encrypted | EncryptedJson) or c.name in links or source_of(c) is not None]


def _counted(column: Column[Any]) -> bool:
    return column.name == "id" and column.primary_key


def _value(table: Table, column: Column[Any], at: datetime, n: int) -> Any:
    name = f"{table.name}.{column.name}"
    if name in ENDED:
        return ENDED[name]
    if column.name in SAME:
        return SAME[column.name].format(n=n)
    return _of_type(column.type, name, at, n)


def _of_type(type_: TypeEngine[Any], name: str, at: datetime, n: int) -> Any:
    if isinstance(type_, EncryptedJson):
        return {"key": f"{SECRET}|{name}|{n}", "label": SECRET, "within": [None, None, None], "facts": [], "consent": None}
    if isinstance(type_, Encrypted):
        return f"{SECRET} {name} {n}"
    plain: list[tuple[type, Any]] = [(UtcDateTime, at), (Date, date(2026, 1, n)), (Boolean, False), (JSON, []), (Money, Decimal("1.00")), (Integer, 1), (Float, 1.0)]
    for kind, value in plain:
        if isinstance(type_, kind):
            return value
    return f"{n}-{name}"[: getattr(type_, "length", None) or 99]
