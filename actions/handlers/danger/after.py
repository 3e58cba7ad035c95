"""After the emergency ticket was filed: what the customer says on goes into it, what is asked is answered, and it is not given up lightly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from actions.desk.errors import IllegalMove, UnknownTicket
from actions.desk.lifecycle import DONE
from actions.desk.tickets import Status, Ticket
from actions.handlers.danger.form import KEEP, OFF, is_over
from actions.handlers.danger.heard import danger_words
from actions.handlers.danger.lines import OTHER, safety_bubble, said_lines, stay
from actions.handlers.danger.memory import DANGER, under_way
from actions.handlers.danger.places import place_said
from actions.handlers.forms.assent import is_no, is_yes
from actions.handlers.forms.said import Said
from actions.handlers.forms.step import Outcome
from actions.handlers.services import Services
from actions.handlers.standing import arrival, when
from actions.handlers.words import Bubble

_SMALL = frozenset({"greet", "thank", "goodbye", "repeat", "bot_challenge", "ask_capabilities", "switch_elderly_mode", "human_agent"})
_SAME_MATTER = frozenset(
    {"report_hazard", "report_outage", "report_meter_fault", "report_power_quality", "query_outage", "query_ticket", "urge_ticket",
     "cancel_ticket", "claim_damage", "inform", "out_of_scope", "affirm", "deny", "cancel"}
)  # fmt: skip
"""What a sentence right after a danger may be taken for, and still be about it."""
_SURE = 0.6
_NOT_OURS = re.compile(r"电费|余额|户号|发票|账单|缴费|交费|过户|新装|电价|投诉|举报")


@dataclass
class _After:
    services: Services
    said: Said
    kept: dict[str, Any]
    ticket: Ticket

    @property
    def kind(self) -> str:
        return str(self.kept.get("kind") or OTHER)

    def outcome(self, *bubbles: Bubble, asks: str = "", **more: Any) -> Outcome:
        shown = {"ticket": {"ticket_no": self.ticket.ticket_no, "kind": self.ticket.kind.value}}
        return Outcome(list(bubbles), shown, {DANGER: {**self.kept, **more, "asks": asks}})

    def note(self, words: str) -> None:
        self.ticket = self.services.desk.move(
            self.ticket.ticket_no, "noted", actor="customer", note=words[:500], request_id=f"{self.said.turn_id}:danger"
        )

    def bubble(self, name: str, **values: Any) -> Bubble:
        found = self.services.phrases.bubble(
            name, ticket_no=self.ticket.ticket_no, stay=stay(self.services.phrases, self.kind), **values
        )
        found.priority = "emergency"
        return found


def turn(services: Services, said: Said, memory: dict[str, Any]) -> Outcome | None:
    """A turn after a danger was reported in this conversation; None when it is about something else."""
    kept = under_way(memory, said.now)
    if kept is None:
        return None
    try:
        ticket = services.desk.ticket(kept["ticket_no"])
    except UnknownTicket:
        return None
    if ticket.status in DONE:
        return None
    after = _After(services, said, kept, ticket)
    if kept.get("asks") in ("keep", "safe") and (decided := is_over(said)) is not None:
        return _withdrawn(after) if decided else after.outcome(after.bubble("danger_kept"))
    if said.value("choice") in (KEEP, OFF):
        # The buttons of an earlier reply.
        return after.outcome(after.bubble("danger_kept")) if said.value("choice") == KEEP else _ask_whether_safe(after)
    return _told(after) if said.words else None


def _told(after: _After) -> Outcome | None:
    said, words = after.said, danger_words()
    text, phrases = said.words, after.services.phrases
    named = said.value("ticket_no")
    if named is not None and named != after.ticket.ticket_no:
        return None
    if said.intent == "report_hazard" and said.value("address") not in (None, after.ticket.address):
        return None  # another place, another danger
    if words.says(text, "who_comes") and not words.hints(text, after.kind) and words.kind(text) is None:
        return _progress(after)
    if said.intent == "human_agent":
        return None
    if (now := words.newly(text, after.kind)) is not None:
        after.note(text)
        return after.outcome(safety_bubble(phrases, text, now), after.bubble("danger_noted"), kind=now)
    lines = said_lines(phrases, text, after.kind)
    if words.says(text, "withdraw") or said.intent == "cancel_ticket":
        if words.says(text, "over"):
            after.note(text)
        return _ask_whether_safe(after)
    if words.says(text, "over") and words.kind(text) is None and not lines:
        after.note(text)
        return after.outcome(after.bubble("danger_over"), asks="keep")
    if lines:
        after.note(text)
        for line in lines:
            line.priority = "emergency"
        return after.outcome(*lines, asks=str(after.kept.get("asks") or ""))
    if words.says(text, "helpless") or said.intent == "report_hazard":
        after.note(text)
        return after.outcome(safety_bubble(phrases, text, after.kind), _progress_bubble(after))
    return _added(after)


def _added(after: _After) -> Outcome | None:
    """A phone, a better place, or whatever else may be about it still, goes into the ticket."""
    said, text = after.said, after.said.words
    place = place_said(said, asked=after.kept.get("asks") == "place", tells=False)
    phone = said.value("phone")
    mine = {"inform", "deny", "affirm", "out_of_scope", *_SAME_MATTER}
    if (phone or place) and said.intent in mine:
        told = [f"联系电话：{phone}" if phone else "", f"地点补充：{place}" if place else ""]
        after.note("；".join([t for t in told if t] + ([text] if text not in (phone, place) else [])))
        return after.outcome(after.bubble("danger_noted"))
    if danger_words().says(text, "unknown") and after.kept.get("asks"):
        return after.outcome(after.bubble("danger_no_matter"))
    if said.intent in _SMALL or _NOT_OURS.search(text) or said.pressed or said.values("account_no"):
        return None
    if (is_yes(said) or is_no(said)) and len(text) <= 8:
        return after.outcome(after.bubble("danger_no_matter"))
    if said.intent not in _SAME_MATTER or (said.intent in ("urge_ticket", "query_ticket", "claim_damage") and said.confidence >= _SURE):
        return None
    after.note(text)
    return after.outcome(after.bubble("danger_noted"), asks=str(after.kept.get("asks") or ""))


def _ask_whether_safe(after: _After) -> Outcome:
    return after.outcome(after.bubble("danger_safe_first"), asks="safe")


def _withdrawn(after: _After) -> Outcome:
    said = after.said
    try:
        after.ticket = after.services.desk.withdraw(
            after.ticket.ticket_no, note=f"客户说已经安全：{said.words}", request_id=f"{said.turn_id}:withdrawn"
        )
    except IllegalMove:
        return after.outcome(after.bubble("danger_on_the_way"))
    return after.outcome(after.bubble("danger_withdrawn"))


def _progress(after: _After) -> Outcome:
    after.note(f"客户问：{after.said.words}")
    return after.outcome(_progress_bubble(after), asks=str(after.kept.get("asks") or ""))


def _progress_bubble(after: _After) -> Bubble:
    phrases, ticket = after.services.phrases, after.ticket
    usual = arrival(ticket)
    told = phrases.text("danger_arrival", usual=usual) if usual else ""
    if ticket.status is Status.RETURNED:
        told = phrases.text("danger_no_crew")
    status, at = when(ticket)
    return after.bubble("danger_progress", status=status, at=at, arrival=told)
