"""Surveys, in memory and on both databases: asked once, scored once, found by conversation; and forgotten with their ticket."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from actions.desk.clock import FixedClock
from actions.desk.desk import ServiceDesk
from actions.desk.limits import profile
from actions.desk.tickets import Kind, NewTicket
from actions.ports.memory import MemorySurveys, MemoryTicketStore
from actions.ports.sql import SqlOutbox, SqlSurveys, SqlTicketStore
from actions.ports.sql.retention import erase_before
from actions.ports.surveys import SurveyStore


@pytest.fixture
def desk(backend: Engine | None, clock: FixedClock) -> ServiceDesk:
    return ServiceDesk(MemoryTicketStore() if backend is None else SqlTicketStore(backend), clock, profile("state_grid"))


@pytest.fixture
def surveys(backend: Engine | None) -> SurveyStore:
    return MemorySurveys() if backend is None else SqlSurveys(backend)


def ticket(desk: ServiceDesk, request: str) -> str:
    return desk.accept(NewTicket(kind=Kind.OPINION, description="少停电", channel="web", conversation_id="c-1"), request_id=request).ticket_no


def test_asked_once_scored_once(desk: ServiceDesk, surveys: SurveyStore, clock: FixedClock) -> None:
    no, asked = ticket(desk, "a"), clock.now()
    first = surveys.ask(no, "c-1", "web", asked)
    assert surveys.ask(no, "c-2", "voice", asked + timedelta(hours=1)) == first == surveys.get(no)
    surveys.explain(no, "slow", "太慢")
    assert surveys.get(no) == first
    assert surveys.answer(no, 2, "customer", asked + timedelta(minutes=5))
    assert not surveys.answer(no, 5, "customer", asked + timedelta(minutes=6))
    surveys.explain(no, "slow", None)
    surveys.explain(no, None, "等了三天，陈桂兰")
    found = surveys.get(no)
    assert found is not None
    assert (found.score, found.reason, found.comment, found.answered_at) == (2, "slow", "等了三天，陈桂兰", asked + timedelta(minutes=5))
    assert not surveys.answer("GD20991231000017", 5, "customer", asked)
    assert surveys.get("GD20991231000017") is None


def test_the_latest_that_waits_in_a_conversation(desk: ServiceDesk, surveys: SurveyStore, clock: FixedClock) -> None:
    old, new, now = ticket(desk, "a"), ticket(desk, "b"), clock.now()
    surveys.ask(old, "c-1", "web", now)
    surveys.ask(new, "c-1", "web", now + timedelta(hours=1))
    since = now - timedelta(days=7)
    waiting = surveys.waiting("c-1", since)
    assert waiting is not None and waiting.ticket_no == new
    surveys.answer(new, 5, "customer", now)
    waiting = surveys.waiting("c-1", since)
    assert waiting is not None and waiting.ticket_no == old
    assert surveys.waiting("c-1", now + timedelta(seconds=1)) is None
    assert surveys.waiting("c-2", since) is None


def test_words_are_ciphertext_and_go_with_the_ticket(engine: Engine, clock: FixedClock) -> None:
    desk, surveys = ServiceDesk(SqlTicketStore(engine), clock, profile("state_grid")), SqlSurveys(engine)
    no = ticket(desk, "a")
    surveys.ask(no, "c-1", "web", clock.now())
    surveys.answer(no, 1, "customer", clock.now())
    surveys.explain(no, "other", "陈桂兰说不行")
    with engine.connect() as connection:
        assert "陈桂兰" not in str(connection.execute(text("SELECT comment FROM surveys")).scalar())
    for step in ("resolved", "closed"):
        desk.move(no, step, actor="王敏")
    outbox = SqlOutbox(engine)
    for stored in outbox.claim(clock.now(), 100, timedelta(minutes=1)):
        outbox.delivered(stored.letter.key, clock.now())
    clock.advance(timedelta(days=181))
    erase_before(engine, clock.now() - timedelta(days=180), clock.now())
    found = surveys.get(no)
    assert found is not None
    assert (found.score, found.reason, found.comment, found.conversation_id) == (1, "other", None, None)
