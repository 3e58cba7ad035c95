"""Questions, small talk and other wishes in the middle of a flow: answered or offered, then the question under way again."""

from __future__ import annotations

import re

from actions.handlers.forms.asides import keep_note
from actions.handlers.forms.assent import UNKNOWN, is_no, is_yes
from actions.handlers.forms.flow import Flow, FlowBook, FlowField
from actions.handlers.forms.questions import Questions
from actions.handlers.forms.said import Said
from actions.handlers.forms.sense import asks, asks_how_long
from actions.handlers.forms.state import SWITCH, FlowState
from actions.handlers.forms.step import FormTurn, Outcome, Step, World
from actions.handlers.words import Bubble, Phrases, button

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
        if said.intent in _SMALL and said.confidence >= SURE and not greedy and not _asks_more(said):
            step.bubbles.append(self._phrases.bubble(said.intent))
            return self._questions.ask(turn)
        # A free text may hold question words of its own; it is interrupted only by what is understood as a question.
        wonders = said.intent == "faq" or (other is not None and other is not turn.flow) or not greedy
        if (told := self._own_answer(turn.flow, said.words)) is not None:
            step.take(told)
            if not asks(said.words):
                keep_note(turn)
            return self._questions.ask(turn)
        if said.words and asks(said.words) and said.confidence >= SURE and (told := self._told_by(other, turn.flow, said.words)) is not None:
            step.take(told)
            return self._questions.ask(turn)
        if said.words and asks(said.words) and wonders:
            found = self._world.when(turn.flow, turn.state) if asks_how_long(said.words) else None
            found = found or self._world.answer(turn.flow, said)
            if found is not None:
                step.take(found)
                return self._questions.ask(turn)
            # A bare question is nobody's complaint: 要多久.
            bare = len(said.words) <= BARE and said.confidence >= SURE
            if not greedy or (said.intent == "faq" and bare):
                kept = turn.flow.files and keep_note(turn, self._phrases.text("asked_along", words=said.words))
                step.bubbles.append(self._phrases.bubble("asked_and_noted" if kept else "no_answer_in_flow"))
                return self._questions.ask(turn)
        if other is None or other.flow == turn.flow.flow or said.confidence < SURE or greedy or said.entities:
            return None
        if not said.pressed and (about_this_one(turn.flow, said.words, turn.asked) or UNKNOWN.search(said.words)):
            return None  # 我邻居的户号不知道 wants no number looked up
        if not said.pressed and (tells_only := _TOLD.get(said.intent)) is not None and tells_only.search(said.words):
            return None
        return self._offer(turn, other)

    def _told_by(self, other: Flow | None, flow: Flow, words: str) -> Outcome | None:
        """What another business that asks nothing would answer: 咋个交嘛 is told at once, and nothing is put down for it."""
        if other is None or other.flow == flow.flow or other.fields or other.done.operation != "answer_topic":
            return None
        by_words: dict[str, str] = other.done.settings.get("by_words") or {}
        topic = next((topic for word, topic in by_words.items() if word in words), other.done.settings.get("topic"))
        return self._world.article(str(topic)) if topic else None

    def _own_answer(self, flow: Flow, words: str) -> Outcome | None:
        """The flow's own answer to this question."""
        if not words or len(words) > LONGEST_OWN:
            return None
        told = next((t for t in flow.answers if any(w in words for w in t.said)), None)
        if told is None:
            return None
        return (
            Outcome([Bubble(told.words.text, told.words.speech)])
            if told.words
            else self._world.article(told.topic or "")
        )

    def _offer(self, turn: FormTurn, other: Flow) -> Step:
        """Ask whether to leave this business for the other."""
        turn.state.asking, turn.state.switch_to = SWITCH, turn.said.intent
        turn.step.bubbles.append(self.offer(turn.flow, other))
        return turn.step

    def offer(self, flow: Flow, other: Flow) -> Bubble:
        """The question whether to leave `flow` for the other business."""
        name = "switch_offer" if flow.files else "switch_offer_look_up"
        bubble = self._phrases.bubble(name, title=flow.title, other=other.title)
        bubble.buttons = [
            button(self._phrases.text("button_stay", title=flow.title), "/inform", choice="stay"),
            button(self._phrases.text("button_switch", title=other.title), "/inform", choice="switch"),
        ]
        return bubble


_TOLD = {
    "report_outage": re.compile("(?<!没)有电|没停电|电是?好的|没断电"),
    "request_invoice": re.compile("(?:发票|小票|收据|单子|票)[^,，。]{0,4}(?:没了|丢了|不见|找不到|没留|扔了?|没拿)"),
}
"""家里有电，就是屏幕黑的; 发票早没了: words of a business that only tell of this one, by intent."""
_ABOUT_US = re.compile(r"(?:能|会|可以)(?:做|干|办|帮)|功能|机器|真人|人工|是谁|叫什么|是人|在吗|你好|您好")


def _asks_more(said: Said) -> bool:
    """Whether what was taken for small talk asks something else: 会不会让他知道."""
    return said.intent != "bot_challenge" and asks(said.words) and not _ABOUT_US.search(said.words)


LONGEST_OWN = 24
"""Characters up to which words of a flow's own question make one."""
WISHES = re.compile(r"查|办|报|投诉|举报|帮我|我要|我想|给我")
"""Words that say that something is to be done, and not only told."""


_MEANS = {
    "phone": re.compile("手机|电话|号码"),
    "account_no": re.compile("户号"),
    "person_name": re.compile("名字|姓名|户主"),
}
"""Words that speak of what is asked, by its type."""


def about_this_one(flow: Flow, words: str, asked: FlowField | None) -> bool:
    """Whether so short a turn only speaks of this business: an option (停电的还要), or what is asked (发到我儿子手机)."""
    if len(words) > BARE or WISHES.search(words):
        return False
    if asked is not None and asked.type in _MEANS and _MEANS[asked.type].search(words):
        return True
    names = [name for f in flow.fields for o in f.options for name in (o.title, *o.also) if len(name) > 1]
    return any(name in words for name in names)


def wants_switch(said: Said, state: FlowState, other: Flow | None) -> bool:
    """Whether the answer to the offer was to go to the other business."""
    chosen = said.value("choice")
    named = said.intent == state.switch_to or bool(other and other.title in said.words)
    return chosen == "switch" or (chosen is None and (is_yes(said) or named))


def stays(said: Said) -> bool:
    """Whether the answer to the offer was a plain wish to stay."""
    return said.value("choice") is not None or is_no(said)
