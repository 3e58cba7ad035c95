"""What leaves the house: letters, made from the change that caused them and stored together with it.

Three audiences. The utility's own systems get every step and remark with the whole ticket (`utility`); whoever answers for a
step gets its warning, and one level up its breach (`staff`); the customer hears how the work goes (`customer`). A letter's
key is made of its event, so the same change can never write it twice, and a receiver knows one that comes twice.

Pure: how a letter is stored and sent is the ports' business; the customer's words are put to it by the sender.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from actions.desk.clock import local, rfc3339
from actions.desk.owners import Post, owner
from actions.desk.tickets import EventType, Kind, Ticket, TicketEvent

ATTEMPTS = 24
"""Tries until a letter is dead: with the waits below some seven hours, longer than a receiver's nightly work."""

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=30)

QUIET = "quiet_hours"
"""What holds a letter that would wake somebody."""

CALL = "staff.call_customer"
"""The topic of a call to be made by a person: whom, is in `to.call`."""

_DISPATCH: Mapping[str, Any] = MappingProxyType({"role": "dispatch", "name": None})
_RINGS = frozenset({EventType.WARNED, EventType.BREACHED})
_NEWS = frozenset(
    {EventType.ACCEPTED, EventType.EN_ROUTE, EventType.ON_SITE, EventType.ESTIMATED, EventType.RESOLVED}
)
"""What the customer is told of."""
_NEWS_OF_APPLICATION = _NEWS | {EventType.DISPATCHED, EventType.CONTACTED}
"""…of an application, whose steps nobody sees from the window."""


class Audience(StrEnum):
    """Whom a letter is for."""

    UTILITY = "utility"
    STAFF = "staff"
    CUSTOMER = "customer"


class LetterState(StrEnum):
    """How far a letter is. `dead`: given up, waits for a person to look and to `retry`."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One thing to be told. `topic` is `<audience>.<event type>`; `body` is plain JSON data, and personal.

    `ticket_no` is None for a notice that is about no ticket: `subject` then says what it is about (`desk.notices`).
    """

    key: str
    audience: Audience
    topic: str
    ticket_no: str | None = None
    subject: str | None = None
    created_at: datetime
    body: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLetter:
    """A letter and its fate. `attempts` counts the tries; `next_at` is when it may be tried (again), None when it will not.

    `held`: why it is not even tried before `next_at` (`QUIET`), empty when nothing holds it.
    """

    letter: Letter
    state: LetterState
    attempts: int
    next_at: datetime | None
    delivered_at: datetime | None = None
    last_error: str = ""
    held: str = ""

    @property
    def waits_for(self) -> str | None:
        """What a pending letter waits for: its turn, the end of the quiet hours, or another try; None when it is not pending."""
        if self.state is not LetterState.PENDING:
            return None
        return self.held or ("retry" if self.attempts else "turn")

    def to_json(self) -> dict[str, Any]:
        """The API's letter object. Without the body: whom it is for is nobody's business who only watches the post."""
        return {
            "key": self.letter.key,
            "audience": self.letter.audience.value,
            "topic": self.letter.topic,
            "ticket_no": self.letter.ticket_no,
            "subject": self.letter.subject,
            "created_at": rfc3339(self.letter.created_at),
            "state": self.state.value,
            "attempts": self.attempts,
            "next_at": None if self.next_at is None else rfc3339(self.next_at),
            "delivered_at": None if self.delivered_at is None else rfc3339(self.delivered_at),
            "last_error": self.last_error,
            "waits_for": self.waits_for,
        }


@dataclass(frozen=True, slots=True)
class LetterPage:
    """A stretch of a listing, newest first. `next_cursor` is None on the last one."""

    letters: tuple[StoredLetter, ...]
    next_cursor: str | None


def letters(before: Ticket | None, after: Ticket, *, by_person: bool = False) -> tuple[Letter, ...]:
    """What is to be told of the change from `before` (None: there was no ticket) to `after`.

    `by_person`: somebody there lives on a machine; instead of a message the customer gets a call, which staff are told to make.
    """
    new = after.events[len(before.events) if before is not None else 0 :]
    return tuple(letter for event in new for letter in _of_event(event, after, by_person))


def tells_customer(before: Ticket | None, after: Ticket) -> bool:
    """Whether the change holds news for the customer."""
    return any(event.type in _NEWS for event in after.events[len(before.events) if before is not None else 0 :])


