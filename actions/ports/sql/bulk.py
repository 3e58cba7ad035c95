"""Many rows at a time: on PostgreSQL by COPY and by arrays, one statement for all of them instead of one for each; elsewhere as usual.

A sweep after hours without service writes tens of thousands; a ticket that is moved writes five, and goes the usual way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Connection, Table, bindparam, insert, text, update

MANY = 50
"""From so many rows on."""

Row = Mapping[str, Any]


def insert_many(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns."""
    if not rows:
        return
    if not _in_bulk(connection, rows):
        connection.execute(insert(table), rows)
        return
    names = list(rows[0])
    written = _writers(connection, table, names)
    cursor = connection.connection.cursor()
    try:
        with cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([write(row[name]) for name, write in zip(names, written, strict=True)])
    finally:
        cursor.close()


def update_many(connection: Connection, table: Table, keys: Mapping[str, str], rows: Sequence[Row]) -> int:
    """Update one row for each of `rows`, which all name the same columns; how many were found.

    `keys`: the name in `rows` of a value that the row is found by → its column; the other names are columns to write. No JSON on
    PostgreSQL in bulk, for an array of it is no array of values.
    """
    set_names = [name for name in rows[0] if name not in keys] if rows else []
    if not set_names:
        return len(rows)
    if not _in_bulk(connection, rows) or any(isinstance(table.c[name].type, JSON) for name in set_names):
        found = update(table).where(*(table.c[column] == bindparam(key) for key, column in keys.items()))
        return connection.execute(found, rows).rowcount
    names = {**dict(keys), **{name: name for name in set_names}}
    types = {name: table.c[column].type.compile(connection.dialect) for name, column in names.items()}
    written = dict(zip(names, _writers(connection, table, list(names.values())), strict=True))
    arrays = {name: [written[name](row[name]) for row in rows] for name in names}
    casts = ", ".join(f"CAST(:{name} AS {type_}[])" for name, type_ in types.items())
    assigned = ", ".join(f"{name} = given.{name}" for name in set_names)
    same = " AND ".join(f"{table.name}.{column} = given.{key}" for key, column in keys.items())
    statement = text(f"UPDATE {table.name} SET {assigned} FROM unnest({casts}) AS given ({', '.join(names)}) WHERE {same}")
    return connection.execute(statement, arrays).rowcount


def _in_bulk(connection: Connection, rows: Sequence[Row]) -> bool:
    return connection.dialect.name == "postgresql" and len(rows) >= MANY


def _writers(connection: Connection, table: Table, names: Sequence[str]) -> list[Any]:
    """What makes of a value what the driver takes: ciphertext, UTC, JSON text."""
    found = (table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for name in names)
    return [each or _as_it_is for each in found]


def _as_it_is(value: Any) -> Any:
    return value
