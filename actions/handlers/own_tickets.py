"""Whose a ticket is, which one is meant, and how it is named before anything is done to it.

A ticket is shown to whoever made it in this very conversation, has verified or linked its account, or names both its number
and the phone on it. A phone alone shows nothing.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from actions.desk.customers import Account
from actions.desk.errors import UnknownTicket
from actions.desk.lifecycle import DONE
from actions.desk.tickets import Priority, Ticket, TicketFilter
from actions.handlers import masks
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import CONFIRM, FlowState
from actions.handlers.forms.step import Outcome
from actions.handlers.services import Services
from actions.handlers.words import Bubble, button
from actions.handlers.yaml_files import read_yaml

KINDS = {
    "repair": "报修",
    "complaint": "投诉",
    "service_request": "业务申请",
    "consultation": "咨询",
    "opinion": "意见",
    "suggestion": "建议",
    "praise": "表扬",
    "violation_report": "举报",
}
ABOUT_TICKETS = {"ticket_progress": "query_ticket", "ticket_urge": "urge_ticket", "ticket_withdraw": "cancel_ticket"}
"""The flows about an earlier ticket, and their intents."""
_WHAT = "ticket:"
_MOST = 4
_FILE = Path(__file__).resolve().parents[1] / "words" / "heard" / "tickets.yml"
_ORDINAL = re.compile(r"^(?:是|就|要)?第?([一二三四1234])(?:个|张|条)(?:吧|啊)?$")


@cache
def _heard() -> dict[str, Any]:
    raw: dict[str, Any] = read_yaml(_FILE)
    return raw


def _says(words: str, patterns: list[str]) -> bool:
    return any(re.search(pattern, words) for pattern in patterns)


def owned(ticket: Ticket, said: Said, memory: dict[str, Any], account: Account | None, phone: str | None) -> bool:
    """Whether this customer may see the ticket. ``phone``: what he says is the phone on it, having named its number."""
    verified = (memory.get("verified") or {}).get("account_no")
    return (
        ticket.conversation_id == said.conversation_id
        or ticket.ticket_no == memory.get("shown_ticket")
        or (account is not None and ticket.account_no == account.account_no)
        or bool(verified and ticket.account_no == verified)
        or bool(phone and ticket.contact_phone == phone)
    )


def own(services: Services, said: Said, account: Account | None) -> list[Ticket]:
    """The tickets of this conversation and of the account shown to be the customer's, newest first; those that run before all others."""
    found = list(services.desk.tickets(TicketFilter(conversation_id=said.conversation_id), limit=20).tickets)
    if account is not None:
        found += services.desk.tickets(TicketFilter(account_no=account.account_no), limit=20).tickets
    unique = {ticket.ticket_no: ticket for ticket in found}
    newest = sorted(unique.values(), key=lambda ticket: ticket.created_at, reverse=True)
    return [t for t in newest if t.status not in DONE] or newest


def meant_one(services: Services, said: Said, memory: dict[str, Any], account: Account | None) -> str | None:
    """The ticket meant without a number: of the kind named, the one just talked of, or the only one; None when there are several."""
    mine = own(services, said, account)
    if (kind := _kind(said.words)) is not None and (of_kind := [t for t in mine if t.kind.value == kind]):
        return of_kind[0].ticket_no
    last = memory.get("last_ticket")
    if last and (len(mine) < 2 or _says(said.words, _heard()["last"])):
        return str(last)
    return mine[0].ticket_no if len(mine) == 1 else None


def _kind(words: str) -> str | None:
    return next((kind for kind, ways in _heard()["kinds"].items() if _says(words, ways)), None)


def several(services: Services, said: Said, account: Account | None) -> Outcome:
    """The customer's tickets by kind and date, to pick one from."""
    mine = own(services, said, account)[:_MOST]
    if len(mine) < 2:
        return Outcome()
    lines = "\n".join(f"{at}. {described(ticket)}" for at, ticket in enumerate(mine, 1))
    bubble = services.phrases.bubble("tickets_several", lines=lines)
    bubble.buttons = [button(_short(ticket), "/inform", ticket_no=ticket.ticket_no) for ticket in mine]
    return Outcome([bubble])


def described(ticket: Ticket) -> str:
    """A ticket as its owner knows it again: 11月24日10:05的报修，工单号GD…."""
    return f"{_short(ticket)}，工单号{ticket.ticket_no}"


