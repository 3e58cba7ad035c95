"""Clocks of a ticket: started, finished, cancelled, drawn tighter, and rung. Pure; times come in from outside.

A clock starts when its ticket reaches the step its rule names, and finishes when the ticket reaches the rule's last step
*or any later one of the road*: a complaint answered without a recorded contact was contacted. Leaving the road for good
(withdrawn, merged) cancels what still runs. Returned to dispatch, clocks run on: the customer is still waiting. Reopened,
every step that is finished starts anew; what still runs (the whole of a complaint) runs on from its first start.
Standing still while the desk waits for the customer is told in `pauses`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from actions.desk.calendar import WorkingCalendar
from actions.desk.lifecycle import FINAL, reached
from actions.desk.limits import Profile, Rule
from actions.desk.pauses import after_pauses
from actions.desk.tickets import EventType, Priority, Status, Ticket, TicketClock


def start_clocks(ticket: Ticket, profile: Profile, calendar: WorkingCalendar) -> tuple[TicketClock, ...]:
    """The clocks of a ticket just accepted, started at its `created_at`."""
    rules = (rule for rule in profile.rules_for(ticket.kind, ticket.business) if rule.starts is Status.ACCEPTED)
    return tuple(_start(rule, ticket, ticket.created_at, profile, calendar) for rule in rules)


def follow(ticket: Ticket, at: datetime, profile: Profile, calendar: WorkingCalendar) -> tuple[TicketClock, ...]:
    """The clocks of `ticket` after it moved to its present status at `at`."""
    if ticket.status in FINAL:
        return tuple(
            clock if clock.finished_at else replace(clock, finished_at=at, cancelled=True) for clock in ticket.clocks
        )
    rules = profile.rules_for(ticket.kind, ticket.business)
    ends = {rule.step: rule.ends for rule in rules}
    kept = tuple(_finish(clock, ends, ticket.status, at) for clock in ticket.clocks)
    running = {clock.step for clock in kept if clock.finished_at is None}
    starting = Status.ACCEPTED if ticket.status is Status.REOPENED else ticket.status
    new = (rule for rule in rules if rule.starts is starting and rule.step not in running)
    return kept + tuple(_start(rule, ticket, at, profile, calendar) for rule in new)


def tighten(ticket: Ticket, profile: Profile, calendar: WorkingCalendar) -> tuple[TicketClock, ...]:
    """The clocks of `ticket` after its priority rose: what runs is held to the new limit, from its old start, never longer."""
    rules = {rule.step: rule for rule in profile.rules_for(ticket.kind, ticket.business)}

    def drawn(clock: TicketClock) -> TicketClock:
        if clock.finished_at is not None or clock.step not in rules:
            return clock
        now = _start(rules[clock.step], ticket, clock.started_at, profile, calendar)
        warn_at, due_at = (after_pauses(ticket, clock, at, profile, calendar) for at in (now.warn_at, now.due_at))
        return replace(clock, warn_at=warn_at, due_at=due_at) if due_at < clock.due_at else clock

    return tuple(drawn(clock) for clock in ticket.clocks)


@dataclass(frozen=True, slots=True)
class Ring:
    """A clock that came due: `warned` or `breached`, which clock of the ticket (`at`, from 0), and the clock."""

    type: EventType
    at: int
    clock: TicketClock


def ring(clocks: Iterable[TicketClock], now: datetime) -> tuple[tuple[TicketClock, ...], list[Ring]]:
    """What has come due by `now`: (the clocks, marked; the rings to write, in the order they came due).

    A clock gives each of the two once in its life, also when nobody looked until both were past.
    """
    marked, rings = [], []
    for at, clock in enumerate(clocks):
        after, shown = clock, clock.reading(now)
        if after.finished_at is None and after.warned_at is None and shown >= after.warn_at:
            after = replace(after, warned_at=now)
            rings.append((after.warn_at, Ring(EventType.WARNED, at, after)))
        if after.finished_at is None and after.breached_at is None and shown >= after.due_at:
            after = replace(after, breached_at=now)
            rings.append((after.due_at, Ring(EventType.BREACHED, at, after)))
        marked.append(after)
    rings.sort(key=lambda item: item[0])
    return tuple(marked), [ring_ for _, ring_ in rings]


def _start(rule: Rule, ticket: Ticket, at: datetime, profile: Profile, calendar: WorkingCalendar) -> TicketClock:
    # Only the drive to a danger is capped; a repair does not get shorter by being dangerous.
    priority = ticket.priority if rule.step == "arrive" else Priority.NORMAL
    warn_at, due_at = profile.limits[rule.key].span(ticket.area, priority).moments(at, calendar)
    return TicketClock(step=rule.step, started_at=at, warn_at=warn_at, due_at=due_at)


def _finish(clock: TicketClock, ends: dict[str, Status], status: Status, at: datetime) -> TicketClock:
    end = ends.get(clock.step)
    if clock.finished_at is None and end is not None and reached(status, end):
        return replace(clock, finished_at=at)
    return clock
