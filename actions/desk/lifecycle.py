"""The road of a ticket: which step may follow which, by kind. A table, and the two questions asked of it.

The main road is accepted → dispatched → acknowledged → contacted → en_route → on_site → resolved → called_back → closed.

* Field kinds (repair, service_request) walk all of it. Two shortcuts: a crew may leave before it has called the customer
  (a wire on the ground does not wait for the phone), and what the call itself settles (a tripped breaker, a paper that was
  missing) is resolved without a visit.
* A complaint or a violation report has nobody driving to it: no en_route, no on_site.
* A consultation, opinion or suggestion may be answered on the spot (accepted → resolved), and may close without a callback.
* Praise is passed on, recorded and archived; nothing is resolved.
* Whoever left no phone cannot be contacted or called back: those two steps fall away for a ticket without one.

Off the road: `returned` (wrong unit, back to dispatch), `withdrawn` (by the customer, until the crew is on site), `merged`
(into a parent incident), `reopened` (after it was called done). Withdrawn and merged are final. Beside the road stands
the pause: the desk waits for the customer, the clocks stand still, and no step is taken until it is resumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from actions.desk.errors import IllegalMove
from actions.desk.tickets import EventType, Kind, Status

ROAD = (
    Status.ACCEPTED,
    Status.DISPATCHED,
    Status.ACKNOWLEDGED,
    Status.CONTACTED,
    Status.EN_ROUTE,
    Status.ON_SITE,
    Status.RESOLVED,
    Status.CALLED_BACK,
    Status.CLOSED,
)
"""The main road, in order."""

FINAL = frozenset({Status.WITHDRAWN, Status.MERGED})
"""Nothing moves from here."""

ENDED = FINAL | {Status.CLOSED}
"""No more work is expected."""

_DONE = frozenset({Status.RESOLVED, Status.CALLED_BACK, Status.CLOSED})

DONE = _DONE | FINAL
"""Nothing is left to hurry: the work is done, or given up."""

_Row = Mapping[Status, frozenset[Status]]


def _row(text: str) -> _Row:
    """Read a table of lines `status: target target …`."""
    lines = (line.split(":") for line in text.strip().splitlines())
    return MappingProxyType({Status(a.strip()): frozenset(Status(word) for word in b.split()) for a, b in lines})


_FIELD = _row("""
    accepted:     dispatched withdrawn merged
    dispatched:   acknowledged returned withdrawn merged
    acknowledged: contacted en_route returned withdrawn merged
    contacted:    en_route resolved returned withdrawn merged
    en_route:     on_site returned withdrawn merged
    on_site:      resolved returned merged
    resolved:     called_back reopened
    called_back:  closed reopened
    closed:       reopened
    returned:     dispatched withdrawn merged
    reopened:     dispatched withdrawn merged
""")

_DESK = _row("""
    accepted:     dispatched withdrawn merged
    dispatched:   acknowledged returned withdrawn merged
    acknowledged: contacted returned withdrawn merged
    contacted:    resolved returned withdrawn merged
    resolved:     called_back reopened
    called_back:  closed reopened
    closed:       reopened
    returned:     dispatched withdrawn merged
    reopened:     dispatched withdrawn merged
""")

_ANSWER = _row("""
    accepted:     dispatched resolved withdrawn merged
    dispatched:   acknowledged returned withdrawn merged
    acknowledged: contacted resolved returned withdrawn merged
    contacted:    resolved returned withdrawn merged
    resolved:     called_back closed reopened
    called_back:  closed reopened
    closed:       reopened
    returned:     dispatched withdrawn merged
    reopened:     dispatched resolved withdrawn merged
""")

_PRAISE = _row("""
    accepted:     dispatched closed withdrawn merged
    dispatched:   acknowledged closed returned withdrawn merged
    acknowledged: closed returned withdrawn merged
    returned:     dispatched withdrawn merged
""")

TABLE: Mapping[Kind, _Row] = MappingProxyType(
    {
        Kind.REPAIR: _FIELD,
        Kind.SERVICE_REQUEST: _FIELD,
        Kind.COMPLAINT: _DESK,
        Kind.VIOLATION_REPORT: _DESK,
        Kind.CONSULTATION: _ANSWER,
        Kind.OPINION: _ANSWER,
        Kind.SUGGESTION: _ANSWER,
        Kind.PRAISE: _PRAISE,
    }
)
"""Kind → status → statuses that may follow. What is not in it is illegal."""

_WITHOUT_PHONE = _row("""
    acknowledged: resolved
    resolved:     closed
""")


def targets(kind: Kind, status: Status, *, reachable: bool = True) -> frozenset[Status]:
    """The statuses that may follow `status`. `reachable` is false when the customer left no phone."""
    after = TABLE[kind].get(status, frozenset())
    if reachable or not after & {Status.CONTACTED, Status.CALLED_BACK}:
        return after
    return (after - {Status.CONTACTED, Status.CALLED_BACK}) | _WITHOUT_PHONE[status]


def allowed(kind: Kind, status: Status, *, reachable: bool = True, paused: bool = False) -> tuple[EventType, ...]:
    """Every event type that a person may cause now, in the order of `EventType`: the moves, then the remarks.

    `noted` is always possible; `urged` and `escalated` as long as there is something to hurry, `paused` as long as the
    ticket has not ended. While it is `paused` the work stands: the only ways on are to resume, to withdraw, to merge.
    `accepted`, `warned` and `breached` are written by the desk itself and are never here.
    """
    possible = {EventType(target.value) for target in targets(kind, status, reachable=reachable)} | {EventType.NOTED}
    if status not in ENDED:
        possible.add(EventType.PAUSED)
    if paused:
        possible = possible & {EventType.NOTED, EventType.WITHDRAWN, EventType.MERGED} | {EventType.RESUMED}
    if status not in DONE:
        possible |= {EventType.URGED, EventType.ESCALATED}
    return tuple(type_ for type_ in EventType if type_ in possible)


def next_status(
    kind: Kind, status: Status, event: EventType, *, reachable: bool = True, paused: bool = False
) -> Status:
    """Where `event` leads from `status`. Raises IllegalMove, naming what would be possible."""
    possible = allowed(kind, status, reachable=reachable, paused=paused)
    if event not in possible:
        where = f"{status.value}, paused" if paused else status.value
        raise IllegalMove(event.value, where, (type_.value for type_ in possible))
    return event.target or status


def reached(status: Status, step: Status) -> bool:
    """Whether a ticket in `status` is at `step` of the main road or beyond it. Off the road nothing is reached."""
    return status in ROAD and ROAD.index(status) >= ROAD.index(step)
