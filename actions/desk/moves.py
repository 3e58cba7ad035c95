"""One command on one ticket: (ticket, command, time) → ticket. Pure, so that the same log always gives the same state.

Every command first lets ring what has come due, whether or not a sweep has passed by: the log never shows a step done
late without the breach before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from actions.desk.calendar import WorkingCalendar
from actions.desk.classes import Classified, is_class
from actions.desk.clock import rfc3339
from actions.desk.clocks import Ring, follow, ring, start_clocks, tighten
from actions.desk.errors import IllegalMove, InvalidTicket
from actions.desk.lifecycle import FINAL, allowed, next_status
from actions.desk.limits import Profile
from actions.desk.owners import owner
from actions.desk.pauses import pause, resume
from actions.desk.tickets import Area, EventType, NewTicket, Priority, Status, Ticket, TicketEvent

SYSTEM = "system"
"""The actor of what the desk does by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What somebody wants done to a ticket. `data` goes into the event, see `TicketEvent`."""

    type: EventType
    actor: str
    note: str = ""
    request_id: str | None = None
    data: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Book:
    """What the desk goes by: a company's limits and the calendar."""

    profile: Profile
    calendar: WorkingCalendar

    def open(self, ticket_no: str, new: NewTicket, actor: str, now: datetime, classified: Classified | None = None) -> Ticket:
        """The ticket of a checked `new` (see `intake.check`), accepted at `now`, its first clocks running.

        `classified`: what the classifier said, when the category is its.
        """
        data = {} if classified is None or classified.confidence is None else _sureness(classified)
        accepted = TicketEvent(seq=1, at=now, type=EventType.ACCEPTED, actor=actor, status_after=Status.ACCEPTED, data=data)
        ticket = Ticket(
            ticket_no=ticket_no,
            kind=new.kind,
            category=new.category,
            priority=new.priority,
            status=Status.ACCEPTED,
            channel=new.channel,
            conversation_id=new.conversation_id,
            account_no=new.account_no,
            contact_name=new.contact_name,
            contact_phone=new.contact_phone,
            address=new.address,
            area=new.area or Area.URBAN,
            description=new.description,
            business=new.business,
            created_at=now,
            parent_ticket_no=new.parent_ticket_no,
            version=1,
            as_of=now,
            review="review" in data,
            events=(accepted,),
        )
        return replace(ticket, clocks=start_clocks(ticket, self.profile, self.calendar))

    def reclassify(self, ticket: Ticket, category: tuple[str, ...], actor: str, note: str, now: datetime) -> Ticket:
        """`ticket` under the category a person gave it, or confirmed; that is on record, for whoever trains the classifier.

        Raises InvalidTicket for what is no class of its kind.
        """
        if not is_class(ticket.kind, category):
            raise InvalidTicket([("category", "invalid")])
        data = {"before": "/".join(ticket.category), "after": "/".join(category)}
        ticket = rung(ticket, now)
        logged = _logged(ticket, now, type=EventType.CLASSIFIED, actor=actor, note=note, status_after=ticket.status, data=data)
        return replace(logged, category=category, review=False, version=ticket.version + 1)

    def read(self, ticket: Ticket, found: Classified, now: datetime) -> Ticket:
        """`ticket` under the category that the classifier found after it was filed; how sure it was is on record."""
        data = {"before": "/".join(ticket.category), "after": "/".join(found.category), **(_sureness(found) if found.confidence is not None else {})}
        ticket = rung(ticket, now)
        logged = _logged(ticket, now, type=EventType.CLASSIFIED, actor=SYSTEM, status_after=ticket.status, data=data)
        return replace(logged, category=found.category, review=found.review, version=ticket.version + 1)

    def apply(self, ticket: Ticket, command: Command, now: datetime) -> Ticket:
        """`ticket` after `command` at `now`. Raises IllegalMove or InvalidTicket, and then nothing has happened."""
        paused = ticket.paused_at is not None
        reachable = ticket.contact_phone is not None
        if command.type is EventType.DISPATCHED and command.actor != SYSTEM and not paused and _sent_by_the_desk(ticket):
            status = ticket.status  # a dispatcher's choice takes the place of the desk's own
        else:
            status = next_status(ticket.kind, ticket.status, command.type, reachable=reachable, paused=paused)
        if command.type is EventType.PAUSED and not command.note.strip():
            raise InvalidTicket([("note", "missing")])
        ticket = rung(ticket, now)
        event: dict[str, Any] = {
            "type": command.type,
            "actor": command.actor,
            "note": command.note,
            "status_after": status,
            "request_id": command.request_id,
            "data": {**command.data, **_stood(ticket, command, now)},
        }
        moved = replace(_logged(ticket, now, **event), status=status, version=ticket.version + 1)
        if command.type is EventType.MERGED:
            moved = replace(moved, parent_ticket_no=_parent(ticket, command))
        if command.type is EventType.ESCALATED:
            moved = replace(moved, priority=_raised(ticket, command))
            return replace(moved, clocks=tighten(moved, self.profile, self.calendar))
        if command.type is EventType.PAUSED:
            return pause(moved, now)
        if command.type is EventType.RESUMED or (paused and status in FINAL):
            # Withdrawn or merged, a ticket waits for nobody; what it had left is reckoned before its clocks are cancelled.
            moved = resume(moved, now, self.profile, self.calendar)
        if status is ticket.status:
            return moved
        return replace(moved, clocks=follow(moved, now, self.profile, self.calendar))


