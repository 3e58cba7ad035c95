"""Random commands, legal and not, from several threads at once: the log is the truth, and everything is told once.

The same over several processes that are killed: test_killed_writers.
"""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from actions.desk.clock import SHANGHAI, FixedClock
from actions.desk.desk import ServiceDesk
from actions.desk.errors import IllegalMove, InvalidTicket, StaleVersion
from actions.desk.tickets import EventType, Kind, NewTicket, Priority
from actions.ports.sql import SqlOutbox, SqlTicketStore, connect
from tests.contract.ports.conftest import KEY, open_engine
from tests.contract.ports.truth import BOOK, check_everything, every_ticket

START = datetime(2026, 9, 30, 16, 50, tzinfo=SHANGHAI)
WORKERS = 4
KINDS = (Kind.REPAIR, Kind.COMPLAINT, Kind.SERVICE_REQUEST)

MOVE = st.tuples(st.just("move"), st.integers(0, 5), st.sampled_from([t for t in EventType if t is not EventType.MERGED]))
RAISE = st.tuples(st.just("raise"), st.integers(0, 5), st.sampled_from(Priority))
ACCEPT = st.tuples(st.just("accept"), st.integers(0, 5), st.sampled_from(KINDS))
# At the version just read, or at one that is over: the second is always refused.
GUARDED = st.tuples(st.sampled_from(("fresh", "stale")), st.integers(0, 5), st.sampled_from([EventType.NOTED, EventType.DISPATCHED, EventType.URGED]))
MERGE = st.tuples(st.just("merge"), st.integers(0, 5), st.integers(0, 5))
WAIT = st.tuples(st.just("wait"), st.just(0), st.timedeltas(timedelta(minutes=1), timedelta(hours=30)))
SWEEP = st.tuples(st.just("sweep"), st.just(0), st.none())
ORDERS = st.lists(st.one_of(MOVE, MOVE, MOVE, GUARDED, RAISE, ACCEPT, MERGE, WAIT, SWEEP), max_size=25)


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
                    after = desk.move(no, argument, note="客户不在家", **who)  # type: ignore[arg-type]
                    # Asked twice is done once.
                    again = desk.move(no, argument, note="客户不在家", **who)  # type: ignore[arg-type]
                    assert [event.request_id for event in again.events].count(who["request_id"]) == 1
                    assert again.events[: len(after.events)] == after.events
                elif what in ("fresh", "stale"):
                    version = desk.ticket(no).version - (what == "stale")
                    after = desk.move(no, argument, expected_version=version, **who)  # type: ignore[arg-type]
                    assert (what, after.version) == ("fresh", version + 1)
                elif what == "raise":
                    raised = desk.raise_priority(no, argument, **who)  # type: ignore[arg-type]
                    if raised.events[-1].request_id != who["request_id"]:
                        continue  # it was that pressing already, so nothing was to be done
                else:
                    parent = desk.accept(_new(Kind.REPAIR), request_id=f"slot-{argument}").ticket_no
                    desk.move(no, "merged", parent_ticket_no=parent, **who)
                done[f"w{worker}-{turn}"] += 1
        except (IllegalMove, InvalidTicket, StaleVersion):
            pass  # and nothing has happened: `check` finds no trace of the request
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


def storm(engine: Engine, plan: list[list[tuple[str, int, object]]]) -> None:
    clock, outbox = SharedClock(START), SqlOutbox(engine)
    desk = ServiceDesk(SqlTicketStore(engine), clock, BOOK.profile)
    with ThreadPoolExecutor(WORKERS) as pool:
        results = list(pool.map(lambda job: work(desk, clock, *job), enumerate(plan)))
        done = sum(results, Counter[str]())
        assert check_everything(desk, outbox) == done
        rings = _rings(desk)
        # Long down, then several sweep at once: whatever still ran fires both, exactly once; what waits for the customer does not.
        clock.advance(timedelta(days=90))
        alarms = [alarm for found in pool.map(lambda _: desk.sweep(), range(WORKERS)) for alarm in found]
    assert desk.sweep() == ()
    assert check_everything(desk, outbox) == done
    assert Counter((one.ticket.ticket_no, one.event.seq) for one in alarms) == _rings(desk) - rings
    for ticket in every_ticket(desk):
        for each in ticket.clocks:
            if each.finished_at is None and each.paused_at is None:
                assert each.warned_at is not None
                assert each.breached_at is not None


def _rings(desk: ServiceDesk) -> Counter[tuple[str, int]]:
    return Counter((ticket.ticket_no, event.seq) for ticket in every_ticket(desk) for event in ticket.events if event.type in (EventType.WARNED, EventType.BREACHED))


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
