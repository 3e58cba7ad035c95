"""Reminders of money: a balance that runs out (paid beforehand), a bill that is overdue (paid afterwards). Pure.

Only what the sources carry (domain facts 2.1, X7): power may be cut no earlier than 30 days after a bill fell due, and only after a
demand (电力供应与使用条例 Art. 39, mark A); what happens at an empty balance is the contract's business. So a bill is reminded of
once it is overdue, and demanded once 30 days have passed. Cutting is a person's decision, and its own notices are theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from actions.desk.customers import Account, Bill, Payment, PaymentMode
from actions.desk.notices import Step, Topic

DEMAND_AFTER_DAYS = 30
"""电力供应与使用条例 Art. 39."""

_ALWAYS = frozenset({Step.BALANCE_EMPTY, Step.BILL_DEMAND})
"""What comes before a cut is told also to those who want no reminders: it protects them."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """What an account is reminded of: `subject` names the bill, or the balance since it was last topped up."""

    subject: str
    step: Step
    values: Mapping[str, str]


def reminder_of(
    account: Account,
    bills: Iterable[Bill],
    payments: Iterable[Payment],
    now: datetime,
    *,
    low: Decimal,
) -> Reminder | None:
    """The reminder that is due for an account, or None. `bills` and `payments` newest first; below `low` yuan a balance is low."""
    if account.disconnected:
        return None
    if account.payment_mode is PaymentMode.PREPAID:
        return _of_balance(account, payments, low)
    if account.arrears <= 0 or account.arrears_days < 1:
        return None
    step = Step.BILL_DEMAND if account.arrears_days > DEMAND_AFTER_DAYS else Step.BILL_OVERDUE
    since = now - timedelta(days=account.arrears_days)
    month = _oldest_unpaid(account.arrears, bills) or f"{since:%Y-%m}"
    values = {"amount": _yuan(account.arrears), "days": str(account.arrears_days)}
    return Reminder(f"bill:{month}", step, values)


def wanted(reminder: Reminder, wants: Mapping[Topic, bool]) -> bool:
    """Whether the customer gets it: unless they have switched reminders off, and that is heeded."""
    return reminder.step in _ALWAYS or wants.get(Topic.BILL) is not False


def _of_balance(account: Account, payments: Iterable[Payment], low: Decimal) -> Reminder | None:
    if account.balance >= low and account.balance > 0:
        return None
    last = next(iter(payments), None)
    since = "ever" if last is None else f"{last.paid_at:%Y%m%d%H%M%S}"
    if account.balance <= 0:
        return Reminder(f"balance:{since}", Step.BALANCE_EMPTY, {"amount": _yuan(-account.balance)})
    return Reminder(f"balance:{since}", Step.BALANCE_LOW, {"amount": _yuan(account.balance)})


def _oldest_unpaid(arrears: Decimal, bills: Iterable[Bill]) -> str | None:
    """The month of the oldest bill that the arrears reach back to; None without bills."""
    month, rest = None, arrears
    for bill in bills:
        month, rest = bill.month, rest - bill.amount
        if rest <= 0:
            break
    return month


def _yuan(amount: Decimal) -> str:
    return f"{amount:.2f}"
