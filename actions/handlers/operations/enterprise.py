"""The express lane of enterprises: several accounts at once, the two-part tariff, the power factor, the account manager.

Every figure is the billing system's own or follows from it by plain arithmetic; rules and prices of the place are the articles'.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from actions.desk.customers import Account
from actions.desk.enterprise import ChargedBy, Contract, EnterpriseMonth, basic_by, reactive_allowed
from actions.handlers import masks
from actions.handlers.articles import knowledge_trace
from actions.handlers.forms.said import Said
from actions.handlers.forms.step import Outcome
from actions.handlers.handing_over import hand_over
from actions.handlers.operations.job import Job
from actions.handlers.services import Services
from actions.handlers.trusted import user_of
from actions.handlers.words import Bubble, button

_TENTH = Decimal("0.1")


def accounts_together(services: Services, said: Said, verified: str) -> tuple[tuple[Account, ...], int]:
    """The accounts that whoever verified one may see together, and how many more the company has that must be verified themselves.

    The company's others with the same phone on file (the same digits would verify each), and those linked to this chat user.
    """
    own = services.customers.account(verified)
    if own is None:
        return (), 0
    numbers, closed = [verified], 0
    contract = services.enterprises.contract(verified) if services.enterprises is not None else None
    if contract is not None and services.enterprises is not None:
        for other in services.enterprises.contracts(contract.company_no):
            account = services.customers.account(other.account_no)
            if account is not None and account.phone == own.phone:
                numbers.append(other.account_no)
            else:
                closed += 1
    linked = services.customers.bindings(user_of(said))
    closed -= len([n for n in linked if n not in numbers and contract is not None and _of_company(services, n, contract)])
    numbers += [number for number in linked if number not in numbers]
    found = (services.customers.account(number) for number in dict.fromkeys(numbers))
    return tuple(account for account in found if account is not None), closed


def _of_company(services: Services, account_no: str, contract: Contract) -> bool:
    other = services.enterprises.contract(account_no) if services.enterprises is not None else None
    return other is not None and other.company_no == contract.company_no


def bills_together(job: Job) -> Outcome:
    """A month's bills of all accounts, with their total."""
    phrases, month = job.services.phrases, job.values["month"]
    with job.watch("action"):
        accounts, closed = accounts_together(job.services, job.said, _verified(job))
        bills = [(account, job.services.customers.bill(account.account_no, month)) for account in accounts]
    billed = [(account, bill) for account, bill in bills if bill is not None]
    if not billed:
        return Outcome([phrases.bubble("month_not_billed", month=month_name(month))])
    lines = [
        phrases.text("company_bill", owner=account.name, account=masks.account_no(account.account_no), kwh=bill.kwh, amount=f"{bill.amount:.2f}")
        for account, bill in billed
    ]  # fmt: skip
    lines += [phrases.text("company_bill_none", owner=account.name) for account, bill in bills if bill is None]
    total = sum((bill.amount for _, bill in billed), Decimal(0))
    bubble = phrases.bubble(
        "company_bills", month=month_name(month), count=len(billed), lines="\n".join(lines), total=f"{total:.2f}",
        kwh=sum(bill.kwh for _, bill in billed),
        closed=phrases.text("company_closed", count=closed) if closed > 0 else "",
    )  # fmt: skip
    bubble.buttons = _lane(job, "invoice_bulk", "power_factor", "basic_charge")
    return Outcome([bubble])


def basic_charge(job: Job) -> Outcome:
    """Capacity, demand, and what the basic charge comes to one way and the other."""
    found = _figures(job)
    if isinstance(found, Outcome):
        return found
    contract, month = found
    both, phrases = basic_by(contract, month), job.services.phrases
    other = ChargedBy.CAPACITY if contract.charged_by is ChargedBy.DEMAND else ChargedBy.DEMAND
    saved = both[contract.charged_by] - both[other]
    verdict = "basic_same" if saved == 0 else "basic_other_less" if saved > 0 else "basic_other_more"
    bubble = phrases.bubble(
        "basic_charge", account=masks.account_no(contract.account_no), voltage=contract.voltage, kva=contract.capacity_kva,
        by=phrases.text(f"charged_by_{contract.charged_by}"), month=month_name(month.month), demand=month.max_demand_kw,
        share=_share(Decimal(month.max_demand_kw), Decimal(contract.capacity_kva)), charge=f"{month.basic_charge:.2f}",
        capacity_price=f"{contract.capacity_price:.2f}", by_capacity=f"{both[ChargedBy.CAPACITY]:.2f}",
        demand_price=f"{contract.demand_price:.2f}", by_demand=f"{both[ChargedBy.DEMAND]:.2f}",
        verdict=phrases.text(verdict, other=phrases.text(f"charged_by_{other}"), saved=f"{abs(saved):.2f}"),
    )  # fmt: skip
    return _told(job, bubble, "tariff-two-part", "power_factor", "account_manager")


