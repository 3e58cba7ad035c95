"""The one engine that interprets every flow: asks, understands, corrects, pauses for questions, cancels, confirms, does.

A turn goes in with the state and comes out as a `Step`: what to say and the next state. What lies outside the conversation
(verification, known outages, knowledge, tickets, a person) is behind `World`, so that the engine can be walked at random in
tests without a service.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import Any

from actions.handlers.forms.answers import NOTHING, UNKNOWN, Reading, is_no, read_answer
from actions.handlers.forms.asides import Asides, keep_note, says_the_known
from actions.handlers.forms.confirming import Confirming, stays_nameless
from actions.handlers.forms.course import Course
from actions.handlers.forms.flow import Flow, FlowBook, FlowField, Words
from actions.handlers.forms.heard import SKIP, UNKNOWN_ONLY, WHY, gives_up, puts_off, stops
from actions.handlers.forms.interruptions import WISHES, Interruptions, stays, wants_switch
from actions.handlers.forms.questions import Questions, line_of, summary_lines
from actions.handlers.forms.said import Said
from actions.handlers.forms.sense import asks, asks_how_long, tells, without_insults
from actions.handlers.forms.state import CONFIRM, FIX, SWITCH, FlowState
from actions.handlers.forms.step import FormTurn, Outcome, Step, World
from actions.handlers.forms.values import LASTING, carried_over, gather, put
from actions.handlers.words import Bubble, Phrases

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
__all__ = ["FormEngine", "Outcome", "Step", "World"]


class FormEngine:
    """Interprets flows. Holds no state of its own."""

    def __init__(self, flows: FlowBook, world: World, phrases: Phrases) -> None:
        self._flows, self._world, self._phrases = flows, world, phrases
        self._questions = Questions(phrases, world.promise)
        self._course = Course(world, self._questions)
        self._interruptions = Interruptions(flows, world, phrases, self._questions)
        self._asides = Asides(self._course, self._questions, world, phrases)
        self._confirming = Confirming(self._course, self._interruptions, self._questions, phrases)

    def begin(self, flow: Flow, said: Said, memory: dict[str, Any], values: dict[str, str] | None = None) -> Step:
        """Start a flow with what is already known."""
        state = FlowState(flow=flow.flow, instance=uuid.uuid4().hex[:12], values=dict(values or {}))
        # A stable name for this run: the same turn worked on twice must create one ticket.
        if said.turn_id:
            state.instance = said.turn_id[-12:]
        if said.words:
            state.said.append(without_insults(said.words) or said.words)
        step = Step([], state)
        turn = FormTurn(flow, state, said, memory, step)
        if self._asks_about_the_filed(turn):
            return turn.end()
        # What the customer says goes before what is on file.
        gather(flow, state, said, asked=None)
        opened = self._world.begin(flow, state, said, memory)
        step.take(opened)
        state.values = {**opened.values, **state.values}
        if opened.ended:
            return turn.end()
        if self._course.refuses(turn):
            return step
        # Who has told the case hears its own list instead of everybody's.
        if flow.opening and not opened.bubbles and flow.materials_for(state.values) is None:
            step.bubbles.append(Bubble(flow.opening.text, flow.opening.speech))
        self._course.after_changes(turn, list(state.values))
        if step.state is None:
            step.trace["flow"] = flow.flow  # begun and done in one turn: the trace still names it
        return step

    def turn(self, state: FlowState, said: Said, memory: dict[str, Any]) -> Step:
        """One turn of a running flow."""
        flow = self._flows.named(state.flow)
        if flow is None:
            # The flow file was taken away between two turns of this conversation.
            return Step([self._phrases.bubble("flow_gone")], None)
        turn = FormTurn(flow, state, said, memory, Step([], state), state.asking)
        if said.intent == "report_hazard" and not flow.emergency:
            return self._switch_to_danger(turn)
        if said.intent == "human_agent":
            reason, summary = f"{flow.title}办理中要求人工", summary_lines(flow, state)
            turn.step.take(self._world.hand_over(said, reason, summary, "normal"))
            return turn.end()
        if state.asking == SWITCH:
            return self._answer_switch(turn)
        if puts_off(said) and not flow.emergency:
            turn.step.take(self._world.keep(flow, state, said, memory))
            return turn.end()
        asked = turn.asked
        chosen = asked is not None and asked.type == "choice" and read_answer(asked, said).value is not None
        ends = stops(said) if flow.emergency else gives_up(said, asked)
        if not chosen and ends:
            turn.step.bubbles.append(self._phrases.bubble("cancelled", title=flow.title))
            return turn.end()
        if said.intent == "repeat" and not _short_answer(turn).value:
            return self._questions.ask(turn, whole=True)
        if said.intent == "switch_elderly_mode":
            turn.step.bubbles.append(self._phrases.bubble("elder_mode"))
            return self._questions.ask(turn)
        if self._course.refuses(turn):
            return turn.step
        if state.asking == FIX:
            return self._confirming.answer_fix(turn)
        if state.asking == CONFIRM:
            return self._confirming.answer(turn)
        return self._answer_field(turn)

    def ask_again(self, state: FlowState) -> Step:
        """The question under way once more, for a turn that said nothing to it."""
        flow = self._flows.named(state.flow)
        if flow is None:
            return Step([self._phrases.bubble("flow_gone")], None)
        if state.asking == SWITCH and (other := self._flows.begun_by(state.switch_to)) is not None:
            return Step([self._interruptions.offer(flow, other)], state)
        return Step([self._questions.of(flow, state)], state)

    def _asks_about_the_filed(self, turn: FormTurn) -> bool:
        """几天给赔 right after the claim was filed asks about it, and begins no second one; whether it was answered."""
        flow, said, memory = turn.flow, turn.said, turn.memory
        if memory.get("last_flow") != flow.flow or not flow.files or said.pressed or said.entities:
            return False
        if not asks(said.words) or len(said.words) > SHORT or WISHES.search(said.words):
            return False
        filed = FlowState(flow.flow, turn.state.instance, dict(memory.get("last_values") or {}))
        found = self._world.when(flow, filed) if asks_how_long(said.words) else None
        found = found or self._world.answer(flow, said)
        if found is None:
            return False
        turn.step.take(found)
        turn.step.memory.setdefault("last_flow", flow.flow)
        return True

    # -- answers -----------------------------------------------------------------------------------------------------

    def _answer_field(self, turn: FormTurn) -> Step:
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
        if reading.nothing and (placed := self._place_by_account(turn, asked, changed)) is not None:
            return placed
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

    # -- to another business -----------------------------------------------------------------------------------------

    def _answer_switch(self, turn: FormTurn) -> Step:
        state, said = turn.state, turn.said
        other = self._flows.begun_by(state.switch_to)
        if (filed := self._confirming.meant_this_one(turn, other)) is not None:
            return filed
        leaves = wants_switch(said, state, other)
        state.switch_to, state.asking = None, None
        if leaves and other is not None:
            carried = carried_over(turn.flow, other, state.values)
            return self.begin(other, replace(said, text="/" + other.intents[0], entities=()), turn.memory, carried)
        if stays(said) or not said.words:
            return self._course.onward(turn)
        # Neither yes nor no: it is an answer to what was asked before the offer.
        self._course.onward(turn)
        if turn.step.state is None:
            return turn.step
        turn.step.bubbles.clear()
        turn.was_asking = state.asking
        return self._confirming.answer(turn) if state.asking == CONFIRM else self._answer_field(turn)

    def _switch_to_danger(self, turn: FormTurn) -> Step:
        """Danger to life comes before whatever was under way; address and phone are taken along."""
        danger = self._flows.begun_by("report_hazard")
        assert danger is not None, "the flow that report_hazard begins must exist"
        carried = carried_over(turn.flow, danger, turn.state.values)
        left = self._world.set_aside(turn.flow, turn.state, turn.said, turn.memory)
        step = self.begin(danger, turn.said, turn.memory, carried)
        step.memory = {**left, **step.memory}
        return step


def _short_answer(turn: FormTurn) -> Reading:
    """The reading of this turn as an answer to the field asked, nothing when no field, or a free text, is asked."""
    asked = turn.asked
    return read_answer(asked, turn.said) if asked and asked.type != "text" else NOTHING


def _no_content(turn: FormTurn) -> bool:
    """Whether the words are no content of a free text: nothing known, what is known already, or the place still to be asked."""
    words = turn.said.words
    place = next((f for f in turn.flow.fields if f.type == "address"), None)
    only_place = place is not None and place.name not in turn.state.values and turn.said.value("address") == words
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


_HAS_NONE = re.compile(
    r"(?:没有?|冇|无|丢了|弄丢)(?:工?单号|工单|单子|户号|号码)|(?:工?单号|户号)(?:没了|丢了|不见|没有)"
)
MORE = 10
"""Characters beside the values in a sentence, from which it said more than them."""
FEW = 3
"""Characters beside 不知道 up to which it is said of the open question."""
