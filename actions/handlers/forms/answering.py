"""An answer to the open question: read, put, acknowledged; or what the turn was instead."""

from __future__ import annotations

import re

from actions.handlers.forms.answers import read_answer
from actions.handlers.forms.asides import Asides, keep_note, says_the_known
from actions.handlers.forms.assent import UNKNOWN, is_no
from actions.handlers.forms.confirming import Confirming, stays_nameless
from actions.handlers.forms.course import Course
from actions.handlers.forms.flow import FlowField, Words
from actions.handlers.forms.heard import SKIP, UNKNOWN_ONLY, WHY
from actions.handlers.forms.interruptions import Interruptions
from actions.handlers.forms.pieces import MOBILE, placed, retailed, spelled
from actions.handlers.forms.questions import Questions, line_of
from actions.handlers.forms.reading import NOTHING
from actions.handlers.forms.said import Said
from actions.handlers.forms.sense import asks, tells, without_insults
from actions.handlers.forms.step import FormTurn, Step, World
from actions.handlers.forms.values import LASTING, gather, put
from actions.handlers.words import Phrases

PROOF = FlowField(
    name="phone_last4",
    type="phone_last4",
    label="后四位",
    ask=Words(text="请说预留手机号的后四位。"),
    check="verification",
)
"""The four digits by which the address on file may be used where the business itself asks for no proof."""
SHORT = 12
"""Characters up to which 为什么要这个 is no free text."""


class Answering:
    """Deals with a turn while a field is asked for."""

    def __init__(
        self,
        world: World,
        phrases: Phrases,
        questions: Questions,
        course: Course,
        interruptions: Interruptions,
        asides: Asides,
        confirming: Confirming,
    ) -> None:
        self._world, self._phrases, self._questions, self._course = world, phrases, questions, course
        self._interruptions, self._asides, self._confirming = interruptions, asides, confirming

    def answer(self, turn: FormTurn) -> Step:
        """The answer taken, or the turn dealt with otherwise; the form goes on."""
        flow, state, said, step = turn.flow, turn.state, turn.said, turn.step
        asked = turn.asked
        if asked is None:
            return self._course.onward(turn)
        # A free text swallows everything, so whatever is clearly something else is looked for first.
        greedy = asked.type == "text"
        reading = NOTHING if greedy and _no_content(turn) else read_answer(asked, said)
        if WHY.search(said.words) and (reading.value is None or (greedy and len(said.words) <= SHORT)):
            step.bubbles.append(self._questions.why(asked))
            return self._questions.ask(turn)
        if (beside := self._asides.unknown_beside(turn, asked)) is not None:
            return beside
        if (corrected := self._confirming.corrected_on_the_way(turn, asked)) is not None:
            return corrected
        if asked.type != "phone" and (nameless := stays_nameless(turn)) is not None:
            return self._questions.ask(turn, lead=self._phrases.text("nameless", line=nameless))
        if flow.emergency and reading.value is None:
            changed = gather(flow, state, said, asked=None)
            return self._course.settle(turn, changed) if changed else self._asides.in_danger(turn, asked)
        if reading.value is None and (told := spelled(asked, state, said)) is not None:
            if len(told) == MOBILE:
                state.spelled = ""
                put(state, asked, told)
                return self._course.settle(turn, [asked.name])
            step.bubbles.append(self._phrases.bubble("phone_so_far", digits=told, left=MOBILE - len(told)))
            return step
        before = dict(state.values)
        if reading.value is None and not greedy and (pieced := placed(flow, state, said) or retailed(flow, state, said)):
            self._acknowledge(turn, pieced)
            # 3栋, 2单元 in the same place: what is known of its outages was told already.
            more = [state.values[name].removeprefix(before[name]) for name in pieced]
            within = all(m != state.values[name] and "号" not in m and "组" not in m for m, name in zip(more, pieced, strict=True))
            return self._course.onward(turn) if within else self._course.settle(turn, pieced)
        if asked.options and reading.value is None and cannot_choose(said):
            return self._asides.unknown(turn, asked)
        if not asked.required and reading.value is None and len(said.words) <= SHORT_SKIP and SKIP.search(said.words) and not asks(said.words):
            state.skipped.append(asked.name)  # 匿名 changes no owner's name
            return self._course.onward(turn)
        interrupted = None if reading.value and not greedy else self._interruptions.deal_with(turn, greedy=greedy)
        if interrupted is not None:
            return interrupted
        if reading.value is None and does_not_know(asked, said):
            return self._asides.unknown(turn, asked)
        # A phone with a digit missing must not be taken for an account number.
        changed = [] if reading.wrong else gather(flow, state, said, asked=asked if reading.value else None)
        if reading.value:
            put(state, asked, reading.value)
            changed.append(asked.name)
            told_more = asked.type == "choice" and said.words and all(said.words != o.title for o in asked.options)
            if (asked.type == "text" or told_more) and said.words not in state.said:
                state.said.append(without_insults(said.words) or said.words)
        if reading.nothing and (by_account := self._place_by_account(turn, asked, changed)) is not None:
            return by_account
        if changed:
            if reading.value is None:
                self._acknowledge(turn, changed)
            return self._course.settle(turn, changed)
        if not asked.required and (is_no(said) or said.intent in ("deny", "cancel") or SKIP.search(said.words)):
            state.skipped.append(asked.name)
            return self._course.onward(turn)
        return self._asides.other_than_an_answer(turn, asked, reading)

    def _acknowledge(self, turn: FormTurn, changed: list[str]) -> None:
        """Values of other fields than the one asked: that they were heard; what more the sentence said is kept too."""
        beside = len(turn.said.words) - sum(len(turn.state.values.get(name, "")) for name in changed)
        if beside >= MORE and tells(turn.said):
            keep_note(turn)
        shown = [line for f in turn.flow.fields if f.name in changed and (line := line_of(f, turn.state))]
        known = self._phrases.bubble("noted_values", what="；".join(shown))
        turn.step.bubbles.append(known if shown else self._phrases.bubble("noted_plainly"))

    def _place_by_account(self, turn: FormTurn, asked: FlowField, changed: list[str]) -> Step | None:
        """An account number, or the four digits that prove it, instead of the place: the address on file may stand for it."""
        state, said = turn.state, turn.said
        account = state.values.get("account_no")
        on_file = any(source.startswith("account.") for source in asked.prefill)
        if asked.type not in LASTING or not on_file or account is None or state.verified:
            return None
        if changed == ["account_no"] and asked.type == "address":
            self._course.look_at(turn, changed)
            if turn.step.state is None:  # cut off for arrears: no crew
                return turn.step
            turn.step.bubbles.append(self._phrases.bubble("address_by_account"))
            return turn.step
        digits = read_answer(PROOF, said).value
        if digits is None:
            return None
        before = set(state.values)
        state.values["phone_last4"] = digits
        seen = self._world.look(turn.flow, PROOF, state, said)
        turn.step.take(seen)
        if seen.ended or seen.ask_again:
            # The place can still be told in words.
            state.values.setdefault("account_no", account)
            return self._questions.ask(turn)
        state.values.update({k: v for k, v in seen.values.items() if k not in state.values})
        filled = [f for f in turn.flow.fields if f.name in state.values and f.name not in before]
        shown = "；".join(line for f in filled if (line := line_of(f, state)))
        turn.step.bubbles.append(self._phrases.bubble("from_file", what=shown))
        return self._course.settle(turn, [f.name for f in filled])


