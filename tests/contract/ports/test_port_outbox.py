"""What every outbox does: written with the change, carried by one at a time, never lost, never written twice."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from actions.desk.clock import FixedClock
from actions.desk.desk import ServiceDesk
from actions.desk.errors import IllegalMove, InvalidCursor, LetterDelivered, UnknownLetter
from actions.desk.limits import profile
from actions.desk.outbox import LetterState
from actions.desk.tickets import Kind, NewTicket
from actions.ports.memory import MemoryTicketStore
from actions.ports.outbox import OutboxStore
from actions.ports.sql import SqlOutbox, SqlTicketStore, connect, generate_key, migrate, schema
from actions.ports.sql.engine import reading
from actions.ports.sql.migrate import downgrade
from actions.ports.store import TicketStore

REPAIR = NewTicket(
    kind=Kind.REPAIR,
    description="我家停电了，邻居家有电",
    channel="web",
    conversation_id="c-1",
    contact_name="陈桂兰",
    contact_phone="13800010001",
    address="安澜市滨江区望江路88号桂花园3栋2单元501",
)
LEASE = timedelta(minutes=1)


@pytest.fixture
def ports(backend: Engine | None) -> tuple[TicketStore, OutboxStore]:
    if backend is None:
        store = MemoryTicketStore()
        return store, store.outbox
    return SqlTicketStore(backend), SqlOutbox(backend)


@pytest.fixture
def outbox(ports: tuple[TicketStore, OutboxStore]) -> OutboxStore:
    return ports[1]


@pytest.fixture
def desk(ports: tuple[TicketStore, OutboxStore], clock: FixedClock) -> ServiceDesk:
    return ServiceDesk(ports[0], clock, profile("state_grid"))


def topics(outbox: OutboxStore) -> list[str]:
    """Every letter's topic, oldest first."""
    return [stored.letter.topic for stored in reversed(outbox.find(None, None, 500).letters)]


def test_what_happens_to_a_ticket_is_told_to_whom_it_concerns(
    desk: ServiceDesk, outbox: OutboxStore, clock: FixedClock
) -> None:
    no = desk.accept(REPAIR, request_id="r-1").ticket_no
    desk.move(no, "dispatched", actor="调度01")
    desk.move(no, "acknowledged", actor="城西一班", note="不给客户看的话")
    clock.advance(timedelta(minutes=50))
    desk.sweep()
    desk.move(no, "en_route", actor="城西一班")
    assert topics(outbox) == [
        *("utility.accepted", "customer.accepted", "utility.dispatched", "utility.acknowledged"),
        *("staff.warned", "staff.breached", "utility.en_route", "customer.en_route"),
    ]
    by_topic = {stored.letter.topic: stored.letter for stored in outbox.find(None, None, 500).letters}
    assert by_topic["staff.warned"].body["to"] == {"role": "crew", "name": "城西一班"}
    assert by_topic["staff.breached"].body["to"] == {"role": "crew_lead", "name": None}
    assert by_topic["utility.accepted"].body["ticket"]["address"] == REPAIR.address
    news = by_topic["customer.en_route"]
    assert news.body["to"] == {"name": "陈桂兰", "phone": "13800010001", "conversation_id": "c-1"}
    assert news.key == f"{no}:6:customer"
    assert "不给客户看的话" not in str(news.body)


def test_nobody_to_tell_is_nobody_told(desk: ServiceDesk, outbox: OutboxStore) -> None:
    desk.accept(
        NewTicket(kind=Kind.COMPLAINT, description="态度差", channel="voice"), request_id="anonymous"
    )
    assert topics(outbox) == ["utility.accepted"]


def test_what_is_refused_or_undone_writes_no_letter(
    desk: ServiceDesk, ports: tuple[TicketStore, OutboxStore], outbox: OutboxStore
) -> None:
    no = desk.accept(REPAIR, request_id="r-1").ticket_no
    desk.accept(REPAIR, request_id="r-1")
    with pytest.raises(IllegalMove):
        desk.move(no, "resolved", actor="a")
    with pytest.raises(RuntimeError), ports[0].transaction() as tx:
        tx.post([replace(outbox.find(None, None, 1).letters[0].letter, key="x")])
        raise RuntimeError
    assert topics(outbox) == ["utility.accepted", "customer.accepted"]


def test_a_letter_is_carried_by_one_at_a_time(desk: ServiceDesk, outbox: OutboxStore, clock: FixedClock) -> None:
    for key in range(10):
        desk.accept(REPAIR, request_id=f"r-{key}")
    with ThreadPoolExecutor(8) as pool:
        claimed = list(pool.map(lambda _: outbox.claim(clock.now(), 3, LEASE), range(16)))
    counted = Counter(stored.letter.key for batch in claimed for stored in batch)
    # PostgreSQL may let a claim go home with less than it could have had; what is left comes at the next.
    rest = outbox.claim(clock.now(), 100, LEASE)
    assert set(counted.values()) == {1}
    assert len(counted) + len(rest) == 20
    assert outbox.claim(clock.now(), 100, LEASE) == ()


def test_who_dies_with_a_letter_in_hand_is_forgotten(
    desk: ServiceDesk, outbox: OutboxStore, clock: FixedClock
) -> None:
    desk.accept(REPAIR, request_id="r-1")
    first = outbox.claim(clock.now(), 1, LEASE)[0]
    later = clock.advance(LEASE)
    again = [stored for stored in outbox.claim(later, 9, LEASE) if stored.letter.key == first.letter.key]
    assert [(stored.attempts, stored.letter) for stored in again] == [(2, first.letter)]
    # The first comes back from the dead: its failure is old news, its success is not.
    outbox.failed(first.letter.key, first.attempts, "timeout", None)
    assert outbox.get(first.letter.key) == again[0]
    outbox.delivered(first.letter.key, later)
    outbox.failed(first.letter.key, 2, "timeout", later)
    arrived = outbox.get(first.letter.key)
    assert arrived is not None
    assert (arrived.state, arrived.next_at, arrived.delivered_at) == (LetterState.DELIVERED, None, later)


