"""The dialogue's turns: of a running flow, or one that opens something. Thin: each picks who does it.

A turn that opens something is first held against what went before (an offer, a question asked back, the last look-up, ticket
or topic), then against itself (several wishes in one sentence), and only then taken for what it was understood as.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from actions.handlers import arrears, clarify, own_tickets, papers, scams
from actions.handlers.articles import answer_bubble, answer_question, knowledge_trace
from actions.handlers.clarify import CHOICES, FAILURES
from actions.handlers.context import (
    DROPPED,
    FILED,
    QUEUED,
    TOPIC,
    about_last_ticket,
    asks_how_long,
    continued,
    declines,
    month_talked_of,
    wants_it_begun,
    without_thanks,
)
from actions.handlers.danger import after as after_danger
from actions.handlers.danger import form as danger_form
from actions.handlers.danger.meant import meant
from actions.handlers.follow_ups import AFTER_FILING, TOLD, goes_on, unanswered
from actions.handlers.forms.answers import is_no, is_yes
from actions.handlers.forms.engine import FormEngine, Step
from actions.handlers.forms.flow import Flow
from actions.handlers.forms.heard import ASKS, gives_up
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import SWITCH, FlowState
from actions.handlers.forms.values import said_before_wish
from actions.handlers.operations.additions import added_to_last
from actions.handlers.profile.turning import inside_a_flow, outside_a_flow
from actions.handlers.put_off import TAKES_UP, latest
from actions.handlers.services import Services
from actions.handlers.survey import EXPLAINS
from actions.handlers.tariff_answer import forgotten, price_turn
from actions.handlers.wishes import OFFERED, WAITING, Wish, added_in_flow, wishes_in
from actions.handlers.words import Bubble, button
from actions.handlers.world import ServiceWorld, hand_over

DOUBTFUL = 0.9
"""Below this confidence of a wish, a sentence put as a question is first held against the knowledge base."""
SURE_ANSWER = 0.7
"""…which answers instead when it is at least this sure."""
HALF_SURE = 0.65
"""A yes, no or stop to no question, less sure than this, is taken for not understood."""
OF_RULES = re.compile("提前(?:几|多少)[天日]|提前多(?:久|长时间)|(?:按|照|有没有|有冇)规定")
"""Asks what the rules are, however surely the sentence was taken for a wish."""
ABOUT_TICKETS = frozenset({"ticket_progress", "ticket_urge", "ticket_withdraw"})
"""Operations on what was filed before: the subject stays."""
NOT_NOW = re.compile(r"^(?:不用|不要|不需要|不必|先不|暂时不|算了|改天|下次|回头再|以后再)")


@dataclass
class Answer:
    """What an action sends back: bubbles, trace, and the conversation's new state and memory."""

    bubbles: list[Bubble]
    trace: dict[str, Any] = field(default_factory=dict)
    state: FlowState | None = None
    memory: dict[str, Any] = field(default_factory=dict)
    begin: str | None = None
    """An intent whose flow is to begin with this very turn, instead of bubbles."""
    repeat: bool = False
    """The last reply is to be said again, instead of bubbles, when there was one."""
    spent: dict[str, float] = field(default_factory=dict)


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
            return self._after(said, self._answered(step, memory, world, flow))
        said = own_tickets.read(self._services, said, state, memory, ServiceWorld(self._services, memory).trusted(said, memory))
        surveys = self._services.surveys
        if surveys is not None and (rated := surveys.pressed(said)) is not None:
            # Told in the middle of a business, which then goes on with its question.
            world = ServiceWorld(self._services, memory)
            again = FormEngine(flows, world, self._services.phrases).ask_again(state)
            again.bubbles[:0] = rated.bubbles
            return self._answered(again, memory, world, flow)
        if flow is not None and (sent := papers.in_form(self._services, said, flow, state, memory)) is not None:
            world = ServiceWorld(self._services, memory)
            engine = FormEngine(flows, world, self._services.phrases)
            step = Step([], state) if sent.waits else engine.ask_again(state)
            step.bubbles[:0] = sent.bubbles
            step.memory.update(sent.memory)
            return self._answered(step, memory, world, flow)
        asked = flow.field(state.asking) if flow else None
        telling = asked is not None and asked.type == "text"
        if (warned := scams.turn(self._services, said, memory, telling=telling)) is not None:
            # A swindler is spoken of at once; the form then goes on with its question.
            world = ServiceWorld(self._services, memory)
            again = FormEngine(flows, world, self._services.phrases).ask_again(state)
            again.bubbles[:0] = warned.bubbles
            again.memory.update(warned.memory)
            return self._answered(again, memory, world, flow)
        later: list[Wish] = []
        if said.intent != "report_hazard" and state.asking != SWITCH and (asked is None or asked.type != "text"):
            said, later = added_in_flow(said, state.flow, flows)
        world = ServiceWorld(self._services, memory)
        engine = FormEngine(flows, world, self._services.phrases)
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
        self._settle_papers(said, step, flow, memory)
        memory = {**memory, WAITING: [*memory.get(WAITING, ()), *(w.to_json() for w in later)]}
        answer = self._answered(step, memory, world, flow)
        if step.state is None and flow is not None and flow.intents and gives_up(said, asked):
            answer.memory[DROPPED] = flow.intents[0]
        return self._after(said, answer, later)

    @outside_a_flow(Answer)
    def open(self, said: Said, memory: dict[str, Any], *, form: bool = False) -> Answer:
        """A turn outside any flow. ``form``: the form is active, so that a flow can begin; else it is asked for."""
        said = meant(said, memory)
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
        if (answered := self._declined(said, memory, fresh)) is not None:
            return self._after(said, answered)
        said = self._accepted(said, memory) or clarify.chosen(said, memory) or said
        later: list[Wish] = []
        if wishes := wishes_in(said, self._services.flows):
            said, later = wishes[0].said(said), wishes[1:]
            fresh[WAITING] = [wish.to_json() for wish in later]
        answer = self._one(said, fresh, form)
        if answer.begin is not None:
            # The form's action looks at the same turn again, with the memory as it was.
            return replace(answer, memory=memory)
        return self._after(said, answer, later)

    # -- what the last reply had offered -------------------------------------------------------------------------------------

    @staticmethod
    def _accepted(said: Said, memory: dict[str, Any]) -> Said | None:
        if not memory.get(OFFERED):
            return None
        wish = Wish.from_json(memory[OFFERED])
        again = said.intent == wish.intent and (said.pressed or len(said.words) <= 6)
        return wish.said(said) if is_yes(said) or again else None

    def _declined(self, said: Said, memory: dict[str, Any], fresh: dict[str, Any]) -> Answer | None:
        phrases = self._services.phrases
        if memory.get(OFFERED) and (is_no(said) or said.intent in ("deny", "cancel") or NOT_NOW.match(said.words)):
            return Answer([phrases.bubble("offer_declined")], memory=fresh)
        if not clarify.none_of_these(said, memory):
            return None
        # The question asked back was a failure already counted.
        name = "clarify_failed" if clarify.failures(memory) >= clarify.PATIENCE else "clarify_none"
        return Answer([phrases.bubble(name)], memory=fresh)

    def _after(self, said: Said, answer: Answer, later: list[Wish] | None = None) -> Answer:
        """Wishes said along with this one: noted while the flow runs, offered when it has ended."""
        waiting = [Wish.from_json(raw) for raw in answer.memory.get(WAITING, ())]
        if not waiting or answer.memory.get(CHOICES):
            return answer
        flow = self._services.flows.named(answer.state.flow) if answer.state else None
        if flow is not None:
            waiting = [wish for wish in waiting if wish.intent not in flow.intents]
            if later and waiting and not flow.emergency:
                titles = "、".join(f"“{self._title(wish)}”" for wish in waiting)
                answer.bubbles.insert(0, self._services.phrases.bubble("also_noted", first=flow.title, later=titles))
        elif said.intent == "human_agent":
            waiting = []
        while waiting and flow is None:
            wish = waiting.pop(0)
            if wish.intent != "faq":
                offer = self._services.phrases.bubble("also_wanted", title=self._title(wish))
                offer.buttons = [
                    button(self._services.phrases.text("button_now", title=self._title(wish)), "/" + wish.intent),
                    button(self._services.phrases.text("button_not_now"), "/deny"),
                ]
                answer.bubbles.append(offer)
                answer.memory[OFFERED] = wish.to_json()
                break
            told = self._question(wish.said(said), answer.memory)
            answer.bubbles += told.bubbles
            answer.trace["knowledge"] = [*answer.trace.get("knowledge", ()), *told.trace.get("knowledge", ())]
            answer.memory = told.memory
        answer.memory[WAITING] = [wish.to_json() for wish in waiting]
        return answer

    def _title(self, wish: Wish) -> str:
        flow = self._services.flows.begun_by(wish.intent)
        return flow.title if flow else wish.words

    # -- one wish ------------------------------------------------------------------------------------------------------------

    def _one(self, said: Said, memory: dict[str, Any], form: bool) -> Answer:
        said = without_thanks(said)
        if (priced := self._priced(said, memory)) is not None:
            return priced
        services = self._services
        if said.intent not in KNOWN_SMALL_TALK | {"report_hazard", "cancel_ticket", "manage_notifications"} and declines(said):
            return Answer([services.phrases.bubble("not_wanted")], memory={**memory, FAILURES: 0})
        values: dict[str, str] = {}
        flow: Flow | None = None
        carried = continued(said, memory, services.flows) if said.intent != "report_hazard" else None
        if carried is not None:
            flow, values = carried
            said = replace(said, intent=flow.intents[0], doubt="none")
        elif (flow := self._by_own_words(said, memory)) is not None:
            said = replace(said, confidence=1.0, doubt="none")  # nothing to ask back about
        elif (pointed := about_last_ticket(said, memory)) is not None:
            said = replace(said, intent=pointed, doubt="none")
        elif asks_how_long(said) and memory.get(QUEUED) and services.handoffs.active(said.conversation_id) is not None:
            return self._person(said, memory)
        elif (wanted := wants_it_begun(said, memory, self._leads_to(memory))) is not None:
            said = replace(said, intent=wanted, confidence=1.0, doubt="none")
        elif (added := added_to_last(services, said, memory)) is not None:
            return Answer(added[0], added[1], None, added[2])
        elif (followed := self._goes_on(said, memory)) is not None:
            return followed
        memory = {k: v for k, v in memory.items() if k != TOLD}
        flow = flow or self._flow_for(said, memory)
        if flow is not None:
            return self._begin(flow, said, memory, values, form)
        if said.intent == "human_agent":
            return self._person(said, memory)
        if said.intent in ("faq", "out_of_scope"):
            return self._question(said, memory)
        return self._small_talk(said, memory)

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
            if (answered := self._rather_a_question(said, flow, memory)) is not None:
                return answered
            if (asked := clarify.ask_back(self._services, said, memory)) is not None:
                return Answer([asked[0]], memory=asked[1])
            values = month_talked_of(said, memory, flow, self._services.flows)
        if not form:
            return Answer([], begin=flow.intents[0] if flow.intents else "start_flow")
        world = ServiceWorld(self._services, memory)
        step = FormEngine(self._services.flows, world, self._services.phrases).begin(flow, said, memory, values)
        self._settle_papers(said, step, flow, memory)
        return self._answered(step, memory, world, flow)

    def _settle_papers(self, said: Said, step: Step, flow: Flow | None, memory: dict[str, Any]) -> None:
        """Papers sent before anybody knew for which case: told what they count for, or asked about, once it is known."""
        if flow is None or step.state is None or step.state.flow != flow.flow:
            return
        turn = papers.settle(self._services, said, flow, step.state, {**memory, **step.memory})
        if turn is None:
            return
        # The question of the form comes again behind the answer; asked at once there would be two.
        step.bubbles = [*(step.bubbles[:-1] if turn.waits else step.bubbles), *turn.bubbles]
        if not turn.waits and turn.bubbles:
            step.bubbles[-2:] = reversed(step.bubbles[-2:])
        step.memory.update(turn.memory)

    def _priced(self, said: Said, memory: dict[str, Any]) -> Answer | None:
        """What so many kWh cost, whatever else the sentence was taken for."""
        world = ServiceWorld(self._services, memory)
        with world.watch("knowledge"):
            priced = price_turn(self._services, said, memory)
        if priced is None:
            return None
        fresh = {**memory, FAILURES: 0, **priced.memory}
        return Answer(priced.bubbles, priced.trace, None, fresh, spent=world.watch.spent)

    def _rather_a_question(self, said: Said, flow: Flow, memory: dict[str, Any]) -> Answer | None:
        """A doubtful wish that is put as a question is answered when the knowledge base is sure; the wish stays a button."""
        told = said.values("account_no", "phone", "address", "ticket_no")
        of_rules = OF_RULES.search(said.words) is not None
        doubtful = not said.pressed and (said.confidence < DOUBTFUL or of_rules) and not told and not flow.emergency
        if not doubtful or not (of_rules or ASKS.search(said.words)):
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
        fresh = {**memory, FAILURES: 0, TOPIC: found.results[0].topic, TOLD: found.results[0].topic}
        return Answer([bubble], {"knowledge": knowledge_trace(found.results)}, None, fresh, spent=world.watch.spent)

    def _flow_for(self, said: Said, memory: dict[str, Any]) -> Flow | None:
        flows = self._services.flows
        if said.intent == "start_flow":
            return flows.named(said.value("flow")) or flows.heard_in(said.words)
        if said.intent == "urge_ticket" and (repair := self._never_reported(said, memory)) is not None:
            return repair
        # 查户号3201556677电费: who says the number is not looking for it.
        if said.intent in ("faq", "out_of_scope") or (said.intent == "query_account_number" and said.value("account_no")):
            return self._about_own_account(said) or flows.begun_by(said.intent)
        return flows.begun_by(said.intent)

    def _by_own_words(self, said: Said, memory: dict[str, Any]) -> Flow | None:
        """The business put off last (继续上次的), or one that is a file alone and has its own words instead of an intent."""
        if said.intent == "report_hazard" or not said.words:
            return None
        if TAKES_UP.search(said.words):
            account = ServiceWorld(self._services, memory).trusted(said, memory)
            if (left := latest(self._services, account, said, memory)) is not None:
                return left
        return self._services.flows.heard_in(said.words)

    def _never_reported(self, said: Said, memory: dict[str, Any]) -> Flow | None:
        """又停电了，赶紧派人: hurried words about an outage that nobody has reported yet are a report."""
        outage = dict(said.ranking).get("report_outage", 0.0)
        names_one = said.value("ticket_no") or said.value("phone") or memory.get("last_ticket")
        return self._services.flows.begun_by("report_outage") if outage >= 0.15 and not names_one else None

    def _about_own_account(self, said: Said) -> Flow | None:
        """Whoever names an account wants that account looked up, however general the sentence may sound."""
        if said.value("account_no") is None:
            return None
        ranked = [(self._services.flows.begun_by(intent), confidence) for intent, confidence in said.ranking]
        flows = [(flow, confidence) for flow, confidence in ranked if flow is not None and flow.verify]
        looks_up = [flow for flow, confidence in flows if flow.done.operation == "look_up" and confidence >= 0.02]
        others = [flow for flow, confidence in flows if confidence >= 0.05]
        return next(iter([*looks_up, *others]), None)

    # -- words ---------------------------------------------------------------------------------------------------------------

    def _question(self, said: Said, memory: dict[str, Any]) -> Answer:
        """A question about rules, or one that nobody can answer."""
        world = ServiceWorld(self._services, memory)
        outcome = answer_question(self._services, said, world.watch)
        known = outcome.trace.get("knowledge")
        if known:
            fresh = {**memory, FAILURES: 0, TOPIC: known[0]["topic"], TOLD: known[0]["topic"]}
        else:
            if (asked := clarify.ask_back(self._services, said, memory)) is not None:
                return Answer([asked[0]], memory=asked[1], spent=world.watch.spent)
            if not re.search(r"\w", said.words):
                return Answer([self._services.phrases.bubble("unsure")], memory=memory)
            if (nearer := unanswered(self._services, said, memory)) is not None:
                outcome = replace(outcome, bubbles=nearer)
            # All phrases offer a person already.
            fresh = {**memory, FAILURES: clarify.failures(memory) + 1}
        return Answer(outcome.bubbles, outcome.trace, None, fresh, spent=world.watch.spent)

    def _person(self, said: Said, memory: dict[str, Any]) -> Answer:
        """A person is wanted."""
        summary = [f"客户说：{said.words}"] if said.words else []
        if memory.get("last_flow"):
            flow = self._services.flows.named(memory["last_flow"])
            summary.append(f"上一项业务：{flow.title if flow else memory['last_flow']}")
        if memory.get("last_ticket"):
            summary.append(f"最近工单：{memory['last_ticket']}")
        summary += [f"还提到：{self._title(Wish.from_json(raw))}" for raw in memory.get(WAITING, ())]
        outcome = hand_over(self._services, said, "客户要求人工", summary, "normal")
        return Answer(outcome.bubbles, outcome.trace, None, {**memory, FAILURES: 0, QUEUED: True})

    def _small_talk(self, said: Said, memory: dict[str, Any]) -> Answer:
        """Greetings, thanks, who are you, what can you do, and answers that nothing had asked for."""
        phrases = self._services.phrases
        name = said.intent if said.intent in KNOWN_SMALL_TALK else "unsure"
        if said.intent == "switch_elderly_mode":
            name = "elder_mode_off" if re.search("关|退出|不要|正常|普通|小一点|换回", said.words) else "elder_mode"
        if said.intent == "repeat":
            return Answer([phrases.bubble("nothing_to_repeat")], memory=memory, repeat=True)
        if said.intent not in ("greet", "goodbye", "thank", "inform") or (
            said.intent == "inform" and not said.entities
        ):
            if (asked := clarify.ask_back(self._services, said, memory)) is not None:
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

    def _answered(self, step: Step, memory: dict[str, Any], world: ServiceWorld, flow: Flow | None) -> Answer:
        fresh = {**forgotten(memory), FAILURES: 0, "just_said": {}, **step.memory}
        for done_with in (DROPPED, QUEUED):
            fresh.pop(done_with, None)
        trace = dict(step.trace)
        if step.state is not None:
            fresh.pop(TOPIC, None)
            trace["flow"], trace["requested_slot"] = step.state.flow, step.state.asking
        elif flow is not None and flow.about and flow.done.operation not in ABOUT_TICKETS:
            fresh[TOPIC] = AFTER_FILING.get(flow.flow, flow.about)
            if step.memory.get("last_ticket"):
                fresh[FILED] = flow.flow
        return Answer(step.bubbles, trace, step.state, fresh, spent=world.watch.spent)


KNOWN_SMALL_TALK = frozenset(
    {"greet", "goodbye", "thank", "bot_challenge", "ask_capabilities", "affirm", "deny", "cancel", "inform",
     "switch_elderly_mode"}
)  # fmt: skip
