"""The end of a form: the summary confirmed, added to, asked about, or what is wrong in it found and corrected."""

from __future__ import annotations

import re

from actions.handlers.forms.asides import PATIENCE, keep_note, says_the_known
from actions.handlers.forms.assent import NO, YES, confirms, is_no
from actions.handlers.forms.course import Course
from actions.handlers.forms.flow import Flow, FlowField
from actions.handlers.forms.heard import ANONYMOUS, CORRECTION, REDO, calls_wrong, names_field
from actions.handlers.forms.interruptions import Interruptions
from actions.handlers.forms.pieces import placed, retailed
from actions.handlers.forms.questions import Questions, line_of
from actions.handlers.forms.said import Said
from actions.handlers.forms.sense import tells
from actions.handlers.forms.state import CONFIRM, FIX
from actions.handlers.forms.step import FormTurn, Step
from actions.handlers.forms.values import (
    concerns,
    correct,
    correct_by_name,
    correct_choice,
    fill_defaults,
    forget,
    is_open,
    spoken_names,
)
from actions.handlers.words import Phrases

_SOMETHING_WRONG = re.compile(
    r"^(?:是|我|这里|里面|都|还)*有(?:错|误|问题|不对|要改)?(?:的|了|啊|呀|吧|要改)*[,，。!！ ]*$"
)
_RATHER_NOT = re.compile(r"^(?:还是|先|那|算了|我)*(?:不|别|不用|不要|先不|暂时不)(?!对)")
"""A no to 可以吗: there is nothing to correct, it is simply not done."""
SHORT_NO = 8
"""Characters up to which the classifier's no is one without the words for it."""


class Confirming:
    """Reads the answers to the confirmation and to 哪一项不对."""

    def __init__(self, course: Course, interruptions: Interruptions, questions: Questions, phrases: Phrases) -> None:
        self._course, self._interruptions, self._questions, self._phrases = course, interruptions, questions, phrases

    def answer(self, turn: FormTurn) -> Step:
        """An answer to the confirmation: a yes, a corrected or added value, a no, a question, an addition."""
        flow, state, said = turn.flow, turn.state, turn.said
        if (nameless := stays_nameless(turn)) is not None:
            return self._shown(turn, nameless)
        if confirms(said) and (said.pressed or YES.match(said.words)):
            return self._course.finish(turn)  # 恩 is no address
        changed = placed(flow, state, said) or retailed(flow, state, said) or correct(flow, state, said)
        if changed:
            return self._after_correction(turn, changed)
        if confirms(said) or _says_do_it(flow, said):
            return self._course.finish(turn)
        if flow.confirm_words is not None and _RATHER_NOT.match(said.words):
            turn.step.bubbles.append(self._phrases.bubble("left_as_it_is", title=flow.title))
            return turn.end()
        if (wrong := called_wrong(turn)) is not None:
            return self._ask_anew(turn, wrong)
        if _says_wrong(said):
            state.asking = FIX
            return self._questions.ask(turn)
        interrupted = self._interruptions.deal_with(turn, greedy=False)
        return interrupted if interrupted is not None else self._added(turn)

    def _added(self, turn: FormTurn) -> Step:
        """A statement is added to the summary; anything else was not understood."""
        if tells(turn.said) and (note := keep_note(turn)):
            own = turn.flow.field(turn.flow.notes)
            shown = line_of(own, turn.state) if own is not None else None
            return self._shown(turn, shown or self._phrases.text("added_note", note=note))
        tries = turn.failed(CONFIRM)
        lead = self._phrases.text("known_already" if says_the_known(turn) else "confirm_unclear")
        return self._questions.ask(turn, lead=lead, offer_person=tries >= PATIENCE)

    def _shown(self, turn: FormTurn, line: str) -> Step:
        turn.state.asking = CONFIRM
        return self._questions.changed(turn, [line])

    def _after_correction(self, turn: FormTurn, changed: list[str]) -> Step:
        """New values held against the world; then only what changed is read back."""
        flow, state, step = turn.flow, turn.state, turn.step
        if self._course.refuses(turn):
            return step
        refused = self._course.look_at(turn, changed)
        if step.state is None:
            return step
        if len(turn.said.words) > LONG and tells(turn.said) and not CORRECTION.search(turn.said.words):
            keep_note(turn)  # the sentence said more than the value taken out of it
        if refused is None and not any(is_open(f, state) for f in flow.fields):
            fill_defaults(flow, state, turn.said.now.date())
            state.asking = CONFIRM
            lines = [line for f in flow.fields if f.name in changed and (line := line_of(f, state))]
            return self._questions.changed(turn, lines)
        return self._course.onward(turn, refused)

    def meant_this_one(self, turn: FormTurn, other: Flow | None) -> Step | None:
        """确认 said to the offer of another business, when this one only waited for that word: it is filed first."""
        flow, state, said = turn.flow, turn.state, turn.said
        waits = flow.files and flow.confirm and not any(is_open(f, state) for f in flow.fields)
        if not waits or not re.fullmatch(r"(?:确认|提交|确定)(?:提交|确认)?[吧了啊。!！]*", said.words):
            return None
        state.switch_to = None
        return self._course.finish(turn)

    def corrected_on_the_way(self, turn: FormTurn, asked: FlowField) -> Step | None:
        """An earlier field corrected, or called wrong, while another one is asked; None when the turn was neither."""
        if not CORRECTION.search(turn.said.words) and not turn.said.pressed and not REDO.search(turn.said.words):
            return None
        changed = correct_by_name(turn.flow, turn.state, turn.said) or correct_choice(turn.flow, turn.state, turn.said, asked)
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
        changed = placed(flow, state, said) or retailed(flow, state, said) or correct(flow, state, said)
        if changed:
            return self._after_correction(turn, changed)
        named = next((f for f in _askable(turn) if names_field(f, said)), None)
        if named:
            return self._ask_anew(turn, named)
        if confirms(said) or is_no(said):
            return self._course.onward(turn)  # nothing is wrong after all: the summary again, so that no wrong one is filed
        interrupted = self._interruptions.deal_with(turn, greedy=False)
        if interrupted is not None:
            return interrupted
        if tells(said) and keep_note(turn):
            return self._course.onward(turn)  # what it is that is wrong, in the customer's own words
        return self._questions.ask(turn, offer_person=turn.failed(FIX) >= PATIENCE)


