"""Tickets in the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, Executable, RowMapping, Select, bindparam, select, update

from actions.desk.errors import DuplicateRequest, InvalidCursor, StaleVersion
from actions.desk.marks import FIRST, LAST, marked, marks
from actions.desk.outbox import Letter
from actions.desk.tickets import Kind, Page, Ticket, TicketClock, TicketEvent, TicketFilter
from actions.ports.sql import outbox as letterbox
from actions.ports.sql import schema, schema_hub, unread
from actions.ports.sql.bulk import insert_many, update_many
from actions.ports.sql.encrypted import bare, cipher_of
from actions.ports.sql.engine import insert_of, reading, writing
from actions.ports.sql.ticket_rows import clock_row, event_row, fixed, moving, new_repair, to_clock, to_event, to_ticket
from actions.ports.store import Change

_TICKETS = schema.tickets.c
_CLOCKS = schema.ticket_clocks.c
_EVENTS = schema.ticket_events.c


class SqlTicketStore:
    """`TicketStore` in the database."""

    def __init__(self, engine: Engine) -> None:
        """`engine` as of `engine.connect`, migrated."""
        self._engine = engine

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """See `TicketStore.transaction`."""
        with writing(self._engine) as connection:
            yield Transaction(connection)

    def unread(self, now: datetime, limit: int, lease: timedelta) -> tuple[Ticket, ...]:
        """See `TicketStore.unread`."""
        numbers = unread.claim(self._engine, now, limit, lease)
        with reading(self._engine) as connection:
            query = select(schema.tickets).where(_TICKETS.ticket_no.in_(numbers)).order_by(_TICKETS.id)
            return whole(connection, connection.execute(query).mappings().all()) if numbers else ()

    def get(self, ticket_no: str) -> Ticket | None:
        """See `TicketStore.get`."""
        with reading(self._engine) as connection:
            return one(connection, select(schema.tickets).where(_TICKETS.ticket_no == ticket_no))

    def of_request(self, request_id: str) -> Ticket | None:
        """See `TicketStore.of_request`."""
        with reading(self._engine) as connection:
            return one(connection, _of_request(request_id))

    def find(self, wanted: TicketFilter, cursor: str | None, limit: int) -> Page:
        """See `TicketStore.find`. The cursor is the row number of the last ticket given."""
        query = select(schema.tickets).order_by(_TICKETS.id.desc()).limit(limit + 1)
        if cursor is not None:
            query = query.where(_TICKETS.id < _row_id(cursor))
        for column, value in (
            (_TICKETS.conversation_id, wanted.conversation_id),
            (_TICKETS.account_no, wanted.account_no),
            (_TICKETS.kind, wanted.kind),
            (_TICKETS.status, wanted.status),
        ):
            if value is not None:
                query = query.where(column == str(value))
        if wanted.review is not None:
            query = query.where(_TICKETS.review if wanted.review else ~_TICKETS.review)
        if wanted.paused is not None:
            query = query.where(_TICKETS.paused_at.is_not(None) if wanted.paused else _TICKETS.paused_at.is_(None))
        if wanted.contact_phone is not None:
            prints = cipher_of(self._engine).fingerprints(wanted.contact_phone)
            query = query.where(_TICKETS.phone_fingerprint.in_(prints))
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
            page = rows[:limit]
            return Page(whole(connection, page), str(page[-1]["id"]) if len(rows) > limit else None)


class Transaction:
    """`TicketTransaction` on one connection."""

    def __init__(self, connection: Connection) -> None:
        """`connection` as of `engine.writing`."""
        self._connection = connection

    def next_sequence(self, day: date) -> int:
        """See `TicketTransaction.next_sequence`."""
        return int(self._connection.execute(_count(self._connection.dialect.name), {"day": day, "last": 1}).scalar_one())

    def add(self, ticket: Ticket, request_id: str) -> None:
        """See `TicketTransaction.add`."""
        row = {**fixed(ticket), **moving(ticket), **marks(ticket), "request_id": request_id}
        cipher = cipher_of(self._connection)
        row["phone_fingerprint"] = cipher.fingerprint(ticket.contact_phone) if ticket.contact_phone else None
        row["address_fingerprint"] = cipher.fingerprint(ticket.address) if ticket.address else None
        if self._connection.scalar(_add(self._connection.dialect.name), row) is None:
            raise DuplicateRequest(request_id)
        self._append([(ticket, 0, 0)])
        if ticket.kind is Kind.REPAIR:
            self._connection.execute(schema_hub.repairs.insert(), new_repair(ticket))

    def lock(self, ticket_no: str) -> Ticket | None:
        """See `TicketTransaction.lock`."""
        # SQLite has no row locks and needs none: there is one writer.
        return one(self._connection, select(schema.tickets).where(_TICKETS.ticket_no == ticket_no).with_for_update())

    def save(self, changes: Sequence[Change]) -> None:
        """See `TicketTransaction.save`."""
        if not changes:
            return
        moved = sum(update_many(self._connection, schema.tickets, _SEEN, rows) for rows in _alike(_moved(before, after) for before, after in changes))
        if moved != len(changes):
            raise StaleVersion(changes[0][0].ticket_no, changes[0][0].version)
        for rows in _alike(row for before, after in changes for row in _turned(before, after)):
            update_many(self._connection, schema.ticket_clocks, _CLOCK, rows)
        self._append([(after, len(before.clocks), len(before.events)) for before, after in changes])
        # Whoever moves a repair, the hub is to look at it.
        moved_to = [
            {"of_ticket": after.ticket_no, "next_at": after.events[-1].at}
            for before, after in changes
            if after.kind is Kind.REPAIR and after.status is not before.status
        ]
        if moved_to:
            self._connection.execute(_LOOK, moved_to)

    def due(self, now: datetime, limit: int) -> tuple[Ticket, ...]:
        """See `TicketTransaction.due`."""
        # Two clocks of one ticket give it twice; fewer than `limit` tickets is what the port allows.
        numbers = select(_CLOCKS.ticket_no).where(_CLOCKS.rings_at <= now).order_by(_CLOCKS.rings_at).limit(limit)
        order = {number: at for at, number in reversed(list(enumerate(self._connection.scalars(numbers))))}
        if not order:
            return ()
        held = _BARE_TICKETS.where(_TICKETS.ticket_no.in_(order)).with_for_update(skip_locked=True)
        due = whole(self._connection, self._connection.execute(held).mappings().all(), _BARE_EVENTS)
        return tuple(sorted(due, key=lambda ticket: order[ticket.ticket_no]))

    def put_off(self, ticket_no: str, at: datetime) -> None:
        """See `TicketTransaction.put_off`."""
        unread.put_off(self._connection, ticket_no, at)

    def is_read(self, ticket_no: str) -> bool:
        """See `TicketTransaction.is_read`."""
        return unread.is_read(self._connection, ticket_no)

    def post(self, letters: Iterable[Letter]) -> None:
        """See `TicketTransaction.post`."""
        letterbox.post(self._connection, letters)

    def _append(self, tickets: Sequence[tuple[Ticket, int, int]]) -> None:
        """Insert the clocks and events of each ticket beyond the numbers already stored."""
        clocks = [clock_row(ticket, at) for ticket, stored, _ in tickets for at in range(stored, len(ticket.clocks))]
        insert_many(self._connection, schema.ticket_clocks, clocks)
        events = [
            event_row(ticket.ticket_no, event) for ticket, _, stored in tickets for event in ticket.events[stored:]
        ]
        insert_many(self._connection, schema.ticket_events, events)


_SEEN = {"of_ticket": "ticket_no", "of_version": "version", "of_event": "last_event"}
_CLOCK = {"of_ticket": "ticket_no", "of_ordinal": "ordinal"}
_LOOK = update(schema_hub.repairs).where(schema_hub.repairs.c.ticket_no == bindparam("of_ticket"))


# Made once: of a ticket that is filed a third of the time went into putting these together.
@cache
def _count(dialect: str) -> Executable:
    sequences = schema.ticket_sequences
    counter = insert_of(dialect, sequences)
    return counter.on_conflict_do_update(index_elements=["day"], set_={"last": sequences.c.last + 1}).returning(sequences.c.last)


@cache
def _add(dialect: str) -> Executable:
    return insert_of(dialect, schema.tickets).on_conflict_do_nothing(index_elements=["request_id"]).returning(_TICKETS.id)


_BARE_TICKETS = bare(schema.tickets, *(f"{step}_at" for step in (*FIRST, *LAST)), "taken_by", "request_id", "erased_at")
_BARE_EVENTS = bare(schema.ticket_events)


def _moved(before: Ticket, after: Ticket) -> dict[str, Any]:
    """What is to be written of a ticket, and by what it is known to be still the one that was read."""
    seen = {"of_ticket": before.ticket_no, "of_version": before.version, "of_event": len(before.events)}
    told = marks(after) if marked(after, len(before.events)) else {}
    return {**_changed(moving(before), moving(after)), **told, "last_event": len(after.events), **seen}


def _changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if value != before[name]}


def _alike(rows: Iterable[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    """The rows by what they write: the many of a sweep write two columns, and all the same ones."""
    found: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[tuple(row)].append(row)
    return found.values()


def _turned(before: Ticket, after: Ticket) -> Iterator[dict[str, Any]]:
    """The rows of the clocks that `after` has turned on."""
    for at, (old, new) in enumerate(zip(before.clocks, after.clocks, strict=False)):
        if old != new:
            yield {**_changed(clock_row(before, at), clock_row(after, at)), "of_ticket": after.ticket_no, "of_ordinal": at}


def _of_request(request_id: str) -> Select[Any]:
    return select(schema.tickets).where(_TICKETS.request_id == request_id)


def one(connection: Connection, query: Select[Any]) -> Ticket | None:
    """The ticket that a query on `tickets` finds, with its clocks and events, or None."""
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else whole(connection, [row])[0]


def whole(connection: Connection, rows: Sequence[RowMapping], log: Select[Any] | None = None) -> tuple[Ticket, ...]:
    """The tickets of `rows` with their clocks and events (read by `log`, else whole), in that order."""
    numbers = [row["ticket_no"] for row in rows]
    clocks: defaultdict[str, list[TicketClock]] = defaultdict(list)
    events: defaultdict[str, list[TicketEvent]] = defaultdict(list)
    if numbers:
        timers = select(schema.ticket_clocks).where(_CLOCKS.ticket_no.in_(numbers)).order_by(_CLOCKS.ordinal)
        for row in connection.execute(timers).mappings():
            clocks[row["ticket_no"]].append(to_clock(row))
        log = (select(schema.ticket_events) if log is None else log).where(_EVENTS.ticket_no.in_(numbers)).order_by(_EVENTS.seq)
        for row in connection.execute(log).mappings():
            events[row["ticket_no"]].append(to_event(row))
    return tuple(to_ticket(row, clocks[row["ticket_no"]], events[row["ticket_no"]]) for row in rows)


def _row_id(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit()):
        raise InvalidCursor(f"cursor {cursor!r}")
    return int(cursor)
