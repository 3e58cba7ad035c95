"""The end of a form: the summary confirmed, or what is wrong in it found and corrected."""

from __future__ import annotations

from actions.handlers.forms.answers import is_no, is_yes
from actions.handlers.forms.course import Course
from actions.handlers.forms.flow import FlowField
from actions.handlers.forms.heard import CORRECTION, REDO, calls_wrong, names_field
from actions.handlers.forms.interruptions import Interruptions
from actions.handlers.forms.questions import Questions
from actions.handlers.forms.state import CONFIRM, FIX
from actions.handlers.forms.step import FormTurn, Step
from actions.handlers.forms.values import concerns, correct, correct_by_name, forget, spoken_names
from actions.handlers.words import Phrases

PATIENCE = 2
"""Answers that could not be used before a person is offered."""


class Confirming:
    """Reads the answers to the confirmation and to 哪一项不对."""

    def __init__(self, course: Course, interruptions: Interruptions, questions: Questions, phrases: Phrases) -> None:
        self._course, self._interruptions, self._questions, self._phrases = course, interruptions, questions, phrases

    def answer(self, turn: FormTurn) -> Step:
        """An answer to the confirmation: a yes, a no, a corrected value, or a question."""
        flow, state, said, step = turn.flow, turn.state, turn.said, turn.step
        changed = correct(flow, state, said)
        if changed:
            if self._course.refuses(turn):
                return step
            refused = self._course.look_at(turn, changed)
            if step.state is None:
                return step
            if refused is None:
                labels = "、".join(f.label for f in flow.fields if f.name in changed)
                step.bubbles.append(self._phrases.bubble("corrected", what=labels))
            return self._course.onward(turn, refused)
        if is_yes(said):
            return self._course.finish(turn)
        if (wrong := called_wrong(turn)) is not None:
            return self._ask_anew(turn, wrong)
        if is_no(said) or said.intent == "deny" or CORRECTION.search(said.words):
            state.asking = FIX
            return self._questions.ask(turn)
        interrupted = self._interruptions.deal_with(turn, greedy=False)
        if interrupted is not None:
            return interrupted
        tries = turn.failed(CONFIRM)
        step.bubbles.append(self._phrases.bubble("confirm_unclear"))
        return self._questions.ask(turn, offer_person=tries >= PATIENCE)

    def corrected_on_the_way(self, turn: FormTurn, asked: FlowField) -> Step | None:
        """An earlier field corrected, or called wrong, while another one is asked; None when the turn was neither."""
        if not CORRECTION.search(turn.said.words) and not turn.said.pressed and not REDO.search(turn.said.words):
            return None
        changed = correct_by_name(turn.flow, turn.state, turn.said)
        if changed:
            labels = "、".join(f.label for f in turn.flow.fields if f.name in changed)
            turn.step.bubbles.append(self._phrases.bubble("corrected", what=labels))
            return self._course.settle(turn, changed)
        wrong = called_wrong(turn)
        return self._ask_anew(turn, wrong) if wrong is not None and wrong.name != asked.name else None

    def _ask_anew(self, turn: FormTurn, item: FlowField) -> Step:
        forget(turn.state, item)
        return self._course.onward(turn, item.name)

    def answer_fix(self, turn: FormTurn) -> Step:
        """The customer said that something is wrong and was asked what."""
        flow, state, said = turn.flow, turn.state, turn.said
        changed = correct(flow, state, said)
        if changed:
            return self._course.settle(turn, changed)
        named = next((f for f in _askable(turn) if names_field(f, said)), None)
        if named:
            return self._ask_anew(turn, named)
        if is_yes(said):
            return self._course.finish(turn)
        if is_no(said):
            return self._course.onward(turn)  # nothing is wrong after all: the summary again
        interrupted = self._interruptions.deal_with(turn, greedy=False)
        if interrupted is not None:
            return interrupted
        return self._questions.ask(turn, offer_person=turn.failed(FIX) >= PATIENCE)


def _askable(turn: FormTurn) -> list[FlowField]:
    return [f for f in turn.flow.fields if f.type != "phone_last4" and concerns(f, turn.state.values)]


def called_wrong(turn: FormTurn) -> FlowField | None:
    """The field that the customer says is wrong, without saying the right value."""
    if turn.said.values("phone", "address", "account_no"):
        return None
    known = [f for f in _askable(turn) if f.name in turn.state.values]
    return next((f for f in known if calls_wrong(f, turn.said, spoken_names(f))), None)
