"""How a flow goes on after an answer: values held against the world, the next question, the confirmation, the end."""

from __future__ import annotations

from actions.handlers.forms.questions import Questions
from actions.handlers.forms.sense import asks
from actions.handlers.forms.state import CONFIRM
from actions.handlers.forms.step import FormTurn, Step, World
from actions.handlers.forms.values import LASTING, check_is_due, drop_other_cases, fill_defaults, is_open
from actions.handlers.words import Bubble

GIVEN = "given"
"""Memory: the phone, name, address and account that the customer gave for earlier businesses of this conversation, by type."""


class Course:
    """Moves a flow along."""

    def __init__(self, world: World, questions: Questions) -> None:
        self._world, self._questions = world, questions

    def after_changes(self, turn: FormTurn, changed: list[str]) -> Step:
        """Hold new values against the world and go on."""
        refused = self.look_at(turn, changed)
        return turn.step if turn.step.state is None else self.onward(turn, refused)

    def settle(self, turn: FormTurn, changed: list[str]) -> Step:
        """The same after an answer: its values may also be a reason to refuse."""
        return turn.step if self.refuses(turn) else self.after_changes(turn, changed)

    def look_at(self, turn: FormTurn, changed: list[str]) -> str | None:
        """Hold new values against the world; returns the field to be asked again, if one was refused."""
        state = turn.state
        if "account_no" in changed and state.verified not in (None, state.values.get("account_no")):
            # Another account than the verified one: it has to be verified itself.
            state.verified = None
            state.skipped = [name for name in state.skipped if name != "phone_last4"]
        drop_other_cases(turn.flow, state)
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
        self._tell_materials(turn)
        self._tell_hints(turn)
        following = flow.field(first) or next((f for f in flow.fields if is_open(f, state)), None)
        if following is not None:
            state.asking = following.name
            return self._questions.ask(turn)
        fill_defaults(flow, state, turn.said.now.date())
        if flow.confirm and flow.fields:
            state.asking = CONFIRM
            return self._questions.ask(turn)
        return self.finish(turn)

    def _tell_materials(self, turn: FormTurn) -> None:
        """What this very case needs, as soon as the case is known, and again only when it changes."""
        found = turn.flow.materials_for(turn.state.values)
        if found is None or (case := str(turn.flow.materials.index(found))) in turn.state.told[-1:]:
            return
        turn.state.told.append(case)
        turn.step.bubbles.append(self._questions.materials(found))

    def _tell_hints(self, turn: FormTurn) -> None:
        """The advice that belongs to an option, once."""
        for item in turn.flow.fields:
            chosen = next((o for o in item.options if o.value == turn.state.values.get(item.name) and o.hint), None)
            mark = f"{item.name}:{chosen.value}" if chosen else ""
            if chosen and chosen.hint and mark not in turn.state.told:
                turn.state.told.insert(0, mark)
                turn.step.bubbles.append(Bubble(chosen.hint))

    def refuses(self, turn: FormTurn) -> bool:
        """End a business that cannot be done for this customer, with the reason and where to go; whether it was ended.

        Put as a question (租的房子能过户吗), the reason is only told.
        """
        refusal = turn.flow.refused(turn.state.values, turn.said.words)
        if refusal is None:
            return False
        asked_only = bool(refusal.said) and turn.said.intent == "faq" and asks(turn.said.words)
        turn.step.bubbles.append(self._questions.refusal(refusal))
        if asked_only:
            self._questions.ask(turn)
        else:
            turn.end()
        return True

    def finish(self, turn: FormTurn) -> Step:
        """Do what the flow is for."""
        flow, state, step = turn.flow, turn.state, turn.step
        done = self._world.finish(flow, state, turn.said, turn.memory)
        step.take(done)
        if done.ask_again:
            state.values.pop(done.ask_again, None)
            state.asking = done.ask_again
            return self._questions.ask(turn)
        step.memory.setdefault(GIVEN, {**turn.memory.get(GIVEN, {}), **_given(turn)})
        step.memory.setdefault("last_flow", flow.flow)
        step.memory.setdefault("last_values", {k: v for k, v in state.values.items() if k != "phone_last4"})
        return turn.end()


def _given(turn: FormTurn) -> dict[str, str]:
    """What the customer himself told in this business and need not tell again for the next."""
    values, state = turn.state.values, turn.state
    return {
        f.type: values[f.name]
        for f in turn.flow.fields
        if f.type in LASTING and f.name in values and f.name not in state.on_file
    }
