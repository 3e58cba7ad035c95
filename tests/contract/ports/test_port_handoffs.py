"""What every `HandoffStore` does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from actions.desk.clock import FixedClock
from actions.desk.errors import HandoffTaken, UnknownHandoff
from actions.desk.handoffs import HandoffState
from actions.desk.tickets import Priority
from actions.ports.handoffs import HandoffStore
from actions.ports.memory import MemoryHandoffs
from actions.ports.sql import SqlHandoffs


@pytest.fixture
def queue(backend: Engine | None) -> HandoffStore:
    return MemoryHandoffs() if backend is None else SqlHandoffs(backend)


def test_a_handoff_from_queue_to_end(queue: HandoffStore, clock: FixedClock) -> None:
    opened = queue.open("c-1", "asked", "想找人工", Priority.NORMAL, clock.now(), "r-1")
    assert (opened.state, opened.opened_at, opened.summary) == (HandoffState.WAITING, clock.now(), "想找人工")
    assert queue.get(opened.handoff_id) == queue.active("c-1") == opened
    assert queue.waiting() == (opened,)
    taken = queue.take(opened.handoff_id, "王敏", clock.advance(timedelta(minutes=1)))
    assert (taken.state, taken.agent, taken.taken_at) == (HandoffState.ACTIVE, "王敏", clock.now())
    assert queue.take(opened.handoff_id, "王敏", clock.advance(timedelta(minutes=1))) == taken
    assert queue.waiting() == ()
    assert queue.active("c-1") == taken
    with pytest.raises(HandoffTaken):
        queue.take(opened.handoff_id, "李雷", clock.now())
    closed = queue.close(opened.handoff_id, clock.now())
    assert (closed.state, closed.closed_at) == (HandoffState.CLOSED, clock.now())
    assert queue.close(opened.handoff_id, clock.advance(timedelta(minutes=1))) == closed
    assert queue.active("c-1") is None
    with pytest.raises(HandoffTaken):
        queue.take(opened.handoff_id, "王敏", clock.now())


def test_a_request_opens_one(queue: HandoffStore, clock: FixedClock) -> None:
    first = queue.open("c-1", "asked", "s", Priority.NORMAL, clock.now(), "r-1")
    assert queue.open("c-1", "asked", "s", Priority.NORMAL, clock.now(), "r-1") == first
    queue.close(first.handoff_id, clock.now())
    assert queue.open("c-1", "asked", "s", Priority.NORMAL, clock.now(), "r-1").state is HandoffState.CLOSED
    assert queue.open("c-1", "asked", "s", Priority.NORMAL, clock.now(), "r-2").handoff_id != first.handoff_id


def test_a_conversation_has_one_open_handoff_and_danger_lifts_it(queue: HandoffStore, clock: FixedClock) -> None:
    first = queue.open("c-1", "asked", "想找人工", Priority.NORMAL, clock.now(), "r-1")
    lifted = queue.open("c-1", "danger", "电线掉地上了", Priority.EMERGENCY, clock.now(), "r-2")
    assert (lifted.handoff_id, lifted.priority, lifted.reason) == (first.handoff_id, Priority.EMERGENCY, "danger")
    again = queue.open("c-1", "asked", "s", Priority.NORMAL, clock.now(), "r-3")
    assert (again.priority, again.summary) == (Priority.EMERGENCY, "电线掉地上了")
    assert queue.waiting() == (again,)


def test_the_most_pressing_waits_in_front(queue: HandoffStore, clock: FixedClock) -> None:
    order = [Priority.NORMAL, Priority.URGENT, Priority.NORMAL, Priority.EMERGENCY]
    for key, priority in enumerate(order):
        queue.open(f"c-{key}", "asked", "s", priority, clock.advance(timedelta(seconds=1)), f"r-{key}")
    assert [handoff.conversation_id for handoff in queue.waiting()] == ["c-3", "c-1", "c-0", "c-2"]


def test_handoffs_nobody_opened(queue: HandoffStore, clock: FixedClock) -> None:
    assert queue.get("0" * 32) is None
    assert queue.active("c-1") is None
    with pytest.raises(UnknownHandoff):
        queue.take("0" * 32, "王敏", clock.now())
    with pytest.raises(UnknownHandoff):
        queue.close("0" * 32, clock.now())


def test_eight_at_once_open_one_and_one_agent_gets_it(queue: HandoffStore, clock: FixedClock) -> None:
    def open_(key: int) -> str:
        return queue.open("c-1", "asked", "s", Priority.NORMAL, clock.now(), f"r-{key}").handoff_id

    def take(key: int) -> str | None:
        try:
            return queue.take(handoff_id, f"agent-{key}", clock.now()).agent
        except HandoffTaken:
            return None

    with ThreadPoolExecutor(8) as pool:
        (handoff_id,) = set(pool.map(open_, range(16)))
        winners = [agent for agent in pool.map(take, range(16)) if agent]
    assert len(winners) == 1
    handoff = queue.get(handoff_id)
    assert handoff is not None
    assert handoff.agent == winners[0]
