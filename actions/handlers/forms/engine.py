"""The one engine that interprets every flow: asks, understands, corrects, pauses for questions, cancels, confirms, does.

A turn goes in with the state and comes out as a `Step`: what to say and the next state. What lies outside the conversation
(verification, known outages, knowledge, tickets, a person) is behind `World`, so that the engine can be walked at random in
tests without a service.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import Any, Protocol

from actions.handlers import masks
from actions.handlers.forms.answers import NOTHING, UNKNOWN, Reading, default_value, is_no, is_yes, read_answer
from actions.handlers.forms.flow import Flow, FlowBook, FlowField
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import CONFIRM, FIX, SWITCH, FlowState
from actions.handlers.words import Bubble, Phrases, button

CANCEL = re.compile(
    r"^(?:那就|那|唉|哎呀?|嗯|还是|要不|我|行了|好了)*[,，、 ]*(?:算了|不弄了|不办了|不报了|不查了|不投诉了|不举报了|取消|退出|停止|别弄了|别办了|不搞了|不整了|"
    r"不想弄了|不想办了|返回|先不办|先不报|先这样|不麻烦了|唔搞喇|勿办了)"
)
SKIP = re.compile(r"不留|匿名|不方便|没有|冇|不想|跳过|不填|不用|不说|保密|不告诉|无所谓|随便")
WHY = re.compile(
    r"为什么要|为啥要|为什么问|问这个|要这个|要.{0,4}干(?:嘛|啥|什么)|干(?:嘛|啥|什么)(?:用|要)|做什么用|有什么用|咋还要|凭什么"
)
CORRECTION = re.compile(r"不对|不是|错了|说错|搞错|写错|改成|改为|改一下|应该是|更正|纠正|换成|弄错")
ASKS = re.compile(
    r"[?？]|吗|呢$|怎么|咋|多久|多少|什么|啥|几天|几点|哪|能不能|可不可以|要不要|是不是|为什么|为啥|点解|几时|收费|要钱"
)
SURE = 0.6
"""Confidence above which another wish in the middle of a flow is taken for one."""
PATIENCE = 2
"""Answers that could not be used before a person is offered."""


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

    def look(self, flow: Flow, field: FlowField, state: FlowState, said: Said) -> Outcome:
        """Check a value against the world (`FlowField.check`)."""
        ...

    def answer(self, flow: Flow | None, said: Said) -> Outcome | None:
        """Answer a question from the knowledge base; None when nothing there answers it."""
        ...

    def hand_over(self, said: Said, reason: str, summary: list[str], priority: str) -> Outcome:
        """Call a person."""
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


class FormEngine:
    """Interprets flows. Holds no state of its own."""

    def __init__(self, flows: FlowBook, world: World, phrases: Phrases) -> None:
        self._flows, self._world, self._phrases = flows, world, phrases

    # -- beginning ---------------------------------------------------------------------------------------------------

    def begin(self, flow: Flow, said: Said, memory: dict[str, Any], values: dict[str, str] | None = None) -> Step:
        """Start a flow with what is already known."""
        state = FlowState(flow=flow.flow, instance=uuid.uuid4().hex[:12], values=dict(values or {}))
        # A stable name for this run: the same turn worked on twice must create one ticket.
        if said.turn_id:
            state.instance = said.turn_id[-12:]
        if said.words:
            state.said.append(said.words)
        step = Step([], state)
        # What the customer says goes before what is on file.
        self._gather(flow, state, said, asked=None)
        opened = self._world.begin(flow, state, said, memory)
        self._merge(step, opened)
        state.values = {**opened.values, **state.values}
        if opened.ended:
            step.state = None
            return step
        if flow.opening and not opened.bubbles:
            step.bubbles.append(Bubble(flow.opening.text, flow.opening.speech))
        refused = self._look_at_values(flow, state, said, step, list(state.values))
        if step.state is not None:
            self._onward(flow, state, said, step, memory, refused)
        if step.state is None:
            step.trace["flow"] = flow.flow  # begun and done in one turn: the trace still names it
        return step

    # -- a turn in the middle ----------------------------------------------------------------------------------------

    def turn(self, state: FlowState, said: Said, memory: dict[str, Any]) -> Step:
        """One turn of a running flow."""
        flow = self._flows.named(state.flow)
        if flow is None:
            # The flow file was taken away between two turns of this conversation.
            return Step([self._phrases.bubble("flow_gone")], None)
        step = Step([], state)
        if said.intent == "report_hazard" and not flow.emergency:
            return self._switch_to_danger(state, said, memory)
        if said.intent == "human_agent":
            self._merge(
                step,
                self._world.hand_over(said, f"{flow.title}办理中要求人工", self.summary_lines(flow, state), "normal"),
            )
            step.state = None
            return step
        if state.asking == SWITCH:
            return self._answer_switch(flow, state, said, step, memory)
        asked = flow.field(state.asking)
        chosen = asked is not None and asked.type == "choice" and read_answer(asked, said).value is not None
        if not chosen and self._gives_up(said, asked):
            step.bubbles.append(self._phrases.bubble("cancelled", title=flow.title))
            step.state = None
            return step
        if said.intent == "repeat" and not read_or_nothing(flow, state, said).value:
            return self._ask_again(flow, state, step)
        if said.intent == "switch_elderly_mode":
            step.bubbles.append(self._phrases.bubble("elder_mode"))
            return self._ask_again(flow, state, step)
        if state.asking == FIX:
            return self._answer_fix(flow, state, said, step, memory)
        if state.asking == CONFIRM:
            return self._answer_confirm(flow, state, said, step, memory)
        return self._answer_field(flow, state, said, step, memory)

    def ask_again(self, state: FlowState) -> Step:
        """The question under way once more, for a turn that said nothing to it."""
        flow = self._flows.named(state.flow)
        if flow is None:
            return Step([self._phrases.bubble("flow_gone")], None)
        return self._ask_again(flow, state, Step([], state))

    def _answer_field(self, flow: Flow, state: FlowState, said: Said, step: Step, memory: dict[str, Any]) -> Step:
        asked = flow.field(state.asking)
        if asked is None:
            return self._onward(flow, state, said, step, memory, None)
        reading = read_answer(asked, said)
        if WHY.search(said.words) and asked.why and reading.value is None:
            step.bubbles.append(Bubble(asked.why))
            return self._ask_again(flow, state, step)
        # A free text swallows everything, so a clear question or wish is looked for first.
        greedy = asked.type == "text"
        interrupted = (
            None if reading.value and not greedy else self._interruption(flow, state, said, step, greedy=greedy)
        )
        if interrupted is not None:
            return interrupted
        if reading.value is None and UNKNOWN.search(said.words):
            return self._unknown(flow, state, asked, said, step, memory)
        # A phone with a digit missing must not be taken for an account number.
        changed = [] if reading.wrong else self._gather(flow, state, said, asked=asked if reading.value else None)
        if reading.value:
            state.values[asked.name] = reading.value
            changed.append(asked.name)
            if asked.type == "text" and said.words not in state.said:
                state.said.append(said.words)
        if changed:
            refused = self._look_at_values(flow, state, said, step, changed)
            return step if step.state is None else self._onward(flow, state, said, step, memory, refused)
        if not asked.required and (is_no(said) or said.intent in ("deny", "cancel") or SKIP.search(said.words)):
            state.skipped.append(asked.name)
            return self._onward(flow, state, said, step, memory, None)
        return self._not_understood(flow, state, asked, reading, step)

    def _unknown(
        self, flow: Flow, state: FlowState, asked: FlowField, said: Said, step: Step, memory: dict[str, Any]
    ) -> Step:
        if asked.help:
            step.bubbles.append(Bubble(asked.help))
        if not asked.required:
            state.skipped.append(asked.name)
            return self._onward(flow, state, said, step, memory, None)
        state.tries[asked.name] = state.tries.get(asked.name, 0) + 1
        return self._ask_again(flow, state, step, offer_person=True)

    def _not_understood(self, flow: Flow, state: FlowState, asked: FlowField, reading: Reading, step: Step) -> Step:
        tries = state.tries[asked.name] = state.tries.get(asked.name, 0) + 1
        reason = reading.wrong or self._phrases.text("not_understood")
        step.bubbles.append(Bubble(reason + "。"))
        return self._ask_again(flow, state, step, offer_person=tries >= PATIENCE)

    # -- confirming --------------------------------------------------------------------------------------------------

    def _answer_confirm(self, flow: Flow, state: FlowState, said: Said, step: Step, memory: dict[str, Any]) -> Step:
        changed = self._corrected(flow, state, said)
        if changed:
            refused = self._look_at_values(flow, state, said, step, changed)
            if step.state is None:
                return step
            if refused is None:
                labels = "、".join(f.label for f in flow.fields if f.name in changed)
                step.bubbles.append(self._phrases.bubble("corrected", what=labels))
            return self._onward(flow, state, said, step, memory, refused)
        if is_yes(said):
            return self._finish(flow, state, said, step, memory)
        if is_no(said) or said.intent == "deny" or CORRECTION.search(said.words):
            state.asking = FIX
            step.bubbles.append(self._which_is_wrong(flow, state))
            return step
        interrupted = self._interruption(flow, state, said, step, greedy=False)
        if interrupted is not None:
            return interrupted
        tries = state.tries[CONFIRM] = state.tries.get(CONFIRM, 0) + 1
        step.bubbles.append(self._phrases.bubble("confirm_unclear"))
        return self._ask_again(flow, state, step, offer_person=tries >= PATIENCE)

    def _answer_fix(self, flow: Flow, state: FlowState, said: Said, step: Step, memory: dict[str, Any]) -> Step:
        """The customer said that something is wrong and was asked what."""
        changed = self._corrected(flow, state, said)
        if changed:
            refused = self._look_at_values(flow, state, said, step, changed)
            return step if step.state is None else self._onward(flow, state, said, step, memory, refused)
        named = next((f for f in flow.fields if self._names(f, said)), None)
        if named:
            state.values.pop(named.name, None)
            if named.name in state.skipped:
                state.skipped.remove(named.name)
            return self._onward(flow, state, said, step, memory, named.name)
        if is_yes(said):
            return self._finish(flow, state, said, step, memory)
        interrupted = self._interruption(flow, state, said, step, greedy=False)
        if interrupted is not None:
            return interrupted
        tries = state.tries[FIX] = state.tries.get(FIX, 0) + 1
        bubble = self._which_is_wrong(flow, state)
        if tries >= PATIENCE:
            bubble.buttons.append(button(self._phrases.text("button_person"), "/human_agent"))
        step.bubbles.append(bubble)
        return step

    @staticmethod
    def _names(item: FlowField, said: Said) -> bool:
        """Whether the customer names this field: by button, in full (联系电话) or in short (电话)."""
        if said.value("choice") == f"fix:{item.name}":
            return True
        return bool(said.words) and (item.label in said.words or (len(said.words) >= 2 and said.words in item.label))

    def _which_is_wrong(self, flow: Flow, state: FlowState) -> Bubble:
        bubble = self._phrases.bubble("which_is_wrong")
        filled = [f for f in flow.fields if f.name in state.values and f.type != "phone_last4"]
        bubble.buttons += [button(f.label, "/inform", choice=f"fix:{f.name}") for f in filled]
        return bubble

    def _corrected(self, flow: Flow, state: FlowState, said: Said) -> list[str]:
        """Fields whose value the customer replaced in this turn, by a value of the kind or by naming the field."""
        changed = []
        for item in flow.fields:
            if item.type == "phone_last4":
                continue
            reading = read_answer(item, said, asked=False)
            named = re.search(
                rf"{re.escape(item.label)}(?:错了|不对|写错了|说错了)?[,，、 ]*(?:应该)?(?:是|改成|改为|换成|为|:|：)[,，、 ]*(.+)$",
                said.words,
            )
            if reading.value is None and named:
                tail = Said(**{**vars(said), "text": named.group(1)})
                reading = read_answer(item, tail, asked=True)
            if reading.value and reading.value != state.values.get(item.name):
                state.values[item.name] = reading.value
                changed.append(item.name)
        return changed

    # -- interruptions -----------------------------------------------------------------------------------------------

    def _interruption(self, flow: Flow, state: FlowState, said: Said, step: Step, *, greedy: bool) -> Step | None:
        """Answer a question or offer another business in the middle of a flow; None when the turn was neither."""
        if said.pressed and said.intent in ("inform", "affirm", "deny"):
            return None
        other = self._flows.begun_by(said.intent)
        small = {"bot_challenge", "ask_capabilities", "thank", "greet"}
        if said.intent in small and said.confidence >= SURE and not greedy:
            step.bubbles.append(self._phrases.bubble(said.intent))
            return self._ask_again(flow, state, step)
        # A free text may hold question words of its own; it is interrupted only by what is understood as a question.
        wonders = said.intent == "faq" or (other is not None and other is not flow) or not greedy
        if said.words and ASKS.search(said.words) and wonders:
            found = self._world.answer(flow, said)
            if found is not None:
                self._merge(step, found)
                return self._ask_again(flow, state, step)
            if said.intent == "faq" and not greedy:
                step.bubbles.append(self._phrases.bubble("no_answer_in_flow"))
                return self._ask_again(flow, state, step)
        if (
            other is not None
            and other.flow != flow.flow
            and said.confidence >= SURE
            and not greedy
            and not said.entities
        ):
            state.asking, state.switch_to = SWITCH, said.intent
            bubble = self._phrases.bubble("switch_offer", title=flow.title, other=other.title)
            bubble.buttons = [
                button(self._phrases.text("button_stay", title=flow.title), "/inform", choice="stay"),
                button(self._phrases.text("button_switch", title=other.title), "/inform", choice="switch"),
            ]
            step.bubbles.append(bubble)
            return step
        return None

    def _answer_switch(self, flow: Flow, state: FlowState, said: Said, step: Step, memory: dict[str, Any]) -> Step:
        other = self._flows.begun_by(state.switch_to)
        chosen = said.value("choice")
        wants_other = chosen == "switch" or (
            chosen is None
            and (is_yes(said) or said.intent == state.switch_to or bool(other and other.title in said.words))
        )
        state.switch_to, state.asking = None, None
        if wants_other and other is not None:
            carried = {f.name: state.values[f.name] for f in other.fields if f.name in state.values}
            fresh = Said(**{**vars(said), "text": "/" + other.intents[0], "entities": ()})
            return self.begin(other, fresh, memory, carried)
        if chosen is None and not is_no(said):
            changed = self._gather(flow, state, said, asked=None)
            self._look_at_values(flow, state, said, step, changed)
            if step.state is None:
                return step
        return self._onward(flow, state, said, step, memory, None)

    def _switch_to_danger(self, state: FlowState, said: Said, memory: dict[str, Any]) -> Step:
        """Danger to life comes before whatever was under way; address and phone are taken along."""
        danger = self._flows.begun_by("report_hazard")
        assert danger is not None, "the flow that report_hazard begins must exist"
        carried = {f.name: state.values[f.name] for f in danger.fields if f.name in state.values}
        return self.begin(danger, said, memory, carried)

    def _gives_up(self, said: Said, asked: FlowField | None) -> bool:
        if CANCEL.match(said.words) and len(said.words) <= 14 and not CORRECTION.search(said.words):
            return True
        if asked is not None and not asked.required and SKIP.search(said.words):
            return False
        if said.intent == "cancel" and (said.pressed or said.confidence >= 0.4):
            return asked is None or asked.type != "text" or len(said.words) <= 12
        # 不用了 to a required question is the end of it; to an optional one it only skips.
        return bool(re.match(r"^(?:不用了|不需要了|不要了|没事了)", said.words)) and (asked is None or asked.required)

    # -- going on ----------------------------------------------------------------------------------------------------

    def _gather(self, flow: Flow, state: FlowState, said: Said, *, asked: FlowField | None) -> list[str]:
        """Take values for other fields that came along; a value already there changes only when it is corrected."""
        changed = []
        for item in flow.fields:
            if item is asked or item.type in ("text", "yes_no", "number"):
                continue
            if item.type == "phone" and state.asking == "phone_last4":
                continue  # the number on file, given whole: not a new contact
            reading = read_answer(item, said, asked=False)
            if reading.value is None or reading.value == state.values.get(item.name):
                continue
            renamed = item.type == "account_no" and state.asking == "phone_last4"
            if item.name in state.values and not renamed and not CORRECTION.search(said.words):
                continue
            state.values[item.name] = reading.value
            changed.append(item.name)
        return changed

    def _look_at_values(self, flow: Flow, state: FlowState, said: Said, step: Step, changed: list[str]) -> str | None:
        """Hold new values against the world; returns the field to be asked again, if one was refused."""
        if "account_no" in changed and state.verified not in (None, state.values.get("account_no")):
            # Another account than the verified one: it has to be verified itself.
            state.verified = None
            state.skipped = [name for name in state.skipped if name != "phone_last4"]
        for item in flow.fields:
            if item.check and self._due(item, state, changed):
                seen = self._world.look(flow, item, state, said)
                self._merge(step, seen)
                state.values.update(seen.values)
                if seen.ended:
                    step.state = None
                    return None
                if seen.ask_again:
                    state.values.pop(seen.ask_again, None)
                    state.skipped = [name for name in state.skipped if name != seen.ask_again]
                    return seen.ask_again
        return None

    @staticmethod
    def _due(item: FlowField, state: FlowState, changed: list[str]) -> bool:
        if item.check == "verification":
            # Account and digits may come in either order.
            both = item.name in state.values and "account_no" in state.values
            return both and (item.name in changed or "account_no" in changed)
        return item.name in changed

    def _onward(
        self, flow: Flow, state: FlowState, said: Said, step: Step, memory: dict[str, Any], first: str | None
    ) -> Step:
        """Ask the next thing, or the confirmation, or finish."""
        following = flow.field(first) or next((f for f in flow.fields if self._is_open(f, state)), None)
        if following is not None:
            state.asking = following.name
            return self._say_question(flow, state, step)
        for item in flow.fields:
            if item.name not in state.values and item.default:
                state.values[item.name] = default_value(item, said.now.date()) or ""
        if flow.confirm and flow.fields:
            state.asking = CONFIRM
            return self._say_question(flow, state, step)
        return self._finish(flow, state, said, step, memory)

    @staticmethod
    def _is_open(item: FlowField, state: FlowState) -> bool:
        if item.name in state.values or item.name in state.skipped or item.only_if_said:
            return False
        if item.when and any(state.values.get(k) != v for k, v in item.when.items()):
            return False
        return item.required or item.default is None

    def _finish(self, flow: Flow, state: FlowState, said: Said, step: Step, memory: dict[str, Any]) -> Step:
        done = self._world.finish(flow, state, said, memory)
        self._merge(step, done)
        if done.ask_again:
            state.values.pop(done.ask_again, None)
            state.asking = done.ask_again
            return self._say_question(flow, state, step)
        step.memory.setdefault("last_flow", flow.flow)
        step.memory.setdefault("last_values", {k: v for k, v in state.values.items() if k != "phone_last4"})
        step.state = None
        return step

    # -- words -------------------------------------------------------------------------------------------------------

    def _say_question(self, flow: Flow, state: FlowState, step: Step, *, offer_person: bool = False) -> Step:
        if state.asking == CONFIRM:
            lines = self.summary_lines(flow, state)
            bubble = self._phrases.bubble(
                "confirm", title=flow.title, summary="\n".join(lines), spoken="，".join(lines)
            )
            bubble.buttons = [
                button(self._phrases.text("button_confirm"), "/affirm"),
                button(self._phrases.text("button_change"), "/deny"),
                button(self._phrases.text("button_cancel"), "/cancel"),
            ]
        elif state.asking == FIX:
            bubble = self._which_is_wrong(flow, state)
        else:
            item = flow.field(state.asking)
            assert item is not None, f"{flow.flow} asks for {state.asking}, which it does not have"
            bubble = Bubble(item.ask.text, item.ask.speech)
            bubble.buttons = [button(o.title, "/inform", choice=o.value) for o in item.options]
            if item.type == "yes_no":
                bubble.buttons = [button("是", "/affirm"), button("否", "/deny")]
        if offer_person:
            bubble.buttons.append(button(self._phrases.text("button_person"), "/human_agent"))
        step.bubbles.append(bubble)
        return step

    def _ask_again(self, flow: Flow, state: FlowState, step: Step, *, offer_person: bool = False) -> Step:
        return self._say_question(flow, state, step, offer_person=offer_person)

    def summary_lines(self, flow: Flow, state: FlowState) -> list[str]:
        """What is known so far, one line a field, as the customer reads it."""
        lines = []
        for item in flow.fields:
            value = state.values.get(item.name)
            if item.name in state.skipped and item.type == "phone":
                lines.append(f"{item.label}：不留")
            if value is None or item.type == "phone_last4":
                continue
            if item.type == "choice":
                value = next((o.title for o in item.options if o.value == value), value)
            elif item.type == "yes_no":
                value = "是" if value == "yes" else "否"
            elif item.name in state.on_file:
                value = masks.shown(item.type, value)
            lines.append(f"{item.label}：{value}")
        return lines

    @staticmethod
    def _merge(step: Step, outcome: Outcome) -> None:
        step.bubbles += outcome.bubbles
        for key, value in outcome.trace.items():
            if isinstance(value, list):
                step.trace[key] = step.trace.get(key, []) + value
            else:
                step.trace[key] = value
        step.memory.update(outcome.memory)


def read_or_nothing(flow: Flow, state: FlowState, said: Said) -> Reading:
    """The reading of this turn as an answer to the field asked, nothing when no field is asked."""
    asked = flow.field(state.asking)
    return read_answer(asked, said) if asked and asked.type != "text" else NOTHING
