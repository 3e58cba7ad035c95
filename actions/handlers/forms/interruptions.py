"""Questions, small talk and other wishes in the middle of a flow: answered or offered, then the question under way again."""

from __future__ import annotations

from actions.handlers.forms.answers import is_no, is_yes
from actions.handlers.forms.flow import Flow, FlowBook
from actions.handlers.forms.heard import ASKS
from actions.handlers.forms.questions import Questions
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import SWITCH, FlowState
from actions.handlers.forms.step import FormTurn, Step, World
from actions.handlers.words import Phrases, button

SURE = 0.6
"""Confidence above which another wish in the middle of a flow is taken for one."""
BARE = 10
"""Characters up to which what is understood as a question is never the content of a free text."""
_SMALL = frozenset({"bot_challenge", "ask_capabilities", "thank", "greet"})


class Interruptions:
    """Deals with a turn that answers nothing."""

    def __init__(self, flows: FlowBook, world: World, phrases: Phrases, questions: Questions) -> None:
        self._flows, self._world, self._phrases, self._questions = flows, world, phrases, questions

    def deal_with(self, turn: FormTurn, *, greedy: bool) -> Step | None:
        """Answer a question or offer another business; None when the turn was neither. ``greedy``: a free text is asked for."""
        said, step = turn.said, turn.step
        if said.pressed and said.intent in ("inform", "affirm", "deny"):
            return None
        other = self._flows.begun_by(said.intent)
        if said.intent in _SMALL and said.confidence >= SURE and not greedy:
            step.bubbles.append(self._phrases.bubble(said.intent))
            return self._questions.ask(turn)
        # A free text may hold question words of its own; it is interrupted only by what is understood as a question.
        wonders = said.intent == "faq" or (other is not None and other is not turn.flow) or not greedy
        if said.words and ASKS.search(said.words) and wonders:
            found = self._world.answer(turn.flow, said)
            if found is not None:
                step.take(found)
                return self._questions.ask(turn)
            # A bare question is nobody's complaint: 要多久.
            bare = len(said.words) <= BARE and said.confidence >= SURE
            if said.intent == "faq" and (bare or not greedy):
                step.bubbles.append(self._phrases.bubble("no_answer_in_flow"))
                return self._questions.ask(turn)
        if other is None or other.flow == turn.flow.flow or said.confidence < SURE or greedy or said.entities:
            return None
        return self._offer(turn, other)

    def _offer(self, turn: FormTurn, other: Flow) -> Step:
        """Ask whether to leave this business for the other."""
        turn.state.asking, turn.state.switch_to = SWITCH, turn.said.intent
        bubble = self._phrases.bubble("switch_offer", title=turn.flow.title, other=other.title)
        bubble.buttons = [
            button(self._phrases.text("button_stay", title=turn.flow.title), "/inform", choice="stay"),
            button(self._phrases.text("button_switch", title=other.title), "/inform", choice="switch"),
        ]
        turn.step.bubbles.append(bubble)
        return turn.step


def wants_switch(said: Said, state: FlowState, other: Flow | None) -> bool:
    """Whether the answer to the offer was to go to the other business."""
    chosen = said.value("choice")
    named = said.intent == state.switch_to or bool(other and other.title in said.words)
    return chosen == "switch" or (chosen is None and (is_yes(said) or named))


def stays(said: Said) -> bool:
    """Whether the answer to the offer was a plain wish to stay."""
    return said.value("choice") is not None or is_no(said)
