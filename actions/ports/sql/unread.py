"""Tickets that the classifier is still to read, in the database."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, insert, select, update

from actions.ports.sql.engine import reading, writing
from actions.ports.sql.unread_schema import unread_tickets as table

_C = table.c


def put_off(connection: Connection, ticket_no: str, at: datetime) -> None:
    """See `TicketTransaction.put_off`."""
    connection.execute(insert(table).values(ticket_no=ticket_no, next_at=at))


def is_read(connection: Connection, ticket_no: str) -> bool:
    """See `TicketTransaction.is_read`."""
    return connection.execute(delete(table).where(_C.ticket_no == ticket_no)).rowcount == 1


def claim(engine: Engine, now: datetime, limit: int, lease: timedelta) -> list[str]:
    """The numbers of up to `limit` unread tickets, oldest first, which nobody else gets before the lease ends."""
    due = select(_C.ticket_no).where(_C.next_at <= now).order_by(_C.next_at, _C.ticket_no).limit(limit)
    # Asked every second, mostly in vain: looking first keeps the one writer of SQLite free.
    with reading(engine) as connection:
        if connection.execute(due.limit(1)).first() is None:
            return []
    with writing(engine) as connection:
        numbers = list(connection.scalars(due.with_for_update(skip_locked=True)))
        connection.execute(update(table).where(_C.ticket_no.in_(numbers)).values(next_at=now + lease))
    return numbers
