"""One turn through the house: shapes, idempotency, order, deadline, and what the store does to it."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest

from tests.unit.gateway.fakes import STAFF, House, answer, texts, until


async def test_a_turn_is_answered_in_the_shape_of_the_contract(house: House) -> None:
    reply = await house.chat("你好", message_id="m1")
    assert list(reply) == ["conversation_id", "turn_id", "messages", "trace"]
    assert reply["conversation_id"] == "c1"
    assert reply["messages"] == [{"text": "回复：你好", "speech": "回复：你好", "buttons": [], "citations": []}]
    trace = reply["trace"]
    assert set(trace) >= {"intent", "entities", "knowledge", "flow", "requested_slot", "ticket", "handoff", "elapsed_ms"}
    assert trace["intent"] == {"name": "greet", "confidence": 0.9}
    assert (trace["flow"], trace["ticket"], trace["handoff"]) == (None, None, "none")
    assert set(trace["elapsed_ms"]) == {"total", "nlu", "dialogue", "knowledge", "action"}
    assert trace["elapsed_ms"]["total"] > 0


async def test_a_payload_reaches_the_assistant_as_text(house: House) -> None:
    response = await house.client.post("/api/v1/chat", json={"conversation_id": "c1", "payload": '/inform{"choice": "yes"}', "customer_id": "u1"})
    assert response.status == 200
    (turn,) = house.assistant.turns
    assert (turn["text"], turn["channel"], turn["customer_id"], turn["elder"]) == ('/inform{"choice": "yes"}', "api", "u1", False)


async def test_what_the_assistant_says_beyond_the_contract_is_handed_on(house: House) -> None:
    card = {"type": "ticket", "ticket_no": "GD1"}
    house.assistant.reply = lambda _: {"messages": [{"text": "好", "card": card, "priority": "emergency", "tone": "calm"}], "trace": {"mood": "calm"}}
    reply = await house.chat()
    (message,) = reply["messages"]
    assert (message["card"], message["priority"], message["tone"], message["speech"]) == (card, "emergency", "calm", "好")
    assert reply["trace"]["mood"] == "calm"
    assert reply["trace"]["intent"] == {"name": None, "confidence": 0.0}


async def test_twenty_racing_requests_are_one_turn(house: House) -> None:
    house.assistant.delay = 0.05
    replies = await asyncio.gather(*(house.chat("报修", message_id="m1") for _ in range(20)))
    assert len(house.assistant.turns) == 1
    assert all(reply == replies[0] for reply in replies)
    assert await house.chat("报修", message_id="m1") == replies[0]
    assert len(house.assistant.turns) == 1


async def test_the_same_message_id_is_another_turn_in_another_conversation(house: House) -> None:
    first, second = await house.chat("a", "c1", message_id="m"), await house.chat("a", "c2", message_id="m")
    assert first["turn_id"] != second["turn_id"]


async def test_turns_without_a_message_id_are_all_different(house: House) -> None:
    await asyncio.gather(*(house.chat("好") for _ in range(3)))
    assert len(house.assistant.turns) == 3


async def test_a_conversation_is_worked_on_in_order_and_never_twice_at_once(house: House) -> None:
    house.assistant.delay = 0.005
    said = [(f"c{number % 4}", str(number)) for number in range(60)]
    async with asyncio.TaskGroup() as group:
        for conversation, text in said:
            group.create_task(house.chat(text, conversation))
            await asyncio.sleep(0.001)
    assert house.assistant.overlaps == 0
    for conversation in {conversation for conversation, _ in said}:
        heard = [turn["text"] for turn in house.assistant.turns if turn["conversation_id"] == conversation]
        assert heard == [text for own, text in said if own == conversation]


async def test_a_long_queue_in_one_conversation_starves_no_other(shut: House) -> None:
    shut.options["assistant_calls"] = 2
    await shut.assistant.start()
    await shut.open()
    shut.assistant.delay = 0.02
    flood = [asyncio.create_task(shut.chat(str(number), "flood")) for number in range(40)]
    await until(lambda: shut.assistant.turns)
    began = monotonic()
    await asyncio.gather(*(shut.chat("你好", f"other{number}") for number in range(4)))
    assert monotonic() - began < 0.5
    assert not all(task.done() for task in flood)
    await asyncio.gather(*flood)


async def test_a_caller_who_goes_away_stops_nothing(house: House) -> None:
    house.assistant.gate = asyncio.Event()
    caller = asyncio.create_task(house.chat("报修", message_id="m1"))
    await until(lambda: house.assistant.turns)
    caller.cancel()
    house.assistant.gate.set()
    assert texts(await house.chat("报修", message_id="m1")) == ["回复：报修"]
    assert len(house.assistant.turns) == 1


async def test_a_slow_turn_is_held_and_its_answer_pushed(shut: House) -> None:
    shut.options["turn_seconds"] = 0.3
    await shut.assistant.start()
    await shut.open()
    page = await shut.page()
    shut.assistant.delay = 0.45
    held = await shut.chat("慢", message_id="m1")
    assert "不用重复发送" in texts(held)[0]
    assert held["trace"]["intent"]["name"] is None
    push = await page.next("push")
    assert (push["role"], push["message_id"], texts(push)) == ("bot", "m1", ["回复：慢"])
    assert push["seq"] == 2
    assert len(shut.assistant.turns) == 1


async def test_turns_behind_a_slow_one_are_told_that_they_wait(shut: House) -> None:
    shut.options["turn_seconds"] = 0.5
    await shut.assistant.start()
    await shut.open()
    page = await shut.page()
    shut.assistant.gate = asyncio.Event()
    first, second, third = await asyncio.gather(*(shut.chat(text) for text in "一二三"))
    assert "处理得久了一点" in texts(first)[0]
    assert "按顺序回复" in texts(second)[0]
    assert "按顺序回复" in texts(third)[0]
    shut.assistant.gate.set()
    assert [texts(await page.next("push")) for _ in range(3)] == [["回复：一"], ["回复：二"], ["回复：三"]]
    assert [turn["text"] for turn in shut.assistant.turns] == ["一", "二", "三"]


async def test_a_turn_that_outlasts_all_patience_is_tried_again(shut: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.gateway.backlog.FIRST_WAIT", 0.05)
    shut.options["turn_seconds"] = 0.1
    await shut.assistant.start()
    await shut.open()
    page = await shut.page()
    shut.assistant.gate = asyncio.Event()  # the first request waits for ever, the next finds it open
    await shut.chat("久", message_id="m1")
    shut.assistant.gate = None
    assert texts(await page.next("push")) == ["回复：久"]
    assert len(shut.assistant.turns) == 2


async def test_nothing_is_worked_on_that_could_not_be_stored(house: House) -> None:
    house.conversations.failures = 1
    response = await house.client.post("/api/v1/chat", json={"conversation_id": "c1", "text": "好"}, headers=STAFF)
    assert (response.status, (await response.json())["code"]) == (503, "store_unavailable")
    assert not house.assistant.turns
    assert texts(await house.chat("好")) == ["回复：好"]


async def test_a_reply_is_stored_at_a_second_try(house: House) -> None:
    def reply(turn: dict[str, str]) -> dict[str, object]:
        house.conversations.failures = 2
        return answer("好")

    house.assistant.reply = reply
    assert texts(await house.chat()) == ["好"]
    assert len(house.assistant.turns) == 1


async def test_a_reply_that_cannot_be_stored_is_worked_out_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.gateway.journal.RETRIES", ())
    monkeypatch.setattr("bot.gateway.backlog.FIRST_WAIT", 0.05)
    page = await house.page()
    fail = [1]

    def reply(turn: dict[str, str]) -> dict[str, object]:
        house.conversations.failures = fail.pop() if fail else 0
        return answer("好")

    house.assistant.reply = reply
    response = await house.client.post("/api/v1/chat", json={"conversation_id": "c1", "text": "x", "message_id": "m1"}, headers=STAFF)
    assert response.status == 503
    frame = await page.next("reply")
    assert (frame["message_id"], texts(frame["reply"])) == ("m1", ["好"])
    assert await house.chat("x", message_id="m1") == frame["reply"]
