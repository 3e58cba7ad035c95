"""The dialogue's turns: of a running flow, or one that opens something. Thin: each picks who does it.

A turn that opens something is first held against what went before (an offer, a question asked back, the last look-up, ticket
or topic), then against itself (several wishes in one sentence), and only then taken for what it was understood as.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from actions.handlers import arrears, clarify, own_tickets, papers, scams
from actions.handlers.answer import Answer, answered
from actions.handlers.clarify import CHOICES, FAILURES
from actions.handlers.context import (
    DROPPED,
    FILED,
    QUEUED,
    TOPIC,
    about_last_ticket,
    asks_how_long,
    continued,
    month_talked_of,
    wants_it_begun,
    without_thanks,
)
from actions.handlers.danger import after as after_danger
from actions.handlers.danger import form as danger_form
from actions.handlers.danger.meant import meant
from actions.handlers.follow_ups import goes_on
from actions.handlers.forms.denials import declines, has_none, without_ruled_out
from actions.handlers.forms.engine import FormEngine
from actions.handlers.forms.flow import Flow
from actions.handlers.forms.heard import gives_up
from actions.handlers.forms.said import Said
from actions.handlers.forms.sense import asks_how_long as asks_of_time
from actions.handlers.forms.state import SWITCH, FlowState
from actions.handlers.forms.step import TOLD
from actions.handlers.interludes import interlude, settle_papers
from actions.handlers.offers import accepted, declined, with_waiting
from actions.handlers.operations.additions import added_to_last
from actions.handlers.operations.several_months import summed_up
from actions.handlers.profile.turning import inside_a_flow, outside_a_flow
from actions.handlers.replies import KNOWN_SMALL_TALK, person, question, small_talk
from actions.handlers.routing import by_own_words, flow_for, rather_a_question
from actions.handlers.services import Services
from actions.handlers.survey import EXPLAINS
from actions.handlers.tariff_answer import price_turn
from actions.handlers.wishes import OFFERED, WAITING, Wish, added_in_flow, behind_greeting, instead, wishes_in
from actions.handlers.world import ServiceWorld


class Turns:
    """All actions over the same services. Holds no state between calls."""

    def __init__(self, services: Services) -> None:
        self._services = services

    # -- the two doors -------------------------------------------------------------------------------------------------------

    @inside_a_flow
    def flow_turn(self, said: Said, state: FlowState | None, memory: dict[str, Any]) -> Answer:
        """A turn that begins or continues a flow."""
        said = meant(said, memory)
        if state is None:
            return self.open(said, memory, form=True)
        flows = self._services.flows
        flow = flows.named(state.flow)
        if flow is not None and flow.emergency:
            world = ServiceWorld(self._services, memory)
            step = danger_form.turn(self._services.phrases, world, flow, state, said, memory)
            return with_waiting(self._services, said, answered(step, memory, world, flow))
        said = own_tickets.read(self._services, said, state, memory, ServiceWorld(self._services, memory).trusted(said, memory))
        world = ServiceWorld(self._services, memory)
        engine = FormEngine(flows, world, self._services.phrases)
        if (beside := interlude(self._services, engine, said, flow, state, memory)) is not None:
            return answered(beside, memory, world, flow)
        asked = flow.field(state.asking) if flow else None
        later: list[Wish] = []
        if said.intent != "report_hazard" and state.asking != SWITCH and (asked is None or asked.type != "text"):
            said, later = added_in_flow(said, state.flow, flows)
        if (other := flows.named(own_tickets.other_wish(said, state))) is not None:
            # 查进度, then 催一下: the same ticket, nothing is put down for it.
            flow, step = other, engine.begin(other, said, memory, {n: v for n, v in state.values.items() if other.field(n)})
        else:
            step = engine.turn(state, said, memory) if said.text or not later else engine.ask_again(state)
        for wish in [w for w in later if w.intent == "faq"]:
            told = world.answer(flow, wish.said(said))
            step.bubbles[:0] = told.bubbles if told else [self._services.phrases.bubble("no_answer_in_flow")]
            step.trace["knowledge"] = [*step.trace.get("knowledge", ()), *(told.trace.get("knowledge", ()) if told else ())]
        later = [w for w in later if w.intent != "faq"]
        settle_papers(self._services, said, step, flow, memory)
        memory = {**memory, WAITING: [*memory.get(WAITING, ()), *(w.to_json() for w in later)]}
        answer = answered(step, memory, world, flow)
        if step.state is None and flow is not None and flow.intents and gives_up(said, asked):
            answer.memory[DROPPED] = flow.intents[0]
            if (wanted := instead(said, flow, flows)) is not None:
                begun = self.open(wanted, answer.memory, form=True)
                return replace(begun, bubbles=[*answer.bubbles, *begun.bubbles])
        return with_waiting(self._services, said, answer, later)

    @outside_a_flow(Answer)
    def open(self, said: Said, memory: dict[str, Any], *, form: bool = False) -> Answer:
        """A turn outside any flow. ``form``: the form is active, so that a flow can begin; else it is asked for."""
        said = behind_greeting(meant(said, memory), self._services.flows)
        said = arrears.read(own_tickets.read(self._services, said, None, memory, None), memory)
        fresh = {k: v for k, v in memory.items() if k not in (OFFERED, CHOICES, EXPLAINS)}
        surveys, choosing = self._services.surveys, bool(memory.get(CHOICES) or memory.get(OFFERED))
        rated = surveys and (surveys.pressed(said) or surveys.spoken(said, memory, choosing=choosing))
        if rated:
            return Answer(rated.bubbles, rated.trace, memory={**fresh, FAILURES: 0, **rated.memory})
        if (told := after_danger.turn(self._services, said, memory) or scams.turn(self._services, said, memory)) is not None:
            return Answer(told.bubbles, told.trace, memory={**fresh, FAILURES: 0, **told.memory})
        if (sent := papers.outside(self._services, said, memory)) is not None:
            return Answer(sent.bubbles, sent.trace, memory={**fresh, FAILURES: 0, **sent.memory})
        if (refused := declined(self._services, said, memory, fresh)) is not None:
            return with_waiting(self._services, said, refused)
        said = accepted(said, memory, self._services.flows) or clarify.chosen(said, memory, self._services.flows) or without_ruled_out(said, self._services.flows)
        later: list[Wish] = []
        if wishes := wishes_in(said, self._services.flows):
            said, later = wishes[0].said(said), wishes[1:]
            fresh[WAITING] = [wish.to_json() for wish in later]
        answer = self._one(said, fresh, form)
        if answer.begin is not None:
            # The form's action looks at the same turn again, with the memory as it was.
            return replace(answer, memory=memory)
        return with_waiting(self._services, said, answer, later)

    # -- one wish ------------------------------------------------------------------------------------------------------------

    def _one(self, said: Said, memory: dict[str, Any], form: bool) -> Answer:
        said = without_thanks(said)
        if (priced := self._priced(said, memory)) is not None:
            return priced
        services = self._services
        if said.intent not in KNOWN_SMALL_TALK | {"report_hazard", "cancel_ticket", "manage_notifications"} and declines(said):
            return Answer([services.phrases.bubble("not_wanted")], memory={**memory, FAILURES: 0})
        if has_none(said):
            return Answer([services.phrases.bubble("has_none")], memory={**memory, FAILURES: 0})
        values: dict[str, str] = {}
        flow: Flow | None = None
        carried = None
        if said.intent != "report_hazard":
            carried = summed_up(said, memory, services.flows) or continued(said, memory, services.flows)
        if carried is not None:
            flow, values = carried
            said = replace(said, intent=flow.intents[0], doubt="none")
        elif (flow := by_own_words(self._services, said, memory)) is not None:
            said = replace(said, confidence=1.0, doubt="none")  # nothing to ask back about
        elif (pointed := about_last_ticket(said, memory)) is not None:
            said = replace(said, intent=pointed, confidence=1.0, doubt="none")
        elif asks_how_long(said) and memory.get(QUEUED) and services.handoffs.active(said.conversation_id) is not None:
            return person(services, said, memory)
        elif (wanted := wants_it_begun(said, memory, self._leads_to(memory))) is not None:
            said = replace(said, intent=wanted, confidence=1.0, doubt="none")
        elif (promised := self._promised(said, memory)) is not None:
            return promised
        elif (called_for := self._called_for(said, memory)) is not None:
            said = replace(said, intent=called_for, confidence=1.0, doubt="none")
        elif (added := added_to_last(services, said, memory)) is not None:
            return Answer(added[0], added[1], None, added[2])
        elif (followed := self._goes_on(said, memory)) is not None:
            return followed
        memory = {k: v for k, v in memory.items() if k != TOLD}
        flow = flow or flow_for(self._services, said, memory)
        if flow is not None:
            return self._begin(flow, said, memory, values, form)
        if said.intent == "human_agent":
            return person(services, said, memory)
        if said.intent in ("faq", "out_of_scope"):
            return question(services, said, memory)
        return small_talk(services, said, memory)

    def _promised(self, said: Said, memory: dict[str, Any]) -> Answer | None:
        """几天回我 after a filing: from the limits of what was filed."""
        flow = self._services.flows.named(memory.get(FILED))
        if flow is None or said.pressed or said.intent not in ("faq", "out_of_scope") or not asks_of_time(said.words):
            return None
        world = ServiceWorld(self._services, memory)
        told = world.when(flow, FlowState(flow.flow, "", dict(memory.get("last_values") or {})))
        return Answer(told.bubbles, told.trace, memory={**memory, FAILURES: 0}, spent=world.watch.spent) if told is not None else None

    def _called_for(self, said: Said, memory: dict[str, Any]) -> str | None:
        """The business that the last answer told how to begin (报户号，我帮您登记), when this turn is the value it asked for."""
        if said.intent != "inform" or not said.words or memory.get(FILED):
            return None
        flow = self._services.flows.begun_by(self._leads_to(memory))
        given = {entity["entity"] for entity in said.entities} & {"account_no", "address"}
        return flow.intents[0] if flow is not None and given & {f.type for f in flow.fields} else None

    def _leads_to(self, memory: dict[str, Any]) -> str | None:
        hit = self._services.knowledge.hit(str(memory[TOPIC])) if memory.get(TOPIC) else None
        return hit.leads_to if hit is not None else None

    def _goes_on(self, said: Said, memory: dict[str, Any]) -> Answer | None:
        world = ServiceWorld(self._services, memory)
        outcome = goes_on(self._services, said, memory, world.watch)
        if outcome is None:
            return None
        topic = outcome.trace["knowledge"][0]["topic"]
        return Answer(outcome.bubbles, outcome.trace, None, {**memory, FAILURES: 0, TOPIC: topic, TOLD: topic}, spent=world.watch.spent)

    def _begin(self, flow: Flow, said: Said, memory: dict[str, Any], values: dict[str, str], form: bool) -> Answer:
        if not values:
            if (told := rather_a_question(self._services, said, flow, memory)) is not None:
                return told
            if (asked := clarify.ask_back(self._services, said, memory)) is not None:
                return Answer([asked[0]], memory=asked[1])
            values = month_talked_of(said, memory, flow, self._services.flows)
        if not form:
            return Answer([], begin=flow.intents[0] if flow.intents else "start_flow")
        world = ServiceWorld(self._services, memory)
        step = FormEngine(self._services.flows, world, self._services.phrases).begin(flow, said, memory, values)
        settle_papers(self._services, said, step, flow, memory)
        return answered(step, memory, world, flow)

    def _priced(self, said: Said, memory: dict[str, Any]) -> Answer | None:
        """What so many kWh cost, whatever else the sentence was taken for."""
        world = ServiceWorld(self._services, memory)
        with world.watch("knowledge"):
            priced = price_turn(self._services, said, memory)
        if priced is None:
            return None
        fresh = {**memory, FAILURES: 0, **priced.memory}
        return Answer(priced.bubbles, priced.trace, None, fresh, spent=world.watch.spent)
