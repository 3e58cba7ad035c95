"""Outage plans and notices over HTTP, and what the customer gets to read."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from actions.desk.clock import SystemClock, rfc3339
from actions.desk.outbox import LetterState
from tests.unit.gateway.fakes import STAFF, House, Json, texts, until

CHEN, MACHINE = "3201556677", "4101234567890"
PLANS = "/api/v1/outage-plans"


def plan(days: float = 9, **other: Any) -> Json:
    starts = SystemClock().now().replace(microsecond=0) + timedelta(days=days)
    usual = {"outage_no": "P1", "type": "planned", "reason": "线路检修", "area": "安澜市滨江区望江路1号至130号"}
    return {**usual, "starts": rfc3339(starts), "ends": rfc3339(starts + timedelta(hours=8)), **other}


async def opened(house: House, **options: Any) -> House:
    """The house with Chen's account linked to a chat user who has talked before."""
    house.options = {"quiet_hours": "off", **options}
    await house.assistant.start()
    await house.open()
    await house.chat("你好", "c-chen", customer_id="u-chen")
    house.customers.bind("u-chen", CHEN, SystemClock().now())
    return house


def heard(house: House, conversation_id: str = "c-chen") -> list[str]:
    sent = house.conversations.outbound_after(conversation_id, 0)
    return [text for out in sent if out.role == "system" for text in texts({"messages": out.messages})]


async def told(house: House) -> None:
    """Let the walks go on, and the postman deliver."""
    await asyncio.to_thread(house.notifier.sweep)
    await until(lambda: house.tickets.outbox.counts()[LetterState.PENDING] == 0)


async def test_a_plan_over_http_reaches_the_conversation_once(shut: House) -> None:
    house, body = await opened(shut), plan()
    for new, unchanged in ((["P1"], []), ([], ["P1"])):
        status, review = await house.staff("POST", PLANS, plans=[body])
        assert (status, review["new"], review["unchanged"], review["refused"]) == (200, new, unchanged, [])
        await told(house)
    (message,) = heard(house)
    assert "3201**6677" in message
    assert CHEN not in message
    assert "望江路" in message
    status, listed = await house.staff("GET", PLANS)
    (one,) = listed["plans"]
    assert (one["told"], one["calls"], one["open_calls"], one["waiting"], one["late"]) == (2, 1, 1, 0, False)
    await house.staff("POST", PLANS, plans=[plan(10)])
    await told(house)
    status, _ = await house.staff("POST", f"{PLANS}/P1/cancel", reason="改期", actor="调度01")
    assert status == 200
    await told(house)
    assert ["变动" in heard(house)[1], "取消" in heard(house)[2], len(heard(house))] == [True, True, 3]
    for number, refused in (("P1", (409, "plan_over")), ("P9", (404, "unknown_plan"))):
        status, problem = await house.staff("POST", f"{PLANS}/{number}/cancel", reason="")
        assert (status, problem["code"]) == refused


async def test_at_night_a_notice_waits_and_says_so_and_a_crew_does_not(shut: House) -> None:
    now = SystemClock().now()
    house = await opened(shut, quiet_hours=f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=2):%H:%M}")
    await house.staff("POST", PLANS, plans=[plan(3)])
    await asyncio.to_thread(house.notifier.sweep)
    outbox = house.tickets.outbox
    await until(lambda: any(one.waits_for == "quiet_hours" for one in outbox.find(None, None, 9).letters))
    _, body = await house.staff("GET", "/api/v1/outbox?state=pending")
    (letter,) = body["letters"]
    assert (letter["topic"], letter["ticket_no"], letter["subject"]) == ("customer.outage_ahead", None, "plan:P1")
    assert (letter["waits_for"], letter["attempts"]) == ("quiet_hours", 0)
    assert heard(house) == []
    from actions.desk.tickets import Kind, NewTicket

    repair = NewTicket(kind=Kind.REPAIR, description="停电", channel="web", conversation_id="c-chen", contact_phone="13800010001", address="望江路88号")
    application = NewTicket(kind=Kind.SERVICE_REQUEST, business="transfer_account", description="过户", channel="web", conversation_id="c-chen", contact_phone="13800010001", account_no=CHEN)  # fmt: skip
    desk = house.made.desk
    for wanted, steps in ((application, ("dispatched",)), (repair, ("dispatched", "acknowledged", "en_route", "on_site", "resolved"))):
        no = desk.accept(wanted, request_id=wanted.description).ticket_no  # type: ignore[attr-defined]
        for step in steps:
            desk.move(no, step, actor="李工")
    await until(lambda: any("处理完毕" in line for line in heard(house)))
    assert [word in "".join(heard(house)) for word in ("已出发", "已到达现场", "已派给")] == [True, True, False]


