"""为什么这么贵: the bill beside what it can be compared with, before it is disputed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from actions.desk.bill_story import story
from actions.desk.customers import Bill, Similar
from actions.handlers.turns import Turns
from actions.ports.memory import MemoryCustomers
from bot.gateway.turn import Message
from knowledge_base.tariff.schedules import Provinces
from tests.unit.handlers.conversing import Customer
from tests.unit.handlers.worlds import NOW, ROOT

ASKS = "上个月电费怎么这么贵"


def asked(customer: Customer) -> str:
    customer.say(ASKS)
    customer.say("3201556677")
    return customer.say("0001")


def bills(*kwh: int, estimated: int | None = None) -> list[Bill]:
    return [Bill(account_no="1", month=f"2026-{m:02d}", kwh=k, amount=Decimal(k), estimated=m == estimated) for m, k in enumerate(kwh, 1)]  # fmt: skip


def test_the_figures_come_before_the_dispute_and_are_drawn() -> None:
    customer = Customer({ASKS: "dispute_bill"})
    told = asked(customer)
    assert "151度" in told and "81.24元" in told  # October of the demo account
    assert "比上个月（240度）少了89度" in told and "同类" in told
    assert customer.asking == "content"
    card = next(b.card for b in customer.last.bubbles if b.card)
    assert card["type"] == "chart" and card["bars"][-1] == {"label": "2026年10月", "value": 151, "this": True}
    for bubble in customer.last.bubbles:
        Message.model_validate(bubble.to_json())


def test_who_understands_it_files_nothing() -> None:
    customer = Customer({ASKS: "dispute_bill"})
    asked(customer)
    assert "没有提交" in customer.say("哦，清楚了") and customer.state is None
    assert not customer.services.desk.tickets().tickets


def test_who_does_not_files_the_dispute() -> None:
    customer = Customer({ASKS: "dispute_bill"})
    asked(customer)
    customer.say("还是想不明白，我知道了上个月一直没人住")
    assert "GD" in customer.say("确认")


def test_nobody_hears_of_a_bill_that_is_not_verified() -> None:
    customer = Customer({ASKS: "dispute_bill"})
    customer.say(ASKS)
    customer.say("3201556677")
    assert "151" not in customer.say("0009") and not [b.card for b in customer.last.bubbles if b.card]


def test_a_summer_month_is_put_down_to_the_season_and_the_tier_to_the_year() -> None:
    limits = (Decimal(1000), Decimal(2000))
    told = story(bills(100, 100, 100, 100, 100, 200, 400), "2026-07", Similar(kwh=250, households=9), limits)
    assert told is not None and told.season == "cooling" and told.mild_kwh == 100
    assert told.tier is not None and (told.tier.tier, told.tier.used, told.tier.crossed_now) == (2, 1100, True)
    assert told.similar is not None and told.similar.more == 150


def test_a_month_that_is_missing_makes_no_tier() -> None:
    assert (told := story(bills(900, 900)[1:], "2026-02", None, (Decimal(100),))) is not None and told.tier is None


def test_estimated_readings_are_told() -> None:
    own = story(bills(100, 200, estimated=2), "2026-02", None)
    after = story(bills(100, 200, estimated=1), "2026-02", None)
    assert own is not None and own.estimated and after is not None and after.estimated_before


def test_the_province_decides_on_the_tier() -> None:
    customer = Customer({ASKS: "dispute_bill"})
    heavy = MemoryCustomers.demo(NOW)
    big = [replace(b, kwh=b.kwh * 3) if b.account_no == "3201556677" else b for b in heavy._bills]
    heavy._bills = big
    provinces = Provinces.load(ROOT / "knowledge_base" / "profiles", "zhejiang")
    customer.services = replace(customer.services, customers=heavy, provinces=provinces)
    customer.turns = Turns(customer.services)
    assert "第三档" in asked(customer)
