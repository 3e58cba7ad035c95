"""What every `ConversationStore` does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from actions.desk.clock import FixedClock
from actions.desk.errors import UnknownTurn
from actions.ports.conversations import ConversationStore, Role, StoredTurn, TurnState
from actions.ports.memory import MemoryConversations
from actions.ports.sql import SqlConversations

THREADS = 8


@pytest.fixture
def journal(backend: Engine | None) -> ConversationStore:
    return MemoryConversations() if backend is None else SqlConversations(backend)


class Customer:
    """Somebody who writes to the journal."""

    def __init__(self, journal: ConversationStore, clock: FixedClock, conversation_id: str = "c-1") -> None:
        self.journal, self.clock, self.conversation_id = journal, clock, conversation_id

    def says(self, message_id: str, text: str = "我家停电了", **more: Any) -> StoredTurn:
        turn = {"customer_id": None, "payload": None, "channel": "web", "at": self.clock.now()} | more
        return self.journal.accept_turn(self.conversation_id, message_id, text=text, **turn)


@pytest.fixture
def customer(journal: ConversationStore, clock: FixedClock) -> Customer:
    return Customer(journal, clock)


def reply(text: str) -> dict[str, Any]:
    return {"messages": [{"text": text, "speech": text, "buttons": [], "citations": []}], "trace": {"flow": None}}


def test_a_turn_from_acceptance_to_answer(customer: Customer, journal: ConversationStore, clock: FixedClock) -> None:
    turn = customer.says("m-1", customer_id="u-1")
    assert (turn.state, turn.text, turn.seq, turn.reply) == (TurnState.NEW, "我家停电了", None, None)
    assert turn.received_at == clock.now()
    pending = customer.says("m-1", text="改了也不算")
    assert (pending.turn_id, pending.state, pending.text) == (turn.turn_id, TurnState.PENDING, "我家停电了")
    assert journal.answer_turn(turn.turn_id, reply("您在哪里？"), clock.now()) == 1
    answered = customer.says("m-1")
    assert (answered.state, answered.seq, answered.reply) == (TurnState.ANSWERED, 1, reply("您在哪里？"))
    assert answered.customer_id == "u-1"


def test_the_first_answer_stands(customer: Customer, journal: ConversationStore, clock: FixedClock) -> None:
    turn = customer.says("m-1")
    assert journal.answer_turn(turn.turn_id, reply("一"), clock.now()) == 1
    assert journal.answer_turn(turn.turn_id, reply("二"), clock.now()) == 1
    assert journal.defer_turn(turn.turn_id, reply("稍等"), clock.now()) == 1
    assert customer.says("m-1").reply == reply("一")
    assert len(journal.outbound_after("c-1", 0)) == 1


def test_a_deferred_turn_is_held_and_then_answered(
    customer: Customer, journal: ConversationStore, clock: FixedClock
) -> None:
    turn = customer.says("m-1")
    assert journal.defer_turn(turn.turn_id, reply("稍等"), clock.now()) == 1
    assert journal.defer_turn(turn.turn_id, reply("再稍等"), clock.now()) == 1
    held = customer.says("m-1")
    assert (held.state, held.reply) == (TurnState.DEFERRED, reply("稍等"))
    assert [open_.turn_id for open_ in journal.open_turns(10)] == [turn.turn_id]
    assert journal.answer_turn(turn.turn_id, reply("您在哪里？"), clock.now()) == 2
    assert journal.open_turns(10) == ()
    assert customer.says("m-1").reply == reply("您在哪里？")
    assert [out.reply for out in journal.outbound_after("c-1", 0)] == [reply("稍等"), reply("您在哪里？")]


def test_turns_nobody_accepted(journal: ConversationStore, clock: FixedClock) -> None:
    for call in (journal.answer_turn, journal.defer_turn):
        with pytest.raises(UnknownTurn):
            call("0" * 32, reply("?"), clock.now())


def test_open_turns_come_oldest_first(customer: Customer, journal: ConversationStore, clock: FixedClock) -> None:
    other = Customer(journal, clock, "c-2")
    turns = [customer.says("m-1"), other.says("m-1", text="电费多少"), customer.says("m-2"), customer.says("m-3")]
    journal.answer_turn(turns[2].turn_id, reply("好"), clock.now())
    journal.defer_turn(turns[0].turn_id, reply("稍等"), clock.now())
    assert [turn.turn_id for turn in journal.open_turns(10)] == [turns[0].turn_id, turns[1].turn_id, turns[3].turn_id]
    assert [turn.state for turn in journal.open_turns(2)] == [TurnState.DEFERRED, TurnState.PENDING]
    assert journal.open_turns(2)[1].text == "电费多少"


def test_a_push_goes_out_once(customer: Customer, journal: ConversationStore, clock: FixedClock) -> None:
    words = [{"text": "抢修人员已出发"}]
    assert journal.push("c-1", Role.SYSTEM, words, clock.now(), "GD1:en_route") == 1
    assert journal.push("c-1", Role.SYSTEM, words, clock.now(), "GD1:en_route") is None
    assert journal.push("c-2", Role.SYSTEM, words, clock.now(), "GD1:en_route") == 1
    turn = customer.says("m-1")
    assert turn.after_seq == 1
    assert journal.answer_turn(turn.turn_id, reply("好"), clock.now()) == 2
    assert journal.push("c-1", Role.AGENT, [{"text": "您好"}], clock.now(), "agent-1") == 3
    sent = journal.outbound_after("c-1", 1)
    assert [(out.seq, out.role, out.message_id) for out in sent] == [(2, Role.BOT, "m-1"), (3, Role.AGENT, None)]
    assert sent[0].messages == reply("好")["messages"]
    assert (sent[1].messages, sent[1].reply) == ([{"text": "您好"}], None)
    assert journal.outbound_after("nobody", 0) == ()


def test_history_has_one_order_even_when_the_clock_stands(
    customer: Customer, journal: ConversationStore, clock: FixedClock
) -> None:
    first = customer.says("m-1", text="一")
    journal.answer_turn(first.turn_id, reply("答一"), clock.now())
    second, _third = customer.says("m-2", text="二"), customer.says("m-3", text="三")
    journal.push("c-1", Role.AGENT, [{"text": "插话"}], clock.now(), "k")
    journal.answer_turn(second.turn_id, reply("答二"), clock.now())
    Customer(journal, clock, "c-2").says("m-1", text="别人")

    def lines(**wanted: Any) -> list[str]:
        return [entry.text or (entry.messages or [{}])[0]["text"] for entry in journal.history("c-1", **wanted)]

    assert lines(limit=50) == ["一", "答一", "二", "三", "插话", "答二"]
    assert lines(limit=3) == ["三", "插话", "答二"]
    assert lines(limit=50, after=1) == ["二", "三", "插话", "答二"]
    assert lines(limit=50, after=3) == []
    entries = journal.history("c-1", 50)
    assert [entry.role for entry in entries] == ["user", "bot", "user", "user", "agent", "bot"]
    assert [entry.seq for entry in entries] == [None, 1, None, None, 2, 3]
    assert (entries[0].message_id, entries[1].message_id, entries[0].at) == ("m-1", "m-1", clock.now())


def test_a_button_has_a_payload_and_no_text(journal: ConversationStore, clock: FixedClock) -> None:
    turn = journal.accept_turn("c-1", "m-1", "web", None, None, "/affirm", clock.now())
    assert (turn.text, turn.payload) == (None, "/affirm")
    assert journal.history("c-1", 1)[0].payload == "/affirm"


def test_what_is_read_is_nobody_elses(customer: Customer, journal: ConversationStore, clock: FixedClock) -> None:
    turn = customer.says("m-1")
    mine = reply("好")
    journal.answer_turn(turn.turn_id, mine, clock.now())
    mine["messages"].clear()
    journal.outbound_after("c-1", 0)[0].messages.clear()
    assert journal.outbound_after("c-1", 0)[0].messages == reply("好")["messages"]


def test_conversations_at_a_glance(customer: Customer, journal: ConversationStore, clock: FixedClock) -> None:
    customer.says("m-1", text="一", customer_id="u-1")
    began = clock.now()
    clock.advance(timedelta(minutes=1))
    Customer(journal, clock, "c-2").says("m-1", text="二", channel="wechat")
    clock.advance(timedelta(minutes=1))
    customer.says("m-2", text="三")
    customer.says("m-2", text="重发")
    journal.push("c-1", Role.SYSTEM, [{"text": "来电了"}], clock.now(), "k")
    first, second = journal.conversations(10)
    assert (first.conversation_id, first.turns, first.last_text, first.customer_id) == ("c-1", 2, "三", "u-1")
    assert (first.started_at, first.last_at, first.last_seq) == (began, clock.now(), 1)
    assert (second.conversation_id, second.channel, second.turns) == ("c-2", "wechat", 1)
    assert len(journal.conversations(1)) == 1
    assert [journal.customer_of(name) for name in ("c-1", "c-2", "nobody")] == ["u-1", None, None]


def test_broken_characters_come_back_as_they_were(customer: Customer, journal: ConversationStore) -> None:
    assert customer.says("m-1", text="停电\x00了\ud800").text == "停电\x00了\ud800"
    assert customer.says("m-1").text == "停电\x00了\ud800"


def test_a_message_is_stored_once_under_eight_threads(
    customer: Customer, journal: ConversationStore, clock: FixedClock
) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        turns = list(pool.map(lambda key: customer.says(f"m-{key % 5}"), range(40)))
    assert sum(turn.state is TurnState.NEW for turn in turns) == 5
    assert len({turn.turn_id for turn in turns}) == 5
    assert journal.conversations(1)[0].turns == 5


def test_seq_has_no_gap_and_no_double_under_eight_threads(
    customer: Customer, journal: ConversationStore, clock: FixedClock
) -> None:
    turns = [customer.says(f"m-{key}") for key in range(20)]

    def send(key: int) -> int | None:
        if key % 2:
            return journal.push("c-1", Role.SYSTEM, [{"text": "进度"}], clock.now(), f"k-{key // 4}")
        return journal.answer_turn(turns[key // 4].turn_id, reply("好"), clock.now())

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(send, range(80)))
    sent = journal.outbound_after("c-1", 0)
    assert [out.seq for out in sent] == list(range(1, 41))
    assert len({out.message_id for out in sent if out.message_id}) == 20