_DO_IT = re.compile(r"^(?:对+|是|嗯+|好+|行|可以|要得|中)[的了啊呀吧]?[,，。!！ ]*(?:就|给我|帮我|你|马上|那)*(?P<verb>[^,，。!！?？ ]{1,4}?)[了吧啊呀它哈。!！]*$")
_NO_DEED = re.compile("不|别|没|等|改|错|吗|么|呢|啥|几|多")


def _says_do_it(flow: Flow, said: Said) -> bool:
    """对，撤掉: a yes with the business's own verb behind it."""
    found = _DO_IT.match(said.words)
    if found is None or said.pressed or _NO_DEED.search(said.words):
        return False
    return said.intent in flow.intents or found["verb"] in flow.title


LONG = 16
"""Characters from which a sentence that corrected a value is kept as well."""


def _says_wrong(said: Said) -> bool:
    """Whether something in the summary is called wrong, without saying what."""
    if _SOMETHING_WRONG.match(said.words) or NO.match(said.words) or (said.pressed and said.intent == "deny"):
        return True
    if CORRECTION.search(said.words) and len(said.words) <= LONG:
        return True
    return said.intent == "deny" and len(said.words) <= SHORT_NO and not tells(said)


def stays_nameless(turn: FormTurn) -> str | None:
    """匿名 at the end: the phone, where it may stay open, is left out; returns the line that shows it."""
    if not turn.said.words:
        return None
    item = next((f for f in turn.flow.fields if f.type == "phone" and not f.required and not f.only_if_said), None)
    if item is None or not ANONYMOUS.search(turn.said.words) or len(turn.said.words) > SHORT_NO + 4:
        return None
    forget(turn.state, item)
    turn.state.skipped.append(item.name)
    return line_of(item, turn.state)


def _askable(turn: FormTurn) -> list[FlowField]:
    return [f for f in turn.flow.fields if f.type != "phone_last4" and concerns(f, turn.state.values)]


def called_wrong(turn: FormTurn) -> FlowField | None:
    """The field that the customer says is wrong, without saying the right value."""
    if turn.said.values("phone", "address", "account_no"):
        return None
    known = [f for f in _askable(turn) if f.name in turn.state.values]
    return next((f for f in known if calls_wrong(f, turn.said, spoken_names(f))), None)
