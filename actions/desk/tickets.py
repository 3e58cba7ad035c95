"""What a ticket is: the words it is described in, its events, its clocks, and its public JSON.

Shapes: contract/api.md, "Tickets". Everything here is frozen; a change makes a new `Ticket` (see `moves`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from actions.desk.clock import rfc3339


class Kind(StrEnum):
    """What the customer wants from the utility (domain facts 4.1)."""

    REPAIR = "repair"
    COMPLAINT = "complaint"
    SERVICE_REQUEST = "service_request"
    CONSULTATION = "consultation"
    OPINION = "opinion"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    VIOLATION_REPORT = "violation_report"


class Priority(StrEnum):
    """How pressing; `emergency` is danger to life."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    NORMAL = "normal"

    @property
    def rank(self) -> int:
        """0 for normal, growing with urgency: what to sort and compare by."""
        return (Priority.NORMAL, Priority.URGENT, Priority.EMERGENCY).index(self)


class Area(StrEnum):
    """The kind of place, on which arrival limits depend."""

    URBAN = "urban"
    RURAL = "rural"
    REMOTE = "remote"


class Status(StrEnum):
    """Where a ticket stands; the road through them is in `lifecycle`."""

    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    ACKNOWLEDGED = "acknowledged"
    CONTACTED = "contacted"
    EN_ROUTE = "en_route"
    ON_SITE = "on_site"
    RESOLVED = "resolved"
    CALLED_BACK = "called_back"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    REOPENED = "reopened"
    MERGED = "merged"


class EventType(StrEnum):
    """What can happen to a ticket. A type that equals a status is the move to it; the rest leave the status alone."""

    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    ACKNOWLEDGED = "acknowledged"
    CONTACTED = "contacted"
    EN_ROUTE = "en_route"
    ON_SITE = "on_site"
    RESOLVED = "resolved"
    CALLED_BACK = "called_back"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    REOPENED = "reopened"
    MERGED = "merged"
    URGED = "urged"
    NOTED = "noted"
    ESCALATED = "escalated"
    WARNED = "warned"
    BREACHED = "breached"
    PAUSED = "paused"
    RESUMED = "resumed"
    CLASSIFIED = "classified"
    JOINED = "joined"
    SUSPECTED = "suspected"
    ESTIMATED = "estimated"
    SUPPLEMENTED = "supplemented"

    @property
    def target(self) -> Status | None:
        """The status this event moves to, or None for a remark."""
        return Status(self.value) if self.value in Status.__members__.values() else None


