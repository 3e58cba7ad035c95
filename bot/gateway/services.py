"""What the routes work with, made once by the composition root and found on the application under `SERVICES`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web

from actions.desk.clock import Clock
from actions.desk.feedback import Feedback
from actions.desk.hub import RepairHub
from actions.desk.notifier import Notifier
from actions.desk.stopper import Stopper
from actions.desk.tickets import EventType, Page, Ticket, TicketFilter
from actions.handlers.forms.flow import FlowBook
from actions.ports.outbox import OutboxStore
from bot.gateway.assistant import Assistant
from bot.gateway.conversation import Conversations
from bot.gateway.editors import EditorDesk
from bot.gateway.handoff import AgentDesk
from bot.gateway.journal import Journal
from bot.gateway.limits import RateLimiter
from bot.gateway.metrics import Metrics
from bot.gateway.profiles import ProfileDesk
from bot.gateway.push import Hub
from bot.gateway.reporting import ReportDesk
from bot.gateway.settings import Settings
from bot.gateway.uploads import UploadDesk


class Desk(Protocol):
    """What the API needs of `actions.desk.desk.ServiceDesk`. Called in threads."""

    def ticket(self, ticket_no: str) -> Ticket:
        """The ticket. Raises UnknownTicket."""

    def tickets(self, wanted: TicketFilter | None = None, cursor: str | None = None, limit: int = 50) -> Page:
        """A page of tickets, newest first. Raises InvalidCursor."""

    def move(
        self, ticket_no: str, type: EventType | str, *, actor: str, note: str = "", parent_ticket_no: str | None = None
    ) -> Ticket:
        """Take a step. Raises UnknownTicket, IllegalMove, InvalidTicket, StaleVersion; nothing is changed then."""

    def classify(self, ticket_no: str, category: tuple[str, ...], *, actor: str, note: str = "") -> Ticket:
        """Correct or confirm a class. Raises UnknownTicket, InvalidTicket."""


class SearchResult(Protocol):
    """What a search of the knowledge base gives."""

    @property
    def answerable(self) -> bool:
        """False when nothing in the base answers the question."""

    @property
    def results(self) -> Sequence[Any]:
        """Objects with topic, title, score, answer and citations, best first."""


class Knowledge(Protocol):
    """What the API needs of the knowledge base. Called in threads."""

    def search(self, query: str, k: int) -> SearchResult:
        """The `k` best articles for a question."""

    def article(self, topic: str) -> Any | None:
        """The article in force (a dataclass, a pydantic model or a mapping), or None."""


Check = Callable[[], bool]
"""Whether a part works; may block, is called in a thread, and may raise."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a route may use."""

    settings: Settings
    conversations: Conversations
    agents: AgentDesk
    journal: Journal
    desk: Desk
    outbox: OutboxStore
    knowledge: Knowledge
    assistant: Assistant
    hub: Hub
    metrics: Metrics
    conversation_limit: RateLimiter
    checks: Mapping[str, Check]
    clock: Clock
    pages: Path
    flows: FlowBook
    reports: ReportDesk | None = None
    """None for a gateway over stores that no report is made of."""
    feedback: Feedback | None = None
    """None for a gateway that asks nobody."""
    editors: EditorDesk | None = None
    """None for a gateway over a knowledge base that has no versions."""
    uploads: UploadDesk | None = None
    """None for a gateway without a vault."""
    repairs: RepairHub | None = None
    """None for a gateway whose desk sends nobody."""
    profiles: ProfileDesk | None = None
    """None for a gateway that keeps nothing of its customers."""
    notices: Notifier | None = None
    stops: Stopper | None = None
    """None for a gateway that gives no notice."""


SERVICES = web.AppKey("services", Services)