async def test_a_sheet_will_do_as_well_and_bad_rows_are_named(shut: House) -> None:
    house = await opened(shut)
    starts = SystemClock().now() + timedelta(days=2)
    line = f"{starts:%Y-%m-%d %H:%M},{starts + timedelta(hours=4):%Y-%m-%d %H:%M}"
    sheet = f"\ufeff计划编号,类型,停电原因,停电范围,开始时间,结束时间,台区\nP1,计划,检修,,{line},桂花园3号台区\nP2,计划,检修,,{line},\nP3,计划,检修,江边路沿线,昨天,今天,\n"
    headers = STAFF | {"Content-Type": "text/csv; charset=utf-8"}
    response = await house.client.post(PLANS, data=sheet.encode(), headers=headers)
    body = await response.json()
    assert (response.status, body["new"], body["late"]) == (200, ["P1"], ["P1"])
    assert [row["row"] for row in body["refused"]] == [3, 4]
    for bad in (b"", "计划编号\nP1".encode("gb18030"), b'"', "又一列\n1".encode()):
        assert (await house.client.post(PLANS, data=bad, headers=headers)).status in (400, 422)
    assert (await house.client.post(PLANS, data=b"x", headers=STAFF | {"Content-Type": "text/plain"})).status == 415
    status, _ = await house.staff("POST", PLANS, plans=[plan(starts="2026-12-01T08:00:00")])
    assert status == 422


async def test_calls_are_read_and_worked_off_by_staff(shut: House) -> None:
    house = await opened(shut)
    await house.staff("POST", PLANS, plans=[plan()])
    await told(house)
    _, body = await house.staff("GET", "/api/v1/notices/calls")
    (call,) = body["calls"]
    assert (call["account_no"], call["phone"], call["step"]) == (MACHINE, "13800010006", "outage_ahead")
    status, done = await house.staff("POST", f"/api/v1/notices/calls/{call['key']}/done", actor="客服07")
    assert (status, done["done_by"], done["account"]) == (200, "客服07", "4101*****7890")
    assert (await house.staff("GET", "/api/v1/notices/calls"))[1]["calls"] == []
    status, problem = await house.staff("POST", "/api/v1/notices/calls/plan:P1:1:ahead:0/done", actor="客服07")
    assert (status, problem["code"]) == (404, "unknown_call")
    _, body = await house.staff("GET", "/api/v1/notices?limit=1")
    assert len(body["notices"]) == 1
    assert "13800010006" not in str(body)


async def test_staff_switch_notices_for_who_asked_by_phone(shut: House) -> None:
    house = await opened(shut)
    status, body = await house.staff("POST", f"/api/v1/accounts/{CHEN}/notices", topic="outage", wanted=False)
    assert (status, body) == (200, {"bill": None, "outage": False})
    await house.staff("POST", PLANS, plans=[plan()])
    await told(house)
    assert heard(house) == []
    status, problem = await house.staff("GET", "/api/v1/accounts/0000000000/notices")
    assert (status, problem["code"]) == (404, "unknown_account")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", PLANS), ("POST", PLANS), ("POST", PLANS + "/P1/cancel"), ("GET", "/api/v1/notices"),
     ("GET", "/api/v1/notices/calls"), ("GET", f"/api/v1/accounts/{CHEN}/notices"), ("POST", f"/api/v1/accounts/{CHEN}/notices")],
)  # fmt: skip
async def test_only_staff(house: House, method: str, path: str) -> None:
    assert (await house.client.request(method, path)).status == 401
