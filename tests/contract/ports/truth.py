"""What must hold of every ticket, whoever did what to it, in whatever order, and whoever died over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from actions.desk.calendar import WorkingCalendar
from actions.desk.desk import ServiceDesk
from actions.desk.limits import profile
from actions.desk.moves import SYSTEM, Book, Command, rung
from actions.desk.numbers import parse_ticket_no
from actions.desk.outbox import StoredLetter, letters
from actions.desk.tickets import EventType, NewTicket, Ticket
from actions.ports.outbox import OutboxStore

BOOK = Book(profile("state_grid"), WorkingCalendar())
_BORN = ("kind", "description", "channel", "conversation_id", "account_no", "contact_name", "contact_phone", "address", "area", "category", "business")


def rebuilt(ticket: Ticket) -> Ticket:
    """The ticket as its log alone tells it: every command given again, every ring looked for again, at its time."""
    born = NewTicket(**{name: getattr(ticket, name) for name in _BORN})
    again = BOOK.open(ticket.ticket_no, born, ticket.events[0].actor, ticket.created_at)
    for event in ticket.events[1:]:
        if event.seq <= len(again.events):
            continue  # a second ring of the same look, or one that came before the command that noticed it
        again = rung(again, event.at)
        if event.actor != SYSTEM:
            command = Command(type=event.type, actor=event.actor, note=event.note, request_id=event.request_id, data=event.data)
            again = BOOK.apply(again, command, event.at)
    return again


def check_ticket(ticket: Ticket) -> None:
    """Its log counts from one, in the order of time; it is what its log says; each clock has rung at most once, and says so."""
    assert [event.seq for event in ticket.events] == list(range(1, len(ticket.events) + 1))
    assert [event.at for event in ticket.events] == sorted(event.at for event in ticket.events)
    assert ticket.version == 1 + sum(event.actor != SYSTEM for event in ticket.events[1:])
    assert replace(rebuilt(ticket), as_of=ticket.as_of) == ticket
    rings = Counter((event.type, event.data["clock"]) for event in ticket.events if event.actor == SYSTEM)
    assert set(rings.values()) <= {1}
    for at, clock in enumerate(ticket.clocks):
        assert ((EventType.WARNED, str(at)) in rings) == (clock.warned_at is not None)
        assert ((EventType.BREACHED, str(at)) in rings) == (clock.breached_at is not None)


def check_everything(desk: ServiceDesk, outbox: OutboxStore) -> Counter[str]:
    """No event is lost or doubled, no number of a day left out, and the outbox tells all of it once. The request ids that acted."""
    told: list[str] = []
    acted: Counter[str] = Counter()
    days: dict[object, list[int]] = {}
    for ticket in every_ticket(desk):
        check_ticket(ticket)
        acted.update(event.request_id for event in ticket.events if event.request_id)
        told += [letter.key for letter in letters(None, ticket)]
        number = parse_ticket_no(ticket.ticket_no)
        days.setdefault(number.day, []).append(number.sequence)
    assert set(acted.values()) <= {1}
    for day in days.values():
        assert sorted(day) == list(range(1, len(day) + 1))
    assert sorted(told) == sorted(stored.letter.key for stored in every_letter(outbox))
    return acted


def every_ticket(desk: ServiceDesk) -> Iterator[Ticket]:
    """All of them, page by page."""
    cursor = None
    while True:
        page = desk.tickets(cursor=cursor, limit=200)
        yield from page.tickets
        cursor = page.next_cursor
        if cursor is None:
            return


def every_letter(outbox: OutboxStore) -> Iterator[StoredLetter]:
    """All of them, page by page."""
    cursor = None
    while True:
        page = outbox.find(None, cursor, 200)
        yield from page.letters
        cursor = page.next_cursor
        if cursor is None:
            return
