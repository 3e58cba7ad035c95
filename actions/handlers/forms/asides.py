"""What is said in a form beside its questions: additions are kept, what was not understood is asked otherwise, danger is met.

Nothing the customer says is lost: a statement goes into the flow's own free text, or onto the ticket as 补充说明.
"""

from __future__ import annotations

import re

from actions.handlers.forms.assent import UNKNOWN, confirms
from actions.handlers.forms.course import Course
from actions.handlers.forms.flow import FlowField
from actions.handlers.forms.free_text import is_only_values
from actions.handlers.forms.questions import Questions
from actions.handlers.forms.reading import Reading
from actions.handlers.forms.sense import asks, goes_on, insults_only, note_of, tells
from actions.handlers.forms.step import TOLD, FormTurn, Step, World
from actions.handlers.forms.values import concerns, put
from actions.handlers.words import Bubble, Phrases

PATIENCE = 2
"""Answers that could not be used before help and a person are offered."""
LAST_TRY = 3
"""…before the form goes on without this answer, where it can."""
EXPLAINED = {"account_no": "account-number-find"}
"""Topics of the articles that say more about where a value is found: 电费单上有吗 goes on with them."""
MOST_NOTES = 20
VARIANTS = 3
"""Ways in which the same small thing can be said, so that it is not said twice alike."""


class Asides:
    """Deals with a turn that is no answer, no question and no other wish."""

    def __init__(self, course: Course, questions: Questions, world: World, phrases: Phrases) -> None:
        self._course, self._questions, self._world, self._phrases = course, questions, world, phrases

    def varied(self, name: str, time: int) -> str:
        """The phrase ``name_1`` at its first time, ``name_2`` at the second and so on."""
        return self._phrases.text(f"{name}_{(time - 1) % VARIANTS + 1}")

    def other_than_an_answer(self, turn: FormTurn, asked: FlowField, reading: Reading) -> Step:
        """A turn that the open question could not use."""
        tries = turn.failed(asked.name)
        if reading.wrong:
            return self._wrong(turn, asked, reading.wrong, tries)
        if insults_only(turn.said.words):
            return self._questions.ask(turn, lead=self._phrases.text("calm_down"), offer_person=True)
        if goes_on(turn.said.words) or confirms(turn.said) or says_the_known(turn):
            return self._questions.ask(turn, lead=self._phrases.text("go_on"), offer_person=tries >= PATIENCE)
        told = tells(turn.said) and not asks(turn.said.words)
        if told:
            keep_note(turn)
        if tries >= LAST_TRY and go_without(turn, asked):
            turn.step.bubbles.append(self._phrases.bubble("goes_on", label=asked.label))
            return self._course.onward(turn)
        if told:
            lead = self.varied("noted" if turn.flow.files else "heard", tries)
            return self._questions.ask(turn, lead=lead, offer_person=tries >= PATIENCE)
        lead = self.varied("not_understood", tries)
        if tries >= PATIENCE and asked.help:
            return self._instead_of_question(turn, lead + asked.help, offer_person=True)
        return self._questions.ask(turn, lead=lead, offer_person=tries >= PATIENCE)

    def unknown(self, turn: FormTurn, asked: FlowField) -> Step:
        """不知道: how to find it; the question itself was just asked and is not put again."""
        if go_without(turn, asked):
            if asked.help:
                turn.step.bubbles.append(Bubble(asked.help))
            return self._course.onward(turn)
        turn.failed(asked.name)
        if asked.type in EXPLAINED:
            turn.step.memory[TOLD] = EXPLAINED[asked.type]
        if not asked.help:
            return self._questions.ask(turn, offer_person=True)
        return self._instead_of_question(turn, asked.help, offer_person=True)

    def unknown_beside(self, turn: FormTurn, asked: FlowField) -> Step | None:
        """税号不记得, while a free text is asked for: no text, but said of that field; None for any other turn."""
        words = turn.said.words
        if asked.type != "text" or not UNKNOWN.search(words):
            return None
        named = re.sub(r"\W|[我都也真就还这那个的了啊呀呢是]", "", UNKNOWN.sub("", words))
        open_ones = [f for f in turn.flow.fields if f.name not in turn.state.values and concerns(f, turn.state.values)]
        other = next((f for f in open_ones if f.name != asked.name and named in (f.label, f.label[-2:])), None)
        if other is None:
            return None
        if not other.only_if_said:
            go_without(turn, other)
        return self._questions.ask(turn, lead=other.help or "")

    def _wrong(self, turn: FormTurn, asked: FlowField, reason: str, tries: int) -> Step:
        """It was meant as an answer: the reason why not says what is needed, so that the question need not."""
        text = reason + "。"
        if tries >= PATIENCE and asked.help:
            text += asked.help
        return self._instead_of_question(turn, text, offer_person=tries >= PATIENCE)

    def _instead_of_question(self, turn: FormTurn, text: str, *, offer_person: bool) -> Step:
        bubble = Bubble(text, buttons=self._questions.buttons_of(turn))
        if offer_person:
            bubble.buttons.append(self._questions.person())
        turn.step.bubbles.append(bubble)
        return turn.step

    def in_danger(self, turn: FormTurn, asked: FlowField) -> Step:
        """Words of somebody in danger that name no place: the safety lines again, and where it is; never 没听明白."""
        tries = turn.failed(asked.name)
        words = turn.said.words
        frightened = asks(words) or turn.said.intent in ("report_hazard", "faq") or not words
        if tells(turn.said):
            keep_note(turn)
        if tries >= LAST_TRY:
            # Better a crew that has to ask than none: what was said of the place is all there is.
            said_so = "；".join(turn.state.notes[-LAST_TRY:])
            put(turn.state, asked, self._phrases.text("place_unclear", said=said_so or words)[:PLACE])
            return self._course.settle(turn, [asked.name])
        if UNKNOWN.search(words) and asked.help:
            return self._instead_of_question(turn, asked.help, offer_person=False)
        if frightened:
            turn.step.bubbles.append(self._world.safety(turn.flow, turn.state, turn.said))
            return self._questions.ask(turn)
        return self._questions.ask(turn, lead=self.varied("danger_noted", tries))


