"""Letters on their way: what the receiver may do wrong, and that every letter arrives all the same, once under its key."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

import pytest

from actions.desk.clock import SHANGHAI, FixedClock, SystemClock
from actions.desk.desk import ServiceDesk
from actions.desk.limits import profile
from actions.desk.outbox import ATTEMPTS, LONGEST_WAIT, Audience, Letter, LetterState, wait
from actions.desk.tickets import Kind, NewTicket
from actions.ports.conversations import Role
from actions.ports.couriers import LogCourier, WebhookCourier
from actions.ports.couriers.signature import TOLERANCE, sign, verify
from actions.ports.memory import MemoryConversations, MemoryHandoffs, MemoryTicketStore
from actions.ports.outbox import Courier, DeliveryFailed
from bot.gateway.journal import Journal
from bot.gateway.metrics import Metrics
from bot.gateway.postman import LEASE, Postman
from bot.gateway.push import Hub
from tests.contract.fake_receiver import SECRET, raw_server, receiver

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=SHANGHAI)
LETTER = Letter(
    key="GD20261122000011:1:customer",
    audience=Audience.CUSTOMER,
    topic="customer.accepted",
    ticket_no="GD20261122000011",
    created_at=NOW,
    body={"event": {"type": "accepted", "seq": 1}, "to": {"phone": "13800010001", "conversation_id": "c-1"}},
)
REPAIR = NewTicket(
    kind=Kind.REPAIR,
    description="我家停电了",
    channel="web",
    conversation_id="c-1",
    contact_phone="13800010001",
    address="安澜市滨江区望江路88号",
)


def courier(url: str, seconds: float = 5.0) -> WebhookCourier:
    return WebhookCourier(url, SECRET, SystemClock(), seconds=seconds)


async def refused(url: str, seconds: float = 5.0) -> DeliveryFailed:
    """How the delivery of a letter fails."""
    carrier = courier(url, seconds)
    try:
        with pytest.raises(DeliveryFailed) as failure:
            await carrier.deliver(LETTER, "已受理")
    finally:
        await carrier.close()
    assert "13800010001" not in str(failure.value)
    return failure.value


async def test_a_letter_as_the_receiver_gets_it() -> None:
    async with receiver() as there:
        carrier = courier(there.url)
        await carrier.deliver(LETTER, "已受理")
        await carrier.close()
    assert there.unsigned == 0
    assert there.taken == {
        LETTER.key: {
            "key": LETTER.key,
            "topic": "customer.accepted",
            "ticket_no": "GD20261122000011",
            "created_at": "2026-11-22T09:00:00+08:00",
            "event": {"type": "accepted", "seq": 1},
            "to": {"phone": "13800010001", "conversation_id": "c-1"},
            "text": "已受理",
        }
    }


@pytest.mark.parametrize(
    ("fault", "reason", "permanent"),
    [
        ("500", "HTTP 500", False),
        ("429", "HTTP 429", False),
        ("401", "HTTP 401", False),
        ("302", "HTTP 302", False),
        ("422", "HTTP 422", True),
        ("page", "HTTP 200 without a receipt", False),
        ("wrong key", "HTTP 200 without a receipt", False),
        ("broken json", "HTTP 200 without a receipt", False),
        ("nonsense", "HTTP 200 without a receipt", False),
        ("hang up", "ServerDisconnectedError", False),
    ],
)
async def test_what_is_not_a_receipt_is_a_failure(fault: str, reason: str, permanent: bool) -> None:
    async with receiver(fault) as there:
        failure = await refused(there.url)
    assert (str(failure), failure.permanent) == (reason, permanent)


async def test_who_has_it_already_may_say_so() -> None:
    async with receiver("409") as there:
        carrier = courier(there.url)
        await carrier.deliver(LETTER, None)
        await carrier.close()


async def test_a_stalling_receiver_is_not_waited_for() -> None:
    async with receiver("stall") as there, asyncio.timeout(3):
        assert str(await refused(there.url, seconds=0.2)) == "no answer in time"


async def test_nobody_there() -> None:
    assert str(await refused("http://127.0.0.1:9/in")) == "ClientConnectorError"


async def test_garbage_instead_of_http() -> None:
    async with raw_server(b"\x00\x01\x02 SMTP ready\r\n\r\n") as url:
        assert not (await refused(url)).permanent
    async with raw_server(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{") as url:
        assert not (await refused(url)).permanent


async def test_two_answers_to_one_letter_answer_one_letter() -> None:
    receipt = f'{{"key": "{LETTER.key}"}}'.encode()
    good = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(receipt), receipt)
    async with raw_server(good + good) as url:
        carrier = courier(url)
        await carrier.deliver(LETTER, None)
        await carrier.deliver(LETTER, None)
        await carrier.close()


def test_the_signature() -> None:
    secret, body = SECRET.encode(), b"{}"
    header = sign(secret, body, NOW)
    assert verify(secret, header, body, NOW + TOLERANCE)
    assert not verify(secret, header, body, NOW + TOLERANCE + timedelta(seconds=1))
    assert not verify(secret, header, body + b" ", NOW)
    assert not verify(b"another secret", header, body, NOW)
    assert not verify(secret, header.replace("t=1", "t=2", 1), body, NOW)
    for broken in ("", "t=,v1=", f"{header},v1=x", header.replace("v1", "v0")):
        assert not verify(secret, broken, body, NOW)


def test_the_waits_grow_and_end() -> None:
    shortest = [wait(attempt, lambda: 0.0) for attempt in range(1, ATTEMPTS)]
    longest = [wait(attempt, lambda: 1.0) for attempt in range(1, ATTEMPTS)]
    assert longest[:3] == [timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=8)]
    assert shortest == [full / 2 for full in longest if full is not None]
    assert max(full for full in longest if full is not None) == LONGEST_WAIT
    assert wait(ATTEMPTS, lambda: 0.5) is None
    assert timedelta(hours=6) < sum((full for full in longest if full), timedelta(0)) < timedelta(hours=8)


class House:
    """A desk with an outbox and a postman, whose time is moved by hand."""

    def __init__(self, carrier: Courier) -> None:
        self.clock = FixedClock(NOW)
        self.store = MemoryTicketStore()
        self.outbox = self.store.outbox
        self.desk = ServiceDesk(self.store, self.clock, profile("state_grid"))
        self.conversations = MemoryConversations()
        self.journal = Journal(self.conversations, MemoryHandoffs(), Hub(), self.clock)
        self.metrics = Metrics()
        self.postman = Postman(
            self.outbox, carrier, self.journal, self.metrics, self.clock, pause=0.01, dice=lambda: 0.0
        )
        # Somebody who has never written has no conversation to be told in.
        self.conversations.accept_turn("c-1", "m-1", "web", None, "我家停电了", None, NOW)

    async def round(self) -> int:
        return await self.postman.round()

    def pushed(self) -> list[str]:
        return [
            message["text"]
            for out in self.conversations.outbound_after("c-1", 0)
            if out.role is Role.SYSTEM
            for message in out.messages
        ]


def repair_on_its_way(house: House) -> str:
    """A repair whose crew has arrived and mended it: ten letters."""
    no = house.desk.accept(REPAIR, request_id="r-1").ticket_no
    for step in ("dispatched", "acknowledged", "en_route", "on_site", "resolved"):
        house.desk.move(no, step, actor="城西一班")
    return no


async def test_every_letter_arrives_whatever_the_receiver_does() -> None:
    faults = ["500", "page", "taken, then 500", "wrong key", "stall", "hang up", "429", "taken, then 500", "nonsense"]
    async with receiver(*faults) as there:
        house = House(courier(there.url, seconds=0.3))
        repair_on_its_way(house)
        for _ in range(12):
            await house.round()
            house.clock.advance(timedelta(minutes=30))
        await house.postman.close()
        house.journal.close()
    wanted = {stored.letter.key for stored in house.outbox.find(None, None, 99).letters}
    assert set(there.taken) == wanted
    assert len(wanted) == 10
    assert there.unsigned == 0
    assert house.outbox.counts()[LetterState.DELIVERED] == 10
    # What was taken although it answered 500 came again, under the same key: that is what the key is for.
    assert there.doubles == 2
    assert len(there.calls) == 10 + len(faults)


async def test_the_customer_reads_each_piece_of_news_once() -> None:
    async with receiver("500", "500", "500", "500", "500", "500", "500", "500", "500", "500") as there:
        house = House(courier(there.url))
        no = repair_on_its_way(house)
        for _ in range(3):
            await house.round()
            house.clock.advance(timedelta(minutes=5))
        await house.postman.close()
        house.journal.close()
    assert house.pushed() == [
        f"工单{no}：工作人员已出发，请保持电话畅通。",
        f"工单{no}：工作人员已到达现场，正在处理。",
        f"工单{no}已处理完毕。如果问题还在，请直接告诉我。",
    ]


async def test_what_fails_for_good_is_dead_and_can_be_retried(caplog: pytest.LogCaptureFixture) -> None:
    async with receiver("422") as there:
        house = House(courier(there.url))
        house.desk.accept(NewTicket(kind=Kind.PRAISE, description="师傅真好", channel="voice"), request_id="p")
        with caplog.at_level(logging.WARNING, "dianda.outbox"):
            await house.round()
        house.clock.advance(timedelta(days=1))
        assert await house.round() == 0
        (dead,) = house.outbox.find(LetterState.DEAD, None, 9).letters
        assert (dead.last_error, dead.attempts) == ("HTTP 422", 1)
        assert "given up" in caplog.text
        house.outbox.retry(dead.letter.key, house.clock.now())
        assert await house.round() == 1
        await house.postman.close()
        house.journal.close()
    assert house.outbox.counts()[LetterState.DEAD] == 0
    assert list(there.taken) == [dead.letter.key]


async def test_given_up_after_so_many_tries() -> None:
    house = House(courier("http://127.0.0.1:9/in"))
    house.desk.accept(NewTicket(kind=Kind.PRAISE, description="师傅真好", channel="voice"), request_id="p")
    tries = 0
    while house.outbox.counts()[LetterState.DEAD] == 0:
        tries += await house.round()
        house.clock.advance(timedelta(minutes=30))
    await house.postman.close()
    house.journal.close()
    assert tries == ATTEMPTS


async def test_a_postman_that_dies_loses_nothing() -> None:
    async with receiver("stall") as there:
        house = House(courier(there.url, seconds=20))
        house.desk.accept(NewTicket(kind=Kind.PRAISE, description="师傅真好", channel="voice"), request_id="p")
        await house.postman.start()
        while not there.calls:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        await house.postman.close()
        assert house.outbox.counts()[LetterState.PENDING] == 1
        house.clock.advance(LEASE)
        assert await house.round() == 1
        await house.postman.close()
        house.journal.close()
    assert len(there.taken) == 1


async def test_without_a_receiver_letters_go_to_the_log_and_say_nothing_personal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    house = House(LogCourier())
    no = repair_on_its_way(house)
    with caplog.at_level(logging.INFO, "dianda.outbox"):
        while await house.round():
            pass
    await house.postman.close()
    house.journal.close()
    assert house.outbox.counts()[LetterState.DELIVERED] == 10
    assert no in caplog.text
    for secret in ("13800010001", "望江路", "停电"):
        assert secret not in caplog.text