def remark(ticket: Ticket, command: Command, now: datetime) -> Ticket:
    """`ticket` with something the desk itself has to say of it in its log; its status stays. A parent in the data is taken on.

    Not checked against the road: who may say it is the caller's business, and nobody outside the desk may.
    """
    ticket = rung(ticket, now)
    said = _logged(
        ticket,
        now,
        type=command.type,
        actor=command.actor,
        note=command.note,
        status_after=ticket.status,
        request_id=command.request_id,
        data=dict(command.data),
    )
    parent = command.data.get("parent_ticket_no", ticket.parent_ticket_no)
    return replace(said, version=ticket.version + 1, parent_ticket_no=parent)


def rung(ticket: Ticket, now: datetime) -> Ticket:
    """`ticket` with every warning and breach that has come due by `now` in its log; the same object when there is none."""
    clocks, rings = ring(ticket.clocks, now)
    if not rings:
        return ticket
    ticket = replace(ticket, clocks=clocks)
    for one in rings:
        data = {"clock": str(one.at), "step": one.clock.step, "due_at": rfc3339(one.clock.due_at), **_addressed(ticket, one)}
        ticket = _logged(ticket, now, type=one.type, actor=SYSTEM, status_after=ticket.status, data=data)
    return ticket


def escalation(ticket: Ticket, priority: Priority) -> Mapping[str, str]:
    """The event data of raising `ticket` to `priority`. Raises IllegalMove when that is no rise."""
    if priority.rank <= ticket.priority.rank:
        possible = (type_.value for type_ in allowed(ticket.kind, ticket.status))
        raise IllegalMove(f"raising {ticket.priority} to {priority}", ticket.status.value, possible)
    return {"priority_before": ticket.priority.value, "priority_after": priority.value}


def _sent_by_the_desk(ticket: Ticket) -> bool:
    """Whether the crew that has not answered yet was chosen by the desk itself."""
    sent = next((event for event in reversed(ticket.events) if event.type is EventType.DISPATCHED), None)
    return ticket.status is Status.DISPATCHED and sent is not None and sent.actor == SYSTEM


def _sureness(classified: Classified) -> dict[str, str]:
    return {"confidence": f"{classified.confidence:.2f}", **({"review": "true"} if classified.review else {})}


def _addressed(ticket: Ticket, ring_: Ring) -> dict[str, str]:
    """Whom a ring is for: a warning the owner of the step, a breach one level up."""
    answers = owner(ticket)
    whom = answers.above if ring_.type is EventType.BREACHED else answers
    return {"role": whom.post.value, **({} if whom.name is None else {"owner": whom.name})}


def _stood(ticket: Ticket, command: Command, now: datetime) -> dict[str, str]:
    if command.type is not EventType.RESUMED or ticket.paused_at is None:
        return {}
    return {"paused_seconds": str(int((now - ticket.paused_at).total_seconds()))}


def _logged(ticket: Ticket, at: datetime, **event: Any) -> Ticket:
    line = TicketEvent(seq=len(ticket.events) + 1, at=at, status_before=ticket.status, **event)
    return replace(ticket, events=(*ticket.events, line), as_of=at)


def _parent(ticket: Ticket, command: Command) -> str:
    parent = command.data.get("parent_ticket_no")
    if not parent or parent == ticket.ticket_no:
        raise InvalidTicket([("parent_ticket_no", "invalid" if parent else "missing")])
    return parent


def _raised(ticket: Ticket, command: Command) -> Priority:
    """The priority after an escalation; one that names none (a call one level up) leaves it."""
    after = command.data.get("priority_after")
    return Priority(after) if after else ticket.priority
