"""A form put off and taken up again: here, on another channel, on another day, and by nobody else."""

from __future__ import annotations

from datetime import timedelta

from actions.desk.clock import FixedClock
from actions.handlers.turns import Turns
from tests.unit.handlers.conversing import Customer

MINDS = {"我要办过户": "transfer_account", "继续上次的": "out_of_scope", "接着办过户": "transfer_account", "查电费": "query_bill"}


def half_way(customer: Customer) -> None:
    for text in ("我要办过户", "二手房买的", "3201889900"):
        customer.say(text)
    assert customer.asking == "name"


def other_channel(customer: Customer, account: str | None = None) -> Customer:
    """Another conversation over the same service, perhaps of somebody who has verified an account in it."""
    other = Customer(MINDS)
    other.services = customer.services
    other.turns = Turns(other.services)
    if account is not None:
        other.say("查电费")
        other.say(account)
        other.say("000" + {"3201556677": "1", "3201889900": "2"}[account])
    return other


def test_in_the_same_conversation_nothing_is_asked_twice() -> None:
    customer = Customer(MINDS)
    half_way(customer)
    assert "继续上次的" in customer.say("先存着吧") and customer.state is None
    told = customer.say("继续上次的")
    assert customer.flow == "transfer" and customer.asking == "name" and "房子换了主人" in told
    customer.say("我叫王小明")
    customer.say("13800138000")
    assert "GD" in customer.say("确认")
    customer.say("我要办过户")
    assert customer.asking == "kind", "what is done is not taken up again"


def test_on_another_channel_after_the_account_was_verified() -> None:
    customer = other_channel(Customer(MINDS), "3201556677")
    half_way(customer)
    assert "换个渠道" in customer.say("明天再办")
    other = other_channel(customer, "3201556677")
    other.say("接着办过户")
    assert other.asking == "name" and other.state is not None and other.state.values["account_no"] == "3201889900"


def test_nobody_else_takes_it_up() -> None:
    customer = other_channel(Customer(MINDS), "3201556677")
    half_way(customer)
    customer.say("明天再办")
    for stranger in (other_channel(customer), other_channel(customer, "3201889900")):
        stranger.say("接着办过户")
        assert stranger.asking == "kind"


def test_after_a_week_it_is_gone() -> None:
    customer = other_channel(Customer(MINDS), "3201556677")
    half_way(customer)
    customer.say("明天再办")
    clock = customer.services.clock
    assert isinstance(clock, FixedClock)
    clock.advance(timedelta(days=8))
    other = other_channel(customer, "3201556677")
    other.say("接着办过户")
    assert other.asking == "kind"
    customer.say("我要办过户")
    assert customer.asking == "kind"
