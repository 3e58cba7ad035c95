"""Each business in conversations of different temper, through the real turns, desk and customer system, to the right record."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

import pytest

from actions.desk.tickets import TicketFilter
from tests.flow_talks import CASES, TALKS
from tests.unit.handlers.conversing import Customer, FakeHit, FakeKnowledge
from tests.unit.handlers.walking import complete, plain_answer
from tests.unit.handlers.worlds import FLOWS

ARTICLES = ("pay-channels", "account-number-find", "account-number-13")
FILING = [n for n, f in FLOWS.flows.items() if f.done.operation in ("file_ticket", "file_invoices") and not f.emergency]


def turns(talk: dict[str, Any], flow: str) -> Iterator[tuple[str, str]]:
    for at, turn in enumerate(talk["say"]):
        if isinstance(turn, list):
            yield turn[0], turn[1]
        else:
            yield turn, (*FLOWS.flows[flow].intents, "inform")[0] if at == 0 else "inform"


def hold(flow: str, talk: dict[str, Any]) -> tuple[Customer, str]:
    """Hold the conversation; returns the customer and everything that was answered."""
    articles = [((f"#{topic}",), FakeHit(topic, topic, "户号在账单上能看到")) for topic in ARTICLES]
    customer = Customer({}, FakeKnowledge(articles))
    if "linked" in talk:
        customer.services.customers.bind("c1", talk["linked"], customer.services.clock.now())
    told = ""
    if "before" in talk:
        for text, intent in turns(TALKS[talk["before"]]["all_at_once"], talk["before"]):
            customer.understand = lambda _, at=(intent, 0.97): ((at,), "none")
            customer.say(text)
    for text, intent in turns(talk, flow):
        customer.understand = lambda _, at=(intent, 0.97): ((at,), "none")
        told = customer.say(text)
    return customer, told


@pytest.mark.parametrize(("flow", "temper"), CASES, ids=[f"{name}-{temper}" for name, temper in CASES])
def test_the_talk_ends_in_the_right_record(flow: str, temper: str) -> None:
    talk = TALKS[flow][temper]
    customer, told = hold(flow, talk)
    tickets = customer.services.desk.tickets(TicketFilter(conversation_id="c1")).tickets
    before = 1 if "before" in talk else 0
    if "refused" in talk:
        assert talk["refused"] in told and len(tickets) == before
        return
    assert customer.state is None, f"still asks for {customer.asking}: {told}"
    values = customer.memory["last_values"]
    assert {**values, **talk["record"]} == values
    assert talk.get("says", "") in told
    complete(FLOWS.flows[flow], values)
    if flow in FILING:
        assert len(tickets) == 1 and tickets[0].ticket_no in told
        assert (tickets[0].contact_phone, tickets[0].address) == (values.get("phone"), values.get("address"))
        assert tickets[0].contact_name == values.get("name") and tickets[0].account_no == values.get("account_no")


@pytest.mark.parametrize("flow", sorted([*FILING, "pay"]))
def test_every_filing_business_is_talked_of_in_every_temper(flow: str) -> None:
    tempers = {"all_at_once", "one_word", "changing"} | ({"refused"} if FLOWS.flows[flow].refusals else set())
    assert tempers <= set(TALKS[flow])


@pytest.mark.parametrize(("flow", "most"), [("repair", 4), ("complaint", 5), ("transfer", 7)])
def test_a_plain_customer_is_done_in_few_turns(flow: str, most: int) -> None:
    assert median(plainly(flow, first) for first in ("开始", "")) <= most


def plainly(flow: str, opening: str) -> int:
    """Customer turns until the ticket, for one who begins with the bare wish and answers every question plainly."""
    customer = Customer({})
    customer.say(f"/{FLOWS.flows[flow].intents[0]}")
    while customer.state is not None:
        item = FLOWS.flows[flow].field(customer.asking)
        customer.say(plain_answer(item) if item else "/affirm")
        assert customer.count < 20
    assert customer.last.trace["ticket"]
    return customer.count
