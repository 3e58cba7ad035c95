"""Thousands of customers who do anything at any time: no form may lose one of them."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from actions.desk.intake import check
from actions.desk.tickets import Kind, NewTicket
from tests.unit.handlers.conversing import Customer
from tests.unit.handlers.walking import EXAMPLES, MOVES, WORDS, plain_answer, walk
from tests.unit.handlers.worlds import FLOWS

NAMES = sorted(FLOWS.flows)


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
    for ticket in customer.services.desk.tickets(limit=50).tickets:
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
