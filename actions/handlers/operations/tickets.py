"""Tickets in the conversation: filing, progress, urging, withdrawing. The desk keeps the promises; here they become words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from actions.desk.errors import IllegalMove, InvalidTicket, UnknownTicket
from actions.desk.lifecycle import ENDED
from actions.desk.papers import OTHER
from actions.desk.tickets import Kind, NewTicket, Priority, Ticket
from actions.handlers import masks, papers
from actions.handlers.danger.form import kind_of
from actions.handlers.danger.lines import stay
from actions.handlers.danger.memory import remembered, wanted
from actions.handlers.forms.flow import Flow
from actions.handlers.forms.questions import line_of
from actions.handlers.forms.step import Outcome
from actions.handlers.nodes import NOT_PROMISED, next_step, standings, told
from actions.handlers.operations.additions import JUST_FILED, just_filed
from actions.handlers.operations.job import Job
from actions.handlers.operations.notices import switched
from actions.handlers.own_tickets import KINDS, owned, withdrawn_line
from actions.handlers.profile.urgent import TOLD, on_life_support
from actions.handlers.standing import STATUSES, minutes, status_of
from actions.handlers.words import Bubble, button

STEPS = {
    "arrive": "到达现场",
    "restore": "恢复供电",
    "dispatch": "派单",
    "contact": "与您联系",
    "reply": "答复您",
    "total": "全部办完",
    "reconnect": "恢复供电",
    "test": "出校验结果",
    "visit": "上门核实",
    "plan": "答复供电方案",
    "connect": "装表接电",
}


def file_ticket(job: Job) -> Outcome:
    """Make the ticket that the flow describes, once, and tell the number and the promise."""
    values, settings = job.values, job.settings
    priority = Priority(settings.get("priority", "normal"))
    account = job.services.known(values.get("account_no"))
    if settings["kind"] == "repair" and priority is Priority.NORMAL:
        named = account is not None and account.life_support
        if named or job.memory.get(TOLD) or on_life_support(job.services, job.said, job.memory):
            priority = Priority.URGENT
    new = NewTicket(
        kind=Kind(settings["kind"]),
        priority=priority,
        channel=job.said.channel,
        conversation_id=job.said.conversation_id,
        account_no=values.get("account_no"),
        contact_name=values.get("name"),
        contact_phone=values.get("phone"),
        address=values.get("address"),
        description=_description(job),
        category=tuple(settings.get("category", ())),
        business=business_of(job.flow, values),
    )
    try:
        with job.watch("action"):
            ticket = job.services.desk.accept(new, request_id=job.request_id)
    except InvalidTicket as refused:
        return _refused(job, refused)
    outcome = Outcome(trace={"ticket": {"ticket_no": ticket.ticket_no, "kind": ticket.kind.value}})
    outcome.memory = {"last_ticket": ticket.ticket_no, JUST_FILED: just_filed(job, ticket)}
    if priority is Priority.EMERGENCY:
        outcome.memory.update(remembered(ticket, kind_of(job.state), job.said.now))
    sent = papers.filed(job.services, ticket, job.flow.materials_for(values), job.state, job.memory)
    outcome.bubbles.append(_filed(job, job.services.desk.ticket(ticket.ticket_no)))
    if settings.get("switch") == "notices":
        outcome.bubbles += switched(job)
    if sent is not None:
        outcome.bubbles += sent.bubbles
        outcome.memory.update(sent.memory)
    return outcome


def business_of(flow: Flow, values: dict[str, str]) -> str:
    """What the limits go by: the flow's intent, or the variant that a choice of the customer makes of it."""
    for name, variants in flow.done.settings.get("business_by", {}).items():
        if values.get(name) in variants:
            return str(variants[values[name]])
    return flow.intents[0] if flow.intents else flow.flow


def _refused(job: Job, refused: InvalidTicket) -> Outcome:
    """Ask again for the field that the record standard does not accept."""
    names = {"contact_phone": "phone", "address": "address", "account_no": "account_no", "description": "content"}
    for problem, _ in refused.problems:
        wrong = job.flow.field(names.get(problem))
        if wrong is not None:
            text = job.services.phrases.text(
                "phone_not_callable" if wrong.name == "phone" else "value_refused", label=wrong.label
            )
            return Outcome([Bubble(text)], ask_again=wrong.name)
    raise refused


