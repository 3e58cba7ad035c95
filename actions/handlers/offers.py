"""What the last reply had offered, and wishes that wait until a business is done."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from actions.handlers import clarify
from actions.handlers.answer import Answer
from actions.handlers.clarify import CHOICES
from actions.handlers.forms.assent import is_no, is_yes
from actions.handlers.forms.flow import Flow, FlowBook
from actions.handlers.forms.said import Said
from actions.handlers.replies import question
from actions.handlers.services import Services
from actions.handlers.wishes import OFFERED, WAITING, Wish, title_of
from actions.handlers.words import button

NOT_NOW = re.compile(r"^(?:不用|不要|不需要|不必|先不|暂时不|算了|改天|下次|回头再|以后再)")

_NAMES = re.compile(r"^(?:那|还有|我的?|先|就)+|(?:的事)?[呢吧啊呀。?？!！]+$")


def accepted(said: Said, memory: dict[str, Any], flows: FlowBook) -> Said | None:
    """The wish that was offered, when this turn says yes to it."""
    if not memory.get(OFFERED):
        return None
    wish = Wish.from_json(memory[OFFERED])
    again = said.intent == wish.intent and (said.pressed or len(said.words) <= 6)
    # 电费呢, after 您刚才还提到“查电费”.
    again = again or (len(said.words) <= 6 and _NAMES.sub("", said.words) in title_of(wish, flows) and bool(_NAMES.sub("", said.words)))
    if _goes_on_with(said, flows.begun_by(wish.intent)):
        return replace(wish.said(said), entities=(*wish.entities, *said.entities))
    return wish.said(said) if is_yes(said) or again else None


def _goes_on_with(said: Said, flow: Flow | None) -> bool:
    """Whether the turn is nothing but a value that the business offered asks for: its account number."""
    if flow is None or said.intent != "inform" or said.pressed:
        return False
    return bool({entity["entity"] for entity in said.entities} & {"account_no", "address", "phone"} & {f.type for f in flow.fields})


def declined(services: Services, said: Said, memory: dict[str, Any], fresh: dict[str, Any]) -> Answer | None:
    """The answer to who wants nothing of what was offered; None when the turn was no such no."""
    phrases = services.phrases
    if memory.get(OFFERED) and (is_no(said) or said.intent in ("deny", "cancel") or NOT_NOW.match(said.words)):
        return Answer([phrases.bubble("offer_declined")], memory=fresh)
    if not clarify.none_of_these(said, memory):
        return None
    # The question asked back was a failure already counted.
    name = "clarify_failed" if clarify.failures(memory) >= clarify.PATIENCE else "clarify_none"
    return Answer([phrases.bubble(name)], memory=fresh)


def with_waiting(services: Services, said: Said, answer: Answer, later: list[Wish] | None = None) -> Answer:
    """Wishes said along with this one: noted while the flow runs, offered when it has ended."""
    waiting = [Wish.from_json(raw) for raw in answer.memory.get(WAITING, ())]
    if not waiting or answer.memory.get(CHOICES):
        return answer
    flow = services.flows.named(answer.state.flow) if answer.state else None
    if flow is not None:
        waiting = [wish for wish in waiting if wish.intent not in flow.intents]
        if later and waiting and not flow.emergency:
            titles = "、".join(f"“{title_of(wish, services.flows)}”" for wish in waiting)
            answer.bubbles.insert(0, services.phrases.bubble("also_noted", first=flow.title, later=titles))
    elif said.intent == "human_agent":
        waiting = []
    while waiting and flow is None:
        wish = waiting.pop(0)
        if wish.intent != "faq":
            offer = services.phrases.bubble("also_wanted", title=title_of(wish, services.flows))
            offer.buttons = [
                button(services.phrases.text("button_now", title=title_of(wish, services.flows)), "/" + wish.intent),
                button(services.phrases.text("button_not_now"), "/deny"),
            ]
            answer.bubbles.append(offer)
            answer.memory[OFFERED] = wish.to_json()
            break
        told = question(services, wish.said(said), answer.memory)
        answer.bubbles += told.bubbles
        answer.trace["knowledge"] = [*answer.trace.get("knowledge", ()), *told.trace.get("knowledge", ())]
        answer.memory = told.memory
    answer.memory[WAITING] = [wish.to_json() for wish in waiting]
    return answer
