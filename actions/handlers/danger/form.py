"""The form of a danger: every turn is first answered as what it is, then a place is asked for; no turn ends it by mistake.

Whatever is said goes into the ticket. One question for the place; what comes then, however vague, is sent out.
"""

from __future__ import annotations

from typing import Any, Protocol

from actions.desk.customers import Account
from actions.handlers.danger.heard import DangerWords, danger_words
from actions.handlers.danger.lines import OTHER, safety_bubble, said_lines
from actions.handlers.danger.places import place_said, whole
from actions.handlers.forms.assent import is_no, is_yes
from actions.handlers.forms.flow import Flow
from actions.handlers.forms.heard import gives_up
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import FlowState
from actions.handlers.forms.step import Outcome, Step
from actions.handlers.words import Bubble, Phrases

_KIND, _PLACE = "danger:", "place:"
_ENDING = "ending"
"""In the state's tries: the customer was asked whether it is safe, before nobody is sent."""
_PATIENCE = 2
"""Turns without any place after which the person's call is announced."""
KEEP, OFF = "crew_keep", "crew_off"


class DangerWorld(Protocol):
    """What the form needs from outside; see `handlers.world.ServiceWorld`."""

    def trusted(self, said: Said, memory: dict[str, Any]) -> Account | None: ...  # noqa: D102
    def hand_over(self, said: Said, reason: str, summary: list[str], priority: str) -> Outcome: ...  # noqa: D102
    def finish(self, flow: Flow, state: FlowState, said: Said, memory: dict[str, Any]) -> Outcome: ...  # noqa: D102


def opened(phrases: Phrases, state: FlowState, said: Said, account: Account | None) -> Outcome:
    """The beginning: the lines of the kind, and what the opening sentence tells of the place."""
    words = danger_words()
    kind = words.kind(said.words) or OTHER
    state.told.append(_KIND + kind)
    values: dict[str, str] = {}
    if kind == "life_support" and account is not None and "address" not in state.values:
        values["address"] = account.address
    return Outcome([safety_bubble(phrases, said.words, kind)], values=values)


def kind_of(state: FlowState) -> str:
    """The kind of danger that the form has come to."""
    return next((t.removeprefix(_KIND) for t in reversed(state.told) if t.startswith(_KIND)), OTHER)


def turn(phrases: Phrases, world: DangerWorld, flow: Flow, state: FlowState, said: Said, memory: dict[str, Any]) -> Step:
    """One turn while the place is not known."""
    words, step = danger_words(), Step([], state)
    if state.tries.pop(_ENDING, 0) and (ended := is_over(said)) is not None:
        if ended:
            return Step([phrases.bubble("danger_not_sent")], None)
        step.bubbles.append(phrases.bubble("danger_goes_on"))
    elif _wants_out(words, said):
        state.tries[_ENDING] = 1
        step.bubbles.append(phrases.bubble("danger_safe_first"))
        return step
    if said.intent == "human_agent":
        step.take(world.hand_over(said, "用电险情", [*state.said, said.words], "emergency"))
    answered = _answers(phrases, words, state, said)
    step.bubbles += answered
    place = place_said(said, asked=True, tells=bool(answered))
    if said.words and place != said.words and said.words not in state.said:
        state.said.append(said.words)
    if (phone := said.value("phone")) is not None:
        state.values["phone"] = phone
    if place is not None:
        state.values["address"] = whole(place, world.trusted(said, memory))
        return _sent(step, world.finish(flow, state, said, memory), state)
    tries = state.tries["address"] = state.tries.get("address", 0) + (0 if answered or phone else 1)
    step.bubbles += _ask(phrases, flow, answered, again=tries >= _PATIENCE, lost=words.says(said.words, "unknown"))
    return step


def is_over(said: Said) -> bool | None:
    """The answer to whether it is safe: True ends it, False keeps the crew; None when it was no answer."""
    words, choice = danger_words(), said.value("choice")
    if choice in (KEEP, OFF):
        return choice == OFF
    if said.intent == "report_hazard" or words.says(said.words, "keep"):
        return False
    if is_yes(said) or words.says(said.words, "safe") or said.intent in ("affirm", "cancel"):
        return True
    return False if is_no(said) or said.intent == "deny" else None


def _wants_out(words: DangerWords, said: Said) -> bool:
    if said.intent == "report_hazard":
        return False
    stops = said.intent == "cancel" and (said.pressed or said.confidence >= 0.4)
    return stops or gives_up(said, None) or words.says(said.words, "withdraw") or words.says(said.words, "over")


def _answers(phrases: Phrases, words: DangerWords, state: FlowState, said: Said) -> list[Bubble]:
    """What is said to these words before the place is asked: the lines of a new kind, of a hint, or the kind's once more."""
    if not said.words:
        return []
    before = kind_of(state)
    if (now := words.newly(said.words, before)) is not None:
        state.told.append(_KIND + now)
        return [safety_bubble(phrases, said.words, now)]
    if lines := said_lines(phrases, said.words, before):
        for line in lines:
            line.priority = "emergency"
        return lines
    if words.says(said.words, "helpless") or said.intent in ("repeat", "report_hazard"):
        return [safety_bubble(phrases, said.words, before)]
    return []


def _ask(phrases: Phrases, flow: Flow, answered: list[Bubble], *, again: bool, lost: bool = False) -> list[Bubble]:
    place = flow.field("address")
    asked = phrases.bubble("danger_where_again" if again or lost else "danger_where")
    asked.buttons = [{"title": phrases.text("button_person"), "payload": "/human_agent"}]
    if again and place is not None and place.help:
        return [asked]
    return [asked] if answered else [phrases.bubble("danger_noted_where"), asked]


def _sent(step: Step, done: Outcome, state: FlowState) -> Step:
    step.take(done)
    if done.ask_again:
        state.values.pop(done.ask_again, None)
        state.asking = "address"
        return step
    step.state = None
    step.memory.setdefault("last_flow", state.flow)
    step.memory.setdefault("last_values", dict(state.values))
    return step
