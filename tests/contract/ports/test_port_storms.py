"""Random commands, legal and not, from several threads at once: the log is the truth, and everything is told once."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from actions.desk.calendar import WorkingCalendar
from actions.desk.clock import SHANGHAI, FixedClock
from actions.desk.desk import ServiceDesk
from actions.desk.errors import IllegalMove, InvalidTicket
from actions.desk.limits import profile
from actions.desk.moves import SYSTEM, Book, Command, rung
from actions.desk.outbox import letters
from actions.desk.tickets import EventType, Kind, NewTicket, Priority, Ticket
from actions.ports.sql import SqlOutbox, SqlTicketStore, connect
from tests.contract.ports.conftest import KEY, open_engine

START = datetime(2026, 9, 30, 16, 50, tzinfo=SHANGHAI)
BOOK = Book(profile("state_grid"), WorkingCalendar())
WORKERS = 4
KINDS = (Kind.REPAIR, Kind.COMPLAINT, Kind.SERVICE_REQUEST)

MOVE = st.tuples(st.just("move"), st.integers(0, 5), st.sampled_from([t for t in EventType if t is not EventType.MERGED]))
RAISE = st.tuples(st.just("raise"), st.integers(0, 5), st.sampled_from(Priority))
ACCEPT = st.tuples(st.just("accept"), st.integers(0, 5), st.sampled_from(KINDS))
MERGE = st.tuples(st.just("merge"), st.integers(0, 5), st.integers(0, 5))
WAIT = st.tuples(st.just("wait"), st.just(0), st.timedeltas(timedelta(minutes=1), timedelta(hours=30)))
SWEEP = st.tuples(st.just("sweep"), st.just(0), st.none())
ORDERS = st.lists(st.one_of(MOVE, MOVE, MOVE, RAISE, ACCEPT, MERGE, WAIT, SWEEP), max_size=25)


class SharedClock(FixedClock):
    """A clock that several threads move on, and never back."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self._lock = threading.Lock()

    def advance(self, step: timedelta) -> datetime:
        with self._lock:
            return super().advance(step)


def work(desk: ServiceDesk, clock: SharedClock, worker: int, orders: list[tuple[str, int, object]]) -> Counter[str]:
    """Carry orders out as one of several; what is legal is counted by ticket."""
    done: Counter[str] = Counter()
    for turn, (what, slot, argument) in enumerate(orders):
        who = {"actor": f"w{worker}", "request_id": f"w{worker}-{turn}"}
        try:
            if what == "wait":
                clock.advance(argument)  # type: ignore[arg-type]
            elif what == "sweep":
                desk.sweep()
            elif what == "accept":
                desk.accept(_new(argument), request_id=f"slot-{slot}")  # type: ignore[arg-type]
            else:
                no = desk.accept(_new(Kind.REPAIR), request_id=f"slot-{slot}").ticket_no
                if what == "move":
                    desk.move(no, argument, note="客户不在家", **who)  # type: ignore[arg-type]
                elif what == "raise":
                    raised = desk.raise_priority(no, argument, **who)  # type: ignore[arg-type]
                    if raised.events[-1].request_id != who["request_id"]:
                        continue  # it was that pressing already, so nothing was to be done
                else:
                    parent = desk.accept(_new(Kind.REPAIR), request_id=f"slot-{argument}").ticket_no
                    desk.move(no, "merged", parent_ticket_no=parent, **who)
                done[f"w{worker}-{turn}"] += 1
        except (IllegalMove, InvalidTicket):
            pass
    return done


def _new(kind: Kind) -> NewTicket:
    return NewTicket(
        kind=kind,
        description="停电",
        channel="web",
        conversation_id="c-1",
        contact_phone="13800138000",
        address="安澜市云岭乡青石沟5号",
    )


