"""The utility's customer system over HTTP: what it may do wrong, and that nobody is ever shown anything for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest

from actions.desk.clock import SHANGHAI, FixedClock, SystemClock
from actions.desk.desk import ServiceDesk
from actions.desk.errors import CustomersAway
from actions.desk.limits import profile
from actions.desk.tickets import Kind, NewTicket
from actions.ports.http import HttpCustomers, UtilityCustomers
from actions.ports.http.line import Line
from actions.ports.memory import MemoryCustomers, MemoryTicketStore
from tests.contract.fake_customers import SECRET, Faults, customer_system, plain

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=SHANGHAI)
CHEN, OTHER = "3201556677", "3201889900"
DEMO = MemoryCustomers.demo(NOW)


def chen(**changed: object) -> str:
    account = DEMO.account(CHEN)
    assert account is not None
    return json.dumps({**plain(account), **changed})


@contextmanager
def asked(*faults: str, secret: str = SECRET, rest: float = 5.0) -> Iterator[tuple[HttpCustomers, Faults]]:
    with customer_system(DEMO, *faults) as (url, bad):
        line = Line(url, secret, SystemClock(), seconds=0.6, rest=rest)
        try:
            yield HttpCustomers(line), bad
        finally:
            line.close()


@pytest.mark.parametrize(
    "fault",
    [
        "500", "302", "401", "stall", "drip", "endless", "<html>请先登录</html>", "{", "[]", "null5", "\x00\x01", '{"accounts": []}',
        chen(account_no=OTHER), chen(arrears=126.4), chen(arrears="126.405"), chen(arrears="NaN"), chen(area="月球"), chen(name=None), chen(life_support="perhaps"),
    ],
)  # fmt: skip
def test_what_is_no_answer_shows_nothing(fault: str) -> None:
    with asked(fault) as (customers, bad):
        with pytest.raises(CustomersAway) as failure:
            customers.account(CHEN)
        assert not any(secret in str(failure.value) for secret in ("陈桂兰", "13800010001", "126.4", CHEN))
        # On the next question it works again.
        account = customers.account(CHEN)
        assert account is not None and account.name == "陈桂兰"
        assert bad.unsigned == 0


def test_somebody_elses_bills_and_payments_are_never_ours() -> None:
    for ask in (HttpCustomers.bills, HttpCustomers.payments):
        with asked(json.dumps({"account_no": OTHER, "bills": [], "payments": []})) as (customers, _), pytest.raises(CustomersAway, match="another account"):
            ask(customers, CHEN)
    with asked(json.dumps({"accounts": [json.loads(chen(phone="13900000000"))]})) as (customers, _), pytest.raises(CustomersAway, match="another phone"):
        customers.find_accounts("13800010001")
    month = {"month": "2026-10", "kwh": 1, "amount": "1.00"}
    with asked(json.dumps({"account_no": CHEN, "bills": [month, month]})) as (customers, _), pytest.raises(CustomersAway, match="two bills"):
        customers.bills(CHEN)


def test_two_answers_to_one_question_answer_one_question() -> None:
    with asked("twice") as (customers, _):
        first, second = customers.account(CHEN), customers.account(OTHER)
        assert first is not None and second is not None
        assert (first.account_no, second.account_no) == (CHEN, OTHER)


def test_a_system_that_restarts_is_asked_again_at_once() -> None:
    with asked("hang up") as (customers, bad):
        assert customers.account(CHEN) is not None
        assert bad.asked == 2


def test_a_system_that_keeps_failing_is_left_alone_for_a_while() -> None:
    with asked(*["500"] * 9, rest=60) as (customers, bad):
        for _ in range(6):
            with pytest.raises(CustomersAway):
                customers.account(CHEN)
        assert bad.asked == 3
    with asked(*["500"] * 3, rest=0) as (customers, bad):
        for _ in range(3):
            with pytest.raises(CustomersAway):
                customers.account(CHEN)
        assert customers.account(CHEN) is not None


def test_who_does_not_know_the_secret_is_told_nothing() -> None:
    with asked(secret="another secret of the tests") as (customers, bad), pytest.raises(CustomersAway, match="401"):
        customers.account(CHEN)
    assert bad.unsigned == 1


def test_a_repair_is_filed_while_the_system_is_away_and_its_news_are_told_by_a_person() -> None:
    line = Line("http://127.0.0.1:9", SECRET, SystemClock())
    store = MemoryTicketStore()
    customers = UtilityCustomers(HttpCustomers(line), DEMO, DEMO)
    desk = ServiceDesk(store, FixedClock(NOW), profile("state_grid"), customers=customers)
    new = NewTicket(kind=Kind.REPAIR, description="停电", channel="web", account_no=CHEN, contact_phone="13800010001", address="安澜市滨江区望江路88号")
    no = desk.accept(new, request_id="r").ticket_no
    assert {one.letter.topic for one in store.outbox.find(None, None, 9).letters} == {"utility.accepted", "staff.call_customer"}
    assert desk.move(no, "dispatched", actor="a").status == "dispatched"
    line.close()
