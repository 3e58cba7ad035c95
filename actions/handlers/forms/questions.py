"""The questions of a flow as bubbles: of a field, of the confirmation, of what is wrong."""

from __future__ import annotations

from collections.abc import Callable

from actions.handlers import masks
from actions.handlers.forms.flow import Flow, FlowField
from actions.handlers.forms.parts import Materials, Refusal, plain_material
from actions.handlers.forms.state import CONFIRM, FIX, FlowState
from actions.handlers.forms.step import FormTurn, Step
from actions.handlers.forms.values import concerns
from actions.handlers.words import Bubble, Phrases, button


class Questions:
    """Puts the question under way into words."""

    def __init__(self, phrases: Phrases, promise: Callable[[Flow, FlowState], str]) -> None:
        """``promise``: see `World.promise`."""
        self._phrases, self._promise = phrases, promise

    def ask(self, turn: FormTurn, *, offer_person: bool = False) -> Step:
        """Ask what the state says is asked."""
        bubble = self.of(turn.flow, turn.state)
        if offer_person:
            bubble.buttons.append(button(self._phrases.text("button_person"), "/human_agent"))
        turn.step.bubbles.append(bubble)
        return turn.step

    def of(self, flow: Flow, state: FlowState) -> Bubble:
        """The question that the state says is asked."""
        if state.asking == CONFIRM:
            bubble = self._confirmation(flow, state)
        elif state.asking == FIX:
            bubble = self._which_is_wrong(flow, state)
        else:
            bubble = self._of_field(flow, state)
        bubble.upload = [plain_material(material) for material in flow.uploads(state.values)]
        return bubble

    def materials(self, case: Materials) -> Bubble:
        """The list of what a case needs."""
        need, later = "、".join(case.need), "、".join(case.later)
        tail = self._phrases.text("materials_later", later=later) if later else ""
        return self._phrases.bubble("materials", need=need, later=tail, note=case.note)

    def refusal(self, refusal: Refusal) -> Bubble:
        """Why not, and where to go instead; a person is always one of the ways."""
        bubble = Bubble(refusal.words.text, refusal.words.speech)
        bubble.buttons = [*({"title": b["title"], "payload": b["payload"]} for b in refusal.buttons)]
        bubble.buttons.append(button(self._phrases.text("button_person"), "/human_agent"))
        return bubble

    def why(self, item: FlowField) -> Bubble:
        """Why a field is needed."""
        return Bubble(item.why) if item.why else self._phrases.bubble("why_needed", label=item.label)

    def _confirmation(self, flow: Flow, state: FlowState) -> Bubble:
        lines = summary_lines(flow, state)
        promise = self._promise(flow, state)
        bubble = self._phrases.bubble(
            "confirm",
            title=flow.title,
            summary="\n".join(lines),
            spoken="，".join(lines),
            promise=f"{promise}\n" if promise else "",
        )
        bubble.buttons = [
            button(self._phrases.text("button_confirm"), "/affirm"),
            button(self._phrases.text("button_change"), "/deny"),
            button(self._phrases.text("button_cancel"), "/cancel"),
        ]
        return bubble

    def _which_is_wrong(self, flow: Flow, state: FlowState) -> Bubble:
        bubble = self._phrases.bubble("which_is_wrong")
        filled = [f for f in flow.fields if f.name in state.values and f.type != "phone_last4"]
        bubble.buttons += [button(f.label, "/inform", choice=f"fix:{f.name}") for f in filled]
        return bubble

    @staticmethod
    def _of_field(flow: Flow, state: FlowState) -> Bubble:
        item = flow.field(state.asking)
        assert item is not None, f"{flow.flow} asks for {state.asking}, which it does not have"
        bubble = Bubble(item.ask.text, item.ask.speech)
        bubble.buttons = [button(o.title, "/inform", choice=o.value) for o in item.options]
        if item.type == "yes_no":
            bubble.buttons = [button("是", "/affirm"), button("否", "/deny")]
        return bubble


def summary_lines(flow: Flow, state: FlowState) -> list[str]:
    """What is known so far, one line a field, as the customer reads it."""
    lines = []
    for item in flow.fields:
        value = state.values.get(item.name)
        if item.name in state.skipped and item.type == "phone":
            lines.append(f"{item.label}：不留")
        if value is None or item.type == "phone_last4" or not concerns(item, state.values):
            continue
        if item.type == "choice":
            value = next((o.title for o in item.options if o.value == value), value)
        elif item.type == "yes_no":
            value = "是" if value == "yes" else "否"
        elif item.name in state.on_file:
            value = masks.shown(item.type, value)
        lines.append(f"{item.label}：{value}")
    if state.papers:
        lines.append("材料：已收到" + "、".join(dict.fromkeys(map(plain_material, state.papers.values()))))
    return lines
