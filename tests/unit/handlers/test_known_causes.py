"""Reporting an outage whose cause is known: the customer hears it, and may still file."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from actions.desk.calendar import WorkingCalendar
from actions.desk.clock import FixedClock
from actions.desk.customers import Outage, OutageType
from actions.desk.desk import ServiceDesk
from actions.desk.hub import RepairHub
from actions.desk.limits import PROFILES
from actions.desk.moves import Book
from actions.desk.tickets import TicketFilter
from actions.handlers.areas import read_area
from actions.handlers.turns import Turns
from actions.ports.maps import GreatCircleMap
from actions.ports.memory import MemoryCustomers, MemoryNetwork, MemoryRepairs, MemoryTicketStore
from tests.unit.handlers.conversing import Customer
from tests.unit.handlers.worlds import NOW

NO_POWER = "我家停电了"
CUT_OFF = "3403007788"


def customer(*extra: Outage) -> tuple[Customer, RepairHub]:
    """Somebody who talks to a desk with a hub."""
    talk = Customer({NO_POWER: "report_outage", "有电线掉地上了": "report_hazard"})
    clock, store = FixedClock(NOW), MemoryTicketStore()
    customers = MemoryCustomers.demo(NOW)
    customers = MemoryCustomers(
        customers.accounts(), outages=(*customers.outages(NOW), *extra), crews=customers.crews(), places=customers.places()
    )
    book = Book(PROFILES["state_grid"], WorkingCalendar())
    hub = RepairHub(
        MemoryRepairs(store), clock, book, customers=customers, directory=customers,
        network=MemoryNetwork.demo(customers), roads=GreatCircleMap(), read_area=read_area,
    )  # fmt: skip
    desk = ServiceDesk(store, clock, book.profile, places=customers.places(), customers=customers)
    talk.services = replace(talk.services, desk=desk, customers=customers, clock=clock, incidents=hub)
    talk.turns = Turns(talk.services)
    return talk, hub


def report(talk: Customer, address: str) -> str:
    """From the first word to the number; returns all that was said."""
    return "\n".join(talk.say(words) for words in (NO_POWER, address, "13800138000", "确认"))


def filed(talk: Customer) -> int:
    return len(talk.services.desk.tickets(TicketFilter()).tickets)


def test_a_running_fault_is_told_and_the_report_is_taken() -> None:
    talk, _ = customer()
    said = report(talk, "城西区建设路16号2栋301")
    assert "建设线跳闸" in said
    assert "16:20" in said
    assert filed(talk) == 1


def test_planned_work_under_way_is_told_with_its_end() -> None:
    work = Outage(
        outage_no="OP-9", type=OutageType.PLANNED, reason="线路检修", area="安澜市城东区人民路沿线",
        starts=NOW - timedelta(hours=1), ends=NOW + timedelta(hours=2),
    )  # fmt: skip
    talk, _ = customer(work)
    said = report(talk, "城东区人民路201号一层")
    assert "线路检修" in said
    assert "17:00" in said
    assert "已经有人报修" not in said
    assert filed(talk) == 1


def test_work_that_has_not_begun_explains_nothing_and_is_mentioned() -> None:
    talk, _ = customer()
    said = report(talk, "滨江区望江路90号3栋201")
    assert "还没到开始时间" in said
    assert filed(talk) == 1


def test_a_cut_for_arrears_is_told_to_its_own_customer_only() -> None:
    stranger, _ = customer()
    assert "欠费" not in report(stranger, "安澜市云岭乡青石沟5号")
    owner, _ = customer()
    owner.services.customers.bind("c1", CUT_OFF, NOW)
    said = owner.say(NO_POWER)
    assert "欠费" in said
    assert "388" not in said
    assert filed(owner) == 0, "no crew for arrears"
    owner.press("照样报修")
    owner.say("确认")
    assert filed(owner) == 1


def test_whoever_reports_after_others_hears_of_them_and_when_it_is_expected_back() -> None:
    talk, hub = customer()
    report(talk, "滨江区桂花园2栋301")
    hub.sweep()
    lead = talk.services.desk.tickets(TicketFilter()).tickets[0].ticket_no
    hub.estimate(lead, NOW + timedelta(hours=1), actor="滨江抢修一班")
    said = report(talk, "滨江区桂花园5栋101")
    assert "已经有人报修" in said
    assert "16:00" in said
    assert filed(talk) == 2


def test_danger_is_filed_without_any_of_it() -> None:
    talk, hub = customer()
    talk.say("有电线掉地上了")
    said = talk.say("城西区建设路16号")
    hub.sweep()
    assert "建设线跳闸" not in said
    (ticket,) = talk.services.desk.tickets(TicketFilter()).tickets
    assert (ticket.priority, ticket.status) == ("emergency", "dispatched")
