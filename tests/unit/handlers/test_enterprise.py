"""The express lane: what may be seen together, exact figures with their ground, and the manager who gets it all in writing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from actions.desk.tickets import TicketFilter
from actions.handlers.operations.months import months_in
from tests.unit.handlers.conversing import Customer, FakeHit, FakeKnowledge
from tests.unit.handlers.worlds import FLOWS

TWO_PART = FakeHit("tariff-two-part", "两部制电价", "分两块收", citations=({"topic": "tariff-two-part", "source": "条例"},))
FACTOR = FakeHit("tariff-power-factor", "功率因数", "低了加收", citations=({"topic": "tariff-power-factor", "source": "条例"},))


def factory() -> Customer:
    knowledge = FakeKnowledge([(("两部制",), TWO_PART), (("力率",), FACTOR)])
    return Customer({"转人工": "human_agent", "查电费": "query_bill", "确认": "affirm"}, knowledge)


def begin(words: str) -> tuple[Customer, str]:
    customer = factory()
    customer.say(words)
    customer.say("3208001001")
    return customer, customer.say("0007")


def test_two_works_in_one_answer_and_the_third_not_without_its_own_check() -> None:
    customer, told = begin("查各户的电费")
    bills = {n: customer.services.customers.bill(n, "2026-10") for n in ("3208001001", "3208001002")}
    total = sum((bill.amount for bill in bills.values() if bill), Decimal(0))
    assert f"{total:.2f}元" in told and "铸造车间" not in told and "还有1户" in told


def test_one_that_is_linked_to_this_user_is_seen_too() -> None:
    customer = factory()
    customer.services.customers.bind("c1", "3208001003", customer.services.clock.now())
    customer.services.customers.bind("c1", "3205178842", customer.services.clock.now())
    for text in ("查各户的电费", "3208001001"):
        customer.say(text)
    told = customer.say("0007")
    assert "名下4户" in told and "铸造车间" in told and "好再来" in told and "还有" not in told


def test_the_basic_charge_is_compared_at_the_contracts_own_prices_with_the_articles_ground() -> None:
    customer, told = begin("查基本电费")
    assert "630×30.00＝18900.00元" in told and "以合同和当地供电公司为准" in told
    assert customer.last.bubbles[0].citations == list(TWO_PART.citations)
    assert customer.last.trace["knowledge"][0]["topic"] == "tariff-two-part"
    assert "功率因数" in customer.press("功率因数和力调电费"), "the next look needs no second check"


def test_a_missed_power_factor_says_how_much_less_would_do() -> None:
    customer = factory()
    for text in ("查功率因数", "3208001002"):
        customer.say(text)
    told = customer.say("0007")
    # 52,000 kWh reach .90 with at most 52,000·√(1/.81 − 1) = 25,184 kvarh; 28,911 were used.
    assert "0.874" in told and "25184千乏时" in told and "多了3727" in told and "以当地供电公司为准" in told


def test_the_manager_gets_everything_in_writing() -> None:
    customer = factory()
    for text in ("查各户的电费", "3208001001", "0007"):
        customer.say(text)
    told = customer.say("我们想改成按容量收，找客户经理")
    assert "沈晓岚" in told and "13800020001" in told and customer.last.trace["handoff"] == "queued"
    (waiting,) = customer.handoffs.waiting()
    assert "沈晓岚" in waiting.reason
    for words in ("3208001001", "3208001002", "126368.63", "改成按容量收", "名下各户电费", "安澜精工"):
        assert words in waiting.summary, words


def test_any_hand_over_out_of_a_form_names_the_manager() -> None:
    customer, _ = begin("批量开票")
    customer.say("转人工")
    (waiting,) = customer.handoffs.waiting()
    assert "客户经理：沈晓岚" in waiting.summary


def test_one_application_for_all_months_and_accounts() -> None:
    customer, _ = begin("批量开票")
    customer.say("名下各户")
    told = customer.say("7到9月")
    amounts = [b.amount for n in ("3208001001", "3208001002") for b in customer.services.customers.bills(n) if "2026-07" <= b.month <= "2026-09"]
    assert f"合计{sum(amounts, Decimal(0)):.2f}元" in told and "3208001001" not in told, "figures before filing, numbers masked"
    for text in ("专票", "安澜精工机械有限公司", "确认"):
        customer.say(text)
    (ticket,) = customer.services.desk.tickets(TicketFilter(conversation_id="c1")).tickets
    assert f"{sum(amounts, Decimal(0)):.2f}" in ticket.description and "3208001002" in ticket.description
    assert ticket.category == ("开电费发票",) and [c.step for c in ticket.clocks] == ["reply"]


def test_a_month_without_a_bill_is_asked_again() -> None:
    customer, _ = begin("批量开票")
    customer.say("名下各户")
    assert "还没有账单" in customer.say("2019年1到3月") or "没听出" in customer.say("2019年1到3月")
    assert customer.asking == "months"


@pytest.mark.parametrize("flow", ["company_bills", "basic_charge", "power_factor", "account_manager", "invoice_bulk"])
def test_nobody_sees_an_enterprise_without_the_check(flow: str) -> None:
    assert FLOWS.flows[flow].verify
    customer = factory()
    customer.say(FLOWS.flows[flow].heard[0])
    for text in ("3208001001", "0001", "0002"):
        assert "元" not in customer.say(text) and "沈晓岚" not in "".join(b.text for b in customer.last.bubbles)


@pytest.mark.parametrize(
    ("words", "months"),
    [
        ("7到9月", ("2026-07", "2026-08", "2026-09")),
        ("去年12月到今年2月", ("2025-12", "2026-01", "2026-02")),
        ("11月到2月", ("2025-11", "2025-12", "2026-01", "2026-02")),
        ("第三季度的", ("2026-07", "2026-08", "2026-09")),
        ("近三个月", ("2026-08", "2026-09", "2026-10")),
        ("八月和十月", ("2026-08", "2026-10")),
        ("2025年12月、2026年1月", ("2025-12", "2026-01")),
        ("上个月", ("2026-10",)),
        ("下个月", ()),
        ("全部", ()),
        ("13月", ()),
        ("户号3208001001尾号0007，7到9月的", ("2026-07", "2026-08", "2026-09")),
    ],
)
def test_months_as_they_are_said(words: str, months: tuple[str, ...]) -> None:
    assert months_in(words, date(2026, 11, 22)) == months
