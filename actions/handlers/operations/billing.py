"""Money and kilowatt-hours of a verified account. Every figure is the customer system's own, exact to the cent."""

from __future__ import annotations

from decimal import Decimal

from actions.desk.customers import Account, PaymentMode
from actions.handlers import masks
from actions.handlers.forms.flow import Flow
from actions.handlers.forms.state import FlowState
from actions.handlers.forms.step import Outcome
from actions.handlers.operations.job import Job
from actions.handlers.operations.several_months import listed
from actions.handlers.operations.tickets import file_ticket
from actions.handlers.services import Services
from actions.handlers.words import Bubble, button


def look_up(job: Job) -> Outcome:
    """Show a bill, balance, usage or payments. Only ever of the account this conversation has verified."""
    verified = job.state.verified
    if verified is None or verified != job.values.get("account_no"):
        raise PermissionError("a personal figure was asked for without verification")
    with job.watch("action"):
        account = job.services.customers.account(verified)
        if account is None:
            return Outcome([job.services.phrases.bubble("look_up_failed")])
        several = listed(job, account) if job.settings["what"] in ("bill", "usage") else None
        bubble = several or {"bill": _bill, "balance": _balance, "usage": _usage, "payments": _payments}[job.settings["what"]](
            job, account
        )
    return Outcome([bubble])


def _month_name(month: str) -> str:
    year, number = month.split("-")
    return f"{year}年{int(number)}月"


def _bill(job: Job, account: Account) -> Bubble:
    month = job.values["month"]
    bill = job.services.customers.bill(account.account_no, month)
    if bill is None:
        return _no_month(job, account, month)
    bubble = job.services.phrases.bubble(
        "bill",
        account=masks.account_no(account.account_no),
        month=_month_name(month),
        amount=f"{bill.amount:.2f}",
        kwh=bill.kwh,
    )
    bubble.buttons = [
        button("查余额欠费", "/query_balance"),
        button("电费不对", "/dispute_bill"),
        button("交电费", "/how_to_pay"),
    ]
    return bubble


def _usage(job: Job, account: Account) -> Bubble:
    month = job.values["month"]
    bill = job.services.customers.bill(account.account_no, month)
    if bill is None:
        return _no_month(job, account, month)
    return job.services.phrases.bubble(
        "usage", account=masks.account_no(account.account_no), month=_month_name(month), kwh=bill.kwh
    )


def _no_month(job: Job, account: Account, month: str) -> Bubble:
    bills = job.services.customers.bills(account.account_no)
    if month >= job.said.now.strftime("%Y-%m"):
        return job.services.phrases.bubble("month_not_billed", month=_month_name(month))
    reach = f"{_month_name(bills[-1].month)}到{_month_name(bills[0].month)}" if bills else "没有"
    return job.services.phrases.bubble("month_unknown", month=_month_name(month), reach=reach)


def _balance(job: Job, account: Account) -> Bubble:
    name = "balance_prepaid" if account.payment_mode is PaymentMode.PREPAID else "balance_postpaid"
    if account.arrears > Decimal(0):
        name = "balance_cut_off" if account.disconnected else "balance_arrears"
    bubble = job.services.phrases.bubble(
        name,
        account=masks.account_no(account.account_no),
        balance=f"{account.balance:.2f}",
        arrears=f"{account.arrears:.2f}",
        days=account.arrears_days,
    )
    bubble.buttons = [button("交电费", "/how_to_pay")]
    if account.disconnected:
        bubble.buttons.append(button("申请复电", "/request_reconnection"))
    return bubble


def _payments(job: Job, account: Account) -> Bubble:
    found = job.services.customers.payments(account.account_no)[:3]
    if not found:
        return job.services.phrases.bubble("payments_none", account=masks.account_no(account.account_no))
    lines = "\n".join(
        f"· {p.paid_at:%Y-%m-%d} {p.channel} {p.amount:.2f}元（{_month_name(p.month)}电费）" for p in found
    )
    first = found[0]
    bubble = job.services.phrases.bubble(
        "payments",
        account=masks.account_no(account.account_no),
        lines=lines,
        day=f"{first.paid_at.month}月{first.paid_at.day}日",
        amount=f"{first.amount:.2f}",
    )
    bubble.buttons = [button("交了没到账", "/payment_problem")]
    return bubble


def before_reconnecting(services: Services, flow: Flow, state: FlowState, account: Account) -> Outcome:
    """Whether there is anything to reconnect, and what is still owed."""
    if not account.disconnected:
        bubble = services.phrases.bubble("not_disconnected", account=masks.account_no(account.account_no))
        bubble.buttons = [button("停电报修", "/report_outage")]
        return Outcome([bubble], ended=True)
    if account.arrears > Decimal(0):
        bubble = services.phrases.bubble("reconnect_owed", arrears=f"{account.arrears:.2f}")
        bubble.buttons = [button("交电费", "/how_to_pay")]
        return Outcome([bubble])
    return Outcome()


def reconnect(job: Job) -> Outcome:
    """Ask for power back after arrears."""
    if job.state.verified != job.values.get("account_no"):
        raise PermissionError("a reconnection was asked for without verification")
    return file_ticket(job)