def test_failing_waiting_dying_and_being_tried_again(
    desk: ServiceDesk, outbox: OutboxStore, clock: FixedClock
) -> None:
    desk.accept(REPAIR, request_id="r-1")
    now = clock.now()
    utility, customer = (stored.letter.key for stored in outbox.claim(now, 9, LEASE))
    outbox.failed(utility, 1, "HTTP 503", now + timedelta(seconds=2))
    outbox.failed(customer, 1, "HTTP 422", None)
    assert outbox.claim(now + timedelta(seconds=1), 9, LEASE) == ()
    assert outbox.counts() == {LetterState.PENDING: 1, LetterState.DELIVERED: 0, LetterState.DEAD: 1}
    dead = outbox.find(LetterState.DEAD, None, 9).letters
    assert [(stored.letter.key, stored.last_error) for stored in dead] == [(customer, "HTTP 422")]
    assert outbox.claim(now + timedelta(days=9), 9, LEASE)[0].letter.key == utility
    outbox.delivered(utility, now)
    assert outbox.retry(customer, now).attempts == 0
    assert [stored.letter.key for stored in outbox.claim(now, 9, LEASE)] == [customer]
    with pytest.raises(LetterDelivered):
        outbox.retry(utility, now)
    with pytest.raises(UnknownLetter):
        outbox.retry("GD:1:customer", now)
    assert outbox.get("GD:1:customer") is None


def test_listing_letters(desk: ServiceDesk, outbox: OutboxStore) -> None:
    for key in range(3):
        desk.accept(REPAIR, request_id=f"r-{key}")
    newest_first = [stored.letter.key for stored in outbox.find(None, None, 9).letters]
    seen, cursor = [], None
    for _ in range(4):
        page = outbox.find(LetterState.PENDING, cursor, 2)
        seen += [stored.letter.key for stored in page.letters]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == newest_first
    assert len(seen) == 6
    for broken in ("x", "-1", ""):
        with pytest.raises(InvalidCursor):
            outbox.find(None, broken, 9)


def test_a_pause_is_stored(desk: ServiceDesk, ports: tuple[TicketStore, OutboxStore], clock: FixedClock) -> None:
    no = desk.accept(REPAIR, request_id="r-1").ticket_no
    paused = desk.move(no, "paused", actor="a", note="客户不在家")
    assert ports[0].get(no) == paused
    clock.advance(timedelta(days=2))
    assert desk.sweep() == ()
    resumed = desk.move(no, "resumed", actor="a")
    assert ports[0].get(no) == resumed
    clock.advance(timedelta(minutes=45))
    assert [alarm.event.type for alarm in desk.sweep()] == ["warned", "breached"]


def test_migrating_up_and_down_with_data_in_place(engine: Engine, clock: FixedClock) -> None:
    desk, store = ServiceDesk(SqlTicketStore(engine), clock, profile("state_grid")), SqlTicketStore(engine)
    running = desk.accept(REPAIR, request_id="r-1")
    paused = desk.accept(REPAIR, request_id="r-2")
    desk.move(paused.ticket_no, "paused", actor="a", note="客户不在家")
    downgrade(engine, "0001")
    with reading(engine) as connection:
        old = connection.execute(text("SELECT rings_at, warn_at FROM ticket_clocks")).all()
        assert len(old) == 2
        assert all(rings_at == warn_at for rings_at, warn_at in old)
        assert connection.scalar(text("SELECT count(*) FROM ticket_events")) == 3
    migrate(engine)
    assert store.get(running.ticket_no) == running
    assert SqlOutbox(engine).find(None, None, 9).letters == ()
    clock.advance(timedelta(hours=1))
    assert len(desk.sweep()) == 4
    assert len(SqlOutbox(engine).find(None, None, 9).letters) == 4


def test_letters_are_ciphertext_in_the_file(sqlite_engine: Engine, clock: FixedClock) -> None:
    ServiceDesk(SqlTicketStore(sqlite_engine), clock, profile("state_grid")).accept(REPAIR, request_id="r")
    with reading(sqlite_engine) as connection:
        bodies = connection.scalars(text("SELECT body FROM outbox")).all()
    assert len(bodies) == 2
    assert not any(secret in body for body in bodies for secret in ("13800010001", "陈桂兰", "望江路", "\\u9648"))


def test_the_sweep_and_the_claim_read_an_index(sqlite_engine: Engine) -> None:
    with reading(sqlite_engine) as connection:
        for table, column in (("ticket_clocks", "rings_at"), ("outbox", "next_at")):
            plan = connection.execute(
                text(f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE {column} <= '2026' ORDER BY {column} LIMIT 9")
            ).all()
            assert any(f"ix_{table}_{column}" in str(row) for row in plan), plan
    assert schema.outbox.c.key.unique


def test_an_engine_with_other_keys_cannot_read_letters(sqlite_engine: Engine, clock: FixedClock) -> None:
    ServiceDesk(SqlTicketStore(sqlite_engine), clock, profile("state_grid")).accept(REPAIR, request_id="r")
    stranger = connect(str(sqlite_engine.url), [generate_key()])
    with pytest.raises(Exception, match=r"^$|InvalidToken"):
        SqlOutbox(stranger).claim(clock.now(), 1, LEASE)
    stranger.dispose()