def _description(job: Job) -> str:
    """The customer's own words first, then what was chosen, for whoever works on the ticket."""
    told = [words for words in job.state.said if words]
    free = [job.values[f.name] for f in job.flow.fields if f.type == "text" and f.name in job.values]
    own = list(dict.fromkeys([*free, *told, *job.state.notes]))
    own = [words for words in own if not any(words != other and words in other for other in own)]
    chosen = [
        line
        for item in job.flow.fields
        if item.type in _IN_WORDS and item.name in job.values and (line := line_of(item, job.state))
    ]
    text = "；".join([*own, *chosen]) or job.flow.title
    return text[:4000]


_IN_WORDS = ("choice", "month", "date", "amount", "number", "email", "tax_no")
"""Field types whose values have no place of their own on a ticket."""


def _filed(job: Job, ticket: Ticket) -> Bubble:
    key = "filed_" + ticket.kind.value
    promise = next(
        (_promise(c.step, c.due_at, job.said.now) for c in ticket.clocks if c.finished_at is None and c.step in STEPS),
        "",
    )
    danger: dict[str, str] = {}
    if ticket.priority is Priority.EMERGENCY:
        key, phrases = "filed_emergency", job.services.phrases
        danger = {"stay": stay(phrases, kind_of(job.state)), "more": wanted(phrases, ticket)}
    if ticket.waits_for:
        key, promise = "filed_waiting", ""
    bubble = job.services.phrases.bubble(
        key,
        **danger,
        ticket_no=ticket.ticket_no,
        spoken_no=_read_out(ticket.ticket_no),
        promise=promise,
        title=job.flow.title,
        next=next_step(job.services.phrases, job.flow),
    )
    bubble.card = ticket_card(ticket)
    bubble.buttons += [button("查进度", "/query_ticket")]
    return bubble


def _promise(step: str, due: datetime, now: datetime) -> str:
    """A limit in words, never as an exact minute for arrivals."""
    if step in NOT_PROMISED:
        return ""
    day = "今天" if due.date() == now.date() else f"{due.month}月{due.day}日"
    return f"最晚{day}{STEPS[step]}。"


def _read_out(ticket_no: str) -> str:
    return "、".join(ticket_no[-4:])


def ticket_card(ticket: Ticket, *, here: bool = True) -> dict[str, Any]:
    """The card that a page draws for a ticket; ``here``: it was made in this very conversation, else its place is masked."""
    rows = []
    if ticket.address:
        rows.append(["地址", ticket.address if here else masks.address(ticket.address)])
    if ticket.contact_phone:
        rows.append(["电话", masks.phone(ticket.contact_phone)])
    running = [c for c in ticket.clocks if c.step in STEPS and c.finished_at is None]
    # An arrival is never promised to the minute (domain facts X5): the usual time is told, not the deadline.
    rows += [["到场", f"一般{minutes(c)}左右，看路况和现场情况"] for c in running if c.step == "arrive"]
    promised = [c for c in running if c.step not in NOT_PROMISED and c.paused_at is None]
    clocks = [{"label": STEPS[c.step], "due_at": c.due_at.isoformat()} for c in promised]
    return {
        "type": "ticket",
        "ticket_no": ticket.ticket_no,
        "kind": ticket.kind.value,
        "title": ticket.category[-1] if ticket.category else "",
        "status": status_of(ticket),
        "priority": ticket.priority.value,
        "rows": rows,
        "clocks": clocks,
    }


def progress(job: Job) -> Outcome:
    """How far a ticket is, for the one who made it."""
    ticket = _own_ticket(job)
    if isinstance(ticket, Outcome):
        return ticket
    last = ticket.events[-1]
    bubble = job.services.phrases.bubble(
        "progress",
        ticket_no=ticket.ticket_no,
        kind=KINDS[ticket.kind.value],
        status=status_of(ticket),
        at=f"{last.at.month}月{last.at.day}日{last.at:%H:%M}",
    )
    bubble.card = ticket_card(ticket, here=ticket.conversation_id == job.said.conversation_id)
    folder = job.services.papers.folder(ticket.ticket_no) if job.services.papers is not None else None
    if folder is not None:
        bubble.card["rows"] += papers.owed_rows(folder)
    if ticket.status.value not in ("closed", "withdrawn", "resolved", "called_back", "merged"):
        bubble.buttons = [button("催一下", "/urge_ticket"), button("撤销", "/cancel_ticket")]
    return Outcome([bubble, *_steps(job, ticket)], _touched(ticket), _shown(ticket))


