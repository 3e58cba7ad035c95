"""Asking back instead of guessing: two or three buttons in plain words, and a person after two failures in a row."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from actions.handlers.forms.assent import is_no, is_yes
from actions.handlers.forms.flow import FlowBook
from actions.handlers.forms.said import Said
from actions.handlers.forms.sense import tells
from actions.handlers.services import Services
from actions.handlers.words import Bubble, button

CHOICES = "choices"
"""Memory: what was offered, as [title, intent, topic], and the words it was about."""
FAILURES = "not_understood"
PATIENCE = 2
"""Failures in a row after which a person is offered."""
MOST_BUTTONS = 3
LEAST = 0.08
"""Below this confidence an intent is no button."""
# The first question serves both and nothing is filed without a yes: a report hears of known outages and asks for the address,
# outage information offers the report; and whether hurried words are a report or urge one is decided by what was reported.
_EITHER_SERVES = {
    "report_outage": frozenset({"urge_ticket", "query_outage", "file_complaint", "report_power_quality"}),
    "urge_ticket": frozenset({"report_outage", "query_ticket"}),
    "query_outage": frozenset({"report_outage"}),
    "query_ticket": frozenset({"urge_ticket"}),
}
_ABOUT_AN_OUTAGE = frozenset({"report_outage", "urge_ticket", "query_outage"})
_NO_POWER = re.compile("(?:没|冇|断|停)(?:有|得)?电了?|跳闸|推不上")
_ORDINAL = re.compile(r"^(?:选|要|是|我选|就)?(?:第)?([一二三两123])(?:个|项|种)?(?:吧|啊|呀)?$")
_FIRST = re.compile(r"前面那?个?|前者|头一个|上面那?个?")
_LAST = re.compile(r"后面那?个?|后者|最后一?个?|下面那?个?")


def failures(memory: dict[str, Any]) -> int:
    """How many turns in a row have not been understood."""
    return int(memory.get(FAILURES, 0))


def ask_back(services: Services, said: Said, memory: dict[str, Any]) -> tuple[Bubble, dict[str, Any]] | None:
    """The question which of the near intents is meant, with the memory that goes with it; None when there is no doubt."""
    if said.pressed or said.doubt == "none" or said.intent == "report_hazard":
        return None
    if said.doubt == "close" and {name for name, _ in said.ranking[1:2]} & _EITHER_SERVES.get(said.intent, frozenset()):
        return None
    if {name for name, _ in said.ranking[:2]} <= _ABOUT_AN_OUTAGE:
        # 又停电！这个月第三回了，赶紧派人: angry words fall between all three, and whoever has no power is not to be quizzed.
        return None
    if said.intent == "report_outage" and _NO_POWER.search(said.words):
        return None  # 没电了手机快关机，先给我回电话: whatever else is said, the power comes first
    if failures(memory) >= PATIENCE:
        return services.phrases.bubble("clarify_failed"), {**memory, FAILURES: 0}
    options = _options(services, said)
    if not options:
        return None
    failed = failures(memory) + 1
    spoken = "，还是".join(title for title, _, _ in options)
    bubble = services.phrases.bubble("clarify" if len(options) > 1 else "clarify_one", spoken=spoken)
    for title, intent, topic in options:
        bubble.buttons.append(button(title, "/faq", choice=f"topic:{topic}") if topic else button(title, "/" + intent))
    bubble.buttons.append(button(services.phrases.text("button_none_of_these"), "/deny"))
    if failed >= PATIENCE:
        bubble.buttons.append(button(services.phrases.text("button_person"), "/human_agent"))
    values = [{"entity": e["entity"], "value": e.get("value")} for e in said.entities]
    kept = {"options": [list(option) for option in options], "words": said.words, "entities": values}
    return bubble, {**memory, FAILURES: failed, CHOICES: kept}


def _options(services: Services, said: Said) -> list[tuple[str, str, str]]:
    """Title, intent and topic of what may be meant; small talk and what is out of scope are covered by 都不是."""
    found: list[tuple[str, str, str]] = []
    for intent, confidence in said.ranking[:MOST_BUTTONS]:
        flow = services.flows.begun_by(intent)
        if confidence < LEAST or (flow is not None and flow.title in [title for title, _, _ in found]):
            continue
        if flow is not None:
            found.append((flow.title, intent, ""))
        elif intent == "human_agent":
            found.append((services.phrases.text("button_person"), intent, ""))
        elif intent == "faq" and (hit := _article(services, said.words)) is not None:
            found.append((services.phrases.text("button_topic", title=hit.title), "faq", hit.topic))
    # One weak guess among small talk is no question worth asking.
    return found if len(found) > 1 or (found and said.doubt == "close") else []


def _article(services: Services, words: str) -> Any:
    found = services.knowledge.search(words, 1)
    return found.results[0] if found.answerable and found.results else None


def chosen(said: Said, memory: dict[str, Any], flows: FlowBook) -> Said | None:
    """The turn as it was meant from the start, when this one picks what was offered, or simply goes on with it."""
    kept = memory.get(CHOICES)
    if kept is None:
        return None
    options: list[tuple[str, str, str]] = [tuple(o) for o in kept["options"]]
    option, text = _picked(said, options), kept["words"]
    if option is None and (option := _gone_on_with(said, options, flows)) is not None:
        text = f"{text}，{said.words}" if tells(said) else text
    if option is None:
        return None
    _, intent, topic = option
    values = [*kept["entities"], *said.entities]
    if topic:
        values.append({"entity": "choice", "value": f"topic:{topic}"})
    return replace(
        said,
        text=text,
        intent=intent,
        confidence=1.0,
        doubt="none",
        ranking=((intent, 1.0),),
        entities=tuple(values),
        pieces=(),
    )


def _gone_on_with(said: Said, options: list[tuple[str, str, str]], flows: FlowBook) -> tuple[str, str, str] | None:
    """The business that who was asked back goes on with instead of picking it: 它不转了, or the address it will need."""
    if said.pressed or not said.words:
        return None
    offered = [(option, flow) for option in options if not option[2] and (flow := flows.begun_by(option[1])) is not None]
    same = next((option for option, _ in offered if option[1] == said.intent), None)
    if same is not None:
        return same
    if flows.begun_by(said.intent) is not None or said.intent in ("human_agent", "report_hazard", "faq"):
        return None
    words = said.words
    named = [o for o, flow in offered if any(len(n) > 1 and n in words for f in flow.fields for c in f.options for n in (c.title, *c.also))]
    if len(named) == 1:
        return named[0]
    told = {entity["entity"] for entity in said.entities}
    return next((o for o, flow in offered if told & _VALUES & {f.type for f in flow.fields}), None)


_VALUES = frozenset({"account_no", "address", "phone", "month", "person_name"})
"""Values that only make sense for one of the businesses asked back about."""


def none_of_these(said: Said, memory: dict[str, Any]) -> bool:
    """Whether the customer says that nothing offered was meant."""
    return bool(memory.get(CHOICES)) and (is_no(said) or said.intent == "deny")


def _picked(said: Said, options: list[tuple[str, str, str]]) -> tuple[str, str, str] | None:
    if said.pressed:
        return next((o for o in options if o[1] == said.intent and not o[2]), None)
    words = said.words.strip("。.!！,， ")
    if len(options) == 1 and is_yes(said):
        return options[0]
    ordinal = _ORDINAL.match(words)
    if ordinal:
        at = {"一": 0, "1": 0, "二": 1, "两": 1, "2": 1, "三": 2, "3": 2}[ordinal.group(1)]
        return options[at] if at < len(options) else None
    if len(words) <= 8 and _FIRST.search(words):
        return options[0]
    if len(words) <= 8 and _LAST.search(words):
        return options[-1]
    named = [o for o in options if o[0] in words or (len(words) >= 2 and words in o[0])]
    return named[0] if len(named) == 1 else None
