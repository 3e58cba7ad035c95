"""The steps of an application: promised before it is filed, told on request and at each change, with owner and limit."""

from __future__ import annotations

import pytest

from actions.desk.tickets import Status, TicketFilter
from actions.handlers.nodes import news, standings
from tests.unit.handlers.conversing import Customer
from tests.unit.handlers.worlds import FLOWS, PHRASES

ROAD = ["dispatched", "acknowledged", "contacted", "en_route", "on_site", "resolved", "called_back", "closed"]
APPLICATIONS = sorted(n for n, f in FLOWS.flows.items() if f.done.settings.get("kind") == "service_request")


def send_papers(customer: Customer) -> None:
    """What must be here before anybody begins."""
    customer.upload("身份证.jpg")
    customer.upload("房产证.jpg")


def applied() -> tuple[Customer, str]:
    customer = Customer({"我要办过户": "transfer_account", "进度怎么样了": "query_ticket"})
    for text in ("我要办过户", "二手房买的", "3201889900", "我叫王小明", "13800138000"):
        customer.say(text)
    send_papers(customer)
    assert customer.asking == "confirm"
    return customer, customer.say("确认")


def test_the_promise_is_told_before_filing_and_the_next_step_with_the_number() -> None:
    customer = Customer({"我要办过户": "transfer_account"})
    for text in ("我要办过户", "二手房买的", "3201889900", "我叫王小明"):
        customer.say(text)
    told = customer.say("13800138000")
    assert "营业班" in told and "5个工作日" in told
    send_papers(customer)
    filed = customer.say("确认")
    assert "GD" in filed and "下一步" in filed and "营业班" in filed


def test_progress_names_every_step_with_its_owner_and_the_one_under_way() -> None:
    customer, _ = applied()
    ticket = customer.services.desk.tickets(TicketFilter(conversation_id="c1")).tickets[0]
    told = customer.say("进度怎么样了")
    assert all(n.name in told and n.owner in told for n in FLOWS.flows["transfer"].nodes)
    customer.services.desk.move(ticket.ticket_no, "dispatched", actor="desk", request_id="m1")
    after = customer.say("进度怎么样了").splitlines()
    assert next(line for line in after if "登记派单" in line).startswith("✓")
    assert next(line for line in after if "核对材料" in line).startswith("▶")
    assert any("最晚" in line for line in after)


@pytest.mark.parametrize("name", APPLICATIONS)
def test_every_application_is_done_when_its_ticket_is_closed(name: str) -> None:
    flow = FLOWS.flows[name]
    assert flow.nodes, "an application whose steps nobody knows"
    ends = [ROAD.index(n.until) for n in flow.nodes]
    assert ends == sorted(ends) and len(set(ends)) == len(ends), "steps end one after another"


def test_news_of_a_change_says_what_is_done_and_who_goes_on() -> None:
    flow = FLOWS.flows["new_service"]
    told = news(PHRASES, flow, Status.CONTACTED)
    assert "供电方案" in told and "客户经理" in told and "勘查" in told
    assert news(PHRASES, flow, Status.EN_ROUTE) == ""


def test_a_withdrawn_application_has_no_steps_left() -> None:
    customer, _ = applied()
    ticket = customer.services.desk.tickets(TicketFilter(conversation_id="c1")).tickets[0]
    gone = customer.services.desk.withdraw(ticket.ticket_no, note="不办了", request_id="w1")
    assert standings(FLOWS.flows["transfer"], gone) == []
