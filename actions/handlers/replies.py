"""Replies that need no business: an answer to a question, a person, small talk."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from actions.handlers import clarify
from actions.handlers.answer import Answer
from actions.handlers.articles import answer_question
from actions.handlers.clarify import FAILURES
from actions.handlers.context import QUEUED, TOPIC
from actions.handlers.follow_ups import unanswered
from actions.handlers.forms.assent import NO, YES
from actions.handlers.forms.heard import CANCEL
from actions.handlers.forms.said import Said
from actions.handlers.forms.step import TOLD
from actions.handlers.forms.values import said_before_wish
from actions.handlers.routing import SURE_ANSWER
from actions.handlers.services import Services
from actions.handlers.wishes import WAITING, Wish, title_of
from actions.handlers.words import Bubble, button
from actions.handlers.world import ServiceWorld, hand_over

HALF_SURE = 0.65
"""A yes, no or stop to no question, less sure than this, is taken for not understood."""
KNOWN_SMALL_TALK = frozenset(
    {"greet", "goodbye", "thank", "bot_challenge", "ask_capabilities", "affirm", "deny", "cancel", "inform",
     "switch_elderly_mode"}
)  # fmt: skip


def question(services: Services, said: Said, memory: dict[str, Any]) -> Answer:
    """A question about rules, or one that nobody can answer."""
    world = ServiceWorld(services, memory)
    outcome = answer_question(services, said, world.watch)
    known = outcome.trace.get("knowledge")
    if known:
        fresh = {**memory, FAILURES: 0, TOPIC: known[0]["topic"], TOLD: known[0]["topic"]}
    else:
        if (asked := clarify.ask_back(services, said, memory)) is not None:
            return Answer([asked[0]], memory=asked[1], spent=world.watch.spent)
        if not re.search(r"\w", said.words):
            return Answer([services.phrases.bubble("unsure")], memory=memory)
        if (nearer := unanswered(services, said, memory)) is not None:
            outcome = replace(outcome, bubbles=nearer)
        elif (here := _can_do(services, said.words)) is not None:
            outcome = replace(outcome, bubbles=[here])
        # All phrases offer a person already.
        fresh = {**memory, FAILURES: clarify.failures(memory) + 1}
    return Answer(outcome.bubbles, outcome.trace, None, fresh, spent=world.watch.spent)


def person(services: Services, said: Said, memory: dict[str, Any]) -> Answer:
    """A person is wanted."""
    summary = [f"客户说：{said.words}"] if said.words else []
    if memory.get("last_flow"):
        flow = services.flows.named(memory["last_flow"])
        summary.append(f"上一项业务：{flow.title if flow else memory['last_flow']}")
    if memory.get("last_ticket"):
        summary.append(f"最近工单：{memory['last_ticket']}")
    summary += [f"还提到：{title_of(Wish.from_json(raw), services.flows)}" for raw in memory.get(WAITING, ())]
    outcome = hand_over(services, said, "客户要求人工", summary, "normal")
    return Answer(outcome.bubbles, outcome.trace, None, {**memory, FAILURES: 0, QUEUED: True})


def small_talk(services: Services, said: Said, memory: dict[str, Any]) -> Answer:
    """Greetings, thanks, who are you, what can you do, and answers that nothing had asked for."""
    phrases = services.phrases
    name = said.intent if said.intent in KNOWN_SMALL_TALK else "unsure"
    if said.intent == "switch_elderly_mode":
        name = "elder_mode_off" if re.search("关|退出|不要|正常|普通|小一点|换回", said.words) else "elder_mode"
    if said.intent == "repeat":
        return Answer([phrases.bubble("nothing_to_repeat")], memory=memory, repeat=True)
    if name in ("affirm", "deny", "cancel") and not said.pressed and not _plainly(said) and _answered_surely(services, said):
        return question(services, said, memory)  # 抄错了 denies nothing
    if said.intent not in ("greet", "goodbye", "thank", "inform") or (
        said.intent == "inform" and not said.entities
    ):
        if (asked := clarify.ask_back(services, said, memory)) is not None:
            return Answer([asked[0]], memory=asked[1])
        name = "unsure" if said.doubt == "unsure" else name
    if name in ("affirm", "deny", "cancel") and said.confidence < HALF_SURE and not said.pressed:
        # Nothing was asked that it could answer, so that a doubtful yes or no is rather something else.
        name = "unsure"
    if name == "unsure":
        return Answer([phrases.bubble(name)], memory={**memory, FAILURES: clarify.failures(memory) + 1})
    if said.intent == "inform":
        memory = {**memory, "just_said": said_before_wish(said, memory)}
    return Answer([phrases.bubble(name)], memory={**memory, FAILURES: 0})


def _plainly(said: Said) -> bool:
    """Whether the words are a yes, a no or a stop by themselves."""
    return any(pattern.match(said.words) for pattern in (YES, NO, CANCEL))


def _answered_surely(services: Services, said: Said) -> bool:
    found = services.knowledge.search(said.words, 1)
    return bool(found.answerable and found.confidence >= SURE_ANSWER and found.results[0].score >= SURE_ANSWER)


_HOW_TO = re.compile("怎么|如何|咋|想知道|在哪|哪里")


def _can_do(services: Services, words: str) -> Bubble | None:
    """That the business asked about (怎么报修) can be done right here; None when the words name none, or several."""
    if not _HOW_TO.search(words):
        return None
    named = [flow for flow in services.flows.flows.values() if flow.intents and flow.files and flow.title[-2:] in words]
    if len(named) != 1:
        return None
    title = named[0].title
    bubble = services.phrases.bubble("can_do_here", title=title)
    bubble.buttons = [button(title, "/" + named[0].intents[0])]
    return bubble
