"""The page's WebSocket: nothing lost, nothing doubled, whatever happens to the connection."""

from __future__ import annotations

import asyncio
import random

import pytest
from aiohttp import WSServerHandshakeError

from actions.ports.conversations import Role
from bot.gateway.services import SERVICES
from bot.gateway.turn import Message
from tests.unit.gateway.fakes import House, Json, Page, seqs, texts


async def push(house: House, text: str, key: str) -> None:
    await house.app[SERVICES].journal.push("c1", Role.SYSTEM, [Message(text=text)], key)


async def test_a_turn_over_the_socket(house: House) -> None:
    page = await house.page()
    assert page.welcome == {"type": "welcome", "conversation_id": "c1", "history": []}
    await page.send(type="say", message_id="m1", text="你好", elder=True)
    reply = await page.next("reply")
    await page.next("typing")
    assert [frame["type"] for frame in page.frames[1:]] == ["accepted", "typing", "reply", "typing"]
    assert (reply["message_id"], reply["seq"], texts(reply["reply"])) == ("m1", 1, ["回复：你好"])
    assert (house.assistant.turns[0]["channel"], house.assistant.turns[0]["elder"]) == ("web", True)
    assert page.frames[-1] == {"type": "typing", "on": False}
    await page.send(type="ping")
    await page.next("pong")


async def test_a_new_page_is_shown_what_was_said(house: House) -> None:
    await house.chat("你好", message_id="m1")
    await house.chat(None, payload="/affirm", message_id="m2")
    await push(house, "抢修人员已出发", "k1")
    history = (await house.page()).welcome["history"]
    assert [(line["role"], line.get("seq")) for line in history] == [("user", None), ("bot", 1), ("user", None), ("bot", 2), ("system", 3)]
    assert (history[0]["text"], history[2]["payload"], history[0]["message_id"]) == ("你好", "/affirm", "m1")
    assert seqs((await house.page(after=2)).welcome["history"]) == [3]


async def test_a_resent_message_gets_the_reply_it_had(house: House) -> None:
    page = await house.page()
    await page.say("你好", "m1")
    first = await page.next("reply")
    await page.close()
    again = await house.page()
    await again.say("你好", "m1")
    assert await again.next("reply") == first
    assert len(house.assistant.turns) == 1


async def test_a_message_resent_while_it_is_worked_on_is_answered_once(house: House) -> None:
    house.assistant.gate = asyncio.Event()
    page = await house.page()
    await page.say("你好", "m1")
    await page.next("accepted")
    await page.close()
    again = await house.page()
    assert [line["role"] for line in again.welcome["history"]] == ["user"]
    await again.say("你好", "m1")
    await again.next("accepted")
    house.assistant.gate.set()
    await again.next("reply")
    await asyncio.sleep(0.05)
    assert len(house.assistant.turns) == 1
    assert (await house.page()).welcome["history"][-1]["seq"] == 1


async def test_two_tabs_see_the_same(house: House) -> None:
    one, two = await house.page(), await house.page()
    await one.say("你好", "m1")
    assert (await one.next("reply")) == (await two.next("reply"))
    await push(house, "到了", "k1")
    assert (await one.next("push")) == (await two.next("push"))


async def test_a_push_is_sent_once_for_its_key(house: House) -> None:
    page = await house.page()
    await push(house, "到了", "k1")
    await push(house, "到了", "k1")
    await push(house, "修好了", "k2")
    assert [texts(await page.next("push")) for _ in range(2)] == [["到了"], ["修好了"]]


