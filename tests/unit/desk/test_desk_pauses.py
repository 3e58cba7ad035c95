"""Pausing: the desk waits for the customer, and the promise is put off by exactly that long."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.desk.calendar import WorkingCalendar
from actions.desk.clock import SHANGHAI
from actions.desk.errors import IllegalMove, InvalidTicket
from actions.desk.intake import check
from actions.desk.limits import profile
from actions.desk.moves import Book, Command, escalation, rung
from actions.desk.owners import Owner, Post, owner
from actions.desk.tickets import Area, ClockState, EventType, Kind, NewTicket, Priority, Ticket, TicketClock

CALENDAR = WorkingCalendar()
BEFORE_NATIONAL_DAY = datetime(2026, 9, 30, 16, 50, tzinfo=SHANGHAI)


def opened(kind: Kind, now: datetime, company: str = "state_grid", area: Area = Area.URBAN) -> Ticket:
    new = NewTicket(
        kind=kind, description="停电", channel="web", contact_phone="13800138000", address="人民路66号", area=area
    )
    return Book(profile(company), CALENDAR).open("GD2026093000001", check(new), "customer", now)


def moved(ticket: Ticket, step: str, now: datetime, actor: str = "王敏", company: str = "state_grid") -> Ticket:
    command = Command(type=EventType(step), actor=actor, note="客户要周末才在家")
    return Book(profile(company), CALENDAR).apply(ticket, command, now)


def due(ticket: Ticket) -> dict[str, str]:
    return {clock.step: f"{clock.due_at:%m-%d %H:%M}" for clock in ticket.clocks}


def clock(ticket: Ticket, step: str) -> TicketClock:
    return next(each for each in ticket.clocks if each.step == step)


@pytest.mark.parametrize(
    ("company", "area", "kind", "expected"),
    [
        # 国庆前 16:50: minutes and hours run on through the holiday, working days skip it and count Saturday the 10th.
        (
            "state_grid",
            Area.URBAN,
            Kind.COMPLAINT,
            {"dispatch": "09-30 17:10", "contact": "10-01 16:50", "reply": "10-12 17:30", "total": "10-13 17:30"},
        ),
        (
            "southern_grid",
            Area.REMOTE,
            Kind.COMPLAINT,
            {"dispatch": "09-30 17:10", "contact": "10-01 16:50", "reply": "10-12 17:30", "total": "10-13 17:30"},
        ),
        ("state_grid", Area.URBAN, Kind.REPAIR, {"arrive": "09-30 17:35"}),
        ("state_grid", Area.RURAL, Kind.REPAIR, {"arrive": "09-30 18:20"}),
        ("state_grid", Area.REMOTE, Kind.REPAIR, {"arrive": "09-30 18:50"}),
        ("national", Area.REMOTE, Kind.REPAIR, {"arrive": "09-30 20:50"}),
        ("shanghai", Area.URBAN, Kind.REPAIR, {"arrive": "09-30 17:50"}),
        ("shanghai", Area.REMOTE, Kind.REPAIR, {"arrive": "09-30 18:20"}),
    ],
)
def test_accepted_before_national_day_it_is_due_at_the_right_minute(
    company: str, area: Area, kind: Kind, expected: dict[str, str]
) -> None:
    assert due(opened(kind, BEFORE_NATIONAL_DAY, company, area)) == expected


@pytest.mark.parametrize(
    ("paused", "resumed", "reply", "contact"),
    [
        # Over the whole holiday: the 24 hours are put off by 7 days 16 hours, the working days by the 10 minutes of
        # office time before 17:30 and the 90 minutes after 08:30.
        ("2026-09-30T17:20", "2026-10-08T10:00", "10-13 10:10", "10-09 09:30"),
        # In the night: no office time passes.
        ("2026-09-30T20:00", "2026-10-01T06:00", "10-12 17:30", "10-02 02:50"),
        # One office day (nine hours) on the make-up Saturday.
        ("2026-10-10T08:00", "2026-10-10T18:00", "10-13 17:30", "10-01 16:50"),
    ],
)
def test_a_pause_puts_hours_off_by_the_clock_and_working_days_by_office_time(
    paused: str, resumed: str, reply: str, contact: str
) -> None:
    start, end = (datetime.fromisoformat(f"{at}+08:00") for at in (paused, resumed))
    ticket = moved(moved(opened(Kind.COMPLAINT, BEFORE_NATIONAL_DAY), "paused", start), "resumed", end)
    assert (due(ticket)["reply"], due(ticket)["contact"]) == (reply, contact)
    assert ticket.paused_at is None
    assert ticket.events[-1].data["paused_seconds"] == str(int((end - start).total_seconds()))


def test_a_paused_clock_stands_still_and_rings_nothing() -> None:
    ten = BEFORE_NATIONAL_DAY + timedelta(minutes=10)
    ticket = moved(opened(Kind.REPAIR, BEFORE_NATIONAL_DAY), "paused", ten)
    later = ten + timedelta(days=3)
    arrive = clock(ticket, "arrive")
    assert (arrive.state_at(later), arrive.rings_at) == (ClockState.RUNNING, None)
    assert arrive.to_json(later)["paused"] is True
    assert rung(ticket, later) is ticket
    ticket = moved(ticket, "resumed", later)
    arrive = clock(ticket, "arrive")
    assert arrive.warn_at == later + timedelta(minutes=26)
    assert arrive.due_at == later + timedelta(minutes=35)
    ticket = rung(ticket, later + timedelta(hours=1))
    assert [event.type for event in ticket.events] == ["accepted", "paused", "resumed", "warned", "breached"]


def test_what_was_reached_before_the_pause_stays_reached() -> None:
    late = BEFORE_NATIONAL_DAY + timedelta(minutes=40)
    before = opened(Kind.REPAIR, BEFORE_NATIONAL_DAY)
    ticket = moved(before, "paused", late)
    assert [event.type for event in ticket.events] == ["accepted", "warned", "paused"]
    arrive = clock(moved(ticket, "resumed", late + timedelta(hours=2)), "arrive")
    assert arrive.warn_at == clock(before, "arrive").warn_at
    assert arrive.due_at == BEFORE_NATIONAL_DAY + timedelta(hours=2, minutes=45)
    breached = moved(before, "paused", BEFORE_NATIONAL_DAY + timedelta(hours=1))
    assert clock(moved(breached, "resumed", BEFORE_NATIONAL_DAY + timedelta(hours=2)), "arrive").state_at(
        BEFORE_NATIONAL_DAY + timedelta(hours=2)
    ) is ClockState.BREACHED


def test_a_pause_needs_a_reason_and_ends_before_the_next_step() -> None:
    ticket = opened(Kind.REPAIR, BEFORE_NATIONAL_DAY)
    book = Book(profile("state_grid"), CALENDAR)
    with pytest.raises(InvalidTicket, match="note"):
        book.apply(ticket, Command(type=EventType.PAUSED, actor="a", note="  "), BEFORE_NATIONAL_DAY)
    with pytest.raises(IllegalMove):
        moved(ticket, "resumed", BEFORE_NATIONAL_DAY)
    ticket = moved(ticket, "paused", BEFORE_NATIONAL_DAY)
    for step in ("paused", "dispatched", "resolved"):
        with pytest.raises(IllegalMove):
            moved(ticket, step, BEFORE_NATIONAL_DAY)


def test_withdrawn_while_paused_the_pause_is_no_breach() -> None:
    start = BEFORE_NATIONAL_DAY
    ticket = moved(opened(Kind.REPAIR, start), "paused", start + timedelta(minutes=5))
    ticket = moved(ticket, "withdrawn", start + timedelta(days=2))
    assert clock(ticket, "arrive").state_at(start + timedelta(days=9)) is ClockState.CANCELLED
    assert ticket.paused_at is None


def test_a_danger_found_out_after_a_pause_keeps_what_the_pause_gave() -> None:
    start = BEFORE_NATIONAL_DAY
    ticket = moved(opened(Kind.REPAIR, start, area=Area.REMOTE), "paused", start + timedelta(minutes=5))
    ticket = moved(ticket, "resumed", start + timedelta(minutes=65))
    raised = Command(type=EventType.ESCALATED, actor="a", data=escalation(ticket, Priority.EMERGENCY))
    ticket = Book(profile("state_grid"), CALENDAR).apply(ticket, raised, start + timedelta(minutes=70))
    assert clock(ticket, "arrive").due_at == start + timedelta(minutes=45 + 60)


def test_warnings_go_to_the_owner_and_breaches_one_level_up() -> None:
    start = BEFORE_NATIONAL_DAY
    ticket = rung(opened(Kind.REPAIR, start), start + timedelta(minutes=40))
    assert dict(ticket.events[-1].data) | {"clock": "", "due_at": ""} == {
        "clock": "",
        "step": "arrive",
        "due_at": "",
        "role": "dispatch",
    }
    for step in ("dispatched", "acknowledged"):
        ticket = moved(ticket, step, start + timedelta(minutes=41), actor="城西抢修一班")
    assert owner(ticket) == Owner(Post.CREW, "城西抢修一班")
    ticket = rung(ticket, start + timedelta(minutes=50))
    assert (ticket.events[-1].data["role"], "owner" in ticket.events[-1].data) == ("crew_lead", False)


def test_every_step_has_an_owner() -> None:
    start = BEFORE_NATIONAL_DAY
    ticket = opened(Kind.COMPLAINT, start)
    posts = [owner(ticket)]
    for step in ("dispatched", "acknowledged", "contacted", "returned", "dispatched", "acknowledged", "contacted"):
        ticket = moved(ticket, step, start)
        posts.append(owner(ticket))
    ticket = moved(ticket, "resolved", start)
    desk, handler = Owner(Post.DISPATCH), Owner(Post.HANDLER, "王敏")
    assert posts == [desk, desk, handler, handler, desk, desk, handler, handler]
    assert owner(ticket) == Owner(Post.CALLBACK)
    assert owner(ticket).above == Owner(Post.CALLBACK_LEAD)


MOMENTS = st.datetimes(datetime(2026, 9, 1), datetime(2026, 11, 30)).map(lambda at: at.replace(tzinfo=SHANGHAI))


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=12)))
def test_office_time_put_on_is_the_office_time_between(start: datetime, length: timedelta) -> None:
    end = CALENDAR.add_working_time(start, length)
    assert end >= start
    assert CALENDAR.working_time(start, end) == length
    assert CALENDAR.working_time(end, start) == timedelta(0)
