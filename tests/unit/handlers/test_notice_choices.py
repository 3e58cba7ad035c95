"""Notices switched in the conversation: at once for whoever has shown that the account is theirs, by a person for anybody else."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from actions.desk.notices import Topic
from actions.desk.notifier import Notifier
from actions.desk.quiet import QuietHours
from actions.handlers.turns import Turns
from actions.ports.memory import MemoryNetwork, MemoryNotices, MemoryTicketStore
from tests.unit.handlers.conversing import Customer

CHEN = "3201556677"


def customer() -> tuple[Customer, Notifier]:
    """Somebody who wants no more notices of outages, and the notifier that should hear of it."""
    said = Customer({"停电通知别给我发了": "manage_notifications", "停电通知换个方式发": "manage_notifications"})
    customers: Any = said.services.customers
    notifier = Notifier(
        MemoryNotices(MemoryTicketStore(), customers),
        said.services.clock,
        customers,
        MemoryNetwork.demo(customers),
        quiet=QuietHours.parse("off"),
        low_balance=Decimal("20.00"),
    )
    said.services = replace(said.services, notices=notifier)
    said.turns = Turns(said.services)
    return said, notifier


def filled(said: Customer, wish: str = "停电通知别给我发了") -> str:
    """The form from the wish to its end; returns the last answer."""
    answers = {"account_no": CHEN, "phone": "13800010001", "confirm": "确认", "change": "关掉", "topic": "停电通知", "how": "晚上不发"}
    told = said.say(wish)
    for _ in range(8):
        if said.asking is None:
            return told
        told = said.say(answers[said.asking])
    raise AssertionError(said.asking)


def test_whoever_has_linked_the_account_is_heard_at_once() -> None:
    said, notifier = customer()
    said.services.customers.bind("c1", CHEN, said.services.clock.now())
    told = filled(said)
    assert notifier.choices(CHEN) == {Topic.OUTAGE: False}
    assert "GD" in told
    assert "3201**6677的停电通知现在就已关掉" in told


def test_a_strangers_word_is_for_a_person_to_look_at() -> None:
    said, notifier = customer()
    told = filled(said)
    assert notifier.choices(CHEN) == {}
    assert "GD" in told
    assert "现在就已" not in told


def test_another_way_of_receiving_is_for_a_person() -> None:
    said, notifier = customer()
    said.services.customers.bind("c1", CHEN, said.services.clock.now())
    assert "GD" in filled(said, "停电通知换个方式发")
    assert notifier.choices(CHEN) == {}
