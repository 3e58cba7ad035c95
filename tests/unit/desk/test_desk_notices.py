"""Rules of notices: quiet hours over midnight, the words of a stretch of time, what a reminder is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.desk.clock import SHANGHAI
from actions.desk.customers import Account, Bill, Payment, PaymentMode
from actions.desk.network import Served
from actions.desk.notices import Recipient, Step, Topic, said_period, written
from actions.desk.outbox import Audience, Letter
from actions.desk.quiet import QuietHours, held_until
from actions.desk.reminders import Reminder, reminder_of, wanted
from actions.desk.tickets import Area

NIGHT = QuietHours.parse("21:00-08:00")
LOW = Decimal("20.00")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-11-24 20:59:59", None),
        ("2026-11-24 21:00:00", "2026-11-25 08:00"),
        ("2026-11-24 23:59:59", "2026-11-25 08:00"),
        ("2026-11-25 00:00:00", "2026-11-25 08:00"),
        ("2026-11-25 07:59:59", "2026-11-25 08:00"),
        ("2026-11-25 08:00:00", None),
        ("2026-12-31 22:00:00", "2027-01-01 08:00"),
    ],
)
def test_the_night_ends_in_the_morning(moment: str, until: str | None) -> None:
    assert NIGHT.until(at(moment)) == (None if until is None else at(until))


def test_no_summer_time_moves_the_morning() -> None:
    # The last summer time was in 1991; a server elsewhere in the world has its own.
    for month in (3, 4, 9, 10, 11):
        assert NIGHT.until(datetime(2026, month, 28, 20, 0, tzinfo=UTC)) == datetime(2026, month, 29, 0, 0, tzinfo=UTC)


def test_other_hours_and_none() -> None:
    noon = QuietHours.parse("12:00-14:00")
    assert noon.until(at("2026-11-24 13:00")) == at("2026-11-24 14:00")
    assert noon.until(at("2026-11-24 14:00")) is None
    assert noon.eve(at("2026-11-24 13:00")) == at("2026-11-24 11:00")
    assert QuietHours.parse("off").until(at("2026-11-24 00:00")) is None
    for wrong in ("", "21-8", "25:00-08:00", "21:00–08:00", "21:00-08:60"):
        with pytest.raises(ValueError, match="quiet hours"):
            QuietHours.parse(wrong)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.times(), st.times())
def test_told_never_in_the_night_and_never_too_late(moment: datetime, begins: object, ends: object) -> None:
    hours = QuietHours(begins.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0))  # type: ignore[attr-defined]
    now = moment.replace(tzinfo=SHANGHAI)
    later, before = hours.heard(now), hours.eve(now)
    assert hours.until(later) is None
    assert now <= later < now + timedelta(days=1)
    assert before <= now
    night = (datetime.combine(now, hours.ends) - datetime.combine(now, hours.begins)) % timedelta(days=1)
    if night <= timedelta(hours=23):
        assert hours.until(before) is None


def letter(starts: str) -> Letter:
    body = {"event": {"type": "outage_changed"}, "outage": {"starts": f"{starts}+08:00"}}
    return Letter(key="k", audience=Audience.CUSTOMER, topic="customer.outage_changed", subject="plan:P1", created_at=NOW, body=body)


def test_nobody_sleeps_through_the_news_until_the_power_is_off() -> None:
    evening = at("2026-11-24 22:00")
    assert held_until(letter("2026-11-25T06:00:00"), NIGHT, evening) is None
    assert held_until(letter("2026-11-25T08:30:00"), NIGHT, evening) == at("2026-11-25 08:00")
    assert held_until(letter("2026-11-25T08:30:00"), NIGHT, at("2026-11-24 20:00")) is None


def test_a_plan_number_in_chinese_makes_a_key_that_fits_a_header() -> None:
    said = Recipient(served=Served(account=account()))
    keys = {written(f"plan:{n}{'计' * 39}", 12, Step.CANCELLED, said, NOW, {}, role="x")[1].key for n in "甲乙"}
    assert len(keys) == 2
    assert all(key.isascii() and len(key) <= 80 for key in keys)
    plan = written("plan:JH-2026-1", 1, Step.AHEAD, said, NOW, {}, role="x")[1]
    assert (plan.key, plan.subject) == ("plan:JH-2026-1:1:ahead:3201556677", "plan:JH-2026-1")


def test_a_stretch_of_time_in_words() -> None:
    assert said_period(at("2026-12-05 08:00"), at("2026-12-05 17:30")) == "12月5日8:00至17:30"
    assert said_period(at("2026-12-05 22:00"), at("2026-12-06 06:00")) == "12月5日22:00至12月6日6:00"


def account(**other: object) -> Account:
    fields = {"account_no": "3201556677", "name": "陈桂兰", "phone": "13800010001", "address": "望江路88号", "area": Area.URBAN}
    return Account(**{**fields, **other})  # type: ignore[arg-type]


def bill(month: str, amount: str) -> Bill:
    return Bill(account_no="3201556677", month=month, kwh=100, amount=Decimal(amount))


BILLS = (bill("2026-10", "81.20"), bill("2026-09", "150.00"), bill("2026-08", "200.00"))


def due(bills: tuple[Bill, ...] = BILLS, payments: tuple[Payment, ...] = (), **other: object) -> Reminder | None:
    return reminder_of(account(**other), bills, payments, NOW, low=LOW)


@pytest.mark.parametrize(
    ("arrears", "days", "subject", "step"),
    [
        ("81.20", 1, "bill:2026-10", Step.BILL_OVERDUE),
        ("81.21", 30, "bill:2026-09", Step.BILL_OVERDUE),
        ("231.20", 31, "bill:2026-09", Step.BILL_DEMAND),
        ("999.99", 90, "bill:2026-08", Step.BILL_DEMAND),
    ],
)
def test_an_overdue_bill_is_reminded_of_and_demanded_after_thirty_days(arrears: str, days: int, subject: str, step: Step) -> None:
    reminder = due(arrears=Decimal(arrears), arrears_days=days)
    assert reminder is not None
    assert (reminder.subject, reminder.step, reminder.values["amount"]) == (subject, step, arrears)


def test_nothing_owed_or_cut_already_is_not_reminded_of() -> None:
    assert due() is None
    assert due(arrears=Decimal("81.20"), arrears_days=0) is None
    assert due(arrears=Decimal("81.20"), arrears_days=40, disconnected=True) is None
    assert due(payment_mode=PaymentMode.PREPAID, balance=LOW) is None


def test_a_balance_is_reminded_of_once_a_top_up() -> None:
    prepaid = {"payment_mode": PaymentMode.PREPAID}
    paid = tuple(Payment(account_no="3201556677", paid_at=NOW - timedelta(days=days), amount=LOW, channel="网上国网", month="2026-10") for days in (1, 9))
    first, second = due(balance=Decimal("19.99"), payments=paid[1:], **prepaid), due(balance=Decimal("5.00"), payments=paid, **prepaid)
    assert first is not None
    assert second is not None
    assert (first.step, first.values["amount"]) == (Step.BALANCE_LOW, "19.99")
    assert first.subject != second.subject
    empty = due(balance=Decimal("-3.05"), payments=paid, **prepaid)
    assert empty is not None
    assert (empty.step, empty.values["amount"], empty.subject) == (Step.BALANCE_EMPTY, "3.05", second.subject)


def test_what_comes_before_a_cut_cannot_be_switched_off() -> None:
    off = {Topic.BILL: False}
    heard = {step: wanted(Reminder("bill:2026-10", step, {}), off) for step in (Step.BALANCE_LOW, Step.BALANCE_EMPTY, Step.BILL_OVERDUE, Step.BILL_DEMAND)}
    assert [step for step, tells in heard.items() if tells] == [Step.BALANCE_EMPTY, Step.BILL_DEMAND]
    assert wanted(Reminder("bill:2026-10", Step.BILL_OVERDUE, {}), {Topic.OUTAGE: False})
