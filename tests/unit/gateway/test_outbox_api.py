"""The outbox over HTTP, for staff."""

from __future__ import annotations

import pytest

from actions.desk.outbox import LetterState
from actions.ports.outbox import DeliveryFailed
from bot.gateway.settings import Settings
from tests.unit.gateway.fakes import House, until
from tests.unit.gateway.test_tickets import new


class Refusing:
    """A courier whose receiver takes no letter for a customer."""

    async def deliver(self, letter: object, text: str | None) -> None:
        if "customer" in letter.topic:  # type: ignore[attr-defined]
            raise DeliveryFailed("HTTP 422", permanent=True)

    async def close(self) -> None:
        """Nothing is held."""


async def test_the_dead_are_listed_and_tried_again(house: House) -> None:
    ticket = new(house, "r1")
    outbox = house.tickets.outbox
    await until(lambda: outbox.counts()[LetterState.DELIVERED] == 2)
    status, body = await house.staff("GET", "/api/v1/outbox")
    assert status == 200
    assert [letter["topic"] for letter in body["letters"]] == ["customer.accepted", "utility.accepted"]
    assert body["counts"] == {"pending": 0, "delivered": 2, "dead": 0}
    assert "13800138000" not in str(body)
    key = f"{ticket.ticket_no}:1:customer"
    status, problem = await house.staff("POST", f"/api/v1/outbox/{key}/retry")
    assert (status, problem["code"]) == (409, "letter_delivered")
    status, problem = await house.staff("POST", "/api/v1/outbox/GD:1:customer/retry")
    assert (status, problem["code"]) == (404, "unknown_letter")
    assert (await house.staff("GET", "/api/v1/outbox?state=lost"))[0] == 422
    assert (await house.staff("GET", "/api/v1/outbox?cursor=x"))[0] == 422
    for method, path in (("GET", "/api/v1/outbox"), ("POST", f"/api/v1/outbox/{key}/retry")):
        assert (await house.client.request(method, path)).status == 401


async def test_what_was_given_up_is_seen_and_goes_out_when_retried(shut: House, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = Refusing()
    made = shut.parts
    monkeypatch.setattr(shut, "parts", lambda: _with_courier(made(), refusing))
    await shut.assistant.start()
    await shut.open()
    new(shut, "r1")
    await until(lambda: shut.tickets.outbox.counts()[LetterState.DEAD] == 1)
    _, body = await shut.staff("GET", "/api/v1/outbox?state=dead")
    (letter,) = body["letters"]
    assert (letter["last_error"], letter["attempts"], letter["next_at"]) == ("HTTP 422", 1, None)

    async def willing(letter: object, text: str | None) -> None:
        assert text is not None

    refusing.deliver = willing  # type: ignore[method-assign]
    status, retried = await shut.staff("POST", f"/api/v1/outbox/{letter['key']}/retry")
    assert (status, retried["state"]) == (200, "pending")
    await until(lambda: shut.tickets.outbox.counts()[LetterState.DELIVERED] == 2)


async def test_a_moved_ticket_is_told_in_the_customers_conversation(house: House) -> None:
    await house.chat("我家停电了")
    ticket = new(house, "r1")
    page = await house.page()
    for step in ("dispatched", "acknowledged", "en_route"):
        assert (await house.staff("POST", f"/api/v1/tickets/{ticket.ticket_no}/events", type=step, actor="城西一班"))[0] == 200
    pushed = await page.next("push")
    assert (pushed["role"], pushed["messages"][0]["text"]) == ("system", f"工单{ticket.ticket_no}：工作人员已出发，请保持电话畅通。")
    await page.close()


async def test_pausing_over_http(house: House) -> None:
    ticket = new(house, "r1")
    path = f"/api/v1/tickets/{ticket.ticket_no}/events"
    status, problem = await house.staff("POST", path, type="paused")
    assert (status, "why" in problem["errors"][0]["message"]) == (422, True)
    status, paused = await house.staff("POST", path, type="paused", note="客户周末才在家")
    assert (status, paused["clocks"][0]["paused"], paused["clocks"][0]["state"]) == (200, True, "running")
    status, problem = await house.staff("POST", path, type="dispatched")
    assert (status, "resumed" in problem["allowed"]) == (409, True)
    status, resumed = await house.staff("POST", path, type="resumed")
    assert (status, resumed["paused_at"]) == (200, None)
    assert resumed["clocks"][0]["due_at"] >= paused["clocks"][0]["due_at"]


@pytest.mark.parametrize("wrong", [{"outbox_url": "https://crm.example/in"}, {"outbox_url": "ftp://crm.example"}, {"outbox_url": "https://crm.example/in", "outbox_secret": "short"}])
def test_a_webhook_needs_a_secret(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"outbox|OUTBOX"):
        Settings(_env_file=None, **wrong)  # type: ignore[arg-type,call-arg]


def _with_courier(parts: object, courier: Refusing) -> object:
    from dataclasses import replace

    return replace(parts, courier=courier)  # type: ignore[type-var]
