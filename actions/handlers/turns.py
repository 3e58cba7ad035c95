"""The dialogue's four actions: a turn of a flow, an answer, a person, small talk. Thin: each picks who does it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from actions.handlers.articles import answer_bubble, answer_question, knowledge_trace
from actions.handlers.forms.answers import read_answer
from actions.handlers.forms.engine import ASKS, FormEngine, Step
from actions.handlers.forms.flow import Flow
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import FlowState
from actions.handlers.services import Services
from actions.handlers.tariff_answer import forgotten, price_turn
from actions.handlers.words import Bubble, button
from actions.handlers.world import ServiceWorld, hand_over

CARRIES_OVER = re.compile(r"^(?:那|那么|还有|再)?.{0,14}(?:呢|也查一下|也看看|也查查)?[?？。]*$")

DOUBTFUL = 0.9
"""Below this confidence of a wish, a sentence put as a question is first held against the knowledge base."""
SURE_ANSWER = 0.7
"""…which answers instead when it is at least this sure."""


@dataclass
class Answer:
    """What an action sends back: bubbles, trace, and the conversation's new state and memory."""

    bubbles: list[Bubble]
    trace: dict[str, Any] = field(default_factory=dict)
    state: FlowState | None = None
    memory: dict[str, Any] = field(default_factory=dict)
    begin: str | None = None
    """An intent whose flow is to begin with this very turn, instead of bubbles."""
    spent: dict[str, float] = field(default_factory=dict)


