"""为什么这么贵: a bill explained with figures of the account's own, and drawn, before anybody disputes it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from actions.desk.bill_story import BillStory, Comparison, story
from actions.desk.customers import Account, AccountKind
from actions.handlers import masks
from actions.handlers.forms.days import default_value
from actions.handlers.forms.flow import Flow
from actions.handlers.forms.state import FlowState
from actions.handlers.forms.step import Outcome
from actions.handlers.services import Services
from actions.handlers.words import Bubble, button
from knowledge_base.tariff.tariff import Cycle


def explain_bill(services: Services, flow: Flow, state: FlowState, account: Account) -> Outcome:
    """The bill in question beside what it can be compared with. Only ever of the account this conversation has verified."""
    if state.verified != account.account_no:
        raise PermissionError("a bill was to be explained without verification")
    asked = flow.field("month")
    today = services.clock.now().date()
    month = state.values.get("month") or (default_value(asked, today) if asked else None)
    if month is None:
        return Outcome()
    limits, by_year = _limits(services, account, month)
    bills = services.customers.bills(account.account_no)
    told = story(bills, month, services.customers.similar_usage(account.account_no, month), limits, by_year=by_year)
    if told is None:
        return Outcome()
    outcome = Outcome([_bubble(services, account, told)])
    if "month" not in state.values and _speaks_of_another(told, state):
        month_name = _month_name(told.bill.month)
        outcome.bubbles.append(services.phrases.bubble("why_which_month", month=month_name))
        outcome.ask_again = "month"
    return outcome


_MORE = re.compile(r"多了|多出|翻了?倍|一倍|两倍|几倍|涨|突然|暴增|高了|这么[多贵高]|那么[多贵高]|太[多贵高]|好贵|好多")


def _speaks_of_another(told: BillStory, state: FlowState) -> bool:
    """Whether the customer speaks of a rise, and the bill shown is lower than the one before: another month is meant."""
    fell = told.last_month is not None and told.last_month.more < 0
    return fell and any(_MORE.search(words) for words in state.said)


def _limits(services: Services, account: Account, month: str) -> tuple[tuple[Decimal, ...], bool]:
    """The tier limits of a home in this utility's province, over the year or of that month; none where it is not known."""
    provinces = services.provinces
    province = provinces.named(provinces.own) if provinces.own and account.kind is AccountKind.RESIDENTIAL else None
    tariff = province.on(services.clock.now().date()) if province else None
    if tariff is None:
        return (), True
    number = int(month[5:])
    season = next(s for s in tariff.seasons if number in s.months)
    return season.limits, tariff.cycle is Cycle.YEAR


def _bubble(services: Services, account: Account, told: BillStory) -> Bubble:
    phrases, bill = services.phrases, told.bill
    name = _month_name(bill.month)
    head = phrases.text("why_bill", account=masks.account_no(account.account_no), month=name, amount=f"{bill.amount:.2f}", kwh=bill.kwh)  # fmt: skip
    lines = [
        _compared(services, c, told.households)
        for c in (told.last_month, told.last_year, told.similar)
        if c is not None
    ]
    lines += _reasons(services, told)
    bubble = Bubble("\n".join([head, *(f"· {line}" for line in lines)]))
    bubble.speech = (
        "。".join([head.rstrip("。"), *(line.rstrip("。") for line in [*lines[:1], *_reasons(services, told)[:1]])])
        + "。"
    )
    bubble.card = chart(services, told)
    bubble.buttons = [button(phrases.text("button_test_meter"), "/report_meter_fault")]
    return bubble


def _compared(services: Services, beside: Comparison, households: int) -> str:
    name = f"why_{beside.with_}" if beside.notable else f"why_{beside.with_}_same"
    way = services.phrases.text("why_more" if beside.more > 0 else "why_less", kwh=abs(beside.more), share=f"{abs(beside.share):.0%}")  # fmt: skip
    return services.phrases.text(name, kwh=beside.kwh, way=way, households=households)


def _reasons(services: Services, told: BillStory) -> list[str]:
    phrases, found = services.phrases, []
    if told.estimated:
        found.append(phrases.text("why_estimated"))
    elif told.estimated_before:
        found.append(phrases.text("why_estimated_before"))
    if told.tier is not None:
        name = "why_tier_now" if told.tier.crossed_now else "why_tier"
        span = phrases.text("why_by_year" if told.tier.by_year else "why_by_month")
        found.append(
            phrases.text(
                name, tier="二三四"[told.tier.tier - 2], limit=f"{told.tier.limit:f}", used=told.tier.used, span=span
            )
        )
    if told.season is not None:
        found.append(phrases.text(f"why_{told.season}", mild=told.mild_kwh))
    return found


def chart(services: Services, told: BillStory) -> dict[str, Any]:
    """The card that a page draws: bars in kWh, the month in question last and marked."""
    beside = [c for c in (told.similar, told.last_year, told.last_month) if c is not None]
    bars = [{"label": services.phrases.text(f"bar_{c.with_}"), "value": c.kwh, "this": False} for c in beside]
    bars.append({"label": _month_name(told.bill.month), "value": told.bill.kwh, "this": True})
    return {"type": "chart", "title": services.phrases.text("chart_title"), "unit": "度", "bars": bars}


def _month_name(month: str) -> str:
    return f"{month[:4]}年{int(month[5:])}月"
