"""A person takes over, answers, and gives the customer back."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.gateway.fakes import STAFF, House, Json, Page, answer, texts, until

ASKED = "转人工"


@pytest.fixture
async def queued(house: House) -> str:
    """A customer has asked for a person; the id of the hand-off."""
    house.assistant.reply = lambda turn: answer("正在为您转接", handoff="queued") if turn["text"] == ASKED else answer(f"回复：{turn['text']}")
    reply = await house.chat(ASKED)
    assert reply["trace"]["handoff"] == "queued"
    _, listing = await house.staff("GET", "/api/v1/handoffs")
    (handoff,) = listing["handoffs"]
    assert (handoff["state"], handoff["reason"], handoff["conversation_id"]) == ("queued", "customer_request", "c1")
    return str(handoff["handoff_id"])


async def act(house: House, handoff_id: str, what: str, **body: str) -> tuple[int, Json]:
    return await house.staff("POST", f"/api/v1/handoffs/{handoff_id}/{what}", **body)


async def test_the_round_trip(house: House, queued: str) -> None:
    page = await house.page()
    assert (await house.chat("还在吗"))["trace"]["handoff"] == "queued"
    assert len(house.assistant.turns) == 2, "while nobody has come the bot goes on"
    status, taken = await act(house, queued, "take", agent="李工")
    assert (status, taken["state"], taken["agent"]) == (200, "active", "李工")
    joined = await page.next("push")
    assert (joined["role"], joined["handoff"]) == ("system", "active")
    assert "李工" in texts(joined)[0]

    reply = await house.chat("我家一直跳闸", message_id="m9")
    assert (reply["messages"], reply["trace"]["handoff"]) == ([], "active")
    assert len(house.assistant.turns) == 2, "the bot keeps quiet"
    _, detail = await house.staff("GET", f"/api/v1/handoffs/{queued}")
    assert [line["text"] for line in detail["history"] if line["role"] == "user"] == [ASKED, "还在吗", "我家一直跳闸"]

    assert (await act(house, queued, "say", text="请问住址？", message_id="a1"))[0] == 200
    said = await page.next("push")
    assert (said["role"], texts(said)) == ("agent", ["请问住址？"])
    assert (await act(house, queued, "say", text="请问住址？", message_id="a1"))[1] == {"seq": None}

    status, closed = await act(house, queued, "close")
    assert (status, closed["state"]) == (200, "closed")
    assert (await act(house, queued, "close"))[0] == 200
    over = await page.next("push")
    assert (over["role"], over["handoff"]) == ("system", "none")
    assert texts(await house.chat("谢谢")) == ["回复：谢谢"]
    assert (await house.staff("GET", "/api/v1/handoffs"))[1]["handoffs"] == []


@pytest.mark.parametrize("words", ["结束人工", "返回智能客服。", " 结束人工！"])
async def test_the_customer_may_go_back_to_the_bot(house: House, queued: str, words: str) -> None:
    await act(house, queued, "take", agent="李工")
    reply = await house.chat(words)
    assert "已返回智能客服" in texts(reply)[0]
    assert reply["trace"]["handoff"] == "none"
    assert texts(await house.chat("你好")) == ["回复：你好"]
    assert (await act(house, queued, "say", text="在吗"))[0] == 409


@pytest.mark.parametrize("words", ["算了不转了", "不用人工了", "别等了", "取消转人工"])
async def test_the_queue_can_be_left(house: House, queued: str, words: str) -> None:
    reply = await house.chat(words)
    assert "排队" in texts(reply)[0] and reply["trace"]["handoff"] == "none"
    assert (await house.staff("GET", "/api/v1/handoffs"))[1]["handoffs"] == []
    assert texts(await house.chat("你好")) == ["回复：你好"]


@pytest.mark.parametrize("words", ["还要等多久", "不转也行吗", "等不了了"])
async def test_asking_about_the_queue_leaves_it_not(house: House, queued: str, words: str) -> None:
    assert (await house.chat(words))["trace"]["handoff"] == "queued"


async def test_those_words_mean_nothing_special_without_an_agent(house: House) -> None:
    assert texts(await house.chat("结束人工")) == ["回复：结束人工"]


async def test_on_danger_the_bot_speaks_beside_the_agent(house: House, queued: str) -> None:
    await act(house, queued, "take", agent="李工")
    reply = await house.chat("电线掉下来了")
    assert "8米" in texts(reply)[0]
    assert (reply["trace"]["handoff"], reply["trace"]["intent"]["name"]) == ("active", "report_hazard")


async def test_a_handoff_goes_on_while_the_assistant_is_away(house: House, queued: str) -> None:
    await act(house, queued, "take", agent="李工")
    await house.assistant.kill()
    await until(lambda: not house.made.assistant.up)
    assert (await house.chat("还没来电"))["messages"] == []


async def test_who_may_do_what_when(house: House, queued: str) -> None:
    assert (await act(house, queued, "say", text="您好"))[1]["code"] == "handoff_not_taken"
    assert (await act(house, queued, "take", agent="李工"))[0] == 200
    assert (await act(house, queued, "take", agent="李工"))[0] == 200
    assert (await act(house, queued, "take", agent="王工"))[1]["code"] == "handoff_taken"
    assert (await act(house, queued, "say", text="您好", agent="王工"))[1]["code"] == "handoff_taken"
    assert (await act(house, queued, "take", agent=" "))[0] == 422
    for what, body in {"take": {"agent": "x"}, "say": {"text": "x"}, "close": {}}.items():
        assert (await act(house, "none-such", what, **body))[1]["code"] == "unknown_handoff"
    assert (await house.staff("GET", "/api/v1/handoffs/none-such"))[0] == 404
    assert len((await house.staff("GET", "/api/v1/handoffs?state=active"))[1]["handoffs"]) == 1
    assert (await house.staff("GET", "/api/v1/handoffs?state=queued"))[1]["handoffs"] == []


async def test_staff_hear_of_everything_live(house: House) -> None:
    listener = Page(await house.client.ws_connect("/ws?staff", headers=STAFF))
    assert (await listener.next("welcome"))["handoffs"] == []
    house.assistant.reply = lambda turn: answer("转接中", handoff="queued")
    await house.chat(ASKED)
    queued = await listener.next("handoff")
    assert queued["event"] == "queued"
    assert (await listener.next("customer"))["text"] == ASKED
    handoff_id = queued["handoff"]["handoff_id"]
    await act(house, handoff_id, "take", agent="李工")
    assert (await listener.next("handoff"))["event"] == "taken"
    await house.chat(None, payload="/affirm")
    assert (await listener.next("customer"))["payload"] == "/affirm"
    await house.chat("结束人工")
    assert (await listener.next("handoff"))["event"] == "left"
    await listener.send(type="ping")
    await listener.next("pong")


async def test_a_staff_listener_shows_its_token(house: House) -> None:
    for hello in ({"type": "hello"}, {"type": "hello", "token": "wrong"}, {"type": "nonsense"}):
        listener = Page(await house.client.ws_connect("/ws?staff"))
        await listener.send(**hello)
        assert (await listener.next("error"))["problem"]["code"] in {"forbidden", "invalid_fields"}
        assert (await listener.socket.receive()).data == 1008
    listener = Page(await house.client.ws_connect("/ws?staff"))
    await listener.send(type="hello", token=STAFF["Authorization"].split()[1])
    await listener.next("welcome")


async def test_a_turn_that_waited_goes_to_the_agent_who_came_meanwhile(house: House, queued: str) -> None:
    house.assistant.gate = asyncio.Event()
    first = asyncio.create_task(house.chat("一"))
    await until(lambda: len(house.assistant.turns) == 2)
    second = asyncio.create_task(house.chat("二"))
    await asyncio.sleep(0.02)
    await act(house, queued, "take", agent="李工")
    house.assistant.gate.set()
    assert texts(await first) == ["回复：一"]
    assert (await second)["messages"] == []
