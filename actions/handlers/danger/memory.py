"""What the conversation keeps of an emergency ticket, and what that ticket still wants."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from actions.desk.tickets import Ticket
from actions.handlers.danger.places import is_vague
from actions.handlers.words import Phrases

DANGER = "danger"
"""Memory: ticket, kind and time of the emergency reported in this conversation, and what was asked about it last."""
TALKED_OF = timedelta(hours=3)
"""How long what the customer says next may belong to it."""


def remembered(ticket: Ticket, kind: str, now: datetime) -> dict[str, Any]:
    """For the memory."""
    asks = "place" if is_vague(ticket.address or "") else "" if ticket.contact_phone else "phone"
    return {DANGER: {"ticket_no": ticket.ticket_no, "kind": kind, "at": now.isoformat(), "asks": asks}}


def under_way(memory: dict[str, Any], now: datetime) -> dict[str, Any] | None:
    """What is kept of the emergency, while it is fresh."""
    kept = memory.get(DANGER)
    return dict(kept) if kept and now - datetime.fromisoformat(kept["at"]) <= TALKED_OF else None


def wanted(phrases: Phrases, ticket: Ticket) -> str:
    """The one thing that would still help the crew: a better place, else a phone; empty when both are known."""
    if is_vague(ticket.address or ""):
        return phrases.text("danger_better_place")
    return "" if ticket.contact_phone else phrases.text("danger_phone_too")
