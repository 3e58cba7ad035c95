"""Stop orders over every store: checked, told at their times, withdrawn when paid, and the supply brought back within its limit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from actions.desk.clock import SHANGHAI, FixedClock
from actions.desk.customers import PaymentMode
from actions.desk.desk import ServiceDesk
from actions.desk.errors import StopOver, UnknownStop
from actions.desk.limits import profile
from actions.desk.outbox import CALL
from actions.desk.quiet import QuietHours
from actions.desk.stopper import Stopper
from actions.desk.stops import COLUMNS, DEMANDED, StopState
from actions.ports.memory import MemoryCustomers, MemoryNetwork, MemoryNotices, MemoryStops, MemoryTicketStore
from actions.ports.sql import SqlCustomers, SqlNetwork, SqlOutbox, SqlStops, SqlTicketStore, seed_demo

CHEN, MACHINE = "3201556677", "4101234567890"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)


class House:
    """A stopper over one store, with the demo utility's customers."""

    def __init__(self, backend: Engine | None, clock: FixedClock) -> None:
        self.clock = clock
        stops: Any
        network: Any
        tickets: Any
        if backend is None:
            tickets = MemoryTicketStore()
            self.customers: Any = MemoryCustomers.demo(clock.now())
            network = MemoryNetwork.demo(self.customers)
            stops, self.outbox = MemoryStops(MemoryNotices(tickets, self.customers)), tickets.outbox
        else:
            seed_demo(backend, clock, demo=True)
            tickets, self.customers, network = SqlTicketStore(backend), SqlCustomers(backend), SqlNetwork(backend)
            stops, self.outbox = SqlStops(backend), SqlOutbox(backend)
        self.desk = ServiceDesk(tickets, clock, profile("state_grid"))
        self.stopper = Stopper(stops, clock, network, self.desk, quiet=QuietHours.parse("21:00-08:00"))
        for number in (CHEN, MACHINE):
            self.owes(number, "231.20")

    def owes(self, number: str, amount: str, days: int = 40, **other: Any) -> None:
        found = self.customers.account(number)
        self.customers.put_account(replace(found, payment_mode=PaymentMode.POSTPAID, arrears=Decimal(amount), arrears_days=days, **other))

    def row(self, number: str = CHEN, order: str = "T1", days: float = 10, **other: Any) -> dict[str, Any]:
        cells = (order, number, "231.20", (self.clock.now() + timedelta(days=days)).replace(tzinfo=None), "欠费经催不缴", "李主任")
        return {**dict(zip(COLUMNS, cells, strict=True)), DEMANDED: "2026-11-05", **other}

    def take(self, **row: Any) -> str:
        """Why the row was refused, or nothing."""
        found = self.stopper.take([self.row(**row)], by="王敏")
        return found.refused[0][1] if found.refused else ""

    def later(self, **by: float) -> None:
        self.clock.advance(timedelta(**by))
        self.stopper.sweep()

    def told(self) -> list[str]:
        """What was said so far, a call by a person marked; what was sent is taken as delivered."""
        letters = [one.letter for one in reversed(self.outbox.find(None, None, 200).letters) if one.letter.ticket_no is None]
        for one in self.outbox.claim(self.clock.now(), 200, timedelta(minutes=1)):
            self.outbox.delivered(one.letter.key, self.clock.now())
        return [str(one.body["event"]["type"]) + ("!" if one.topic == CALL else "") for one in letters]

    def state(self, number: str = "T1") -> StopState:
        return next(one.state for one in self.stopper.orders() if one.order_no == number)


@pytest.fixture
def house(backend: Engine | None, clock: FixedClock) -> House:
    clock.set(NOW)
    return House(backend, clock)


def test_notices_go_out_seven_days_and_half_an_hour_before_each_once(house: House) -> None:
    assert house.take() == ""
    house.later(days=2)
    assert house.told() == []
    house.later(days=1)
    assert house.told() == ["stop_ahead"]
    house.later(days=6, hours=23)
    assert house.told() == ["stop_ahead"]
    house.later(minutes=30)
    assert house.told() == ["stop_ahead", "stop_soon"]
    with pytest.raises(StopOver):
        house.stopper.cut("T1", by="抢修一班")
    house.later(minutes=30)
    house.later(minutes=1)
    assert (house.told(), house.state()) == (["stop_ahead", "stop_soon", "stop_due"], StopState.HANDED)
    assert house.stopper.cut("T1", by="抢修一班").state is StopState.CUT
    assert house.customers.account(CHEN).disconnected


def test_who_has_paid_is_not_cut_at_whatever_point(house: House) -> None:
    for order, days, told in (("T1", 0, []), ("T2", 8, ["stop_ahead", "stop_off"])):
        house.owes(CHEN, "231.20")
        assert house.take(order=order) == ""
        for _ in range(days):
            house.later(days=1)
            house.told()
        house.owes(CHEN, "0.00", days=0)
        house.later(seconds=5)
        assert (house.state(order), house.told()) == (StopState.WITHDRAWN, told)
        with pytest.raises(StopOver):
            house.stopper.cut(order, by="抢修一班")


