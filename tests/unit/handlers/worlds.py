"""A world for the form engine without a service: remembers what was done, answers what it is told to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from actions.handlers.forms.engine import FormEngine, Outcome, Step
from actions.handlers.forms.flow import Flow, FlowBook, FlowField
from actions.handlers.forms.heard import CORRECTION, REDO
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import FlowState
from actions.handlers.words import Bubble, Phrases
from bot.language.entities import find_entities

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass
class FakeWorld:
    """Files into a list. Account 3201556677 with 0001 is the only one that verifies."""

    filed: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    handed_over: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    takes: str = ""
    refused: set[str] = field(default_factory=set)

    def begin(self, flow: Flow, state: FlowState, said: Said, memory: dict[str, Any]) -> Outcome:
        return Outcome([Bubble("离开8米")] if flow.emergency else [])

    def promise(self, flow: Flow, state: FlowState) -> str:
        return ""

    def look(self, flow: Flow, field: FlowField, state: FlowState, said: Said) -> Outcome:
        if field.check != "verification":
            return Outcome()
        if state.values.pop("phone_last4") == "0001" and state.values["account_no"] == "3201556677":
            state.verified = "3201556677"
            state.skipped.append("phone_last4")
            return Outcome()
        state.values.pop("account_no")
        self.refused.add("account_no")
        return Outcome([Bubble("对不上")], ask_again="account_no")

    def when(self, flow: Flow, state: FlowState) -> Outcome | None:
        return Outcome([Bubble(self.takes)]) if self.takes and flow.files else None

    def safety(self, flow: Flow, state: FlowState, said: Said) -> Bubble:
        return Bubble("离开8米")

    def article(self, topic: str) -> Outcome | None:
        return None

    def answer(self, flow: Flow | None, said: Said) -> Outcome | None:
        found = next((a for q, a in self.answers.items() if q in said.words), None)
        return Outcome([Bubble(found)]) if found else None

    def hand_over(self, said: Said, reason: str, summary: list[str], priority: str) -> Outcome:
        self.handed_over.append("\n".join(summary))
        return Outcome([Bubble("转人工")], {"handoff": "queued"})

    def keep(self, flow: Flow, state: FlowState, said: Said, memory: dict[str, Any]) -> Outcome:
        return Outcome([Bubble("存好了")])

    def set_aside(self, flow: Flow, state: FlowState, said: Said, memory: dict[str, Any]) -> dict[str, Any]:
        return {}

    def finish(self, flow: Flow, state: FlowState, said: Said, memory: dict[str, Any]) -> Outcome:
        self.filed.append((flow.flow, dict(state.values)))
        return Outcome([Bubble("办好了")])


FLOWS = FlowBook.load(ROOT / "actions" / "flows")
PHRASES = Phrases.load(ROOT / "actions" / "words")


class Talk:
    """A conversation with the engine, one `say` a turn; intents are given where words alone do not tell."""

    def __init__(self, flow: str, flows: FlowBook | None = None) -> None:
        self.world = FakeWorld()
        self.flows = flows or FLOWS
        self.engine = FormEngine(self.flows, self.world, PHRASES)
        self.flow, self.state, self.steps = flow, None, 0
        self.last: Step | None = None
        self.trail: list[tuple[str, str, float]] = []

    def say(self, text: str, intent: str = "inform", confidence: float = 0.95) -> Step:
        self.steps += 1
        self.text = text
        self.trail.append((text, intent, confidence))
        entities = [] if text.startswith("/") else [e.to_json() for e in find_entities(text, NOW.date())]
        if text.startswith("/inform{"):
            import json

            entities = [{"entity": k, "value": v} for k, v in json.loads(text[7:]).items()]
        if text.startswith("/"):
            intent = text[1:].split("{", maxsplit=1)[0]
        said = Said(text, intent, confidence, NOW, "c1", f"turn{self.steps:012d}", entities=tuple(entities))
        if self.state is None:
            begun = self.flows.named(self.flow)
            assert begun is not None
            self.last = self.engine.begin(begun, said, {})
        else:
            self.last = self.engine.turn(self.state, said, {})
        self.state = FlowState.from_json(self.last.state.to_json()) if self.last.state else None
        return self.last

    @property
    def corrects(self) -> bool:
        """Whether the last turn called something wrong."""
        return bool(CORRECTION.search(self.text) or REDO.search(self.text) or "fix:" in self.text)

    @property
    def asking(self) -> str | None:
        return self.state.asking if self.state else None

    @property
    def texts(self) -> str:
        assert self.last is not None
        return "\n".join(b.text for b in self.last.bubbles)