def _no_content(turn: FormTurn) -> bool:
    """Whether the words are no content of a free text: nothing known, what is known already, or the place still to be asked."""
    words = turn.said.words
    place = next((f for f in turn.flow.fields if f.type == "address"), None)
    # A company's name may read like a place; what somebody has to say of a bill does not.
    open_place = place.name not in turn.state.values if place is not None else turn.state.asking == turn.flow.notes
    only_place = open_place and turn.said.value("address") == words
    # A month is a value of another field everywhere but where months are asked for.
    months = turn.asked is not None and turn.asked.check == "bill_months"
    return only_place or (says_the_known(turn) and not months) or bool(UNKNOWN_ONLY.match(words))


def does_not_know(asked: FlowField, said: Said) -> bool:
    """Whether 不知道 is said of what is asked, and not of something else (我邻居的户号不知道, asked for the day)."""
    if asked.type in ("ticket_no", "account_no") and _HAS_NONE.search(said.words):
        return True
    if not UNKNOWN.search(said.words):
        return False
    rest = re.sub(r"\W|[我都也真就还这那个的了啊呀呢是]", "", UNKNOWN.sub("", said.words))
    return len(rest) <= FEW or any(word in said.words for word in (asked.label, asked.label[-2:]))


def cannot_choose(said: Said) -> bool:
    """Whether the customer does not know which of the options it is: 不知道要哪种."""
    return bool(UNKNOWN.search(said.words)) and not _WHICH.sub("", UNKNOWN.sub("", said.words))


_WHICH = re.compile(r"\W|[我也都真就还这那的了啊呀呢嘛]|应?该|要|选|是|算|属于|办|报|什么|啥|哪(?:一)?[种个类样项]?|种|类型|情况|怎么(?=选|说)|说")
_HAS_NONE = re.compile(
    r"(?:没有?|冇|无|丢了|弄丢)(?:工?单号|工单|单子|户号|号码)|(?:工?单号|户号)(?:没了|丢了|不见|没有)"
)
SHORT_SKIP = 8
"""Characters up to which 匿名, 不留 and the like are the answer to an optional question."""
MORE = 10
"""Characters beside the values in a sentence, from which it said more than them."""
FEW = 3
"""Characters beside 不知道 up to which it is said of the open question."""
