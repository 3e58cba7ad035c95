"""Invoices of several months and accounts in one application: what they come to is told before it is filed."""

from __future__ import annotations

from decimal import Decimal

from actions.desk.customers import Account, Bill
from actions.handlers import masks
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import FlowState
from actions.handlers.forms.step import Outcome
from actions.handlers.operations.enterprise import accounts_together
from actions.handlers.operations.job import Job
from actions.handlers.operations.months import in_words, months_in
from actions.handlers.operations.tickets import file_ticket
from actions.handlers.services import Services

_EVERY = "all"


def months_billed(services: Services, state: FlowState, said: Said, field: str) -> Outcome:
    """Hold the months told against the bills: the figures, or why they have to be told again."""
    months = months_in(state.values[field], said.now.date())
    if not months:
        # A sentence that began the business need not have named them.
        unclear = [services.phrases.bubble("invoice_months_unclear")] if state.asking == field else []
        return Outcome(unclear, ask_again=field)
    values = {field: in_words(months)}
    if state.verified is None or "scope" not in state.values:
        return Outcome(values=values)
    missing = _missing(services, state, said, months)
    if missing:
        return Outcome([services.phrases.bubble("invoice_month_missing", months=in_words(missing))], ask_again=field)
    lines, total = _table(services, _accounts(services, state, said), months)
    told = services.phrases.bubble("invoice_figures", lines="\n".join(lines), total=f"{total:.2f}")
    return Outcome([told], values=values)


def file_invoices(job: Job) -> Outcome:
    """One ticket for all of them, with every amount in it."""
    if job.state.verified is None or job.state.verified != job.values.get("account_no"):
        raise PermissionError("invoices were asked for without verification")
    months = months_in(job.values["months"], job.said.now.date())
    missing = _missing(job.services, job.state, job.said, months)
    if missing or not months:
        told = job.services.phrases.bubble("invoice_month_missing", months=in_words(missing) or job.values["months"])
        return Outcome([told], ask_again="months")
    with job.watch("action"):
        lines, total = _table(job.services, _accounts(job.services, job.state, job.said), months, masked=False)
    job.state.said.insert(0, job.services.phrases.text("invoice_record", lines="；".join(lines), total=f"{total:.2f}"))
    return file_ticket(job)


def _accounts(services: Services, state: FlowState, said: Said) -> tuple[Account, ...]:
    assert state.verified is not None, "only ever asked once the account is verified"
    accounts, _ = accounts_together(services, said, state.verified)
    return accounts if state.values.get("scope") == _EVERY else accounts[:1]


def _missing(services: Services, state: FlowState, said: Said, months: tuple[str, ...]) -> tuple[str, ...]:
    """The months in which none of the accounts has a bill."""
    billed = {bill.month for account in _accounts(services, state, said) for bill in services.customers.bills(account.account_no)}
    return tuple(month for month in months if month not in billed)


def _table(
    services: Services, accounts: tuple[Account, ...], months: tuple[str, ...], *, masked: bool = True
) -> tuple[list[str], Decimal]:
    """A line an account, and the total of all in yuan."""
    lines, total = [], Decimal(0)
    for account in accounts:
        bills: list[Bill] = [b for b in services.customers.bills(account.account_no) if b.month in months]
        amount = sum((bill.amount for bill in bills), Decimal(0))
        total += amount
        number = masks.account_no(account.account_no) if masked else account.account_no
        months_of = in_words(tuple(sorted(bill.month for bill in bills)))
        lines.append(services.phrases.text("invoice_line", account=number, owner=account.name, months=months_of, amount=f"{amount:.2f}"))
    return lines, total
