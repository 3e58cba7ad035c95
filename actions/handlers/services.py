"""What the handlers work with: the desk, the customer system, the knowledge base and the words, handed in by the service."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from actions.desk.clock import Clock
from actions.desk.customers import Account
from actions.desk.desk import ServiceDesk
from actions.desk.errors import CustomersAway
from actions.desk.notices import Topic
from actions.desk.papers import Papers
from actions.desk.repairs import Incident
from actions.desk.verifier import Verifier
from actions.handlers.forms.flow import FlowBook
from actions.handlers.gaps import GapLog
from actions.handlers.survey import SurveyAnswers
from actions.handlers.tariff_question import TariffWords
from actions.handlers.words import Phrases
from actions.ports.customers import CustomerSystem
from actions.ports.drafts import DraftStore
from actions.ports.enterprise import EnterpriseBook
from actions.ports.handoffs import HandoffStore
from knowledge_base.tariff.schedules import Provinces

if TYPE_CHECKING:  # it works with these services itself
    from actions.handlers.profile.known import CustomerProfiles


class Knowledge(Protocol):
    """The part of the knowledge base that handlers use; see `knowledge_base.knowledge.KnowledgeBase`."""

    def search(self, query: str, k: int = 5) -> Any:
        """Search; the result tells whether the best hit answers the question."""
        ...

    def detail(self, topic: str, question: str) -> str | None:
        """Lines of an article that answer a further question about it."""
        ...

    def hit(self, topic: str) -> Any:
        """The article in force as a hit, or None."""
        ...


class Incidents(Protocol):
    """The part of the repair hub that the conversation uses."""

    def incident_at(self, address: str, account_no: str | None = None) -> Incident | None:
        """The open incident that a report from here would join now, or None."""
        ...


class NoticeChoices(Protocol):
    """The part of the notifier that the conversation uses."""

    def choose(self, account_no: str, topics: Iterable[Topic], wanted: bool, *, by: str) -> None:
        """Switch notices of an account on or off. Raises UnknownAccount."""
        ...


@dataclass(frozen=True)
class Services:
    """Everything a handler may need."""

    desk: ServiceDesk
    customers: CustomerSystem
    verifier: Verifier
    handoffs: HandoffStore
    knowledge: Knowledge
    flows: FlowBook
    phrases: Phrases
    clock: Clock
    gaps: GapLog
    provinces: Provinces
    tariff_words: TariffWords
    drafts: DraftStore
    surveys: SurveyAnswers | None = None
    """None where nobody is asked how content they are."""
    papers: Papers | None = None
    """None where no papers are taken."""
    incidents: Incidents | None = None
    """None where nothing gathers reports."""
    profiles: CustomerProfiles | None = None
    """None where nothing is made of who the customer is."""
    enterprises: EnterpriseBook | None = None
    """None for a utility without enterprises."""
    notices: NoticeChoices | None = None
    """None where nobody is told anything unasked."""

    def bound_account(self, customer_id: str | None) -> Account | None:
        """The account linked to this chat user, when there is exactly one."""
        if not customer_id:
            return None
        numbers = self.customers.bindings(customer_id)
        return self.known(numbers[0]) if len(numbers) == 1 else None

    def known(self, account_no: str | None) -> Account | None:
        """An account for what can do without it (prefill, urgency): None also when the customer system is away."""
        try:
            return self.customers.account(account_no) if account_no else None
        except CustomersAway:
            return None


class Stopwatch:
    """Adds up where a turn's time went, in milliseconds."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    @contextmanager
    def __call__(self, part: str) -> Iterator[None]:
        """Time a part (``knowledge`` or ``action``)."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.spent[part] = round(self.spent.get(part, 0.0) + (time.perf_counter() - started) * 1000, 2)
