"""Bills of several months at once, and look-ups that go on with other people's accounts."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from tests.unit.handlers.conversing import Customer


def verified() -> Customer:
    customer = Customer({"查电费": "query_bill", "8月和9月加起来多少": "query_bill"})
    for words in ("查电费", "3302114455", "0003"):
        customer.say(words)
    assert customer.state is None
    return customer


@pytest.mark.parametrize("words", ["8月和9月加起来多少", "这三个月一共", "今年一共多少", "今年哪个月最多"])
def test_the_months_are_listed_and_their_sum_is_right(words: str) -> None:
    told = verified().say(words)
    lines = re.findall(r"·.*：(\d+)度，([\d.]+)元", told)
    total = re.search(r"合计(\d+)度、([\d.]+)元", told)
    assert len(lines) > 1 and total is not None
    assert sum(int(kwh) for kwh, _ in lines) == int(total.group(1))
    assert sum(Decimal(amount) for _, amount in lines) == Decimal(total.group(2))


def test_one_month_stays_one_month() -> None:
    assert "合计" not in verified().say("那9月呢")


def test_the_account_of_ones_mother_is_looked_up_next() -> None:
    customer = verified()
    customer.say("那我妈的呢 户号3201889900")
    assert customer.asking == "phone_last4" and customer.state is not None
    assert customer.state.values["account_no"] == "3201889900"
