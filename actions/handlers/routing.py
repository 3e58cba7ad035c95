"""Which business a turn begins, if any: by its intent, by the flow's own words, by what it says of an account or an outage."""

from __future__ import annotations

import re
from typing import Any

from actions.handlers.answer import Answer
from actions.handlers.articles import answer_bubble, knowledge_trace
from actions.handlers.clarify import FAILURES
from actions.handlers.context import TOPIC
from actions.handlers.forms.flow import Flow
from actions.handlers.forms.heard import ASKS
from actions.handlers.forms.said import Said
from actions.handlers.forms.step import TOLD
from actions.handlers.put_off import TAKES_UP, latest
from actions.handlers.services import Services
from actions.handlers.words import button
from actions.handlers.world import ServiceWorld

DOUBTFUL = 0.9
"""Below this confidence of a wish, a sentence put as a question is first held against the knowledge base."""
SURE_ANSWER = 0.7
"""…which answers instead when it is at least this sure."""
OF_RULES = re.compile("提前(?:几|多少)[天日]|提前多(?:久|长时间)|(?:按|照|有没有|有冇)规定")
"""Asks what the rules are, however surely the sentence was taken for a wish."""


def rather_a_question(services: Services, said: Said, flow: Flow, memory: dict[str, Any]) -> Answer | None:
    """A doubtful wish that is put as a question is answered when the knowledge base is sure; the wish stays a button."""
    told = said.values("account_no", "phone", "address", "ticket_no")
    of_rules = OF_RULES.search(said.words) is not None
    doubtful = not said.pressed and (said.confidence < DOUBTFUL or of_rules) and not told and not flow.emergency
    if not doubtful or not (of_rules or ASKS.search(said.words)):
        return None
    world = ServiceWorld(services, memory)
    with world.watch("knowledge"):
        found = services.knowledge.search(said.words, 1)
    if not found.answerable or found.confidence < SURE_ANSWER:
        return None
    bubble = answer_bubble(services, found.results[0])
    wish = button(flow.title, "/" + said.intent)
    if wish not in bubble.buttons:
        bubble.buttons.append(wish)
    fresh = {**memory, FAILURES: 0, TOPIC: found.results[0].topic, TOLD: found.results[0].topic}
    return Answer([bubble], {"knowledge": knowledge_trace(found.results)}, None, fresh, spent=world.watch.spent)


def flow_for(services: Services, said: Said, memory: dict[str, Any]) -> Flow | None:
    """The business of what the turn was understood as."""
    flows = services.flows
    if said.intent == "start_flow":
        return flows.named(said.value("flow")) or flows.heard_in(said.words)
    if said.intent == "urge_ticket" and (repair := _never_reported(services, said, memory)) is not None:
        return repair
    # 查户号3201556677电费: who says the number is not looking for it.
    if said.intent in ("faq", "out_of_scope") or (said.intent == "query_account_number" and said.value("account_no")):
        return _about_own_account(services, said) or flows.begun_by(said.intent)
    return flows.begun_by(said.intent)


def by_own_words(services: Services, said: Said, memory: dict[str, Any]) -> Flow | None:
    """The business put off last (继续上次的), or one that is a file alone and has its own words instead of an intent."""
    if said.intent == "report_hazard" or not said.words:
        return None
    if TAKES_UP.search(said.words):
        account = ServiceWorld(services, memory).trusted(said, memory)
        if (left := latest(services, account, said, memory)) is not None:
            return left
    return services.flows.heard_in(said.words)


def _never_reported(services: Services, said: Said, memory: dict[str, Any]) -> Flow | None:
    """又停电了，赶紧派人: hurried words about an outage that nobody has reported yet are a report."""
    outage = dict(said.ranking).get("report_outage", 0.0)
    names_one = said.value("ticket_no") or said.value("phone") or memory.get("last_ticket")
    return services.flows.begun_by("report_outage") if outage >= 0.15 and not names_one else None


def _about_own_account(services: Services, said: Said) -> Flow | None:
    """Whoever names an account wants that account looked up, however general the sentence may sound."""
    if said.value("account_no") is None:
        return None
    ranked = [(services.flows.begun_by(intent), confidence) for intent, confidence in said.ranking]
    flows = [(flow, confidence) for flow, confidence in ranked if flow is not None and flow.verify]
    looks_up = [flow for flow, confidence in flows if flow.done.operation == "look_up" and confidence >= 0.02]
    others = [flow for flow, confidence in flows if confidence >= 0.05]
    return next(iter([*looks_up, *others]), None)