def _steps(job: Job, ticket: Ticket) -> list[Bubble]:
    """The steps of the application, who is at it, and by when the rest comes."""
    flow = job.services.flows.of_business(ticket.business)
    lines = told(job.services.phrases, flow, ticket) if flow is not None else ""
    if flow is None or not lines:
        return []
    bubble = job.services.phrases.bubble("progress_steps", lines=lines)
    now = next((s.node for s in standings(flow, ticket) if s.state == "now"), None)
    if now is not None:
        bubble.speech = job.services.phrases.text("progress_steps_heard", owner=now.owner, what=now.name)
    return [bubble]


def add_papers(job: Job) -> Outcome:
    """Later additions to an open application: what is owed, and the next paper sent is for it."""
    ticket = _own_ticket(job)
    if isinstance(ticket, Outcome):
        return ticket
    folder = job.services.papers.folder(ticket.ticket_no) if job.services.papers is not None else None
    if ticket.status in ENDED or folder is None:
        return _too_late(job, ticket)
    bubble = job.services.phrases.bubble("papers_for", ticket_no=ticket.ticket_no)
    owed = papers.owed_bubble(job.services, folder, ticket.waits_for)
    bubbles = [bubble, *([owed] if owed else [])]
    bubbles[-1].upload = bubbles[-1].upload or [OTHER]
    return Outcome(bubbles, _touched(ticket), {**_shown(ticket), papers.ADDING: ticket.ticket_no})


def urge(job: Job) -> Outcome:
    """Record that the customer waits."""
    ticket = _own_ticket(job)
    if isinstance(ticket, Outcome):
        return ticket
    try:
        with job.watch("action"):
            ticket = job.services.desk.urge(
                ticket.ticket_no, note=job.said.words or "客户催办", request_id=job.request_id
            )
    except IllegalMove:
        return _too_late(job, ticket)
    bubble = job.services.phrases.bubble("urged", ticket_no=ticket.ticket_no, status=status_of(ticket))
    bubble.card = ticket_card(ticket, here=ticket.conversation_id == job.said.conversation_id)
    return Outcome([bubble], _touched(ticket), _shown(ticket))


def withdraw(job: Job) -> Outcome:
    """Take a ticket back."""
    ticket = _own_ticket(job)
    if isinstance(ticket, Outcome):
        return ticket
    try:
        with job.watch("action"):
            ticket = job.services.desk.withdraw(
                ticket.ticket_no, note=job.said.words or "客户撤销", request_id=job.request_id
            )
    except IllegalMove:
        return _too_late(job, ticket)
    told = withdrawn_line(job.services.phrases.bubble("withdrawn", ticket_no=ticket.ticket_no), ticket)
    return Outcome([told], _touched(ticket))


def _shown(ticket: Ticket) -> dict[str, Any]:
    """For the memory: the ticket talked of, which its owner need not prove again in this conversation."""
    return {"last_ticket": ticket.ticket_no, "shown_ticket": ticket.ticket_no}


def _touched(ticket: Ticket) -> dict[str, Any]:
    return {"ticket": {"ticket_no": ticket.ticket_no, "kind": ticket.kind.value}}


def _too_late(job: Job, ticket: Ticket) -> Outcome:
    bubble = job.services.phrases.bubble(
        "ticket_too_late", ticket_no=ticket.ticket_no, status=STATUSES[ticket.status.value]
    )
    return Outcome([bubble], _touched(ticket))


def _own_ticket(job: Job) -> Ticket | Outcome:
    """The ticket meant, when it is this customer's (`own_tickets.owned`). Somebody else's number looks like one that does not exist."""
    account = job.services.bound_account(job.said.customer_id)
    with job.watch("action"):
        try:
            ticket = job.services.desk.ticket(job.values.get("ticket_no", ""))
        except UnknownTicket:
            return Outcome([job.services.phrases.bubble("ticket_unknown")], ask_again="ticket_no")
    if owned(ticket, job.said, job.memory, account, job.values.get("phone")):
        return ticket
    return Outcome([job.services.phrases.bubble("ticket_unknown")], ask_again="ticket_no")