def power_factor(job: Job) -> Outcome:
    """The month's power factor, how it is worked out, and the adjustment that follows from it."""
    found = _figures(job)
    if isinstance(found, Outcome):
        return found
    contract, month = found
    phrases, factor, standard = job.services.phrases, month.power_factor, contract.power_factor_standard
    if factor is None or standard is None:
        return _told(job, phrases.bubble("power_factor_none", account=masks.account_no(contract.account_no)), "tariff-power-factor")
    reached = factor >= standard
    allowed = reactive_allowed(month.active_kwh, standard)
    name = "adjusted_up" if month.adjustment > 0 else "adjusted_down" if month.adjustment < 0 else "adjusted_none"
    bill = job.services.customers.bill(contract.account_no, month.month)
    before = bill.amount - month.adjustment if bill is not None else Decimal(0)
    bubble = phrases.bubble(
        "power_factor", account=masks.account_no(contract.account_no), month=month_name(month.month),
        active=month.active_kwh, reactive=month.reactive_kvarh, factor=f"{factor:f}", standard=f"{standard:f}",
        reached=phrases.text("factor_reached" if reached else "factor_missed"),
        adjusted=phrases.text(name, amount=f"{abs(month.adjustment):.2f}", share=_share(abs(month.adjustment), before)),
        advice="" if reached else phrases.text("factor_advice", allowed=f"{allowed:f}", over=f"{month.reactive_kvarh - allowed:f}"),
    )  # fmt: skip
    return _told(job, bubble, "tariff-power-factor", "basic_charge", "account_manager")


def account_manager(job: Job) -> Outcome:
    """Who looks after this company, and the conversation given to them with everything written down."""
    verified, phrases = _verified(job), job.services.phrases
    contract = job.services.enterprises.contract(verified) if job.services.enterprises is not None else None
    account = job.services.customers.account(verified)
    if contract is None:
        bubble = phrases.bubble("no_manager")
        bubble.buttons = [button(phrases.text("button_person"), "/human_agent")]
        return Outcome([bubble])
    told = phrases.bubble("manager", manager=contract.manager, phone=contract.manager_phone, company=contract.company)
    called = hand_over(
        job.services, job.said, phrases.text("manager_reason", manager=contract.manager), _written_down(job, contract), "normal", account
    )
    return Outcome([told, *called.bubbles], called.trace)


def _written_down(job: Job, contract: Contract) -> list[str]:
    """What the manager reads first."""
    phrases = job.services.phrases
    accounts, _ = accounts_together(job.services, job.said, contract.account_no)
    lines = [phrases.text("summary_accounts", accounts="、".join(account.account_no for account in accounts))]
    newest = [bills[0] for account in accounts if (bills := job.services.customers.bills(account.account_no))]
    if newest:
        total = sum((bill.amount for bill in newest), Decimal(0))
        lines.append(phrases.text("summary_bills", month=month_name(newest[0].month), total=f"{total:.2f}"))
    words = [w for w in job.state.said if w]
    lines += [phrases.text("summary_words", words="；".join(words))] if words else []
    last = job.services.flows.named(job.memory.get("last_flow"))
    lines += [phrases.text("summary_flow", title=last.title)] if last is not None else []
    lines += [phrases.text("summary_ticket", ticket=job.memory["last_ticket"])] if job.memory.get("last_ticket") else []
    return lines


def _figures(job: Job) -> tuple[Contract, EnterpriseMonth] | Outcome:
    """The contract and the month asked for, or why there is neither."""
    verified, book = _verified(job), job.services.enterprises
    with job.watch("action"):
        contract = book.contract(verified) if book is not None else None
        month = book.month(verified, job.values["month"]) if book is not None else None
    phrases = job.services.phrases
    if contract is None:
        return _told(job, phrases.bubble("no_contract", account=masks.account_no(verified)), job.settings["topic"])
    if month is None:
        return Outcome([phrases.bubble("month_not_billed", month=month_name(job.values["month"]))])
    return contract, month


def _told(job: Job, bubble: Bubble, topic: str, *flows: str) -> Outcome:
    """A bubble with the article that explains it as its ground."""
    hit = job.services.knowledge.hit(topic)
    trace: dict[str, Any] = {}
    if hit is not None:
        bubble.citations = list(hit.citations)
        trace["knowledge"] = knowledge_trace([hit])
        bubble.buttons.append(button(job.services.phrases.text("button_topic", title=hit.title), "/faq", choice=f"topic:{topic}"))
    bubble.buttons += _lane(job, *flows)
    return Outcome([bubble], trace)


def _lane(job: Job, *flows: str) -> list[dict[str, str]]:
    named = (job.services.flows.named(name) for name in flows)
    return [button(flow.title, "/start_flow", flow=flow.flow) for flow in named if flow is not None]


def _verified(job: Job) -> str:
    if job.state.verified is None or job.state.verified != job.values.get("account_no"):
        raise PermissionError("an enterprise's figures were asked for without verification")
    return job.state.verified


def _share(part: Decimal, whole: Decimal) -> str:
    return f"{(part * 100 / whole).quantize(_TENTH, ROUND_HALF_UP):f}%" if whole else "0%"


def month_name(month: str) -> str:
    """2026-10 as 2026年10月."""
    return f"{month[:4]}年{int(month[5:])}月"
