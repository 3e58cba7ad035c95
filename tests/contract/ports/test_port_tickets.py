"""What every `TicketStore` does, seen through the desk and bare."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from actions.desk.clock import FixedClock, SystemClock
from actions.desk.desk import ServiceDesk
from actions.desk.errors import (
    DeskError,
    DuplicateRequest,
    IllegalMove,
    InvalidCursor,
    InvalidTicket,
    StaleVersion,
    UnknownTicket,
)
from actions.desk.lifecycle import next_status
from actions.desk.limits import profile
from actions.desk.moves import SYSTEM, rung
from actions.desk.numbers import parse_ticket_no
from actions.desk.tickets import EventType, Kind, NewTicket, Priority, Status, Ticket, TicketFilter
from actions.ports.memory import MemoryTicketStore
from actions.ports.sql import SqlTicketStore
from actions.ports.store import TicketStore

REPAIR = NewTicket(
    kind=Kind.REPAIR,
    description="我家停电了，邻居家有电",
    channel="web",
    conversation_id="c-1",
    account_no="3201556677",
    contact_name="陈桂兰",
    contact_phone="13800010001",
    address="安澜市滨江区望江路88号桂花园3栋2单元501",
)
THREADS = 8
_ENDS_PAUSE = {EventType.RESUMED, EventType.WITHDRAWN, EventType.MERGED}


@pytest.fixture
def store(backend: Engine | None) -> TicketStore:
    return MemoryTicketStore() if backend is None else SqlTicketStore(backend)


@pytest.fixture
def desk(store: TicketStore, clock: FixedClock) -> ServiceDesk:
    return ServiceDesk(store, clock, profile("state_grid"))


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """The results, or the desk's refusals, of calls made at the same time."""

    def guarded(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except DeskError as refusal:
            return refusal

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(guarded, calls))


def test_what_is_stored_is_what_comes_back(desk: ServiceDesk, store: TicketStore) -> None:
    made = desk.accept(REPAIR, request_id="c-1:form-1")
    assert store.get(made.ticket_no) == made
    assert desk.ticket(made.ticket_no).to_json() == made.to_json()
    moved = desk.move(made.ticket_no, "dispatched", actor="desk:王敏", note="派城西抢修班", request_id="m-1")
    assert replace(desk.ticket(made.ticket_no), as_of=moved.as_of) == moved


def test_unknown_tickets(desk: ServiceDesk, store: TicketStore) -> None:
    assert store.get("GD20261122000011") is None
    for no in ("GD20261122000011", "nonsense", ""):
        with pytest.raises(UnknownTicket):
            desk.ticket(no)
        with pytest.raises(UnknownTicket):
            desk.urge(no, note="", request_id="x")


def test_a_request_makes_one_ticket(desk: ServiceDesk, clock: FixedClock) -> None:
    first = desk.accept(REPAIR, request_id="c-1:form-1")
    clock.advance(timedelta(hours=30))
    again = desk.accept(replace(REPAIR, description="别的"), request_id="c-1:form-1")
    assert (again.ticket_no, again.description) == (first.ticket_no, REPAIR.description)
    assert desk.accept(REPAIR, request_id="c-1:form-2").ticket_no != first.ticket_no


def test_a_request_makes_one_ticket_under_eight_threads(desk: ServiceDesk) -> None:
    calls = [lambda key=key: desk.accept(REPAIR, request_id=f"r-{key % 4}") for key in range(40)]
    numbers = {ticket.ticket_no for ticket in at_once(*calls)}
    assert len(numbers) == 4
    assert len(desk.tickets().tickets) == 4
    assert all(len(ticket.events) == 1 for ticket in desk.tickets().tickets)


def test_numbers_of_a_day_run_without_gap_or_double_under_eight_threads(desk: ServiceDesk) -> None:
    calls = [lambda key=key: desk.accept(REPAIR, request_id=f"r-{key}") for key in range(40)]
    numbers = [parse_ticket_no(ticket.ticket_no) for ticket in at_once(*calls)]
    assert sorted(number.sequence for number in numbers) == list(range(1, 41))
    assert {number.day for number in numbers} == {date(2026, 11, 22)}