def rebuilt(ticket: Ticket) -> Ticket:
    """The ticket as its log alone tells it: every command given again, every ring looked for again, at its time."""
    born = NewTicket(
        **{
            name: getattr(ticket, name)
            for name in (
                *("kind", "description", "channel", "conversation_id", "account_no", "contact_name", "contact_phone"),
                *("address", "area", "category", "business"),
            )
        }
    )
    again = BOOK.open(ticket.ticket_no, born, ticket.events[0].actor, ticket.created_at)
    for event in ticket.events[1:]:
        if event.seq <= len(again.events):
            continue  # a second ring of the same look, or one that came before the command that noticed it
        again = rung(again, event.at)
        if event.actor != SYSTEM:
            command = Command(
                type=event.type, actor=event.actor, note=event.note, request_id=event.request_id, data=event.data
            )
            again = BOOK.apply(again, command, event.at)
    return again


def check_everything(desk: ServiceDesk, outbox: SqlOutbox, done: Counter[str]) -> None:
    """Nothing lost, nothing doubled, each clock once, the log rebuilds the state, the outbox tells all of it once."""
    told: list[str] = []
    acted: Counter[str] = Counter()
    for ticket in desk.tickets(limit=200).tickets:
        assert [event.seq for event in ticket.events] == list(range(1, len(ticket.events) + 1))
        assert [event.at for event in ticket.events] == sorted(event.at for event in ticket.events)
        acted.update(event.request_id for event in ticket.events if event.request_id)
        again = rebuilt(ticket)
        assert replace(again, as_of=ticket.as_of) == ticket
        rings = Counter((event.type, event.data["clock"]) for event in ticket.events if event.actor == SYSTEM)
        assert set(rings.values()) <= {1}
        for at, clock in enumerate(ticket.clocks):
            assert ((EventType.WARNED, str(at)) in rings) == (clock.warned_at is not None)
            assert ((EventType.BREACHED, str(at)) in rings) == (clock.breached_at is not None)
        told += [letter.key for letter in letters(None, ticket)]
    assert acted == done
    assert sorted(told) == sorted(stored.letter.key for stored in _all_letters(outbox))


def _all_letters(outbox: SqlOutbox) -> Iterator[object]:
    cursor = None
    while True:
        page = outbox.find(None, cursor, 200)
        yield from page.letters
        cursor = page.next_cursor
        if cursor is None:
            return


def storm(engine: Engine, plan: list[list[tuple[str, int, object]]]) -> None:
    clock, outbox = SharedClock(START), SqlOutbox(engine)
    desk = ServiceDesk(SqlTicketStore(engine), clock, BOOK.profile)
    with ThreadPoolExecutor(WORKERS) as pool:
        results = list(pool.map(lambda job: work(desk, clock, *job), enumerate(plan)))
    done = sum(results, Counter[str]())
    check_everything(desk, outbox, done)
    # Long down, then one sweep: whatever still ran fires both, exactly once; what waits for the customer does not.
    clock.advance(timedelta(days=90))
    desk.sweep()
    assert desk.sweep() == ()
    check_everything(desk, outbox, done)
    for ticket in desk.tickets(limit=200).tickets:
        for each in ticket.clocks:
            if each.finished_at is None and each.paused_at is None:
                assert each.warned_at is not None
                assert each.breached_at is not None


@contextmanager
def fresh(template: Path) -> Iterator[Engine]:
    """A SQLite database of the example's own."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "dianda.db"
        shutil.copy(template, path)
        engine = connect(f"sqlite:///{path}", [KEY])
        try:
            yield engine
        finally:
            engine.dispose()


STORM = st.lists(ORDERS, min_size=WORKERS, max_size=WORKERS)
UNHURRIED = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@given(STORM)
@UNHURRIED
def test_a_storm_on_sqlite(sqlite_template: Path, plan: list[list[tuple[str, int, object]]]) -> None:
    with fresh(sqlite_template) as engine:
        storm(engine, plan)


@given(plan=STORM)
@settings(UNHURRIED, max_examples=10)
def test_a_storm_on_postgresql(request: pytest.FixtureRequest, plan: list[list[tuple[str, int, object]]]) -> None:
    storm(open_engine(request, "postgresql"), plan)
