"""The lane of the country: places without house numbers, the clocks that go with them, and words as they are said there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from actions.desk.desk import ServiceDesk
from actions.desk.limits import PROFILES
from actions.desk.places import area_of
from actions.desk.tickets import Area, Ticket, TicketFilter
from actions.handlers.forms.answers import read_answer
from actions.handlers.forms.said import Said
from actions.handlers.turns import Turns
from actions.ports.memory import MemoryTicketStore
from tests.unit.handlers.conversing import Customer
from tests.unit.handlers.worlds import FLOWS, NOW


def country() -> Customer:
    """With the desk that knows places and accounts, as the service has it."""
    customer = Customer({"停电了": "report_outage", "查电费": "query_bill", "确认": "affirm"})
    customers = customer.services.customers
    desk = ServiceDesk(
        MemoryTicketStore(), customer.services.clock, PROFILES["state_grid"], places=customers.places(), customers=customers
    )
    customer.services = replace(customer.services, desk=desk)
    customer.turns = Turns(customer.services)
    return customer


def reported(address: str, account: tuple[str, str] | None = None) -> Ticket:
    customer = country()
    if account:
        for text in ("查电费", *account):
            customer.say(text)
    customer.say("停电了")
    if account:
        customer.say(f"地址改成{address}")
    else:
        customer.say(address)
        customer.say("13800138000")
    customer.say("确认")
    (ticket,) = customer.services.desk.tickets(TicketFilter(conversation_id="c1")).tickets
    return ticket


Arrival = Callable[[Ticket], float]


def arrival(ticket: Ticket) -> float:
    """Minutes in which somebody has to be there."""
    clock = next(c for c in ticket.clocks if c.step == "arrive")
    return (clock.due_at - clock.started_at).total_seconds() / 60


@pytest.mark.parametrize(
    ("address", "area", "minutes"),
    [
        ("东风镇红星村二组老槐树旁边", Area.RURAL, 90),
        ("红星村三组养鸡场", Area.RURAL, 90),
        ("红星大队三队晒谷场边上", Area.RURAL, 90),
        ("云岭乡青石沟水井旁", Area.REMOTE, 120),
        ("安澜市城东区人民路66号5栋301", Area.URBAN, 45),
    ],
)
def test_a_place_without_a_number_is_enough_and_has_its_own_clock(address: str, area: Area, minutes: float) -> None:
    ticket = reported(address)
    assert (ticket.area, arrival(ticket)) == (area, minutes)


def test_where_the_words_do_not_tell_the_account_does() -> None:
    assert reported("青石沟水井旁").area is Area.URBAN, "nobody can know, so the shortest limit holds"
    ticket = reported("青石沟水井旁", ("3302114455", "0003"))
    assert (ticket.area, arrival(ticket)) == (Area.RURAL, 90)


def test_an_address_in_town_stays_in_town_whatever_the_account() -> None:
    assert reported("安澜市城东区人民路66号5栋301", ("3302114455", "0003")).area is Area.URBAN


@pytest.mark.parametrize("address", ["红星村机井", "村东头鱼塘边上", "三队抽水站", "张家果园"])
def test_what_lies_in_the_fields_is_in_the_country(address: str) -> None:
    assert area_of(address) is Area.RURAL


@pytest.mark.parametrize("address", ["鱼塘路18号", "果园街3号", "大棚巷5号"])
def test_a_street_named_after_it_is_not(address: str) -> None:
    assert area_of(address) is Area.URBAN


@pytest.mark.parametrize(
    ("flow", "field", "words", "value"),
    [
        ("repair", "scope", "就我屋头没得电", "single"),
        ("repair", "scope", "全寨都黑了", "area"),
        ("power_quality", None, "水泵带不起", "low"),
        ("power_quality", None, "灯像鬼火", "low"),
        ("meter_fault", None, "表不走字了", "fault"),
        ("tariff_plan", "plan", "机井的电想按农业算", "category"),
        ("new_service", "kind", "田头打米机要接电", "farm"),
    ],
)
def test_words_as_they_are_said_there(flow: str, field: str | None, words: str, value: str) -> None:
    items = [f for f in FLOWS.flows[flow].fields if f.type == "choice" and field in (None, f.name)]
    assert read_answer(items[0], Said(words, "inform", 1.0, NOW)).value == value
