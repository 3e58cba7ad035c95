"""What goes into and comes out of a turn of a form: the turn under way, what a look at the world brings, and the outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from actions.handlers.forms.flow import Flow, FlowField
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import FlowState
from actions.handlers.words import Bubble

TOLD = "told"
"""Memory: topic of the article whose answer is in the last reply."""


@dataclass
class Outcome:
    """What a look at the world brought: words for the customer, and how it changes the flow."""

    bubbles: list[Bubble] = field(default_factory=list)
    trace: dict[str, Any] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    ask_again: str | None = None
    """A field whose value was refused and must be asked again."""
    ended: bool = False
    """The flow ends here (locked account, nothing left to do)."""
    values: dict[str, str] = field(default_factory=dict)


class World(Protocol):
    """What the engine needs from outside."""

    def begin(self, flow: Flow, state: FlowState, said: Said, memory: dict[str, Any]) -> Outcome:
        """Look before the first question: values known from the account, safety lines, a reason not to begin."""
        ...

    def promise(self, flow: Flow, state: FlowState) -> str:
        """What is promised once it is filed: who, what and by when; empty when nothing can be."""
        ...

    def look(self, flow: Flow, field: FlowField, state: FlowState, said: Said) -> Outcome:
        """Check a value against the world (`FlowField.check`)."""
        ...

    def when(self, flow: Flow, state: FlowState) -> Outcome | None:
        """Answer 多久能好 about the business under way from its own limits; None when it has none to tell."""
        ...

    def safety(self, flow: Flow, state: FlowState, said: Said) -> Bubble:
        """The safety lines of the danger under way."""
        ...

    def article(self, topic: str) -> Outcome | None:
        """The article of a topic; None when it is not in force."""
        ...

    def answer(self, flow: Flow | None, said: Said) -> Outcome | None:
        """Answer a question from the knowledge base; None when nothing there answers it."""
        ...

    def hand_over(self, said: Said, reason: str, summary: list[str], priority: str) -> Outcome:
        """Call a person."""
        ...

    def keep(self, flow: Flow, state: FlowState, said: Said, memory: dict[str, Any]) -> Outcome:
        """Keep a form that is put off: for this conversation, and for any other of the account when one is verified."""
        ...

    def set_aside(self, flow: Flow, state: FlowState, said: Said, memory: dict[str, Any]) -> dict[str, Any]:
        """Keep a form that something urgent interrupts, to be offered afterwards; returns what the memory gets."""
        ...

    def finish(self, flow: Flow, state: FlowState, said: Said, memory: dict[str, Any]) -> Outcome:
        """Do what the flow is for. Called twice with the same state it must do it once."""
        ...


@dataclass
class Step:
    """The outcome of a turn: what to say, the next state (None: the flow is over), and what the trace and memory get."""

    bubbles: list[Bubble]
    state: FlowState | None
    trace: dict[str, Any] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)

    def take(self, outcome: Outcome) -> None:
        """Add what a look at the world brought: words, trace and memory."""
        self.bubbles += outcome.bubbles
        for key, value in outcome.trace.items():
            if isinstance(value, list):
                self.trace[key] = self.trace.get(key, []) + value
            else:
                self.trace[key] = value
        self.memory.update(outcome.memory)


@dataclass
class FormTurn:
    """One turn of a running flow while it is worked on."""

    flow: Flow
    state: FlowState
    said: Said
    memory: dict[str, Any]
    step: Step
    was_asking: str | None = None
    """What was asked before this turn: put once more it is asked shorter."""

    @property
    def asked(self) -> FlowField | None:
        """The field that was asked for; None at the engine's own questions."""
        return self.flow.field(self.state.asking)

    def failed(self, question: str) -> int:
        """Count one more answer to a question that could not be used; returns how many there were."""
        tries = self.state.tries[question] = self.state.tries.get(question, 0) + 1
        return tries

    def end(self) -> Step:
        """The flow is over."""
        self.step.state = None
        return self.step
