"""Clocks: how long, from when, and how they stand."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from actions.desk.calendar import WorkingCalendar
from actions.desk.clock import SHANGHAI
from actions.desk.errors import IllegalMove, UnknownProfile
from actions.desk.intake import check
from actions.desk.lifecycle import allowed
from actions.desk.limits import PROFILES, RULES, profile
from actions.desk.moves import Book, Command, escalation, rung
from actions.desk.tickets import Area, ClockState, EventType, Kind, NewTicket, Priority, Status, Ticket, TicketClock

CALENDAR = WorkingCalendar()
START = datetime(2026, 9, 30, 16, 50, tzinfo=SHANGHAI)
BOOK = Book(profile("state_grid"), CALENDAR)


def opened(kind: Kind = Kind.REPAIR, company: str = "state_grid", now: datetime = START, **more: object) -> Ticket:
    fields = {"description": "停电", "channel": "web", "contact_phone": "13800138000", "address": "人民路66号"} | more
    return Book(profile(company), CALENDAR).open(
        "GD2026093000001", check(NewTicket(kind=kind, **fields)), "customer", now
    )  # type: ignore[arg-type]


def moved(ticket: Ticket, *steps: str, now: datetime, book: Book = BOOK) -> Ticket:
    for step in steps:
        ticket = book.apply(ticket, Command(type=EventType(step), actor="a", note="联系不上客户"), now)
    return ticket


def clocks(ticket: Ticket) -> dict[str, TicketClock]:
    """The last clock of each step."""
    return {clock.step: clock for clock in ticket.clocks}


def minutes(clock: TicketClock) -> float:
    return (clock.due_at - clock.started_at) / timedelta(minutes=1)


@pytest.mark.parametrize(
    ("company", "limits"),
    [
        ("state_grid", (45, 90, 120)),
        ("zhejiang", (45, 90, 120)),
        ("southern_grid", (45, 90, 120)),
        ("shanghai", (60, 90, 90)),
        ("national", (60, 120, 240)),
    ],
)
def test_arrival_by_company_and_area(company: str, limits: tuple[int, ...]) -> None:
    found = tuple(minutes(clocks(opened(company=company, area=area))["arrive"]) for area in Area)
    assert found == limits


def test_the_warning_is_at_eighty_percent() -> None:
    clock = clocks(opened())["arrive"]
    assert clock.warn_at == START + timedelta(minutes=36)
    assert clock.due_at == START + timedelta(minutes=45)


@pytest.mark.parametrize("area", Area)
def test_an_emergency_is_due_when_the_citys_would_be(area: Area) -> None:
    assert minutes(clocks(opened(area=area, priority=Priority.EMERGENCY))["arrive"]) == 45
    assert (
        minutes(clocks(opened(area=area, priority=Priority.URGENT))["arrive"])
        == {"urban": 45, "rural": 90, "remote": 120}[area]
    )


@pytest.mark.parametrize(
    ("company", "hours"), [("state_grid", (3, 4, 4)), ("southern_grid", (4, 5, 5)), ("guangdong", (4, 5, 5))]
)
def test_restoring_runs_from_arrival(company: str, hours: tuple[int, ...]) -> None:
    book = Book(profile(company), CALENDAR)
    arrived = START + timedelta(minutes=40)
    for area, limit in zip(Area, hours, strict=True):
        ticket = opened(company=company, area=area, priority=Priority.EMERGENCY)
        assert set(clocks(ticket)) == {"arrive"}
        ticket = moved(ticket, "dispatched", "acknowledged", "en_route", "on_site", now=arrived, book=book)
        assert clocks(ticket)["arrive"].state_at(arrived) is ClockState.MET
        assert clocks(ticket)["restore"].due_at == arrived + timedelta(hours=limit)


def test_a_complaint_accepted_before_national_day() -> None:
    found = clocks(opened(Kind.COMPLAINT))
    assert {step: f"{clock.due_at:%m-%d %H:%M}" for step, clock in found.items()} == {
        "dispatch": "09-30 17:10",
        "contact": "10-01 16:50",
        "reply": "10-12 17:30",
        "total": "10-13 17:30",
    }
    assert f"{found['reply'].warn_at:%m-%d %H:%M}" == "10-12 10:18"
    assert f"{found['total'].warn_at:%m-%d %H:%M}" == "10-12 17:30"


@pytest.mark.parametrize(
    ("business", "company", "due"),
    [
        ("request_reconnection", "state_grid", {"reconnect": "10-01 16:50"}),
        ("request_reconnection", "southern_grid", {"reconnect": "10-01 04:50"}),
        ("claim_damage", "state_grid", {"arrive": "10-01 16:50"}),
        ("report_meter_fault", "state_grid", {"test": "10-13 17:30"}),
        ("dispute_bill", "state_grid", {"reply": "10-13 17:30"}),
        ("transfer_account", "state_grid", {"reply": "10-13 17:30"}),
        (None, "state_grid", {"reply": "10-13 17:30"}),
        ("apply_new_service", "state_grid", {"plan": "10-10 17:30", "connect": "10-13 17:30"}),
        ("apply_new_service.hv_double", "state_grid", {"plan": "11-03 17:30", "connect": "11-19 17:30"}),
    ],
)
def test_service_requests_by_business(business: str | None, company: str, due: dict[str, str]) -> None:
    ticket = opened(Kind.SERVICE_REQUEST, company, business=business)
    assert {clock.step: f"{clock.due_at:%m-%d %H:%M}" for clock in ticket.clocks} == due


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        (Kind.VIOLATION_REPORT, {"reply"}),
        (Kind.CONSULTATION, {"reply"}),
        (Kind.OPINION, set()),
        (Kind.SUGGESTION, set()),
        (Kind.PRAISE, set()),
    ],
)
def test_the_other_kinds(kind: Kind, steps: set[str]) -> None:
    assert set(clocks(opened(kind))) == steps


def test_every_rule_has_figures_and_a_source_in_every_company() -> None:
    for company in PROFILES.values():
        assert set(company.limits) == {rule.key for rule in RULES}
        assert all(limit.source and set(limit.spans) == set(Area) for limit in company.limits.values())
    with pytest.raises(UnknownProfile, match="shanghai"):
        profile("atlantis")


def test_reaching_a_later_step_finishes_the_earlier_clocks() -> None:
    now = START + timedelta(minutes=10)
    ticket = moved(opened(Kind.COMPLAINT, contact_phone=None), "dispatched", "acknowledged", "resolved", now=now)
    assert {clock.step: clock.state_at(now) for clock in ticket.clocks} == {
        "dispatch": ClockState.MET,
        "contact": ClockState.MET,
        "reply": ClockState.MET,
        "total": ClockState.RUNNING,
    }
    assert clocks(moved(ticket, "closed", now=now))["total"].state_at(now) is ClockState.MET


def test_withdrawing_cancels_what_runs_and_excuses_nothing() -> None:
    ticket = opened(Kind.COMPLAINT)
    late = START + timedelta(hours=1)
    ticket = moved(ticket, "withdrawn", now=late)
    assert {clock.step: clock.state_at(late) for clock in ticket.clocks} == {
        "dispatch": ClockState.BREACHED,
        "contact": ClockState.CANCELLED,
        "reply": ClockState.CANCELLED,
        "total": ClockState.CANCELLED,
    }
    assert [event.type for event in ticket.events] == ["accepted", "warned", "breached", "withdrawn"]
    assert rung(ticket, late + timedelta(days=30)) is ticket


def test_a_late_step_shows_the_breach_before_it() -> None:
    late = START + timedelta(hours=3)
    ticket = moved(opened(), "dispatched", "acknowledged", "en_route", "on_site", now=late)
    assert [event.type for event in ticket.events][:4] == ["accepted", "warned", "breached", "dispatched"]
    arrive = clocks(ticket)["arrive"]
    assert (arrive.finished_at, arrive.state_at(late)) == (late, ClockState.BREACHED)
    assert [(event.data["clock"], event.data["step"]) for event in ticket.events[1:3]] == [("0", "arrive")] * 2


def test_returned_to_dispatch_the_customer_still_waits() -> None:
    ticket = moved(opened(), "dispatched", "returned", now=START + timedelta(minutes=5))
    assert clocks(ticket)["arrive"].rings_at == START + timedelta(minutes=36)


def test_reopened_steps_start_anew_and_the_whole_runs_on() -> None:
    done, again = START + timedelta(minutes=15), START + timedelta(hours=2)
    ticket = moved(opened(Kind.COMPLAINT), "dispatched", "acknowledged", "contacted", "resolved", now=done)
    ticket = moved(ticket, "reopened", now=again)
    assert [clock.step for clock in ticket.clocks] == [
        "dispatch",
        "contact",
        "reply",
        "total",
        "dispatch",
        "contact",
        "reply",
    ]
    assert [clock.started_at for clock in ticket.clocks] == [START] * 4 + [again] * 3
    assert clocks(ticket)["total"].finished_at is None


def test_a_repair_is_restored_anew_after_reopening() -> None:
    now = START + timedelta(minutes=30)
    steps = ["dispatched", "acknowledged", "en_route", "on_site", "resolved"]
    ticket = moved(opened(), *steps, "reopened", *steps, now=now)
    assert [clock.step for clock in ticket.clocks] == ["arrive", "restore", "arrive", "restore"]
    assert all(clock.finished_at for clock in ticket.clocks)


def raised(ticket: Ticket, priority: Priority, now: datetime) -> Ticket:
    return BOOK.apply(ticket, Command(type=EventType.ESCALATED, actor="a", data=escalation(ticket, priority)), now)


def test_a_danger_found_out_later_draws_the_clock_tighter() -> None:
    ticket = raised(opened(area=Area.REMOTE), Priority.EMERGENCY, START + timedelta(minutes=10))
    arrive = clocks(ticket)["arrive"]
    assert (arrive.started_at, minutes(arrive)) == (START, 45)
    assert arrive.warn_at == START + timedelta(minutes=36)
    assert ticket.priority is Priority.EMERGENCY
    # Too late even for the new limit: it rings at the next look.
    late = START + timedelta(minutes=60)
    ticket = rung(raised(opened(area=Area.REMOTE), Priority.EMERGENCY, late), late)
    assert [event.type for event in ticket.events] == ["accepted", "escalated", "warned", "breached"]


def test_priorities_only_rise() -> None:
    ticket = raised(opened(), Priority.URGENT, START)
    for priority in (Priority.NORMAL, Priority.URGENT):
        with pytest.raises(IllegalMove):
            escalation(ticket, priority)
    plain = BOOK.apply(ticket, Command(type=EventType.ESCALATED, actor="a"), START)
    assert plain.priority is Priority.URGENT


def test_the_states_at_their_edges() -> None:
    moment = timedelta(microseconds=1)
    clock = clocks(opened())["arrive"]
    assert clock.state_at(clock.started_at) is ClockState.RUNNING
    assert clock.state_at(clock.warn_at - moment) is ClockState.RUNNING
    assert clock.state_at(clock.warn_at) is ClockState.WARNED
    assert clock.state_at(clock.due_at - moment) is ClockState.WARNED
    assert clock.state_at(clock.due_at) is ClockState.BREACHED
    for finished, state in ((clock.due_at - moment, ClockState.MET), (clock.due_at, ClockState.BREACHED)):
        done = TicketClock(step="x", started_at=START, warn_at=clock.warn_at, due_at=clock.due_at, finished_at=finished)
        assert done.state_at(finished + timedelta(days=9)) is state
        assert done.rings_at is None


JOURNEYS = st.lists(st.tuples(st.timedeltas(timedelta(0), timedelta(days=2)), st.sampled_from(EventType)), max_size=25)


@given(st.sampled_from(Kind), st.sampled_from(Area), st.sampled_from(Priority), JOURNEYS)
def test_whatever_happens_the_log_and_the_clocks_agree(
    kind: Kind, area: Area, priority: Priority, journey: list[tuple[timedelta, EventType]]
) -> None:
    ticket, now = opened(kind, area=area, priority=priority), START
    for wait, event in journey:
        now += wait
        if event is EventType.MERGED or event not in allowed(kind, ticket.status, paused=ticket.paused_at is not None):
            continue
        before, ticket = ticket, moved(ticket, event, now=now)
        assert ticket.version == before.version + 1
        assert ticket.events[: len(before.events)] == before.events
        assert [clock.started_at for clock in ticket.clocks[: len(before.clocks)]] == [
            clock.started_at for clock in before.clocks
        ]
    if ticket.paused_at is not None:
        ticket = moved(ticket, "resumed", now=now)
    end = now + timedelta(days=60)
    ticket = rung(ticket, end)
    assert [event.seq for event in ticket.events] == list(range(1, len(ticket.events) + 1))
    for at, clock in enumerate(ticket.clocks):
        assert clock.started_at < clock.warn_at < clock.due_at
        rings = [event.type for event in ticket.events if event.data.get("clock") == str(at)]
        lasted = clock.finished_at or end
        expected = [type_ for type_, when in (("warned", clock.warn_at), ("breached", clock.due_at)) if lasted >= when]
        assert rings == expected
        assert (clock.state_at(end) is ClockState.BREACHED) == ("breached" in rings)
        assert clock.rings_at is None
    if ticket.status in {Status.CLOSED, Status.WITHDRAWN}:
        assert all(clock.finished_at for clock in ticket.clocks)


@given(st.sampled_from(Area), st.integers(0, 300), st.integers(0, 300))
def test_where_one_looks_from_does_not_matter(area: Area, first: int, second: int) -> None:
    """Sweeping twice or once, the same is written in the end."""
    assume(first <= second)
    early, late = START + timedelta(minutes=first), START + timedelta(minutes=second)
    twice, once = rung(rung(opened(area=area), early), late), rung(opened(area=area), late)
    assert [event.type for event in twice.events] == [event.type for event in once.events]
