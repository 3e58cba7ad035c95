"""The courier into a database of the utility's: one row a letter, in a table their own jobs read. See docs/systems.md."""

from __future__ import annotations

import asyncio
import json
from threading import Lock
from typing import Any

from sqlalchemy import Column, DateTime, MetaData, String, Table, Text, create_engine, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from actions.desk.outbox import Letter
from actions.ports.outbox import DeliveryFailed, wire

LETTERS = Table(
    "dianda_letters",
    MetaData(),
    Column("key", String(80), primary_key=True),
    Column("topic", String(40), nullable=False),
    Column("ticket_no", String(32), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    # The whole letter as the webhook would post it, JSON.
    Column("body", Text, nullable=False),
    Column("arrived_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
_SECONDS = 10


class DatabaseCourier:
    """`Courier` that inserts. The table is made at the first letter where it is absent."""

    def __init__(self, url: str) -> None:
        """`url`: `postgresql://…` or `sqlite:///…`; nothing is opened yet."""
        theirs = make_url(url)
        self._postgres = theirs.get_backend_name() == "postgresql"
        arguments: dict[str, Any] = {"connect_timeout": _SECONDS, "options": f"-c statement_timeout={_SECONDS}s"} if self._postgres else {"timeout": _SECONDS}
        if self._postgres:
            theirs = theirs.set(drivername="postgresql+psycopg")
        self._engine = create_engine(theirs, pool_pre_ping=True, pool_size=4, max_overflow=12, connect_args=arguments)
        self._lock = Lock()
        self._there = False

    async def deliver(self, letter: Letter, text: str | None) -> None:
        """See `Courier.deliver`. A letter that is there already has arrived."""
        try:
            await asyncio.to_thread(self._insert, letter, text)
        except (SQLAlchemyError, OSError) as error:
            # Only the kind of the error: its text holds what was to be written.
            raise DeliveryFailed(type(error).__name__) from None

    async def close(self) -> None:
        """See `Courier.close`."""
        await asyncio.to_thread(self._engine.dispose)

    def _insert(self, letter: Letter, text: str | None) -> None:
        row = {"key": letter.key, "topic": letter.topic, "ticket_no": letter.ticket_no, "created_at": letter.created_at, "body": json.dumps(wire(letter, text), ensure_ascii=False)}
        with self._lock:
            if not self._there:
                LETTERS.create(self._engine, checkfirst=True)
                self._there = True
        insert = (postgresql.insert if self._postgres else sqlite.insert)(LETTERS).values(row)
        with self._engine.begin() as connection:
            connection.execute(insert.on_conflict_do_nothing(index_elements=["key"]))