class Turns:
    """All four actions over the same services. Holds no state between calls."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def flow_turn(self, said: Said, state: FlowState | None, memory: dict[str, Any]) -> Answer:
        """A turn that begins or continues a flow."""
        world = ServiceWorld(self._services, memory)
        engine = FormEngine(self._services.flows, world, self._services.phrases)
        if state is not None:
            step = engine.turn(state, said, memory)
        elif (priced := self._priced(said, memory)) is not None:
            return priced
        else:
            flow = self._flow_for(said, memory)
            if flow is None:
                return self.small_talk(said, memory)
            if (answered := self._rather_a_question(said, flow, memory)) is not None:
                return answered
            if (asked := self._ask_back(said, memory)) is not None:
                return asked
            step = engine.begin(flow, said, memory)
        return self._answered(step, said, memory, world)

    def _priced(self, said: Said, memory: dict[str, Any]) -> Answer | None:
        """What so many kWh cost, whatever else the sentence was taken for."""
        world = ServiceWorld(self._services, memory)
        with world.watch("knowledge"):
            priced = price_turn(self._services, said, memory)
        if priced is None:
            return None
        fresh = {**memory, "not_understood": 0, **priced.memory}
        return Answer(priced.bubbles, priced.trace, None, fresh, spent=world.watch.spent)

    def _rather_a_question(self, said: Said, flow: Flow, memory: dict[str, Any]) -> Answer | None:
        """A doubtful wish that is put as a question is answered when the knowledge base is sure; the wish stays a button."""
        told = said.values("account_no", "phone", "address", "ticket_no")
        doubtful = not said.pressed and said.confidence < DOUBTFUL and not told and not flow.emergency
        if not doubtful or not ASKS.search(said.words):
            return None
        world = ServiceWorld(self._services, memory)
        with world.watch("knowledge"):
            found = self._services.knowledge.search(said.words, 1)
        if not found.answerable or found.confidence < SURE_ANSWER:
            return None
        bubble = answer_bubble(self._services, found.results[0])
        wish = button(flow.title, "/" + said.intent)
        if wish not in bubble.buttons:
            bubble.buttons.append(wish)
        trace = {"knowledge": knowledge_trace(found.results)}
        return Answer([bubble], trace, None, {**memory, "not_understood": 0}, spent=world.watch.spent)

    def _flow_for(self, said: Said, memory: dict[str, Any]) -> Flow | None:
        if said.intent == "start_flow":
            return self._services.flows.named(said.value("flow"))
        if said.intent == "urge_ticket" and (repair := self._never_reported(said, memory)) is not None:
            return repair
        return self._services.flows.begun_by(said.intent)

    def _never_reported(self, said: Said, memory: dict[str, Any]) -> Flow | None:
        """又停电了，赶紧派人: hurried words about an outage that nobody has reported yet are a report."""
        outage = dict(said.ranking).get("report_outage", 0.0)
        names_one = said.value("ticket_no") or said.value("phone") or memory.get("last_ticket")
        return self._services.flows.begun_by("report_outage") if outage >= 0.15 and not names_one else None

    def _continued(self, said: Said, memory: dict[str, Any]) -> Flow | None:
        """那上个月呢: a bare value after a look-up means the same look-up again."""
        last = self._services.flows.named(memory.get("last_flow"))
        if last is None or said.intent not in ("inform", "faq", "out_of_scope") or not CARRIES_OVER.match(said.words):
            return None
        fits = any(read_answer(f, said, asked=False).value for f in last.fields if f.type in ("month", "account_no"))
        return last if fits and last.done.operation == "look_up" else None

    def _ask_back(self, said: Said, memory: dict[str, Any]) -> Answer | None:
        """When the understanding is not sure, ask which of the near intents is meant instead of guessing silently."""
        if said.pressed or said.doubt == "none" or said.intent == "report_hazard":
            return None
        if {said.intent, *(name for name, _ in said.ranking[1:2])} == {"report_outage", "urge_ticket"}:
            # Both want somebody to come; which one it is, is decided by whether anything was reported before.
            return None
        failures = int(memory.get("not_understood", 0)) + 1
        phrases = self._services.phrases
        if failures > 2:
            return Answer([phrases.bubble("clarify_failed")], memory={**memory, "not_understood": 0})
        options = self._options(said)
        if len(options) < 2:
            return None
        bubble = phrases.bubble("clarify", spoken="，还是".join(title for title, _ in options))
        bubble.buttons = [button(title, "/" + intent) for title, intent in options]
        bubble.buttons.append(button("都不是", "/ask_capabilities"))
        return Answer([bubble], memory={**memory, "not_understood": failures})

    def _options(self, said: Said) -> list[tuple[str, str]]:
        titles: dict[str, str] = {}
        for intent, confidence in said.ranking[:3]:
            flow = self._services.flows.begun_by(intent)
            title = flow.title if flow else {"faq": "问政策规定", "human_agent": "转人工"}.get(intent)
            if title and confidence >= 0.08:
                titles.setdefault(title, intent)
        return list(titles.items())

    def question(self, said: Said, memory: dict[str, Any]) -> Answer:
        """A question about rules, or one that nobody can answer."""
        if (priced := self._priced(said, memory)) is not None:
            return priced
        wish = self._continued(said, memory) or self._about_own_account(said)
        if wish is not None:
            return Answer([], memory=memory, begin=wish.intents[0])
        world = ServiceWorld(self._services, memory)
        outcome = answer_question(self._services, said, world.watch)
        answered = bool(outcome.trace.get("knowledge"))
        if not answered and said.doubt != "none" and (asked := self._ask_back(said, memory)) is not None:
            return asked
        fresh = {**memory, "not_understood": 0}
        return Answer(outcome.bubbles, outcome.trace, None, fresh, spent=world.watch.spent)

    def _about_own_account(self, said: Said) -> Flow | None:
        """Whoever names an account wants that account looked up, however general the sentence may sound."""
        if said.value("account_no") is None:
            return None
        ranked = [(self._services.flows.begun_by(intent), confidence) for intent, confidence in said.ranking]
        flows = [(flow, confidence) for flow, confidence in ranked if flow is not None and flow.verify]
        looks_up = [flow for flow, confidence in flows if flow.done.operation == "look_up" and confidence >= 0.02]
        others = [flow for flow, confidence in flows if confidence >= 0.05]
        return next(iter([*looks_up, *others]), None)

    def person(self, said: Said, memory: dict[str, Any]) -> Answer:
        """A person is wanted."""
        summary = [f"客户说：{said.words}"] if said.words else []
        if memory.get("last_flow"):
            flow = self._services.flows.named(memory["last_flow"])
            summary.append(f"上一项业务：{flow.title if flow else memory['last_flow']}")
        if memory.get("last_ticket"):
            summary.append(f"最近工单：{memory['last_ticket']}")
        outcome = hand_over(self._services, said, "客户要求人工", summary, "normal")
        return Answer(outcome.bubbles, outcome.trace, None, memory)

    def small_talk(self, said: Said, memory: dict[str, Any]) -> Answer:
        """Greetings, thanks, who are you, what can you do, and answers that nothing had asked for."""
        if (priced := self._priced(said, memory)) is not None:
            return priced
        if (again := self._continued(said, memory)) is not None:
            return Answer([], memory=memory, begin=again.intents[0])
        phrases = self._services.phrases
        name = said.intent if said.intent in KNOWN_SMALL_TALK else "unsure"
        if said.intent == "switch_elderly_mode":
            name = "elder_mode_off" if re.search("关|退出|不要|正常|普通|小一点|换回", said.words) else "elder_mode"
        if said.intent == "repeat":
            return Answer([phrases.bubble("nothing_to_repeat")], memory=memory)
        if said.intent == "inform" and memory.get("emergency_ticket") and said.values("phone", "address"):
            return self._added_to_emergency(said, memory)
        if said.doubt == "unsure" and said.intent not in ("greet", "goodbye", "thank", "inform"):
            if (asked := self._ask_back(said, memory)) is not None:
                return asked
            name = "unsure"
        if said.intent == "inform":
            kept = {e["entity"]: str(e["value"]) for e in said.entities if e.get("value")}
            memory = {**memory, "just_said": kept}
        return Answer([phrases.bubble(name)], memory=memory)

    def _added_to_emergency(self, said: Said, memory: dict[str, Any]) -> Answer:
        """A phone or a nearer place, given after the emergency ticket was filed, belongs to it."""
        ticket_no = memory["emergency_ticket"]
        told = {"phone": "联系电话", "address": "地点补充"}
        note = "；".join(f"{told[kind]}：{value}" for kind in told for value in said.values(kind))
        self._services.desk.move(ticket_no, "noted", actor="customer", note=note, request_id=f"{said.turn_id}:added")
        # Once a phone is known the crew asks the rest itself.
        fresh = {k: v for k, v in memory.items() if k != "emergency_ticket" or not said.value("phone")}
        ticket = self._services.desk.ticket(ticket_no)
        trace = {"ticket": {"ticket_no": ticket_no, "kind": ticket.kind.value}}
        return Answer([self._services.phrases.bubble("added_to_emergency", ticket_no=ticket_no)], trace, None, fresh)

    def _answered(self, step: Step, said: Said, memory: dict[str, Any], world: ServiceWorld) -> Answer:
        fresh = {**forgotten(memory), "not_understood": 0, "just_said": {}, **step.memory}
        trace = dict(step.trace)
        if step.state is not None:
            trace["flow"], trace["requested_slot"] = step.state.flow, step.state.asking
        return Answer(step.bubbles, trace, step.state, fresh, spent=world.watch.spent)


KNOWN_SMALL_TALK = frozenset(
    {"greet", "goodbye", "thank", "bot_challenge", "ask_capabilities", "affirm", "deny", "cancel", "inform"}
)


def repeated(bubbles: list[dict[str, Any]]) -> list[Bubble]:
    """The last reply once more, from what was sent."""
    return [
        Bubble(
            b["text"],
            b.get("speech"),
            list(b.get("buttons") or []),
            list(b.get("citations") or []),
            b.get("card"),
            b.get("priority"),
        )
        for b in bubbles
    ]
