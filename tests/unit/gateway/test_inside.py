"""The small parts by themselves: lanes, listeners, limiter, backlog, guard."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.gateway.backlog import Backlog
from bot.gateway.lanes import Lanes
from bot.gateway.limits import RateLimiter
from bot.gateway.metrics import Metrics
from bot.gateway.push import MOST_WAITING, STAFF, Hub
from bot.gateway.turn import IntentScore, Message, Reply, Trace, Turn, new_id
from tests.unit.gateway.fakes import House, texts, until


class TestLanes:
    async def test_one_after_the_other_in_order(self) -> None:
        lanes, order = Lanes(), []

        async def work(number: int) -> None:
            async with lanes.of("c") as lane:
                place = lane.line_up()
                async with place:
                    order.append(number)
                    await asyncio.sleep(0.001)
                    order.append(number)

        await asyncio.gather(*(work(number) for number in range(5)))
        assert order == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
        assert len(lanes) == 0

    async def test_one_who_gives_up_waiting_lets_nobody_in_early(self) -> None:
        lanes, inside, order = Lanes(), asyncio.Event(), []

        async def work(name: str, hold: float = 0) -> None:
            async with lanes.of("c") as lane, lane.line_up():
                order.append(name)
                inside.set()
                await asyncio.sleep(hold)
                order.append(name)

        first = asyncio.create_task(work("first", 0.05))
        await inside.wait()
        second, third = asyncio.create_task(work("second")), asyncio.create_task(work("third"))
        await asyncio.sleep(0.01)
        second.cancel()
        await asyncio.gather(first, second, third, return_exceptions=True)
        assert order == ["first", "first", "third", "third"]

    async def test_an_error_inside_lets_the_next_one_in(self) -> None:
        lanes = Lanes()

        async def fail() -> None:
            async with lanes.of("c") as lane, lane.line_up():
                await asyncio.sleep(0)
                raise ValueError

        done = await asyncio.wait_for(asyncio.gather(fail(), fail(), return_exceptions=True), 1)
        assert [type(each) for each in done] == [ValueError, ValueError]


class TestHub:
    async def test_a_listener_too_slow_is_cut_off_and_nobody_else(self) -> None:
        hub = Hub()
        with hub.subscribe("c") as slow, hub.subscribe("c") as other:
            heard: list[Any] = []

            async def listen() -> None:
                async for event in other:
                    heard.append(event)

            listening = asyncio.create_task(listen())
            for number in range(MOST_WAITING + 10):
                hub.publish("c", {"seq": number})
                await asyncio.sleep(0)
            assert slow.cut_off
            assert not other.cut_off
            left = [event async for event in slow]
            assert len(left) < MOST_WAITING
            await until(lambda: len(heard) == MOST_WAITING + 10)
            hub.close()
            await asyncio.wait_for(listening, 1)
        assert len(hub) == 0

    def test_channels_hear_every_conversation_but_not_staff(self) -> None:
        hub, heard = Hub(), []
        hub.listen(lambda conversation, event: 1 / 0)
        hub.listen(lambda conversation, event: heard.append((conversation, event["seq"])))
        hub.publish("c1", {"seq": 1})
        hub.publish(STAFF, {"seq": 2})
        assert heard == [("c1", 1)]


def test_the_limiter_refills_and_forgets() -> None:
    now = [0.0]
    limiter = RateLimiter(2, 3, clock=lambda: now[0], most_keys=2)
    assert [limiter.take("a") for _ in range(3)] == [0, 0, 0]
    assert limiter.take("a") == pytest.approx(0.5)
    now[0] = 0.5
    assert limiter.take("a") == 0
    assert limiter.take("a") > 0
    limiter.take("b")
    limiter.take("c")
    assert limiter.take("a") == 0, "the longest unused key was forgotten"


def test_the_backlog_keeps_order_behind_one_that_waits() -> None:
    now = [100.0]
    backlog = Backlog(clock=lambda: now[0])
    first, second = (Turn(conversation_id="c", message_id=each, text="x") for each in "ab")
    backlog.add(first, told=True, failed=True)
    backlog.add(second, told=True)
    assert backlog.due("c") == []
    assert backlog.next_due() == pytest.approx(2.0)
    now[0] += 2
    assert [kept.turn for kept in backlog.due("c")] == [first, second]
    assert backlog.due_conversations() == ["c"]
    backlog.drop(first)
    backlog.drop(first)
    backlog.drop(second)
    assert (len(backlog), backlog.next_due()) == (0, None)


def test_a_turn_carries_one_thing() -> None:
    for wrong in ({}, {"text": "a", "payload": "/b"}):
        with pytest.raises(ValueError, match="exactly one"):
            Turn(conversation_id="c", **wrong)  # type: ignore[arg-type]


def test_ids_hold_no_digits_that_masking_could_take_for_a_phone() -> None:
    assert all(new_id().isalpha() for _ in range(50))


def test_intents_nobody_knows_do_not_flood_the_metrics() -> None:
    metrics, turn = Metrics(), Turn(conversation_id="c", text="x")
    for number in range(300):
        metrics.turn(turn, Reply(messages=[], trace=Trace(intent=IntentScore(name=f"made_up_{number}"))), "answered", 0.1)
    assert metrics.text().count(b"dianda_turns_total{") == 201


def test_speech_falls_back_to_text() -> None:
    assert Message(text="好").speech == "好"
    assert Message(text="好", speech="行").model_dump() == {"text": "好", "speech": "行", "buttons": [], "citations": []}


async def test_a_guard_that_fails_costs_nobody_the_holding_line(shut: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.unit.gateway.fakes.hazard", lambda text: 1 / 0)
    await shut.open(wait=False)
    assert "暂时连不上" in texts(await shut.chat("电线"))[0]


async def test_a_store_that_fails_during_a_replay_is_asked_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.gateway.backlog.FIRST_WAIT", 0.02)
    monkeypatch.setattr("bot.gateway.replay.PAUSE", 0.02)
    monkeypatch.setattr("bot.gateway.journal.RETRIES", ())
    page = await house.page()
    await house.assistant.kill()
    await until(lambda: not house.made.assistant.up)
    await house.chat("停电", message_id="m1")
    plain = house.assistant.reply

    def reply(turn: dict[str, Any]) -> Any:
        house.conversations.failures = 1 if len(house.assistant.turns) == 1 else 0
        return plain(turn)

    house.assistant.reply = reply
    await house.assistant.start()
    push = await page.next("push")
    assert texts(push) == ["回复：停电"]
    assert len(house.assistant.turns) == 2


async def test_a_check_that_raises_is_not_ready(shut: House) -> None:
    await shut.assistant.start()
    await shut.open()
    shut.made.checks["database"] = lambda: 1 / 0 > 0  # type: ignore[index]
    response = await shut.client.get("/readyz")
    assert (response.status, (await response.json())["parts"]) == (503, {"assistant": True, "knowledge": True, "database": False})


async def test_a_faulty_parse_is_503(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(request: Any) -> Any:
        from aiohttp import web

        return web.json_response({"results": []})

    await house.assistant.kill()
    house.assistant._parse = nothing  # type: ignore[method-assign]
    await house.assistant.start()
    await until(lambda: house.made.assistant.up)
    response = await house.client.post("/api/v1/parse", json={"text": "a"})
    assert (response.status, (await response.json())["code"]) == (503, "assistant_fault")
