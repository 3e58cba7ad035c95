"""Tickets in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from threading import RLock

from actions.desk.errors import DuplicateRequest, InvalidCursor, StaleVersion
from actions.desk.outbox import Letter
from actions.desk.repairs import Repair
from actions.desk.tickets import Kind, Page, Ticket, TicketFilter
from actions.ports.memory.outbox import MemoryOutbox
from actions.ports.store import Change


class MemoryTicketStore:
    """`TicketStore` in memory: one writer at a time, undone by putting the old dictionaries back."""

    def __init__(self) -> None:
        """No tickets, and an `outbox` with no letters. `lock` holds for everything, `repairs` are the hub's records."""
        self.lock = RLock()
        self.outbox = MemoryOutbox(self.lock)
        self.repairs: dict[str, Repair] = {}
        self.put_off: dict[str, datetime] = {}
        self._tickets: dict[str, Ticket] = {}
        self._requests: dict[str, str] = {}
        self._sequences: dict[date, int] = {}

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """See `TicketStore.transaction`."""
        with self.lock:
            before = dict(self._tickets), dict(self._requests), dict(self._sequences)
            letters, repairs, put_off = dict(self.outbox.letters), dict(self.repairs), dict(self.put_off)
            try:
                yield Transaction(self)
            except BaseException:
                self._tickets, self._requests, self._sequences = before
                self.outbox.letters, self.repairs, self.put_off = letters, repairs, put_off
                raise

    def unread(self, now: datetime, limit: int, lease: timedelta) -> tuple[Ticket, ...]:
        """See `TicketStore.unread`."""
        with self.lock:
            due = sorted((at, number) for number, at in self.put_off.items() if at <= now)[:limit]
            self.put_off |= {number: now + lease for _, number in due}
            return tuple(self._tickets[number] for _, number in due)

    def get(self, ticket_no: str) -> Ticket | None:
        """See `TicketStore.get`."""
        with self.lock:
            return self._tickets.get(ticket_no)

    def of_request(self, request_id: str) -> Ticket | None:
        """See `TicketStore.of_request`."""
        with self.lock:
            return self._tickets.get(self._requests.get(request_id, ""))

    def find(self, wanted: TicketFilter, cursor: str | None, limit: int) -> Page:
        """See `TicketStore.find`. The cursor is the position, counted from the oldest, of the last ticket given."""
        with self.lock:
            tickets = list(self._tickets.values())
        end = _position(cursor, len(tickets))
        found = [(at, ticket) for at, ticket in enumerate(tickets[:end]) if _matches(ticket, wanted)][::-1]
        page = found[:limit]
        return Page(tuple(ticket for _, ticket in page), str(page[-1][0]) if len(found) > limit else None)


class Transaction:
    """`TicketTransaction` on the store's own dictionaries, under its lock."""

    def __init__(self, store: MemoryTicketStore) -> None:
        """Of one store."""
        self.store = store
        self._tickets, self._requests, self._sequences = store._tickets, store._requests, store._sequences

    def next_sequence(self, day: date) -> int:
        """See `TicketTransaction.next_sequence`."""
        self._sequences[day] = self._sequences.get(day, 0) + 1
        return self._sequences[day]

    def add(self, ticket: Ticket, request_id: str) -> None:
        """See `TicketTransaction.add`."""
        if request_id in self._requests:
            raise DuplicateRequest(request_id)
        self._requests[request_id] = ticket.ticket_no
        self._tickets[ticket.ticket_no] = ticket
        if ticket.kind is Kind.REPAIR:
            self.store.repairs[ticket.ticket_no] = Repair(
                ticket_no=ticket.ticket_no, opened_at=ticket.created_at, next_at=ticket.created_at
            )

    def lock(self, ticket_no: str) -> Ticket | None:
        """See `TicketTransaction.lock`."""
        return self._tickets.get(ticket_no)

    def save(self, changes: Sequence[Change]) -> None:
        """See `TicketTransaction.save`."""
        for before, after in changes:
            stored = self._tickets.get(before.ticket_no)
            if stored is None or (stored.version, len(stored.events)) != (before.version, len(before.events)):
                raise StaleVersion(before.ticket_no, before.version)
            self._tickets[after.ticket_no] = after
            repair = self.store.repairs.get(after.ticket_no)
            if repair is not None and after.status is not before.status:
                self.store.repairs[after.ticket_no] = replace(repair, next_at=after.events[-1].at)

    def due(self, now: datetime, limit: int) -> tuple[Ticket, ...]:
        """See `TicketTransaction.due`."""
        rings = ((min(times), ticket) for ticket in self._tickets.values() if (times := _rings(ticket)))
        due = sorted((item for item in rings if item[0] <= now), key=lambda item: item[0])
        return tuple(ticket for _, ticket in due[:limit])

    def put_off(self, ticket_no: str, at: datetime) -> None:
        """See `TicketTransaction.put_off`."""
        self.store.put_off[ticket_no] = at

    def is_read(self, ticket_no: str) -> bool:
        """See `TicketTransaction.is_read`."""
        return self.store.put_off.pop(ticket_no, None) is not None

    def post(self, letters: Iterable[Letter]) -> None:
        """See `TicketTransaction.post`."""
        self.store.outbox.post(letters)


def _rings(ticket: Ticket) -> list[datetime]:
    return [clock.rings_at for clock in ticket.clocks if clock.rings_at is not None]


def _matches(ticket: Ticket, wanted: TicketFilter) -> bool:
    if wanted.paused is not None and wanted.paused != (ticket.paused_at is not None):
        return False
    return all(
        value is None or getattr(ticket, field) == value
        for field, value in (
            ("conversation_id", wanted.conversation_id),
            ("account_no", wanted.account_no),
            ("contact_phone", wanted.contact_phone),
            ("kind", wanted.kind),
            ("status", wanted.status),
            ("review", wanted.review),
        )
    )


def _position(cursor: str | None, end: int) -> int:
    if cursor is None:
        return end
    if not (cursor.isascii() and cursor.isdigit()):
        raise InvalidCursor(f"cursor {cursor!r}")
    return int(cursor)
