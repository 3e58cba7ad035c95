"""Tickets over HTTP, for staff."""

from __future__ import annotations

import logging

import pytest

from actions.desk.tickets import Kind, NewTicket, Ticket
from tests.unit.gateway.fakes import House


def new(house: House, request_id: str, conversation_id: str = "c1", kind: Kind = Kind.REPAIR) -> Ticket:
    wanted = NewTicket(
        kind=kind,
        description="停电",
        channel="web",
        conversation_id=conversation_id,
        address="安澜市城东区人民路66号5栋301",
        contact_name="王敏",
        contact_phone="13800138000",
    )
    return house.made.desk.accept(wanted, request_id=request_id)  # type: ignore[attr-defined,no-any-return]


async def test_listing_and_filters(house: House) -> None:
    repair, complaint = new(house, "r1"), new(house, "r2", "c2", Kind.COMPLAINT)

    async def listed(query: str) -> list[str]:
        status, body = await house.staff("GET", f"/api/v1/tickets?{query}")
        assert status == 200, body
        return [ticket["ticket_no"] for ticket in body["tickets"]]

    assert await listed("") == [complaint.ticket_no, repair.ticket_no]
    assert await listed("conversation_id=c1&account_no=&kind=&status=&cursor=") == [repair.ticket_no]
    assert await listed("kind=complaint") == [complaint.ticket_no]
    assert await listed("status=closed") == []
    _, first = await house.staff("GET", "/api/v1/tickets?limit=1")
    assert first["next_cursor"]
    assert await listed(f"limit=1&cursor={first['next_cursor']}") == [repair.ticket_no]
    status, problem = await house.staff("GET", "/api/v1/tickets?cursor=no-such")
    assert (status, problem["code"]) == (422, "invalid_cursor")
    assert (await house.staff("GET", "/api/v1/tickets?kind=nonsense"))[0] == 422


async def test_one_ticket(house: House) -> None:
    ticket = new(house, "r1")
    status, body = await house.staff("GET", f"/api/v1/tickets/{ticket.ticket_no}")
    assert (status, body["contact_phone"], body["kind"]) == (200, "13800138000", "repair")
    assert body["clocks"]
    assert body["events"][0]["type"] == "accepted"
    for unknown in ("GD20261122000099", "nonsense", "%F0%9F%92%A1", "%07"):
        status, problem = await house.staff("GET", f"/api/v1/tickets/{unknown}")
        assert status == 404
        assert problem["code"] in {"unknown_ticket", "not_found"}


async def test_moving(house: House) -> None:
    ticket, parent = new(house, "r1"), new(house, "r2")
    path = f"/api/v1/tickets/{ticket.ticket_no}/events"
    status, moved = await house.staff("POST", path, type="dispatched", note="滨江抢修一班", actor="调度01")
    assert (status, moved["status"], moved["events"][-1]["actor"], moved["events"][-1]["note"]) == (200, "dispatched", "调度01", "滨江抢修一班")
    status, problem = await house.staff("POST", path, type="called_back")
    assert (status, problem["code"]) == (409, "illegal_move")
    assert "acknowledged" in problem["allowed"]
    assert (await house.staff("GET", f"/api/v1/tickets/{ticket.ticket_no}"))[1]["events"] == moved["events"]
    assert (await house.staff("POST", path, type="teleported"))[0] == 422
    assert (await house.staff("POST", path, type="merged"))[0] == 422
    assert (await house.staff("POST", path, type="merged", parent_ticket_no="GD20261122000099"))[0] == 404
    status, merged = await house.staff("POST", path, type="merged", parent_ticket_no=parent.ticket_no)
    assert (status, merged["parent_ticket_no"]) == (200, parent.ticket_no)


async def test_every_look_at_a_ticket_is_noted(house: House, caplog: pytest.LogCaptureFixture) -> None:
    ticket = new(house, "r1")
    with caplog.at_level(logging.INFO, "dianda.audit"):
        await house.staff("GET", f"/api/v1/tickets/{ticket.ticket_no}")
    assert any(ticket.ticket_no in record.getMessage() for record in caplog.records if record.name == "dianda.audit")


async def test_staff_correct_a_class_and_list_what_waits_for_a_look(house: House) -> None:
    ticket = house.made.desk.accept(  # type: ignore[attr-defined]
        NewTicket(kind=Kind.COMPLAINT, description="抄表的乱抄", channel="web"), request_id="class"
    )
    status, known = await house.staff("GET", "/api/v1/classes")
    assert (status, known["classes"]["complaint"]["供电质量投诉"]) == (200, ["电压质量", "供电可靠性"])
    path = f"/api/v1/tickets/{ticket.ticket_no}/category"
    status, after = await house.staff("POST", path, first="服务投诉", second="服务行为", actor="王敏")
    assert (status, after["category"], after["review"]) == (200, ["服务投诉", "服务行为"], False)
    assert after["events"][-1]["type"] == "classified"
    assert (await house.staff("POST", path, first="服务投诉", second="抄表催费"))[0] == 422
    assert (await house.staff("GET", "/api/v1/tickets?review=true"))[1]["tickets"] == []
    assert (await house.client.post(path, json={"first": "服务投诉", "second": "服务行为"})).status == 401
