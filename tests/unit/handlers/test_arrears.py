"""An outage of an account that is cut off for arrears: told at once, no crew, the amount only after verification."""

from __future__ import annotations

import pytest

from actions.desk.tickets import TicketFilter
from actions.handlers.forms.last4 import spoken_last4
from tests.unit.handlers.conversing import Customer

CUT_OFF = "3403007788"


def reported() -> tuple[Customer, str]:
    customer = Customer({"我家没电了 是不是欠费了": "report_outage", "还是报修": "report_outage", "确认": "affirm"})
    assert "户号" in customer.say("我家没电了 是不是欠费了")
    return customer, customer.say(CUT_OFF)


def test_told_at_once_without_the_amount_and_no_form_goes_on() -> None:
    customer, told = reported()
    assert "欠费停的电" in told and "24小时" in told and "388" not in told
    assert customer.state is None and not customer.services.desk.tickets(TicketFilter()).tickets


def test_the_amount_after_the_last_four_digits() -> None:
    customer, _ = reported()
    assert "388.15" in customer.say("0004")


def test_a_wrong_one_hears_nothing() -> None:
    customer, _ = reported()
    assert "388" not in customer.say("9999")


def test_paid_already_asks_for_the_power_back() -> None:
    customer, _ = reported()
    customer.say("那我现在交了 388块")
    assert customer.flow == "reconnection" and customer.asking == "phone_last4"


def test_who_insists_is_let_on() -> None:
    customer, _ = reported()
    customer.say("还是报修")
    customer.say(CUT_OFF)
    assert customer.flow == "repair"


@pytest.mark.parametrize(
    ("words", "digits"),
    [("0004", "0004"), ("尾号四个零四 不对 零零零四", "0004"), ("不是0003，是0004", "0004"), ("三个零四", "0004"), ("交了388块1毛5", None),
     ("388.15元", None), ("0014错了0004", "0004"), ("一二三四", "1234")],
)  # fmt: skip
def test_last_four_digits_as_said(words: str, digits: str | None) -> None:
    assert spoken_last4(words) == digits