def test_a_notice_that_nobody_was_sent_yet_is_taken_back(house: House) -> None:
    house.take()
    house.later(days=3)
    house.owes(CHEN, "0.00", days=0)
    house.later(seconds=5)
    assert (house.state(), house.told()) == (StopState.WITHDRAWN, [])


def test_paid_between_the_hand_over_and_the_cut_calls_it_off_at_once(house: House) -> None:
    house.take()
    for step in ({"days": 3}, {"days": 6, "hours": 23, "minutes": 30}, {"minutes": 30}):
        house.later(**step)
        house.told()
    house.owes(CHEN, "0.00", days=0)
    with pytest.raises(StopOver):
        house.stopper.cut("T1", by="抢修一班")
    house.later(seconds=5)
    assert house.told()[-2:] == ["stop_off", "stop_off"]
    assert not house.customers.account(CHEN).disconnected


def test_paid_after_the_cut_the_supply_comes_back_within_its_limit(house: House) -> None:
    house.take()
    for step in ({"days": 3}, {"days": 6, "hours": 23, "minutes": 30}, {"minutes": 30}):
        house.later(**step)
    house.stopper.cut("T1", by="抢修一班")
    house.owes(CHEN, "0.00", days=0, disconnected=True)
    house.later(minutes=1)
    house.later(minutes=1)
    (order,) = house.stopper.orders()
    assert order.restore_by == order.paid_at + timedelta(hours=24)
    ticket = house.desk.ticket(str(order.ticket_no))
    assert (ticket.business, ticket.account_no) == ("request_reconnection", CHEN)
    assert ticket.clocks[0].due_at - ticket.created_at == timedelta(hours=24)
    assert house.told()[-2:] == ["stop_restore", "restore_due"]
    assert len(house.desk.tickets().tickets) == 1
    assert house.stopper.restored("T1", by="抢修一班").state is StopState.RESTORED
    assert not house.customers.account(CHEN).disconnected


def test_somebody_on_a_machine_waits_for_a_person_and_is_told_by_one(house: House) -> None:
    assert house.take(number=MACHINE) == ""
    house.later(days=3, minutes=1)
    assert (house.told(), house.state()) == ([], StopState.REVIEW)
    order = house.stopper.decide("T1", True, by="赵总", note="已备发电机")
    assert (order.state, order.decided_by) == (StopState.STANDING, "赵总")
    house.later(minutes=1)
    assert house.told() == ["stop_ahead!"]
    with pytest.raises(StopOver):
        house.stopper.decide("T1", False, by="赵总")
    house.stopper.withdraw("T1", by="赵总", note="已协商分期")
    house.take(number=MACHINE, order="T2")
    assert house.stopper.decide("T2", False, by="赵总").state is StopState.WITHDRAWN


def test_what_could_not_be_told_in_time_is_not_carried_out(house: House) -> None:
    house.take()
    house.later(days=9)
    assert (house.state(), house.told()) == (StopState.WITHDRAWN, [])
    house.take(order="T2")
    house.later(days=3)
    house.told()
    house.later(days=6, hours=23, minutes=50)
    assert (house.state("T2"), house.told()) == (StopState.WITHDRAWN, ["stop_ahead", "stop_off"])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"days": 2}, "3天"),
        ({"户号": "9999999999"}, "没有这个户号"),
        ({"欠费金额": "231.21"}, "大于"),
        ({"欠费金额": "-1"}, "大于零"),
        ({DEMANDED: ""}, "催交"),
        ({DEMANDED: "2027-01-01"}, "今天以后"),
        ({"计划停电时间": "2026-12-03 21:10"}, "休息"),
        ({"计划停电时间": "2026-12-03 08:10"}, "休息"),
        ({"批准人": ""}, "缺少批准人"),
        ({"order": "停1"}, "单号"),
    ],
)
def test_what_may_not_be_is_refused_with_its_reason(house: House, change: dict[str, Any], why: str) -> None:
    assert why in house.take(**change)
    assert house.stopper.orders() == ()


def test_the_law_s_thirty_days_and_one_order_an_account(house: House) -> None:
    house.owes(CHEN, "231.20", days=30)
    assert "30天" in house.take()
    house.owes(CHEN, "231.20", days=31)
    assert house.take() == house.take() == ""
    assert "T1" in house.take(order="T2")
    assert "另一张" in house.take(原因="别的")
    with pytest.raises(UnknownStop):
        house.stopper.withdraw("T9", by="王敏", note="")


def test_many_who_look_at_once_tell_once(house: House) -> None:
    house.take()
    house.clock.advance(timedelta(days=3))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: house.stopper.sweep(), range(6)))
        made = list(pool.map(lambda n: house.take(order=f"M{n}", number=MACHINE), range(6)))
    assert house.told() == ["stop_ahead"]
    assert made.count("") == 1