async def test_through_dropping_connections_nothing_is_lost_or_doubled(house: House) -> None:
    """A page that reconnects at random, resends what is unanswered and shows each seq once."""
    house.assistant.delay = 0.01
    chance = random.Random(7)
    shown: dict[int, list[str]] = {}
    unanswered: dict[str, str] = {}
    total = 40
    sent = pushed = 0
    page = await house.page()

    def take(frame: Json) -> None:
        if frame.get("message_id") in unanswered and (frame["type"] if "type" in frame else frame["role"]) in ("reply", "bot"):
            del unanswered[frame["message_id"]]
        if frame.get("seq") and frame["seq"] not in shown:
            shown[frame["seq"]] = texts(frame.get("reply", frame))

    while sent < total or unanswered or len(shown) < total + pushed:
        if sent < total and chance.random() < 0.5:
            unanswered[f"m{sent}"] = str(sent)
            await page.say(str(sent), f"m{sent}")
            sent += 1
        if sent < total and chance.random() < 0.2:
            pushed += 1
            await push(house, f"推送{pushed}", f"k{pushed}")
        if chance.random() < 0.15:
            page.socket._response.connection.transport.abort()  # type: ignore[union-attr]
            page = await house.page(after=max(shown, default=0))
            for line in page.welcome["history"]:
                take(line)
            for message_id, text in unanswered.items():
                await page.say(text, message_id)
        try:
            take(await page.next("reply", "push", timeout=0.02))
        except TimeoutError:
            continue
    assert sorted(shown) == list(range(1, total + pushed + 1))
    heard = [turn["text"] for turn in house.assistant.turns]
    assert sorted(heard, key=int) == [str(number) for number in range(total)]
    assert sorted(text for line in shown.values() for text in line) == sorted(
        [f"回复：{number}" for number in range(total)] + [f"推送{number + 1}" for number in range(pushed)]
    )


BAD_FRAMES = [
    "no json",
    "[]",
    "null",
    '{"type": "say"}',
    '{"type": "what"}',
    '{"type": "say", "message_id": "m", "text": ""}',
    '{"type": "say", "message_id": "m", "text": "a", "payload": "/b"}',
    '{"type": "say", "message_id": 5, "text": "a"}',
    '{"type": "say", "message_id": "m", "text": "\\ud800"}',
    '{"type": "say", "message_id": "m", "text": "a\\u0000"}',
    '{"type": "say", "message_id": "m", "payload": "affirm"}',
    '{"type": "say", "message_id": "m", "text": "a", "elder": "yes"}',
    "[" * 5000,
]


async def test_a_bad_frame_is_an_error_and_no_end(house: House) -> None:
    page = await house.page()
    for bad in BAD_FRAMES:
        await page.socket.send_str(bad)
        error = await page.next("error")
        assert 400 <= error["problem"]["status"] < 500
        assert error.get("message_id") in (None, "m")
    await page.socket.send_bytes(b"\xff\xfe")
    assert (await page.next("error"))["problem"]["code"] == "invalid_utf8"
    await page.say("好", "m1")
    await page.next("reply")


@pytest.mark.parametrize("hello", [{"type": "say"}, {"type": "hello"}, {"type": "hello", "conversation_id": ""}, {"type": "hello", "conversation_id": "c", "after": -1}])
async def test_a_bad_hello_ends_the_connection(house: House, hello: Json) -> None:
    page = Page(await house.client.ws_connect("/ws"))
    await page.send(**hello)
    await page.next("error")
    assert (await page.socket.receive()).data == 1008


async def test_a_page_of_another_site_is_refused(house: House) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await house.client.ws_connect("/ws", headers={"Origin": "https://evil.example"})
    assert refused.value.status == 403
    own = str(house.client.make_url("/")).rstrip("/")
    await (await house.client.ws_connect("/ws", headers={"Origin": own})).close()
    response = await house.client.get("/ws")
    assert (response.status, response.content_type) == (400, "application/problem+json")


async def test_too_fast_a_talker_is_told_so(shut: House) -> None:
    shut.options |= {"conversation_rate": 0.1, "conversation_burst": 2}
    await shut.assistant.start()
    await shut.open()
    page = await shut.page()
    for number in range(3):
        await page.say("好", f"m{number}")
    error = await page.next("error")
    assert (error["problem"]["code"], error["message_id"]) == ("rate_limited", "m2")


async def test_the_service_closes_while_pages_are_open(house: House) -> None:
    page = await house.page()
    closing = asyncio.create_task(house.app.shutdown())
    assert (await page.socket.receive()).data == 1013
    await closing


async def test_a_store_that_fails_at_hello_is_told(house: House) -> None:
    house.conversations.failures = 1
    page = Page(await house.client.ws_connect("/ws"))
    await page.send(type="hello", conversation_id="c1", after=0)
    assert (await page.next("error"))["problem"]["code"] == "store_unavailable"


async def test_who_cannot_listen_may_ask_what_was_sent(house: House) -> None:
    await house.chat("你好", message_id="m1")
    await push(house, "到了", "k1")
    response = await house.client.get("/api/v1/messages", params={"conversation_id": "c1", "after": "1"})
    (sent,) = (await response.json())["sent"]
    assert (sent["seq"], sent["role"], texts(sent)) == (2, "system", ["到了"])
