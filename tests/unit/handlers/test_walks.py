"""Thousands of customers who do anything at any time: no form may lose one of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from actions.desk.clock import FixedClock
from actions.desk.intake import check
from actions.desk.tickets import Kind, NewTicket
from actions.handlers.forms.state import CONFIRM, FIX, SWITCH
from actions.handlers.forms.values import concerns
from tests.unit.handlers.conversing import Customer
from tests.unit.handlers.walking import ERRANDS, EXAMPLES, MOVES, WORDS, plain_answer, walk
from tests.unit.handlers.worlds import FLOWS

NAMES = sorted(FLOWS.flows)
APPLICATIONS = sorted(name for name, flow in FLOWS.flows.items() if flow.files and not flow.emergency)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.sampled_from(NAMES),
    st.one_of(st.just("开始"), WORDS),
    st.integers(0, 9),
    st.lists(MOVES, min_size=1, max_size=16),
)
def test_no_walk_loses_the_customer(flow: str, opening: str, plainly: int, moves: list[tuple[str, Any, float]]) -> None:
    walk(flow, opening, plainly, moves)


@settings(max_examples=max(EXAMPLES // 4, 50), deadline=None)
@given(st.sampled_from(NAMES), st.booleans(), st.lists(MOVES, min_size=4, max_size=24))
def test_the_same_over_the_real_desk_and_customer_system(
    flow: str, linked: bool, moves: list[tuple[str, Any, float]]
) -> None:
    """Business after business in one conversation: whatever is filed is a ticket that the desk's record standard accepts."""
    customer = Customer({})
    if linked:
        customer.services.customers.bind("c1", "3201556677", customer.services.clock.now())
    assert customer.say(f'/start_flow{{"flow": "{flow}"}}').strip()
    for kind, what, confidence in moves:
        text, intent = move_of(customer, kind, what)
        customer.understand = lambda _, at=(intent, confidence): ((at,), "none")
        assert customer.say(text).strip(), f"{text!r} left the customer without a word"
    whatever_was_filed_is_whole(customer)


@settings(max_examples=max(EXAMPLES // 2, 50), deadline=None)
@given(st.sampled_from(APPLICATIONS), st.lists(st.one_of(MOVES, ERRANDS, ERRANDS), min_size=4, max_size=24))
def test_papers_pauses_channels_and_days_lose_nobody(flow: str, moves: list[tuple[str, Any, float]]) -> None:
    """The customer sends papers, puts the form off, goes on elsewhere and comes back days later."""
    customer = Customer({})
    customer.say(f'/start_flow{{"flow": "{flow}"}}')
    for kind, what, confidence in moves:
        if kind == "upload":
            said = customer.upload(what)
        elif kind == "wait":
            said = days_later(customer, what)
        elif kind == "elsewhere":
            said = taken_up(customer, f"c{customer.count}", what)
        else:
            text, intent = move_of(customer, kind, what)
            customer.understand = lambda _, at=(intent, confidence): ((at,), "none")
            said = customer.say(text)
        assert said.strip(), f"{kind} {what!r} left the customer without a word"
        stands(customer)
    finished_plainly(customer)
    whatever_was_filed_is_whole(customer)


def days_later(customer: Customer, days: int) -> str:
    """Come back and say hello; what is left of a form is as it was, or offered to be taken up."""
    clock = customer.services.clock
    assert isinstance(clock, FixedClock) and customer.services.papers is not None
    clock.advance(timedelta(days=days))
    customer.services.papers.give_up_waiting()
    customer.understand = lambda _: ((("greet", 0.95),), "none")
    return customer.say("你好")


def taken_up(customer: Customer, conversation: str, channel: str) -> str:
    """Put the form off, prove who one is on another channel, and go on there."""
    flow, values = customer.flow, dict(customer.state.values) if customer.state else {}
    known = (customer.memory.get("verified") or {}).get("account_no") == "3201556677"
    customer.understand = lambda _: ((("inform", 0.9),), "none")
    customer.say("先存着")
    kept = flow is not None and customer.state is None and known
    customer.goes_elsewhere(conversation, channel)
    for text, intent in (("查电费", "query_bill"), ("3201556677", "inform"), ("0001", "inform"), ("继续上次的", "out_of_scope")):
        customer.understand = lambda _, at=(intent, 0.97): ((at,), "none")
        said = customer.say(text)
    if kept and customer.state is not None and customer.flow == flow:
        assert values.items() <= customer.state.values.items(), "what was told before the pause is still known"
    return said


def stands(customer: Customer) -> None:
    """The open question is one of the flow, and its answer is not known."""
    state = customer.state
    if state is None or state.asking in (CONFIRM, FIX, SWITCH):
        return
    flow = FLOWS.flows[state.flow]
    item = flow.field(state.asking)
    assert item is not None and concerns(item, state.values)
    assert item.name not in state.values and item.name not in state.skipped, f"asked for {item.name}, which is known"


def finished_plainly(customer: Customer) -> None:
    """Whatever is under way is done by plain answers."""
    customer.understand = lambda _: ((("inform", 0.9),), "none")
    for _ in range(40):
        if customer.state is None:
            return
        text, _ = move_of(customer, "plain", 0)
        if customer.asking == SWITCH:
            text = "不是"
        elif customer.asking == "ticket_no":
            text = "/cancel"  # who has no number can only leave, or ask for a person
        customer.say(text)
    raise AssertionError(f"{customer.state} leads nowhere")


def whatever_was_filed_is_whole(customer: Customer) -> None:
    """Every ticket meets the record standard; one that lacks what cannot follow is kept open, and no other is."""
    papers = customer.services.papers
    assert papers is not None
    for ticket in customer.services.desk.tickets(limit=50).tickets:
        owed = {need.material for need in papers.folder(ticket.ticket_no).owed}
        if ticket.waits_for:
            assert owed & set(ticket.waits_for), f"{ticket.ticket_no} waits for papers that have come"
        check(NewTicket(**{name: getattr(ticket, name) for name in CHECKED}))
        assert ticket.business is None or ticket.kind is not Kind.SERVICE_REQUEST or len(ticket.category) > 0


CHECKED = ("kind", "description", "channel", "account_no", "contact_name", "contact_phone", "address", "priority", "category", "business")  # fmt: skip


def move_of(customer: Customer, kind: str, what: Any) -> tuple[str, str]:
    """The words of a move in this conversation, and how they are understood."""
    if kind == "press":
        return what, "inform"
    if kind == "button":
        payloads = [b["payload"] for b in customer.last.bubbles[-1].buttons]
        return (payloads[what % len(payloads)] if payloads else "/affirm"), "inform"
    if kind != "plain":
        return kind, what
    if customer.state is None:
        return "/start_flow" + f'{{"flow": "{NAMES[what % len(NAMES)]}"}}', "start_flow"
    item = FLOWS.flows[customer.state.flow].field(customer.asking)
    return (plain_answer(item) if item else "确认"), "inform"
