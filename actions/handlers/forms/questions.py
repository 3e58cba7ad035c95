"""The questions of a flow as bubbles: of a field, of the confirmation, of what is wrong."""

from __future__ import annotations

import re
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

    def ask(self, turn: FormTurn, *, offer_person: bool = False, lead: str = "", whole: bool = False) -> Step:
        """Ask what the state says is asked; shorter when it was asked before this turn. ``lead``: what is said before it."""
        again = turn.was_asking == turn.state.asking and not whole
        bubble = self.again(turn.flow, turn.state) if again else self.of(turn.flow, turn.state)
        if lead:
            bubble.text, bubble.speech = lead + bubble.text, lead + bubble.speech if bubble.speech else None
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

    def again(self, flow: Flow, state: FlowState) -> Bubble:
        """The same question in fewer words."""
        bubble = self.of(flow, state)
        if state.asking == CONFIRM and flow.confirm_words is None:
            short = self._phrases.bubble("confirm_again")
            bubble.text, bubble.speech = short.text, short.speech
        item = flow.field(state.asking)
        if item is not None:
            short_words = item.again.text if item.again else item.ask.speech
            bubble.text = short_words or self._phrases.text("ask_again", label=item.label)
            bubble.speech = (item.again.speech if item.again else None) or bubble.text
        return bubble

    def person(self) -> dict[str, str]:
        """The button to a person."""
        return button(self._phrases.text("button_person"), "/human_agent")

    def buttons_of(self, turn: FormTurn) -> list[dict[str, str]]:
        """The buttons of the question that is asked."""
        return self.of(turn.flow, turn.state).buttons

    def materials(self, case: Materials) -> Bubble:
        """The list of what a case needs."""
        need, later = "、".join(case.need), "、".join(case.later)
        tail = self._phrases.text("materials_later", later=later) if later else ""
        first = "、".join(map(plain_material, case.first))
        head = self._phrases.text("materials_first", first=first) if first else ""
        return self._phrases.bubble("materials", need=need, first=head, later=tail, note=case.note)

    def refusal(self, refusal: Refusal) -> Bubble:
        """Why not, and where to go instead; a person is always one of the ways."""
        bubble = Bubble(refusal.words.text, refusal.words.speech)
        bubble.buttons = [*({"title": b["title"], "payload": b["payload"]} for b in refusal.buttons)]
        bubble.buttons.append(button(self._phrases.text("button_person"), "/human_agent"))
        return bubble

    def why(self, item: FlowField) -> Bubble:
        """Why a field is needed."""
        return Bubble(item.why) if item.why else self._phrases.bubble("why_needed", label=item.label)

    def changed(self, turn: FormTurn, lines: list[str]) -> Step:
        """The confirmation after something was added or corrected: only what changed, then the question."""
        bubble = self._phrases.bubble("confirm_changed", changed="\n".join(lines), spoken="，".join(lines))
        bubble.buttons = self.of(turn.flow, turn.state).buttons
        turn.step.bubbles.append(bubble)
        return turn.step

    def _confirmation(self, flow: Flow, state: FlowState) -> Bubble:
        lines = summary_lines(flow, state)
        promise = self._promise(flow, state)
        if flow.confirm_words is not None:
            masked = {f.name: masks.account_no(state.values[f.name]) for f in flow.fields if f.type == "account_no" and f.name in state.values}
            values = {**{f.name: "" for f in flow.fields}, **state.values, **masked, "promise": promise}
            ear = flow.confirm_words.speech
            bubble = Bubble(flow.confirm_words.text.format(**values), ear.format(**values) if ear else None)
        else:
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
        line = line_of(item, state)
        lines += [line] if line else []
    if state.notes:
        lines.append(f"补充说明：{'；'.join(state.notes)}")
    if state.papers:
        lines.append("材料：已收到" + "、".join(dict.fromkeys(map(plain_material, state.papers.values()))))
    return lines


def line_of(item: FlowField, state: FlowState) -> str | None:
    """One field as the customer reads it (联系电话：13800138000), None when there is nothing to show."""
    value = state.values.get(item.name)
    if value is None and item.name in state.skipped and item.type == "phone":
        return f"{item.label}：不留"
    if value is None or item.type == "phone_last4" or not concerns(item, state.values):
        return None
    if item.type == "choice":
        value = next((o.title for o in item.options if o.value == value), value)
    elif item.type == "yes_no":
        value = "是" if value == "yes" else "否"
    elif item.type == "amount":
        value += "元"
    elif item.type == "number" and item.units:
        value += item.units[0]
    elif item.type == "date":
        value = _day(value)
    elif item.name in state.on_file:
        value = masks.shown(item.type, value)
    return f"{item.label}：{value}"


def _day(value: str) -> str:
    """2026-11-23T20:00 as 11月23日20:00; what is no such date stays as it was said."""
    found = re.fullmatch(r"\d{4}-(\d\d)-(\d\d)(?:T(\d\d:\d\d).*)?", value)
    return f"{int(found.group(1))}月{int(found.group(2))}日{found.group(3) or ''}" if found else value
