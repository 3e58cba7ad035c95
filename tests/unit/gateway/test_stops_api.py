"""Stop orders over HTTP, and what the customer gets to read."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from actions.desk.clock import SystemClock, rfc3339
from actions.desk.customers import PaymentMode
from tests.unit.gateway.fakes import STAFF, House, Json
from tests.unit.gateway.test_notices_api import CHEN, MACHINE, heard, opened, told

STOPS = "/api/v1/stop-orders"


def order(number: str = CHEN, **other: Any) -> Json:
    planned = (SystemClock().now() + timedelta(days=5)).replace(hour=10, minute=0, second=0, microsecond=0)
    usual = {"order_no": "T1", "account_no": number, "amount": "231.20", "reason": "欠费经催不缴", "approved_by": "李主任", "demanded_on": "2026-01-05"}
    return {**usual, "planned_at": rfc3339(planned), **other}


async def owing(shut: House) -> House:
    house = await opened(shut)
    for number in (CHEN, MACHINE):
        account = house.customers.account(number)
        assert account is not None
        house.customers.put_account(replace(account, payment_mode=PaymentMode.POSTPAID, arrears=Decimal("231.20"), arrears_days=40))
    return house


async def test_an_order_over_http_is_told_and_withdrawn(shut: House) -> None:
    house = await owing(shut)
    status, body = await house.staff("POST", STOPS, orders=[order(), order(MACHINE, order_no="T2"), order(order_no="T3", amount="999")], actor="王敏")
    assert (status, body["new"], body["review"], len(body["refused"])) == (200, ["T1", "T2"], ["T2"], 1)
    await asyncio.to_thread(house.stopper.sweep)
    await told(house)
    (message,) = heard(house)
    assert "231.20" in message
    assert CHEN not in message
    status, body = await house.staff("GET", STOPS)
    assert {one["order_no"]: one["state"] for one in body["orders"]} == {"T1": "standing", "T2": "review"}
    assert CHEN not in str(body)
    status, body = await house.staff("POST", f"{STOPS}/T2/decision", allow=False, actor="赵总", note="家里有呼吸机")
    assert (status, body["state"], body["decided_by"]) == (200, "withdrawn", "赵总")
    status, problem = await house.staff("POST", f"{STOPS}/T1/cut", actor="抢修一班")
    assert (status, problem["code"]) == (409, "stop_over")
    status, body = await house.staff("POST", f"{STOPS}/T1/withdraw", actor="王敏", note="分期")
    assert (status, body["state"]) == (200, "withdrawn")
    await told(house)
    assert "取消" in heard(house)[-1]
    status, problem = await house.staff("POST", f"{STOPS}/T9/restored", actor="王敏")
    assert (status, problem["code"]) == (404, "unknown_stop")


async def test_a_sheet_of_orders(shut: House) -> None:
    house = await owing(shut)
    planned = (SystemClock().now() + timedelta(days=5)).strftime("%Y-%m-%d 10:00")
    text = f"单号,户号,欠费金额,计划停电时间,原因,批准人,催交日期\nT1,{CHEN},231.20,{planned},欠费,李主任,2026-01-05\nT2,,1,{planned},欠费,李主任,\n"
    response = await house.client.post(STOPS, data=text.encode(), headers={**STAFF, "Content-Type": "text/csv"})
    body = await response.json()
    assert (response.status, body["new"], [one["row"] for one in body["refused"]]) == (200, ["T1"], [3])


@pytest.mark.parametrize(("method", "path"), [("GET", STOPS), ("POST", STOPS), *(("POST", f"{STOPS}/T1/{act}") for act in ("decision", "withdraw", "cut", "restored"))])
async def test_only_staff(house: House, method: str, path: str) -> None:
    assert (await house.client.request(method, path)).status == 401
