"""How a flow goes on after an answer: values held against the world, the next question, the confirmation, the end."""

from __future__ import annotations

from actions.handlers.forms.questions import Questions
from actions.handlers.forms.state import CONFIRM
from actions.handlers.forms.step import FormTurn, Step, World
from actions.handlers.forms.values import check_is_due, fill_defaults, is_open


class Course:
    """Moves a flow along."""

    def __init__(self, world: World, questions: Questions) -> None:
        self._world, self._questions = world, questions

    def after_changes(self, turn: FormTurn, changed: list[str]) -> Step:
        """Hold new values against the world and go on."""
        refused = self.look_at(turn, changed)
        return turn.step if turn.step.state is None else self.onward(turn, refused)

    def look_at(self, turn: FormTurn, changed: list[str]) -> str | None:
        """Hold new values against the world; returns the field to be asked again, if one was refused."""
        state = turn.state
        if "account_no" in changed and state.verified not in (None, state.values.get("account_no")):
            # Another account than the verified one: it has to be verified itself.
            state.verified = None
            state.skipped = [name for name in state.skipped if name != "phone_last4"]
        for item in turn.flow.fields:
            if item.check and check_is_due(item, state, changed):
                seen = self._world.look(turn.flow, item, state, turn.said)
                turn.step.take(seen)
                state.values.update(seen.values)
                if seen.ended:
                    turn.end()
                    return None
                if seen.ask_again:
                    state.values.pop(seen.ask_again, None)
                    state.skipped = [name for name in state.skipped if name != seen.ask_again]
                    return seen.ask_again
        return None

    def onward(self, turn: FormTurn, first: str | None = None) -> Step:
        """Ask the next thing, or the confirmation, or finish. ``first``: a field that is to be asked before all others."""
        flow, state = turn.flow, turn.state
        following = flow.field(first) or next((f for f in flow.fields if is_open(f, state)), None)
        if following is not None:
            state.asking = following.name
            return self._questions.ask(turn)
        fill_defaults(flow, state, turn.said.now.date())
        if flow.confirm and flow.fields:
            state.asking = CONFIRM
            return self._questions.ask(turn)
        return self.finish(turn)

    def finish(self, turn: FormTurn) -> Step:
        """Do what the flow is for."""
        flow, state, step = turn.flow, turn.state, turn.step
        done = self._world.finish(flow, state, turn.said, turn.memory)
        step.take(done)
        if done.ask_again:
            state.values.pop(done.ask_again, None)
            state.asking = done.ask_again
            return self._questions.ask(turn)
        step.memory.setdefault("last_flow", flow.flow)
        step.memory.setdefault("last_values", {k: v for k, v in state.values.items() if k != "phone_last4"})
        return turn.end()