def test_what_is_refused_is_not_stored(desk: ServiceDesk, store: TicketStore) -> None:
    with pytest.raises(InvalidTicket):
        desk.accept(replace(REPAIR, contact_phone="123"), request_id="r-1")
    with pytest.raises(InvalidTicket):
        desk.accept(replace(REPAIR, parent_ticket_no="GD20261122000011"), request_id="r-1")
    assert store.of_request("r-1") is None
    assert parse_ticket_no(desk.accept(REPAIR, request_id="r-1").ticket_no).sequence == 1


def test_a_failed_transaction_leaves_nothing(desk: ServiceDesk, store: TicketStore) -> None:
    made = desk.accept(REPAIR, request_id="r-1")
    with pytest.raises(RuntimeError), store.transaction() as tx:
        assert tx.next_sequence(date(2026, 11, 22)) == 2
        locked = tx.lock(made.ticket_no)
        assert locked is not None
        tx.save([(locked, replace(locked, status=Status.CLOSED, version=2))])
        raise RuntimeError
    assert store.get(made.ticket_no) == made
    with store.transaction() as tx:
        assert tx.next_sequence(date(2026, 11, 22)) == 2


def test_a_second_ticket_for_a_request_is_refused(desk: ServiceDesk, store: TicketStore) -> None:
    made = desk.accept(REPAIR, request_id="r-1")
    with pytest.raises(DuplicateRequest), store.transaction() as tx:
        tx.add(replace(made, ticket_no="GD20261122000092"), "r-1")
    assert store.get("GD20261122000092") is None


def test_an_old_copy_cannot_be_saved(desk: ServiceDesk, store: TicketStore) -> None:
    old = desk.accept(REPAIR, request_id="r-1")
    desk.move(old.ticket_no, "noted", actor="a", note="改过了")
    fresh = desk.accept(REPAIR, request_id="r-2")
    for batch in ([old], [old, fresh], [fresh, old]):
        with pytest.raises(StaleVersion), store.transaction() as tx:
            tx.save([(ticket, replace(ticket, version=2, status=Status.CLOSED)) for ticket in batch])
    assert {ticket.status for ticket in desk.tickets().tickets} == {Status.ACCEPTED}


def test_expected_version(desk: ServiceDesk) -> None:
    no = desk.accept(REPAIR, request_id="r-1").ticket_no
    assert desk.move(no, "dispatched", actor="a", expected_version=1).version == 2
    with pytest.raises(StaleVersion):
        desk.move(no, "acknowledged", actor="a", expected_version=1)
    assert desk.ticket(no).version == 2


def test_the_same_move_at_once_happens_once(desk: ServiceDesk) -> None:
    no = desk.accept(REPAIR, request_id="r-1").ticket_no
    results = at_once(*[lambda: desk.move(no, "dispatched", actor="a")] * THREADS)
    assert Counter(type(result) for result in results) == {Ticket: 1, IllegalMove: THREADS - 1}
    assert [event.type for event in desk.ticket(no).events] == ["accepted", "dispatched"]


def test_a_request_acts_once_under_eight_threads(desk: ServiceDesk) -> None:
    no = desk.accept(REPAIR, request_id="r-1").ticket_no
    at_once(*[lambda key=key: desk.urge(no, note="还没来人", request_id=f"u-{key % 3}") for key in range(24)])
    urges = [event for event in desk.ticket(no).events if event.type is EventType.URGED]
    assert sorted(str(event.request_id) for event in urges) == ["u-0", "u-1", "u-2"]
    assert desk.withdraw(no, note="来电了", request_id="w").events[-1].type is EventType.WITHDRAWN
    assert desk.withdraw(no, note="来电了", request_id="w").status is Status.WITHDRAWN


