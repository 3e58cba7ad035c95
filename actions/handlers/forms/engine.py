"""The one engine that interprets every flow: asks, understands, corrects, pauses for questions, cancels, confirms, does.

A turn goes in with the state and comes out as a `Step`: what to say and the next state. What lies outside the conversation
(verification, known outages, knowledge, tickets, a person) is behind `World`, so that the engine can be walked at random in
tests without a service.
"""

from __future__ import annotations

import uuid
from typing import Any

from actions.handlers.forms.answering import Answering
from actions.handlers.forms.answers import read_answer
from actions.handlers.forms.asides import Asides
from actions.handlers.forms.confirming import Confirming
from actions.handlers.forms.course import Course
from actions.handlers.forms.denials import declines
from actions.handlers.forms.flow import Flow, FlowBook
from actions.handlers.forms.heard import gives_up, puts_off, stops
from actions.handlers.forms.interruptions import WISHES, Interruptions
from actions.handlers.forms.questions import Questions, summary_lines
from actions.handlers.forms.reading import NOTHING, Reading
from actions.handlers.forms.said import Said
from actions.handlers.forms.sense import asks, asks_how_long, without_insults
from actions.handlers.forms.state import CONFIRM, FIX, SWITCH, FlowState
from actions.handlers.forms.step import FormTurn, Outcome, Step, World
from actions.handlers.forms.switching import Switching
from actions.handlers.forms.values import gather
from actions.handlers.words import Bubble, Phrases

WITHDRAWS = 0.8
"""Confidence from which a wish to withdraw is one."""
SHORT = 12
"""Characters up to which a question is about the business filed just now."""
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
        self._answering = Answering(
            world, phrases, self._questions, self._course, self._interruptions, self._asides, self._confirming
        )
        self._switching = Switching(flows, world, self._course, self._confirming, self._answering, self.begin)

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
            return self._switching.to_danger(turn)
        if state.asking != SWITCH and declines(said) and (declined := self._declined(turn)) is not None:
            return declined
        if said.intent == "human_agent":
            reason, summary = f"{flow.title}办理中要求人工", summary_lines(flow, state)
            turn.step.take(self._world.hand_over(said, reason, summary, "normal"))
            turn.step.memory.update(self._world.set_aside(flow, state, said, memory))
            return turn.end()
        if state.asking == SWITCH:
            return self._switching.answer(turn)
        if puts_off(said) and not flow.emergency:
            turn.step.take(self._world.keep(flow, state, said, memory))
            return turn.end()
        asked = turn.asked
        chosen = asked is not None and asked.type == "choice" and read_answer(asked, said).value is not None
        ends = stops(said) if flow.emergency else gives_up(said, asked) or _withdraws_unfiled(turn)
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
        return self._answering.answer(turn)

    def _declined(self, turn: FormTurn) -> Step | None:
        """我不要发票 in the middle of another business changes nothing; of this one it is the end. None when it names no business."""
        said, flow = turn.said, turn.flow
        other = self._flows.begun_by(said.intent)
        if other is None and said.intent != "human_agent":
            return None
        if other is not None and other.flow == flow.flow:
            turn.step.bubbles.append(self._phrases.bubble("cancelled", title=flow.title))
            return turn.end()
        return self._questions.ask(turn, lead=self._phrases.text("not_wanted_here"))

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

def _withdraws_unfiled(turn: FormTurn) -> bool:
    """那不用来了 before anything was filed: there is no ticket to withdraw, only this form to stop."""
    said = turn.said
    sure = said.intent == "cancel_ticket" and said.confidence >= WITHDRAWS
    return sure and turn.flow.files and not said.value("ticket_no") and not turn.memory.get("last_ticket")


def _short_answer(turn: FormTurn) -> Reading:
    """The reading of this turn as an answer to the field asked, nothing when no field, or a free text, is asked."""
    asked = turn.asked
    return read_answer(asked, turn.said) if asked and asked.type != "text" else NOTHING


