"""The assistant dies, hangs or fails: the customer is told, nothing is lost, and the answer comes later, once."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.gateway.fakes import FakeAssistant, House, answer, texts, until

DOWN = "智能客服暂时连不上"


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.gateway.backlog.FIRST_WAIT", 0.05)


async def test_while_it_is_away_the_customer_is_told_and_answered_later_once(house: House) -> None:
    page = await house.page()
    await house.assistant.kill()
    await until(lambda: not house.made.assistant.up)
    told = await house.chat("我家停电了", message_id="m1")
    assert DOWN in texts(told)[0]
    assert "拨打95598" in texts(told)[0]
    assert told["trace"]["intent"] == {"name": None, "confidence": 0.0}
    assert await house.chat("我家停电了", message_id="m1") == told
    await house.assistant.start()
    push = await page.next("push")
    assert (push["role"], push["seq"], texts(push)) == ("bot", 2, ["回复：我家停电了"])
    await asyncio.sleep(0.1)
    assert len(house.assistant.turns) == 1
    assert [frame["type"] for frame in page.frames if "seq" in frame] == ["reply", "push"]
    assert texts(await house.chat("我家停电了", message_id="m1")) == ["回复：我家停电了"]


async def test_danger_words_get_their_safety_lines_while_it_is_away(house: House) -> None:
    await house.assistant.kill()
    await until(lambda: not house.made.assistant.up)
    told = await house.chat("有根电线掉地上了")
    assert "8米" in texts(told)[0]
    assert told["messages"][0]["priority"] == "emergency"
    assert "险情已经记下" in texts(told)[1]
    assert (told["trace"]["intent"]["name"], told["trace"]["handoff"]) == ("report_hazard", "queued")
    (handoff,) = house.handoffs.waiting()
    assert (handoff.priority, handoff.reason, handoff.summary) == ("emergency", "danger", "有根电线掉地上了")
    await house.assistant.start()
    await until(lambda: house.assistant.turns)


@pytest.mark.parametrize("broken", [500, {"messages": [], "action_failed": True}])
async def test_danger_words_get_their_safety_lines_when_it_fails(house: House, broken: object) -> None:
    house.assistant.reply = lambda turn: broken  # type: ignore[return-value,assignment]
    told = await house.chat("有根电线掉地上了")
    assert "8米" in texts(told)[0]
    assert house.handoffs.waiting()[0].priority == "emergency"


async def test_danger_words_get_their_safety_lines_when_it_is_slow(shut: House) -> None:
    shut.options["turn_seconds"] = 0.1
    await shut.assistant.start()
    await shut.open()
    shut.assistant.gate = asyncio.Event()
    assert "8米" in texts(await shut.chat("有根电线掉地上了"))[0]
    assert shut.handoffs.waiting()[0].priority == "emergency"
    shut.assistant.gate.set()


async def test_killed_in_mid_turn_the_turn_is_kept(house: House) -> None:
    page = await house.page()
    house.assistant.gate = asyncio.Event()
    waiting = asyncio.create_task(house.chat("报修", message_id="m1"))
    await until(lambda: house.assistant.turns)
    await house.assistant.kill()
    assert DOWN in texts(await waiting)[0]
    house.assistant.gate = None
    await house.assistant.start()
    assert texts(await page.next("push")) == ["回复：报修"]


async def test_kept_turns_are_answered_in_order_and_before_newer_ones(house: House) -> None:
    await house.assistant.kill()
    await until(lambda: not house.made.assistant.up)
    for text in "一二三":
        assert DOWN in texts(await house.chat(text))[0]
    await house.assistant.start()
    await until(lambda: house.made.assistant.up)
    await house.chat("四")
    heard = [turn["text"] for turn in house.assistant.turns]
    assert heard == ["一", "二", "三", "四"]


async def test_a_refused_connection_is_tried_once_more(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.gateway.assistant.RETRY_AFTER", 0.1)
    await house.assistant.kill()
    asking = asyncio.create_task(house.chat("你好"))
    await asyncio.sleep(0.03)
    await house.assistant.start()
    reply = texts(await asking)
    # The probe may have noticed first; then the turn is kept instead.
    assert reply == ["回复：你好"] or DOWN in reply[0]


@pytest.mark.parametrize("broken", [500, {"messages": "?"}, {"trace": {}}, ["no object"]])
async def test_a_faulty_answer_is_told_and_tried_again(house: House, broken: object) -> None:
    page = await house.page()
    once = [broken]
    house.assistant.reply = lambda turn: once.pop() if once else answer("好了")  # type: ignore[return-value]
    assert "没有回应" in texts(await house.chat("查电费"))[0]
    assert texts(await page.next("push")) == ["好了"]


async def test_a_failed_action_keeps_the_request_and_what_was_said(house: House) -> None:
    page = await house.page()
    failed = answer("请先远离8米", flow="repair") | {"action_failed": True}
    once = [failed]
    house.assistant.reply = lambda turn: once.pop() if once else answer("工单已建", ticket={"ticket_no": "GD1", "kind": "repair"})
    told = await house.chat("确认", message_id="m1")
    assert texts(told)[0] == "请先远离8米"
    assert "已经记下" in texts(told)[1]
    assert (await page.next("reply"))["seq"] == 1
    push = await page.next("push")
    assert (push["seq"], texts(push), push["reply"]["trace"]["ticket"]["ticket_no"]) == (2, ["工单已建"], "GD1")


async def test_a_turn_that_fails_for_good_goes_to_a_person(house: House) -> None:
    page = await house.page()
    house.assistant.reply = lambda turn: 500
    await house.chat("办理", message_id="m1")
    push = await page.next("push")
    assert "转给人工" in texts(push)[0]
    assert len(house.assistant.turns) == 5
    (handoff,) = house.handoffs.waiting()
    assert (handoff.conversation_id, handoff.reason, handoff.summary) == ("c1", "unanswered", "办理")
    await asyncio.sleep(0.2)
    assert len(house.assistant.turns) == 5


async def test_a_turn_left_open_by_a_crash_is_answered_after_the_start(shut: House) -> None:
    await shut.assistant.start()
    await shut.open()
    shut.assistant.gate = asyncio.Event()
    waiting = asyncio.create_task(shut.chat("我家停电了", message_id="m1"))
    await until(lambda: shut.assistant.turns)
    # A crash: the service is gone without a word; what it had stored is all there is.
    for task in shut.app_tasks():
        task.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await shut.client.close()
    shut.assistant.gate = None
    await shut.open()
    await until(lambda: len(shut.assistant.turns) == 2)
    page = await shut.page()
    entry = page.welcome["history"][-1] if "seq" in page.welcome["history"][-1] else (await page.next("reply")) | {"role": "bot"}
    assert (entry["role"], entry["message_id"], entry["seq"]) == ("bot", "m1", 1)
    assert texts(await shut.chat("我家停电了", message_id="m1")) == ["回复：我家停电了"]
    assert len(shut.assistant.turns) == 2


async def test_kept_turns_survive_a_restart_of_the_service(shut: House) -> None:
    await shut.open(wait=False)
    assert DOWN in texts(await shut.chat("停电", message_id="m1"))[0]
    await shut.close()
    await shut.assistant.start()
    await shut.open()
    page = await shut.page()
    await until(lambda: shut.assistant.turns)
    if page.welcome["history"][-1].get("seq") != 2:
        assert (await page.next("push"))["seq"] == 2
    assert texts(await shut.chat("停电", message_id="m1")) == ["回复：停电"]


async def test_a_turn_asked_again_while_it_is_replayed_is_done_once(shut: House) -> None:
    shut.conversations.accept_turn("c1", "m1", "api", None, "停电", None, shut.parts().clock.now())
    shut.assistant.delay = 0.1
    await shut.assistant.start()
    await shut.open()
    reply = await shut.chat("停电", message_id="m1")
    assert texts(reply) == ["回复：停电"]
    await asyncio.sleep(0.15)
    assert len(shut.assistant.turns) == 1


async def test_parse_is_unavailable_while_it_is_away(shut: House) -> None:
    await shut.open(wait=False)
    response = await shut.client.post("/api/v1/parse", json={"text": "你好"})
    assert (response.status, (await response.json())["code"]) == (503, "assistant_unavailable")
    response = await shut.client.get("/readyz")
    body = await response.json()
    assert (response.status, body["code"], body["parts"]["assistant"]) == (503, "not_ready", False)
    assert (await shut.client.get("/healthz")).status == 200


async def test_an_assistant_that_is_not_ready_gets_no_turns(shut: House) -> None:
    shut.assistant = FakeAssistant()
    shut.assistant.ready = False
    await shut.assistant.start()
    await shut.open(wait=False)
    await asyncio.sleep(0.1)
    assert DOWN in texts(await shut.chat("你好"))[0]
    assert not shut.assistant.turns