def test_listing(desk: ServiceDesk) -> None:
    complaint = NewTicket(kind=Kind.COMPLAINT, description="态度差", channel="web", conversation_id="c-2")
    made = [desk.accept(REPAIR if key % 2 else complaint, request_id=f"r-{key}") for key in range(9)]
    desk.move(made[1].ticket_no, "dispatched", actor="a")
    newest_first = [ticket.ticket_no for ticket in reversed(made)]
    seen: list[str] = []
    cursor = None
    for _ in range(9):
        page = desk.tickets(cursor=cursor, limit=2)
        seen += [ticket.ticket_no for ticket in page.tickets]
        cursor = page.next_cursor
        if cursor is None:
            break
        # What comes in meanwhile does not push the pages along.
        desk.accept(REPAIR, request_id=f"later-{cursor}")
    assert seen == newest_first

    def count(**wanted: Any) -> int:
        return sum(
            ticket in {t.ticket_no for t in desk.tickets(TicketFilter(**wanted)).tickets} for ticket in newest_first
        )

    assert count(kind=Kind.COMPLAINT) == 5
    assert count(conversation_id="c-1") == 4
    assert count(account_no="3201556677", status=Status.ACCEPTED) == 3
    assert count(conversation_id="c-2", kind=Kind.REPAIR) == 0
    assert desk.tickets(TicketFilter(conversation_id="nobody")).tickets == ()
    for broken in ("x", "-1", "１", ""):
        with pytest.raises(InvalidCursor):
            desk.tickets(cursor=broken)


def test_merging_into_a_parent(desk: ServiceDesk) -> None:
    parent = desk.accept(REPAIR, request_id="r-1").ticket_no
    child = desk.accept(REPAIR, request_id="r-2").ticket_no
    with pytest.raises(InvalidTicket):
        desk.move(child, "merged", actor="a")
    with pytest.raises(UnknownTicket):
        desk.move(child, "merged", actor="a", parent_ticket_no="GD20261122000092")
    with pytest.raises(InvalidTicket):
        desk.move(child, "merged", actor="a", parent_ticket_no=child)
    assert desk.move(child, "merged", actor="a", parent_ticket_no=parent).parent_ticket_no == parent
    assert desk.ticket(child).parent_ticket_no == parent


def test_a_sweep_rings_each_clock_once(desk: ServiceDesk, clock: FixedClock) -> None:
    for key in range(12):
        desk.accept(REPAIR, request_id=f"r-{key}")
    desk.move(desk.accept(REPAIR, request_id="left").ticket_no, "withdrawn", actor="customer")
    assert desk.sweep() == ()
    clock.advance(timedelta(minutes=36))
    assert Counter(rung.event.type for rung in desk.sweep()) == {"warned": 12}
    assert desk.sweep() == ()
    clock.advance(timedelta(minutes=9))
    sweeps = at_once(*[desk.sweep] * THREADS)
    assert Counter(rung.event.type for sweep in sweeps for rung in sweep) == {"breached": 12}
    assert desk.sweep() == ()
    for ticket in desk.tickets(TicketFilter(status=Status.ACCEPTED)).tickets:
        assert Counter(event.type for event in ticket.events) == {"accepted": 1, "warned": 1, "breached": 1}
        assert ticket.version == 1


def test_a_sweep_that_comes_late_rings_everything_once(desk: ServiceDesk, clock: FixedClock) -> None:
    for key in range(3):
        desk.accept(REPAIR, request_id=f"r-{key}")
    clock.advance(timedelta(days=3))
    rings = desk.sweep()
    assert Counter(rung.event.type for rung in rings) == {"warned": 3, "breached": 3}
    assert {rung.event.data["step"] for rung in rings} == {"arrive"}


def test_what_is_due_comes_longest_due_first(desk: ServiceDesk, store: TicketStore, clock: FixedClock) -> None:
    made = []
    for key in range(4):
        made.append(desk.accept(REPAIR, request_id=f"r-{key}"))
        clock.advance(timedelta(minutes=1))
    now = clock.advance(timedelta(hours=2))
    with store.transaction() as tx:
        assert [ticket.ticket_no for ticket in tx.due(now, 3)] == [ticket.ticket_no for ticket in made[:3]]
        assert tx.due(made[0].created_at, 3) == ()


