"""What is said right after a ticket was filed and belongs to it: 他还帮我换了灯泡, 没有备用的, 在东风镇."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from actions.desk.errors import DeskError
from actions.desk.lifecycle import ENDED
from actions.desk.tickets import Priority, Ticket
from actions.handlers.forms.heard import CANCEL, CORRECTION
from actions.handlers.forms.said import Said
from actions.handlers.forms.sense import asks, goes_on, note_of, tells
from actions.handlers.operations.job import Job
from actions.handlers.services import Services
from actions.handlers.words import Bubble
from bot.language.hazards import danger

JUST_FILED = "just_filed"
"""Memory: the ticket filed last, for how long additions are taken, the danger it tells of."""
ADDED_FOR = timedelta(minutes=10)
SURELY = 0.85
"""Confidence from which words are what they were understood as, and no addition."""
LONGEST_CORRECTION = 40
_WANTS = re.compile(r"^(?:那|再|还|也|顺便|另外|你们?|请|麻烦|我|想|要|,|，| )*(?:查|办|报|投诉|举报|提(?:一?[个点条])?(?:建议|意见)|表扬|帮我|帮忙|我要|我想|给我|转)")
"""Words that want something new."""
_PLAIN = frozenset({"inform", "out_of_scope", "deny", "give_praise", "make_suggestion"})


def just_filed(job: Job, ticket: Ticket) -> dict[str, str]:
    """What the memory keeps of a ticket just filed."""
    found = danger(job.state.said[0]) if job.state.said and ticket.priority is Priority.EMERGENCY else None
    until = (job.said.now + ADDED_FOR).isoformat()
    return {"ticket_no": ticket.ticket_no, "until": until, "danger": found.kind if found else ""}


def added_to_last(
    services: Services, said: Said, memory: dict[str, Any]
) -> tuple[list[Bubble], dict[str, Any], dict[str, Any]] | None:
    """Write a statement that follows a filing onto the ticket; None when the turn is none: bubbles, trace and memory."""
    filed = memory.get(JUST_FILED) or {}
    if filed.get("until", "") < said.now.isoformat() or not _belongs(said, memory):
        return None
    ticket = services.desk.ticket(filed["ticket_no"])
    if ticket.status in ENDED:
        return None
    try:
        services.desk.move(
            ticket.ticket_no, "noted", actor="customer", note=note_of(said.words), request_id=f"{said.turn_id}:added"
        )
    except DeskError:
        return None
    name = (
        "added_life_support" if filed["danger"] == "life_support" else "added_in_danger" if filed["danger"] else "added"
    )
    until = datetime.fromisoformat(filed["until"]) + ADDED_FOR
    fresh = {**memory, JUST_FILED: {**filed, "until": until.isoformat()}}
    trace = {"ticket": {"ticket_no": ticket.ticket_no, "kind": ticket.kind.value}}
    return [services.phrases.bubble(name, ticket_no=ticket.ticket_no)], trace, fresh


def _belongs(said: Said, memory: dict[str, Any]) -> bool:
    """Whether the words only tell more about what was filed."""
    if CORRECTION.search(said.words) and said.values("phone", "address") and said.intent in _PLAIN and len(said.words) <= LONGEST_CORRECTION:
        return True  # 电话写错了，是139…
    opinion = memory.get("last_flow") in ("praise", "suggestion")
    unsure = said.intent in ("inform", "out_of_scope") or said.confidence < SURELY or opinion
    plain = said.intent in _PLAIN and unsure
    numbers = said.values("phone", "account_no", "ticket_no", *(["address"] if memory.get("emergency_ticket") else []))
    if not plain or numbers or CANCEL.match(said.words) or _WANTS.match(said.words):
        return False
    return tells(said) and not asks(said.words) and not goes_on(said.words)
