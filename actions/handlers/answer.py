"""What a turn sends back, and what the conversation remembers of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from actions.handlers.clarify import FAILURES
from actions.handlers.context import DROPPED, FILED, QUEUED, TOPIC
from actions.handlers.follow_ups import AFTER_FILING
from actions.handlers.forms.flow import Flow
from actions.handlers.forms.state import FlowState
from actions.handlers.forms.step import TOLD, Step
from actions.handlers.tariff_answer import forgotten
from actions.handlers.words import Bubble
from actions.handlers.world import ServiceWorld

ABOUT_TICKETS = frozenset({"ticket_progress", "ticket_urge", "ticket_withdraw"})
"""Operations on what was filed before: the subject stays."""


@dataclass
class Answer:
    """What an action sends back: bubbles, trace, and the conversation's new state and memory."""

    bubbles: list[Bubble]
    trace: dict[str, Any] = field(default_factory=dict)
    state: FlowState | None = None
    memory: dict[str, Any] = field(default_factory=dict)
    begin: str | None = None
    """An intent whose flow is to begin with this very turn, instead of bubbles."""
    repeat: bool = False
    """The last reply is to be said again, instead of bubbles, when there was one."""
    spent: dict[str, float] = field(default_factory=dict)


def answered(step: Step, memory: dict[str, Any], world: ServiceWorld, flow: Flow | None) -> Answer:
    """A step of a form as the answer of the turn; ``flow``: the business it belongs to."""
    fresh = {**forgotten(memory), FAILURES: 0, "just_said": {}, **step.memory}
    for done_with in (DROPPED, QUEUED, *(() if TOLD in step.memory else (TOLD,))):
        fresh.pop(done_with, None)
    trace = dict(step.trace)
    if step.state is None and trace.get("handoff") == "queued" and "ticket" not in trace:
        fresh[QUEUED] = True
    if step.state is not None:
        fresh.pop(TOPIC, None)
        trace["flow"], trace["requested_slot"] = step.state.flow, step.state.asking
    elif flow is not None and flow.about and flow.done.operation not in ABOUT_TICKETS:
        fresh[TOPIC] = AFTER_FILING.get(flow.flow, flow.about)
        if step.memory.get("last_ticket"):
            fresh[FILED] = flow.flow
    return Answer(step.bubbles, trace, step.state, fresh, spent=world.watch.spent)
