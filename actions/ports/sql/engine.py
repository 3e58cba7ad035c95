"""The connection to the database, and the two ways to use it: `reading` and `writing`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url

from actions.ports.sql.encrypted import Cipher, install

_BUSY_SECONDS = 20
_WRITES = "dianda_writes"
_LOCK = 0x6469616E6461
"""The advisory lock of set-up work on PostgreSQL: "dianda"."""


def connect(url: str, keys: Sequence[str], *, pool_size: int = 10) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://…` (psycopg), whose encrypted columns use `keys` (first encrypts).

    `pool_size`: connections kept; as many again may be opened in a rush. Makes the folder of a SQLite file.
    Raises ValueError for any other database, for SQLite in memory (`actions.ports.memory` is that), and for bad keys.
    """
    cipher = Cipher(keys)
    wanted = make_url(url)
    if wanted.get_backend_name() == "sqlite":
        engine = _sqlite(wanted, pool_size)
    elif wanted.get_backend_name() == "postgresql":
        engine = _postgresql(wanted, pool_size)
    else:
        raise ValueError(f"{wanted.get_backend_name()}: only sqlite and postgresql are supported")
    install(engine, cipher)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to read from: one snapshot for the whole block, beside any writer."""
    # PostgreSQL's usual level looks anew with each statement: a ticket and its log could come from different moments.
    snapshot = (
        {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        if engine.dialect.name == "postgresql"
        else {}
    )
    with engine.connect().execution_options(**snapshot) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction, committed when the block ends and undone when it raises.

    On SQLite it takes the one writer's place at its beginning (BEGIN IMMEDIATE): a reader that turns writer half-way
    would be refused at once, without waiting for its turn.
    """
    with engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        yield connection


def alone(connection: Connection) -> None:
    """Wait until no other set-up work is under way, and keep it out until commit. On SQLite every writer already is alone."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT, which both databases have and plain SQL has not."""
    return insert_of(connection.dialect.name, table)


def insert_of(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """The same by the name of the database."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def _sqlite(url: URL, pool_size: int) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("SQLite in memory is not shared between threads; use actions.ports.memory")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        json_serializer=_JSON,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgresql(url: URL, pool_size: int) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=pool_size,
        # A database that was restarted is noticed when a connection is taken, not by the customer.
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={"connect_timeout": 10, "application_name": "dianda"},
        json_serializer=_JSON,
    )


_JSON = partial(json.dumps, ensure_ascii=False)


def _prepare_sqlite(connection: SqliteConnection, _record: Any) -> None:
    # The driver must not begin transactions by itself: it does so late, and never IMMEDIATE.
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        # First of all the patience: switching to WAL needs a lock too, and several processes may start at once.
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
        cursor.execute("PRAGMA journal_mode = WAL")
        # In WAL, NORMAL survives any crash of the process; a power cut may cost the last moments, never the file.
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
    finally:
        cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
