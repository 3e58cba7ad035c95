"""From one business to another: the answer to the offer of it, and danger, which waits for no answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from actions.handlers.forms.answering import Answering
from actions.handlers.forms.confirming import Confirming
from actions.handlers.forms.course import Course
from actions.handlers.forms.flow import Flow, FlowBook
from actions.handlers.forms.interruptions import stays, wants_switch
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import CONFIRM
from actions.handlers.forms.step import FormTurn, Step, World
from actions.handlers.forms.values import LASTING, carried_over


class Begin(Protocol):
    """Starts a flow with what is already known."""

    def __call__(self, flow: Flow, said: Said, memory: dict[str, Any], values: dict[str, str], /) -> Step:
        """Its first step."""


class Switching:
    """Leaves a business for another, or goes back to it."""

    def __init__(
        self, flows: FlowBook, world: World, course: Course, confirming: Confirming, answering: Answering, begin: Begin
    ) -> None:
        self._flows, self._world, self._course = flows, world, course
        self._confirming, self._answering, self._begin = confirming, answering, begin

    def answer(self, turn: FormTurn) -> Step:
        """The answer to 要先放下它吗: to the other one, back to this one, or an answer to what was asked before."""
        state, said = turn.state, turn.said
        other = self._flows.begun_by(state.switch_to)
        if (filed := self._confirming.meant_this_one(turn, other)) is not None:
            return filed
        leaves = wants_switch(said, state, other)
        state.switch_to, state.asking = None, None
        if leaves and other is not None:
            carried = carried_over(turn.flow, other, state.values)
            return self._begin(other, replace(said, text="/" + other.intents[0], entities=()), turn.memory, carried)
        if other is not None and _goes_to(said, turn.flow, other):
            return self._begin(other, said, turn.memory, carried_over(turn.flow, other, state.values))
        if stays(said) or not said.words:
            return self._course.onward(turn)
        # Neither yes nor no: it is an answer to what was asked before the offer.
        self._course.onward(turn)
        if turn.step.state is None:
            return turn.step
        turn.step.bubbles.clear()
        turn.was_asking = state.asking
        return self._confirming.answer(turn) if state.asking == CONFIRM else self._answering.answer(turn)

    def to_danger(self, turn: FormTurn) -> Step:
        """Danger to life comes before whatever was under way; address and phone are taken along."""
        danger = self._flows.begun_by("report_hazard")
        assert danger is not None, "the flow that report_hazard begins must exist"
        carried = carried_over(turn.flow, danger, turn.state.values)
        left = self._world.set_aside(turn.flow, turn.state, turn.said, turn.memory)
        step = self._begin(danger, turn.said, turn.memory, carried)
        step.memory = {**left, **step.memory}
        return step


def _goes_to(said: Said, flow: Flow, other: Flow) -> bool:
    """Whether the turn is a value that only the other business asks for: an address where this one has no place."""
    told = {entity["entity"] for entity in said.entities} & set(LASTING)
    here, there = {f.type for f in flow.fields}, {f.type for f in other.fields}
    return bool(told & there - here)
