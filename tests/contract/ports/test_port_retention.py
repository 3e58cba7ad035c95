"""The retention job: what is over long enough is forgotten, what is under way is not, what is counted still counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from actions.desk.clock import FixedClock
from actions.desk.desk import ServiceDesk
from actions.desk.limits import profile
from actions.desk.tickets import Kind, NewTicket, Priority, Status, TicketFilter
from actions.ports.sql import SqlConversations, SqlHandoffs, SqlOutbox, SqlTicketStore
from actions.ports.sql.engine import reading
from actions.ports.sql.retention import Erased, erase_before

KEPT = timedelta(days=180)
COMPLAINT = NewTicket(
    kind=Kind.COMPLAINT,
    description="抄表的师傅态度差，我叫陈桂兰",
    channel="web",
    conversation_id="c-1",
    account_no="3201556677",
    contact_name="陈桂兰",
    contact_phone="13800010001",
    address="安澜市滨江区望江路88号",
)


@pytest.fixture
def desk(engine: Engine, clock: FixedClock) -> ServiceDesk:
    return ServiceDesk(SqlTicketStore(engine), clock, profile("state_grid"))


def erase(engine: Engine, clock: FixedClock) -> Erased:
    return erase_before(engine, clock.now() - KEPT, clock.now())


def deliver(engine: Engine, clock: FixedClock) -> None:
    """Let every waiting letter arrive."""
    outbox = SqlOutbox(engine)
    for stored in outbox.claim(clock.now(), 500, timedelta(minutes=1)):
        outbox.delivered(stored.letter.key, clock.now())


def test_an_ended_ticket_loses_the_person_and_keeps_the_figures(
    desk: ServiceDesk, engine: Engine, clock: FixedClock
) -> None:
    no = desk.accept(COMPLAINT, request_id="c-1:form-1").ticket_no
    for step in ("dispatched", "acknowledged", "contacted", "resolved", "called_back", "closed"):
        desk.move(no, step, actor="王敏", note="客户陈桂兰已认可", request_id=f"m-{step}")
    deliver(engine, clock)
    before = desk.ticket(no)
    clock.advance(KEPT)
    assert erase(engine, clock) == Erased(0, 0, 0, 0, 0)
    clock.advance(timedelta(seconds=1))
    assert (erase(engine, clock).tickets, erase(engine, clock).tickets) == (1, 0)
    after = desk.ticket(no)
    assert (after.contact_name, after.contact_phone, after.address, after.account_no) == (None,) * 4
    assert (after.conversation_id, after.description) == (None, "")
    assert [event.note for event in after.events] == [""] * 7
    assert replace(after, events=(), as_of=before.as_of) == replace(
        before,
        **dict.fromkeys(("contact_name", "contact_phone", "address", "account_no", "conversation_id")),
        description="",
        events=(),
    )
    assert [(event.type, event.at, event.actor) for event in after.events] == [
        (event.type, event.at, event.actor) for event in before.events
    ]
    assert desk.tickets(TicketFilter(contact_phone="13800010001")).tickets == ()
    with reading(engine) as connection:
        assert "c-1" not in str(connection.execute(text("SELECT request_id FROM tickets")).all())
        assert connection.scalar(text("SELECT count(*) FROM outbox")) == 0


def test_what_is_under_way_is_kept_however_old(desk: ServiceDesk, engine: Engine, clock: FixedClock) -> None:
    running = desk.accept(COMPLAINT, request_id="r-1").ticket_no
    unsent = desk.withdraw(desk.accept(COMPLAINT, request_id="r-2").ticket_no, note="算了", request_id="w").ticket_no
    journal, handoffs = SqlConversations(engine), SqlHandoffs(engine)
    for name in ("c-waiting", "c-over"):
        journal.accept_turn(name, "m", "web", None, "转人工", None, clock.now())
    waiting = handoffs.open("c-waiting", "客户要求人工", "", Priority.NORMAL, clock.now(), "h-1")
    clock.advance(KEPT * 3)
    assert erase(engine, clock) == Erased(tickets=0, conversations=1, handoffs=0, letters=0, attempts=0)
    assert desk.ticket(running).contact_name == desk.ticket(unsent).contact_name == "陈桂兰"
    assert [each.conversation_id for each in journal.conversations(9)] == ["c-waiting"]
    handoffs.close(waiting.handoff_id, clock.now())
    deliver(engine, clock)
    clock.advance(KEPT + timedelta(days=1))
    erased = erase(engine, clock)
    assert (erased.tickets, erased.conversations, erased.handoffs) == (1, 1, 1)
    assert desk.ticket(running).status is Status.ACCEPTED
    assert desk.ticket(running).contact_name == "陈桂兰"


def test_many_go_in_batches(desk: ServiceDesk, engine: Engine, clock: FixedClock) -> None:
    for key in range(230):
        no = desk.accept(replace(COMPLAINT, kind=Kind.PRAISE), request_id=f"r-{key}").ticket_no
        desk.move(no, "closed", actor="a")
    while SqlOutbox(engine).counts()["pending"]:  # type: ignore[index]
        deliver(engine, clock)
    clock.advance(KEPT + timedelta(days=1))
    erased = erase(engine, clock)
    assert (erased.tickets, erased.letters) == (230, 690)


def test_what_is_said_after_reopening_is_forgotten_in_its_turn(
    desk: ServiceDesk, engine: Engine, clock: FixedClock
) -> None:
    no = desk.accept(replace(COMPLAINT, kind=Kind.CONSULTATION), request_id="r").ticket_no
    for step in ("resolved", "closed"):
        desk.move(no, step, actor="王敏")
    deliver(engine, clock)
    clock.advance(KEPT + timedelta(days=1))
    assert erase(engine, clock).tickets == 1
    for step in ("reopened", "resolved", "closed"):
        desk.move(no, step, actor="王敏", note="陈桂兰又来电")
        clock.advance(timedelta(minutes=1))
    deliver(engine, clock)
    clock.advance(KEPT + timedelta(days=1))
    assert (erase(engine, clock).tickets, erase(engine, clock).tickets) == (1, 0)
    assert {event.note for event in desk.ticket(no).events} == {""}