class ClockState(StrEnum):
    """How a clock stands at a moment."""

    RUNNING = "running"
    WARNED = "warned"
    BREACHED = "breached"
    MET = "met"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketClock:
    """A deadline of one step. All times aware.

    `warned_at` and `breached_at` say when the warning and the breach were written into the event log: each once.
    They are bookkeeping; how the clock stands follows from the times alone, see `state_at`.
    `paused_at` is set while the desk waits for the customer: the clock stands as it stood then, and when it goes on
    `warn_at` and `due_at` are put off by the time it stood (see `clocks.resume`).
    """

    step: str
    started_at: datetime
    warn_at: datetime
    due_at: datetime
    finished_at: datetime | None = None
    cancelled: bool = False
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    paused_at: datetime | None = None

    def state_at(self, now: datetime) -> ClockState:
        """How the clock stands at `now`.

        The limit is the half-open span [started_at, due_at): finished before `due_at` is met, reaching `due_at`
        unfinished is a breach, and a breach stays one whether the step is done later or the ticket withdrawn.
        """
        at = self.reading(now) if self.finished_at is None else self.finished_at
        if at >= self.due_at:
            return ClockState.BREACHED
        if self.finished_at is not None:
            return ClockState.CANCELLED if self.cancelled else ClockState.MET
        return ClockState.WARNED if at >= self.warn_at else ClockState.RUNNING

    def reading(self, now: datetime) -> datetime:
        """What the clock shows at `now`: a paused one stands still."""
        return now if self.paused_at is None else min(now, self.paused_at)

    @property
    def rings_at(self) -> datetime | None:
        """When this clock next has something to write into the log, or None when it is done. What the sweep looks for."""
        if self.finished_at is not None or self.breached_at is not None:
            return None
        next_at = self.due_at if self.warned_at is not None else self.warn_at
        # A paused clock rings only what it was due for before it stood still (its limit may have been drawn tighter).
        return None if self.paused_at is not None and next_at > self.paused_at else next_at

    def to_json(self, now: datetime) -> dict[str, Any]:
        """The contract's clock object, judged at `now`."""
        return {
            "step": self.step,
            "started_at": rfc3339(self.started_at),
            "warn_at": rfc3339(self.warn_at),
            "due_at": rfc3339(self.due_at),
            "finished_at": None if self.finished_at is None else rfc3339(self.finished_at),
            "state": self.state_at(now).value,
            "paused": self.paused_at is not None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEvent:
    """One line of a ticket's log: who did what, when, from where to where, and why.

    `seq` counts from 1 per ticket. `data` holds what a remark changed or meant: `escalated` priority_before and
    priority_after, `warned`/`breached` which clock (its place in `Ticket.clocks`), its step, its due_at and who answers for it (`role`, and
    `owner` when it is somebody by name), `merged` and `joined` the parent, `resumed` how many seconds the clocks had stood,
    `accepted` how sure the classifier was (`confidence`, and `review` when too little), `classified` the category before and after, `dispatched` by the hub the crew and the figures of every
    candidate (JSON text), `paused` for papers which (`waits_for`, one a line) and `until` when, `suspected` how many households reported, `estimated` when power is expected back, `supplemented` the paper and what it counts for.
    """

    seq: int
    at: datetime
    type: EventType
    actor: str
    note: str = ""
    status_before: Status | None = None
    status_after: Status
    request_id: str | None = None
    data: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def to_json(self) -> dict[str, Any]:
        """The contract's event object."""
        return {"at": rfc3339(self.at), "type": self.type.value, "actor": self.actor, "note": self.note}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """What intake hands to the desk; checked and completed by `intake.check`.

    `area`: None lets the desk read it from the address. `category`: empty lets the desk classify the description.
    `business`: for a service request, the intent it came from (`request_reconnection`, `claim_damage`, `transfer_account` …,
    contract/intents.yml): limits and category depend on it.
    """

    kind: Kind
    description: str
    channel: str
    conversation_id: str | None = None
    account_no: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    address: str | None = None
    area: Area | None = None
    priority: Priority = Priority.NORMAL
    category: tuple[str, ...] = ()
    business: str | None = None
    parent_ticket_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A promise with deadlines.

    `version` grows by one with every command (not when a clock rings: a warning changes nothing an agent decided on).
    `as_of` is the moment clock states are judged at: when it was read through the desk, else its last event.
    `clocks` and `events` only ever grow, in the order they came. `paused_at` is set while the desk waits for the customer.
    `review`: the classifier was not sure of the category, and nobody has looked at it yet.
    """

    ticket_no: str
    kind: Kind
    category: tuple[str, ...]
    priority: Priority
    status: Status
    channel: str
    conversation_id: str | None
    account_no: str | None
    contact_name: str | None
    contact_phone: str | None
    address: str | None
    area: Area
    description: str
    business: str | None
    created_at: datetime
    parent_ticket_no: str | None
    version: int
    as_of: datetime
    paused_at: datetime | None = None
    review: bool = False
    clocks: tuple[TicketClock, ...] = ()
    events: tuple[TicketEvent, ...] = ()

    @property
    def waits_for(self) -> tuple[str, ...]:
        """The papers that must come before the work begins; empty when it waits for none."""
        return self._wait()[0]

    @property
    def waits_until(self) -> datetime | None:
        """By when they are to come."""
        return self._wait()[1]

    def _wait(self) -> tuple[tuple[str, ...], datetime | None]:
        pause = next((event for event in reversed(self.events) if event.type is EventType.PAUSED), None)
        if self.paused_at is None or pause is None or "waits_for" not in pause.data:
            return (), None
        return tuple(pause.data["waits_for"].split("\n")), datetime.fromisoformat(pause.data["until"])

    def to_json(self) -> dict[str, Any]:
        """The contract's ticket object and `paused_at`; times RFC 3339 with +08:00, clock states as of `as_of`."""
        return {
            "ticket_no": self.ticket_no,
            "kind": self.kind.value,
            "category": list(self.category),
            "priority": self.priority.value,
            "status": self.status.value,
            "channel": self.channel,
            "conversation_id": self.conversation_id,
            "account_no": self.account_no,
            "contact_name": self.contact_name,
            "contact_phone": self.contact_phone,
            "address": self.address,
            "area": self.area.value,
            "description": self.description,
            "created_at": rfc3339(self.created_at),
            "parent_ticket_no": self.parent_ticket_no,
            "paused_at": None if self.paused_at is None else rfc3339(self.paused_at),
            "review": self.review,
            "clocks": [clock.to_json(self.as_of) for clock in self.clocks],
            "events": [event.to_json() for event in self.events],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilter:
    """Which tickets to list; None leaves a field open."""

    conversation_id: str | None = None
    account_no: str | None = None
    contact_phone: str | None = None
    kind: Kind | None = None
    status: Status | None = None
    review: bool | None = None
    paused: bool | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a listing, newest first. `next_cursor` is None on the last one."""

    tickets: tuple[Ticket, ...]
    next_cursor: str | None
