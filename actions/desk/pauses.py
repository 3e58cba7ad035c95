"""Pausing: the desk waits for the customer, so its clocks stand still; when work goes on they are put off by that long.

Explicit and recorded: `paused` needs a reason, both ends stand in the event log, and from the log alone every pause of a
ticket can be found again. Minutes and hours are put off by the time that passed, limits in 工作日 by the office time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from actions.desk.calendar import WorkingCalendar
from actions.desk.limits import Profile, Unit
from actions.desk.tickets import EventType, Ticket, TicketClock

Pause = tuple[datetime, datetime]


def pause(ticket: Ticket, at: datetime) -> Ticket:
    """`ticket` with everything that runs stopped at `at`. What is breached already cannot be helped any more."""
    clocks = tuple(
        clock if clock.finished_at or clock.breached_at else replace(clock, paused_at=at) for clock in ticket.clocks
    )
    return replace(ticket, clocks=clocks, paused_at=at)


def resume(ticket: Ticket, at: datetime, profile: Profile, calendar: WorkingCalendar) -> Ticket:
    """`ticket` with its paused clocks going on at `at`, put off by the time they stood."""
    units = _units(ticket, profile)

    def put_off(clock: TicketClock) -> TicketClock:
        if clock.paused_at is None:
            return clock
        warn_at, due_at = (
            moment
            # What was reached before the pause is history; it is not taken back.
            if moment <= clock.paused_at
            else _later(moment, (clock.paused_at, at), units.get(clock.step), calendar)
            for moment in (clock.warn_at, clock.due_at)
        )
        return replace(clock, warn_at=warn_at, due_at=due_at, paused_at=None)

    return replace(ticket, clocks=tuple(put_off(clock) for clock in ticket.clocks), paused_at=None)


def after_pauses(
    ticket: Ticket, clock: TicketClock, moment: datetime, profile: Profile, calendar: WorkingCalendar
) -> datetime:
    """`moment`, of a limit counted from the start of `clock`, put off by every pause that is over."""
    unit = _units(ticket, profile).get(clock.step)
    for stood in _pauses(ticket):
        if clock.started_at <= stood[0] < moment:
            moment = _later(moment, stood, unit, calendar)
    return moment


def _pauses(ticket: Ticket) -> Iterator[Pause]:
    since = None
    for event in ticket.events:
        if event.type is EventType.PAUSED:
            since = event.at
        elif event.type is EventType.RESUMED and since is not None:
            yield since, event.at
            since = None


def _units(ticket: Ticket, profile: Profile) -> dict[str, Unit]:
    rules = profile.rules_for(ticket.kind, ticket.business)
    return {rule.step: profile.limits[rule.key].spans[ticket.area].unit for rule in rules}


def _later(moment: datetime, stood: Pause, unit: Unit | None, calendar: WorkingCalendar) -> datetime:
    if unit is Unit.WORKING_DAYS:
        return calendar.add_working_time(moment, calendar.working_time(*stood))
    # A step whose rule the company has dropped since still gets the time that passed.
    return moment + (stood[1] - stood[0])