def says_the_known(turn: FormTurn) -> bool:
    """Whether the words only repeat what is filled in: the number on file, or the option chosen."""
    if is_only_values(turn.said):
        return True
    words = turn.said.words.strip("。，,.!！ ")
    if not re.sub(rf"[\W我要想办]|{re.escape(turn.flow.title)}", "", words):
        return bool(words)
    chosen = [(f, turn.state.values.get(f.name)) for f in turn.flow.fields if f.options]
    return any(words == o.title for f, value in chosen for o in f.options if o.value == value)


PLACE = 200
"""Characters of a place that was told in pieces."""


def keep_note(turn: FormTurn, words: str | None = None) -> str | None:
    """Keep the words of this turn, in the flow's own free text where it has begun, else as an addition; returns what was kept."""
    note = note_of(turn.said.words if words is None else words)
    state, flow = turn.state, turn.flow
    if not note or not flow.files:
        return None
    own = flow.field(flow.notes)
    if (
        own is not None
        and own.name not in state.values
        and len(note) >= max(own.least, CONTENT)
        and asks_none(turn, own)
    ):
        put(state, own, note)
    elif own is not None and own.name in state.values:
        if note not in state.values[own.name]:
            state.values[own.name] += f"；{note}"
    elif note not in state.notes and len(state.notes) < MOST_NOTES:
        state.notes.append(note)
    return note


CONTENT = 6
"""Characters from which an addition may be the content of the flow's free text before that was asked for."""


def asks_none(turn: FormTurn, own: FlowField) -> bool:
    """Whether the free text is neither the open question nor of another case."""
    return turn.state.asking != own.name and concerns(own, turn.state.values)


def go_without(turn: FormTurn, asked: FlowField) -> bool:
    """Leave this question: with what stands for 说不清, or open where it may stay open; whether that was possible."""
    if asked.otherwise is not None:
        put(turn.state, asked, asked.otherwise)
    elif not asked.required and asked.type != "phone":
        turn.state.skipped.append(asked.name)
    else:
        return False
    return True
