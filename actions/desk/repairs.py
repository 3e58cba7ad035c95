"""The hub's record of a repair ticket: its area, whom it follows, which crew was asked, and when to look at it again.

A report whose area has an open one *follows* it (`lead_no`): it keeps its own ticket, number and customer, and goes the
lead's way. The lead is the first report, or, when that is withdrawn, the next oldest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from actions.desk.lifecycle import ROAD, targets
from actions.desk.network import AreaName
from actions.desk.tickets import EventType, Status, Ticket

SUSPECT_AT = 3
"""Single reports from one area that make it a suspected area fault (issue: the repair hub)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubRules:
    """What an operator may set."""

    window: timedelta = timedelta(minutes=60)
    """How long after the last report of an area another one joins it."""
    grace: timedelta = timedelta(seconds=60)
    """How long a new report waits for the customer's second thoughts before a crew is asked; danger does not wait."""
    answer: timedelta = timedelta(minutes=5)
    """How long a crew has to answer."""
    answer_emergency: timedelta = timedelta(minutes=2)
    dispatch: bool = True
    """Whether crews are asked at all, or a dispatcher does it by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """See the module. `next_at`: when something is to be done, None when nothing is; `asked`: crews that refused or were silent.

    `last_at`: when the newest report of the area came, on a lead. `outage_no`: the known outage that explains the report.
    """

    ticket_no: str
    opened_at: datetime
    next_at: datetime | None
    placed: bool = False
    area: AreaName | None = None
    lead_no: str | None = None
    last_at: datetime | None = None
    crew_no: str | None = None
    answer_by: datetime | None = None
    asked: tuple[str, ...] = ()
    outage_no: str | None = None
    suspected_at: datetime | None = None
    restore_at: datetime | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class Incident:
    """An area without power as the reports show it: the lead's record and how many report it, the lead counted."""

    lead: Repair
    reports: int


def reporters(tickets: Iterable[Ticket]) -> int:
    """How many households a list of reports comes from: who reports twice is one."""
    seen: set[str] = set()
    for ticket in tickets:
        seen.add(ticket.account_no or ticket.contact_phone or ticket.conversation_id or ticket.ticket_no)
    return len(seen)


def steps_after(ticket: Ticket, lead: Ticket) -> tuple[EventType, ...]:
    """The moves that bring `ticket` to where its `lead` is, shortest way first; none when it is there, beyond, or cannot get there.

    A follower is resolved with its lead, but called back and closed by itself: only its own customer knows whether all is well.
    """
    goal = lead.status
    if goal not in ROAD:
        return ()
    goal = min(goal, Status.RESOLVED, key=ROAD.index)
    if ticket.status in ROAD and ROAD.index(ticket.status) >= ROAD.index(goal):
        return ()
    reachable = ticket.contact_phone is not None
    ways: deque[tuple[Status, ...]] = deque([(ticket.status,)])
    seen = {ticket.status}
    while ways:
        way = ways.popleft()
        if way[-1] is goal:
            return tuple(EventType(status.value) for status in way[1:])
        for after in sorted(targets(ticket.kind, way[-1], reachable=reachable)):
            if after in ROAD and after not in seen and ROAD.index(after) <= ROAD.index(goal):
                seen.add(after)
                ways.append((*way, after))
    return ()
