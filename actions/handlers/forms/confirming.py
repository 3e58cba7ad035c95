"""The end of a form: the summary confirmed, or what is wrong in it found and corrected."""

from __future__ import annotations

from actions.handlers.forms.answers import is_no, is_yes
from actions.handlers.forms.course import Course
from actions.handlers.forms.heard import CORRECTION, names_field
from actions.handlers.forms.interruptions import Interruptions
from actions.handlers.forms.questions import Questions
from actions.handlers.forms.state import CONFIRM, FIX
from actions.handlers.forms.step import FormTurn, Step
from actions.handlers.forms.values import correct
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
            refused = self._course.look_at(turn, changed)
            if step.state is None:
                return step
            if refused is None:
                labels = "、".join(f.label for f in flow.fields if f.name in changed)
                step.bubbles.append(self._phrases.bubble("corrected", what=labels))
            return self._course.onward(turn, refused)
        if is_yes(said):
            return self._course.finish(turn)
        if is_no(said) or said.intent == "deny" or CORRECTION.search(said.words):
            state.asking = FIX
            return self._questions.ask(turn)
        interrupted = self._interruptions.deal_with(turn, greedy=False)
        if interrupted is not None:
            return interrupted
        tries = turn.failed(CONFIRM)
        step.bubbles.append(self._phrases.bubble("confirm_unclear"))
        return self._questions.ask(turn, offer_person=tries >= PATIENCE)

    def answer_fix(self, turn: FormTurn) -> Step:
        """The customer said that something is wrong and was asked what."""
        flow, state, said = turn.flow, turn.state, turn.said
        changed = correct(flow, state, said)
        if changed:
            return self._course.after_changes(turn, changed)
        named = next((f for f in flow.fields if names_field(f, said)), None)
        if named:
            state.values.pop(named.name, None)
            if named.name in state.skipped:
                state.skipped.remove(named.name)
            return self._course.onward(turn, named.name)
        if is_yes(said):
            return self._course.finish(turn)
        interrupted = self._interruptions.deal_with(turn, greedy=False)
        if interrupted is not None:
            return interrupted
        return self._questions.ask(turn, offer_person=turn.failed(FIX) >= PATIENCE)
