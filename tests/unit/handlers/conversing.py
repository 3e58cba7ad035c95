"""A conversation with the real turns over ports in memory; understanding and knowledge are told, not computed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from actions.desk.calendar import WorkingCalendar
from actions.desk.clock import FixedClock
from actions.desk.desk import ServiceDesk
from actions.desk.feedback import Feedback
from actions.desk.limits import PROFILES
from actions.desk.papers import Paper, Papers
from actions.desk.verifier import Verifier
from actions.handlers.answer import Answer
from actions.handlers.forms.said import Piece, Said
from actions.handlers.forms.state import FlowState
from actions.handlers.gaps import GapLog
from actions.handlers.profile.known import CustomerProfiles
from actions.handlers.profile.statements import Statements
from actions.handlers.profile.uses import Uses
from actions.handlers.services import Services
from actions.handlers.survey import ScoreWords, SurveyAnswers
from actions.handlers.tariff_question import TariffWords
from actions.handlers.turns import Turns
from actions.ports.memory import (
    MemoryAttempts,
    MemoryCustomers,
    MemoryDrafts,
    MemoryEnterprises,
    MemoryGaps,
    MemoryHandoffs,
    MemoryPapers,
    MemoryProfiles,
    MemorySurveys,
    MemoryTicketStore,
)
from bot.gateway.masking import mask
from bot.language.clauses import clauses
from bot.language.entities import find_entities
from bot.language.hazards import danger
from knowledge_base.tariff.schedules import Provinces
from tests.unit.handlers.worlds import FLOWS, NOW, PHRASES, ROOT

PROVINCES = Provinces.load(ROOT / "knowledge_base" / "profiles", "state_grid")
TARIFF_WORDS = TariffWords.load(ROOT / "actions" / "words" / "heard" / "tariff.yml")
STATEMENTS = Statements.load(ROOT / "actions" / "words" / "heard" / "profile.yml")
USES = Uses.load(ROOT / "actions" / "words" / "heard" / "profile_uses.yml")
Ranking = Sequence[tuple[str, float]]


@dataclass(frozen=True)
class FakeHit:
    """An article."""

    topic: str
    title: str
    answer: str
    score: float = 0.9
    speech: str | None = None
    citations: tuple[Any, ...] = ()
    leads_to: str | None = None


@dataclass(frozen=True)
class Found:
    """What a search gives."""

    results: list[FakeHit]
    confidence: float = 0.95
    doubt: bool = False

    @property
    def answerable(self) -> bool:
        return bool(self.results)


@dataclass
class FakeKnowledge:
    """Answers what holds all the words of an entry; remembers what it was asked."""

    entries: list[tuple[tuple[str, ...], FakeHit]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def search(self, query: str, k: int = 5) -> Found:
        self.asked.append(query)
        hits = [hit for words, hit in self.entries if all(w in query for w in words)]
        hits.sort(key=lambda hit: -hit.score)
        return Found(hits[:k], confidence=hits[0].score if hits else 0.0)

    def detail(self, topic: str, question: str) -> str | None:
        return None

    def hit(self, topic: str) -> FakeHit | None:
        return next((hit for _, hit in self.entries if hit.topic == topic), None)


class Customer:
    """Says things. ``minds``: words → how they are understood; words not in it are a bare value."""

    def __init__(self, minds: dict[str, Ranking | str], knowledge: FakeKnowledge | None = None) -> None:
        clock = FixedClock(NOW)
        customers = MemoryCustomers.demo(NOW)
        self.knowledge = knowledge or FakeKnowledge()
        self.handoffs = MemoryHandoffs()
        desk = ServiceDesk(MemoryTicketStore(), clock, PROFILES["state_grid"])
        self.sent = MemoryPapers()
        self.feedback = Feedback(desk, MemorySurveys(), clock)
        self.services = Services(
            desk=desk,
            customers=customers,
            verifier=Verifier(customers, MemoryAttempts(), clock),
            handoffs=self.handoffs,
            knowledge=self.knowledge,
            flows=FLOWS,
            phrases=PHRASES,
            clock=clock,
            gaps=GapLog(MemoryGaps(), mask),
            provinces=PROVINCES,
            tariff_words=TARIFF_WORDS,
            drafts=MemoryDrafts(),
            profiles=CustomerProfiles(STATEMENTS, USES, MemoryProfiles()),
            enterprises=MemoryEnterprises.demo(NOW),
            papers=Papers(self.sent, desk, clock, WorkingCalendar()),
            surveys=SurveyAnswers(self.feedback, ScoreWords.load(ROOT / "actions" / "words" / "heard" / "survey.yml"), PHRASES),
        )
        self.turns = Turns(self.services)
        self.understand: Callable[[str], tuple[Ranking, str]] = lambda text: self._told(minds, text)
        self.memory: dict[str, Any] = {}
        self.state: FlowState | None = None
        self.count = 0
        self.last = Answer([])
        self.conversation, self.channel = "c1", "web"

    @staticmethod
    def _told(minds: dict[str, Ranking | str], text: str) -> tuple[Ranking, str]:
        told = minds.get(text, "inform")
        ranking = ((told, 0.97), ("out_of_scope", 0.01)) if isinstance(told, str) else tuple(told)
        close = len(ranking) > 1 and ranking[0][1] - ranking[1][1] < 0.15
        return ranking, "unsure" if ranking[0][1] < 0.3 else "close" if close else "none"

    def say(self, text: str) -> str:
        """One turn; returns what was answered."""
        self.count += 1
        said = self._said(text)
        if self.state is not None:
            answer = self.turns.flow_turn(said, self.state, self.memory)
        else:
            # As the rules do: a business goes to the form at once, everything else through the other door.
            form = self.services.flows.begun_by(said.intent) is not None or said.intent == "start_flow"
            answer = self.turns.open(said, self.memory, form=form)
            if answer.begin is not None:
                again = replace(said, intent=answer.begin, doubt="none")
                answer = self.turns.flow_turn(again, None, through_json(answer.memory))
        assert answer.begin is None
        self.memory = through_json(answer.memory)
        self.state = FlowState.from_json(through_json(answer.state.to_json())) if answer.state else None
        self.last = answer
        return "\n".join(b.text for b in answer.bubbles)

    def _said(self, text: str) -> Said:
        name = f"turn{self.count:012d}"
        if text.startswith("/"):
            intent, _, rest = text[1:].partition("{")
            values = json.loads("{" + rest) if rest else {}
            entities = tuple({"entity": k, "value": v} for k, v in values.items())
            return Said(text, intent, 1.0, self.services.clock.now(), self.conversation, name, channel=self.channel, entities=entities)
        ranking, doubt = self.understand(text)
        if danger(text):
            ranking, doubt = (("report_hazard", 1.0),), "none"
        return Said(
            text,
            ranking[0][0],
            ranking[0][1],
            self.services.clock.now(),
            self.conversation,
            name,
            channel=self.channel,
            doubt=doubt,
            ranking=tuple(ranking),
            entities=values_of(text),
            pieces=tuple(self._piece(c.text, c.joint) for c in clauses(text)),
        )

    def _piece(self, text: str, joint: str) -> Piece:
        intent, confidence = self.understand(text)[0][0]
        if danger(text):
            intent, confidence = "report_hazard", 1.0
        return Piece(text, joint, intent, confidence, values_of(text))

    @property
    def flow(self) -> str | None:
        return self.state.flow if self.state else None

    @property
    def asking(self) -> str | None:
        return self.state.asking if self.state else None

    @property
    def buttons(self) -> list[str]:
        return [b["title"] for bubble in self.last.bubbles for b in bubble.buttons]

    def upload(self, name: str) -> str:
        """Send a photo by this name; returns what was answered."""
        number = len(self.sent.of_conversation(self.conversation)) + 1
        paper = Paper(
            paper_id=f"paper-{self.conversation}-{number:04d}", conversation_id=self.conversation, message_id=None, name=name, media_type="image/jpeg", pages=1,
            width=1600, height=1200, size=1000, sent_at=self.services.clock.now(),
        )  # fmt: skip
        self.sent.add(paper, f"digest-{paper.paper_id}")
        return self.say(f'/inform{{"choice": "upload:{paper.paper_id}"}}')

    def goes_elsewhere(self, conversation: str, channel: str) -> None:
        """Leave this conversation as it stands and begin another one on another channel."""
        self.conversation, self.channel = conversation, channel
        self.memory, self.state, self.last = {}, None, Answer([])

    @property
    def may_upload(self) -> list[str]:
        """What the last reply says may be sent."""
        return [name for bubble in self.last.bubbles for name in bubble.upload]

    def press(self, title: str) -> str:
        """Press the button of the last reply whose title holds these words."""
        payloads = [b["payload"] for bubble in self.last.bubbles for b in bubble.buttons if title in b["title"]]
        assert payloads, f"no button {title} among {self.buttons}"
        return self.say(payloads[-1])


def values_of(text: str) -> tuple[dict[str, Any], ...]:
    return tuple(e.to_json() for e in find_entities(text, NOW.date()))


def through_json(value: Any) -> Any:
    """As it comes back from the tracker."""
    return json.loads(json.dumps(value))