def test_the_log_of_a_storm_rebuilds_every_ticket(store: TicketStore) -> None:
    """Eight workers with random commands, legal and not: nothing lost, nothing doubled, every clock rings once."""
    clock = SystemClock()
    start = clock.now()
    desk = ServiceDesk(store, clock, profile("state_grid"))
    kinds = [Kind.REPAIR, Kind.COMPLAINT, Kind.CONSULTATION, Kind.SERVICE_REQUEST]
    made = [desk.accept(replace(REPAIR, kind=kind), request_id=f"r-{kind}").ticket_no for kind in kinds]
    hand_made = [type_ for type_ in EventType if type_ is not EventType.MERGED]

    def work(worker: int) -> int:
        dice, done = random.Random(worker), 0
        for turn in range(25):
            no, what = dice.choice(made), dice.choice(hand_made)
            try:
                if dice.random() < 0.1:
                    desk.sweep(start + timedelta(hours=dice.randrange(200)))
                elif dice.random() < 0.1:
                    desk.raise_priority(no, dice.choice(list(Priority)), actor=f"w{worker}")
                else:
                    desk.move(no, what, actor=f"w{worker}", note="客户不在家", request_id=f"{worker}-{turn}")
                    done += 1
            except IllegalMove:
                pass
        return done

    def watch(stop: threading.Event) -> int:
        """Read all the while: a ticket and its log are always of one moment."""
        looks = 0
        while not stop.is_set():
            for ticket in desk.tickets().tickets:
                commands = [event for event in ticket.events if event.actor != SYSTEM]
                assert (ticket.status, ticket.version) == (ticket.events[-1].status_after, len(commands))
                looks += 1
        return looks

    with ThreadPoolExecutor(THREADS + 1) as pool:
        stop = threading.Event()
        watching = pool.submit(watch, stop)
        done = sum(pool.map(work, range(THREADS)))
        stop.set()
        assert watching.result() > 0
    own = 0
    for no in made:
        ticket = desk.ticket(no)
        assert [event.seq for event in ticket.events] == list(range(1, len(ticket.events) + 1))
        status, priority, commands, paused = Status.ACCEPTED, Priority.NORMAL, 0, False
        for event in ticket.events[1:]:
            assert event.status_before is status
            if event.type not in {EventType.WARNED, EventType.BREACHED}:
                status = next_status(ticket.kind, status, event.type, paused=paused)
                paused = event.type is EventType.PAUSED or (paused and event.type not in _ENDS_PAUSE)
                commands += 1
            own += event.request_id is not None
            assert event.status_after is status
            priority = Priority(event.data.get("priority_after", priority))
        assert (ticket.status, ticket.priority, ticket.version) == (status, priority, commands + 1)
        assert paused == (ticket.paused_at is not None)
        rings = Counter((event.type, event.data["clock"]) for event in ticket.events if event.actor == SYSTEM)
        assert all(count == 1 for count in rings.values())
        assert sum(rings.values()) == sum(
            (c.warned_at is not None) + (c.breached_at is not None) for c in ticket.clocks
        )
        assert rung(ticket, ticket.events[-1].at) is ticket
    assert own == done


def test_what_is_still_to_be_read_is_given_to_one_at_a_time(desk: ServiceDesk, store: TicketStore, clock: FixedClock) -> None:
    numbers = [desk.accept(REPAIR, request_id=f"r{n}").ticket_no for n in range(3)]
    with store.transaction() as tx:
        for number in numbers[:2]:
            tx.put_off(number, clock.now())
    lease = timedelta(minutes=1)
    assert [ticket.ticket_no for ticket in store.unread(clock.now(), 5, lease)] == numbers[:2]
    assert store.unread(clock.now(), 5, lease) == ()
    with pytest.raises(RuntimeError), store.transaction() as tx:
        assert tx.is_read(numbers[0])
        raise RuntimeError
    with store.transaction() as tx:
        assert (tx.is_read(numbers[0]), tx.is_read(numbers[0]), tx.is_read(numbers[2])) == (True, False, False)
    clock.advance(lease)
    assert [ticket.ticket_no for ticket in store.unread(clock.now(), 5, lease)] == numbers[1:2]