def _short(ticket: Ticket) -> str:
    at = ticket.created_at
    what = ticket.category[-1] if ticket.kind.value == "service_request" and ticket.category else KINDS[ticket.kind.value]
    return f"{at.month}月{at.day}日{at:%H:%M}的{what}"


def look(services: Services, state: FlowState, said: Said, memory: dict[str, Any], account: Account | None) -> Outcome:
    """Hold a ticket number, and the phone that goes with it, against the desk; what it is goes into the state."""
    number, phone = state.values.get("ticket_no"), state.values.get("phone")
    if number is None:
        # A phone alone shows nothing of anybody's; one's own of this conversation are known without it.
        listed = several(services, said, account)
        return listed if listed.bubbles else Outcome([services.phrases.bubble("ticket_number_too")])
    try:
        ticket = services.desk.ticket(number)
    except UnknownTicket:
        return Outcome([services.phrases.bubble("ticket_unknown")], ask_again="ticket_no")
    if owned(ticket, said, memory, account, phone):
        state.told = [t for t in state.told if not t.startswith(_WHAT)] + [_WHAT + _warned(services, ticket, said)]
        return Outcome()
    if phone is None and ticket.contact_phone:
        return Outcome([services.phrases.bubble("ticket_needs_phone")], ask_again="phone")
    state.values.pop("phone", None)
    return Outcome([services.phrases.bubble("ticket_unknown")], ask_again="ticket_no")


def _warned(services: Services, ticket: Ticket, said: Said) -> str:
    about = ticket.address if ticket.kind.value == "repair" and ticket.address else ticket.description[:30]
    if ticket.conversation_id != said.conversation_id:
        about = masks.address(about) if ticket.address else KINDS[ticket.kind.value]
    name = "ticket_is_emergency" if ticket.priority is Priority.EMERGENCY else "ticket_is"
    return services.phrases.text(name, what=_short(ticket), about=about)


def what_it_is(state: FlowState) -> str:
    """For the question before something is done to a ticket: which one it is."""
    return next((t.removeprefix(_WHAT) for t in state.told if t.startswith(_WHAT)), "")


def read(services: Services, said: Said, state: FlowState | None, memory: dict[str, Any], account: Account | None) -> Said:
    """The turn as it is meant about one's tickets: the one picked from the list, no number at hand, taken back after all, kept."""
    words = said.words
    if not words:
        return said
    if state is None:
        takes_back = said.intent not in ("cancel_ticket", "report_hazard") and _says(words, _heard()["back"])
        if takes_back and memory.get("last_ticket") and len(words) <= 16:
            return replace(said, intent="cancel_ticket", confidence=1.0, doubt="none", pieces=())
        return said
    if state.flow not in ABOUT_TICKETS:
        return said
    if state.asking == "ticket_no" and said.value("ticket_no") is None:
        if (picked := _picked(services, words, said, account)) is not None:
            return replace(said, intent="inform", entities=(*said.entities, {"entity": "ticket_no", "value": picked}))
        if _says(words, _heard()["no_number"]):
            return replace(said, text="不知道", intent="inform", confidence=1.0, doubt="none")
    if state.flow == "ticket_withdraw" and state.asking == CONFIRM and _says(words, _heard()["keep"]):
        return replace(said, text="/cancel", intent="cancel", confidence=1.0)
    return said


def _picked(services: Services, words: str, said: Said, account: Account | None) -> str | None:
    mine = own(services, said, account)[:_MOST]
    ordinal = _ORDINAL.match(words)
    if ordinal is not None:
        at = "一二三四".find(ordinal.group(1)) if ordinal.group(1) in "一二三四" else int(ordinal.group(1)) - 1
        return mine[at].ticket_no if at < len(mine) else None
    kind = _kind(words)
    of_kind = [t for t in mine if t.kind.value == kind]
    return of_kind[0].ticket_no if len(words) <= 12 and len(of_kind) == 1 else None


def other_wish(said: Said, state: FlowState) -> str | None:
    """Another thing wanted of the ticket that is talked of (查 → 催): the flow to go to, nothing being lost by it."""
    wanted = next((flow for flow, intent in ABOUT_TICKETS.items() if intent == said.intent), None)
    going = state.flow in ABOUT_TICKETS and wanted not in (None, state.flow) and said.confidence >= 0.6  
    return wanted if going else None


def withdrawn_line(bubble: Bubble, ticket: Ticket) -> Bubble:
    """The confirmation that it is withdrawn names it too."""
    bubble.text = bubble.text.replace(ticket.ticket_no, f"{ticket.ticket_no}（{_short(ticket)}）")
    return bubble