def wait(attempt: int, dice: Callable[[], float]) -> timedelta | None:
    """How long to wait after the `attempt`-th try (from 1) failed; None when it was the last.

    Doubles each time up to half an hour. `dice` gives 0–1: half of the wait is left to chance, so that what failed
    together does not come back together.
    """
    if attempt >= ATTEMPTS:
        return None
    full: timedelta = min(FIRST_WAIT * 2 ** min(attempt - 1, 20), LONGEST_WAIT)
    return full / 2 + full / 2 * dice()


def _of_event(event: TicketEvent, ticket: Ticket, by_person: bool) -> Iterator[Letter]:
    if event.type in _RINGS:
        to = {"role": event.data["role"], "name": event.data.get("owner")}
        yield _letter(Audience.STAFF, event, ticket.ticket_no, to=to, ticket=_outline(ticket))
        return
    if "call_back" in event.data:
        # Dispatch owns a reopened ticket; that the customer is to be called is for those who call.
        yield _letter(Audience.STAFF, event, ticket.ticket_no, to={"role": Post.CALLBACK.value, "name": None}, ticket=_outline(ticket))
    if event.type is EventType.SUPPLEMENTED:
        answers = owner(ticket)
        to = {"role": answers.post.value, "name": answers.name}
        yield _letter(Audience.STAFF, event, ticket.ticket_no, to=to, ticket=_outline(ticket))
    whole = ticket.to_json()
    del whole["events"]
    yield _letter(Audience.UTILITY, event, ticket.ticket_no, ticket=whole)
    told = _NEWS_OF_APPLICATION if ticket.kind is Kind.SERVICE_REQUEST else _NEWS
    if event.type is EventType.SUSPECTED:
        yield _letter(Audience.STAFF, event, ticket.ticket_no, to=dict(_DISPATCH), ticket=_outline(ticket))
    if event.type in told and (ticket.conversation_id or ticket.contact_phone):
        to = {
            "name": ticket.contact_name,
            "phone": ticket.contact_phone,
            "conversation_id": ticket.conversation_id,
        }
        if by_person:
            call = {**_DISPATCH, "call": to}
            yield replace(
                _letter(Audience.STAFF, event, ticket.ticket_no, to=call, ticket=_outline(ticket)),
                key=f"{ticket.ticket_no}:{event.seq}:call",
                topic=CALL,
            )
            return
        restore = event.data.get("restore_at")
        values = {} if restore is None else {"values": {"restore": said_time(datetime.fromisoformat(restore))}}
        asks = {"survey": True, "channel": ticket.channel} if event.type is EventType.RESOLVED and _first_done(event, ticket) else {}
        yield _letter(Audience.CUSTOMER, event, ticket.ticket_no, to=to, ticket=_outline(ticket), **values, **asks)


def _first_done(event: TicketEvent, ticket: Ticket) -> bool:
    """Whether the ticket is resolved for the first time: the customer is asked once."""
    return not any(before.type is EventType.RESOLVED for before in ticket.events[: event.seq - 1])


def said_time(at: datetime) -> str:
    """A moment as a message says it: 11月25日8:00."""
    at = local(at)
    return f"{at.month}月{at.day}日{at.hour}:{at:%M}"


def _letter(audience: Audience, event: TicketEvent, ticket_no: str, **body: Any) -> Letter:
    told = {**event.to_json(), "seq": event.seq, "data": dict(event.data)}
    if audience is Audience.CUSTOMER:
        # Who did it and what was noted about it is said among colleagues.
        told = {"at": told["at"], "type": told["type"], "seq": event.seq}
    return Letter(
        key=f"{ticket_no}:{event.seq}:{audience.value}",
        audience=audience,
        topic=f"{audience.value}.{event.type.value}",
        ticket_no=ticket_no,
        created_at=event.at,
        body={"event": told, **body},
    )


def _outline(ticket: Ticket) -> dict[str, Any]:
    """What may be said of a ticket without saying whose it is."""
    return {
        "ticket_no": ticket.ticket_no,
        "kind": ticket.kind.value,
        "category": list(ticket.category),
        "priority": ticket.priority.value,
        "status": ticket.status.value,
        "area": ticket.area.value,
        "business": ticket.business,
    }
