"""What is dealt with in the middle of a business without touching it: a rating, a paper sent, a swindler; then its question again."""

from __future__ import annotations

from typing import Any

from actions.handlers import papers, scams
from actions.handlers.forms.engine import FormEngine
from actions.handlers.forms.flow import Flow
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import FlowState
from actions.handlers.forms.step import Step
from actions.handlers.services import Services


def interlude(
    services: Services, engine: FormEngine, said: Said, flow: Flow | None, state: FlowState, memory: dict[str, Any]
) -> Step | None:
    """The answer to a turn that the form under way has no part in, with the form's question; None for any other."""
    surveys = services.surveys
    if surveys is not None and (rated := surveys.pressed(said)) is not None:
        again = engine.ask_again(state)
        again.bubbles[:0] = rated.bubbles
        return again
    if flow is not None and (sent := papers.in_form(services, said, flow, state, memory)) is not None:
        again = Step([], state) if sent.waits else engine.ask_again(state)
        again.bubbles[:0] = sent.bubbles
        again.memory.update(sent.memory)
        return again
    asked = flow.field(state.asking) if flow else None
    telling = asked is not None and asked.type == "text"
    if (warned := scams.turn(services, said, memory, telling=telling)) is not None:
        again = engine.ask_again(state)
        again.bubbles[:0] = warned.bubbles
        again.memory.update(warned.memory)
        return again
    return None


def settle_papers(
    services: Services, said: Said, step: Step, flow: Flow | None, memory: dict[str, Any]
) -> None:
    """Papers sent before anybody knew for which case: told what they count for, or asked about, once it is known."""
    if flow is None or step.state is None or step.state.flow != flow.flow:
        return
    turn = papers.settle(services, said, flow, step.state, {**memory, **step.memory})
    if turn is None:
        return
    # The question of the form comes again behind the answer; asked at once there would be two.
    step.bubbles = [*(step.bubbles[:-1] if turn.waits else step.bubbles), *turn.bubbles]
    if not turn.waits and turn.bubbles:
        step.bubbles[-2:] = reversed(step.bubbles[-2:])
    step.memory.update(turn.memory)
