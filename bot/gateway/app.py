"""The composition root of the gateway: parts in, an aiohttp application out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from aiohttp import web

from actions.desk.clock import Clock, SystemClock
from actions.desk.feedback import Feedback
from actions.desk.hub import RepairHub
from actions.desk.notifier import Notifier
from actions.desk.outbox import Letter
from actions.desk.stopper import Stopper
from actions.handlers.forms.flow import FlowBook
from actions.ports.conversations import ConversationStore
from actions.ports.couriers import LogCourier
from actions.ports.handoffs import HandoffStore
from actions.ports.outbox import Courier, OutboxStore
from bot.gateway.assistant import Assistant
from bot.gateway.backlog import Backlog
from bot.gateway.conversation import Conversations
from bot.gateway.editors import EditorDesk
from bot.gateway.handoff import AgentDesk, HandoffWatch
from bot.gateway.journal import Journal
from bot.gateway.late import LateWork
from bot.gateway.limits import RateLimiter
from bot.gateway.metrics import Metrics
from bot.gateway.middleware import chain
from bot.gateway.postman import Postman
from bot.gateway.profiles import ProfileDesk
from bot.gateway.push import Hub
from bot.gateway.replay import Replayer
from bot.gateway.reporting import ReportDesk
from bot.gateway.responder import Hazard, Responder
from bot.gateway.routes import add_all
from bot.gateway.services import SERVICES, Check, Desk, Knowledge, Services
from bot.gateway.settings import PROJECT, Settings
from bot.gateway.uploads import UploadDesk


class Background(Protocol):
    """Something that runs beside the application: the assistant's supervisor, the action webhook, a clock sweep."""

    async def start(self) -> None:
        """Begin; must return soon. Raising stops the start of the service."""

    async def close(self) -> None:
        """End, and wait for the end."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What the application is made of; everything outside bot.gateway comes in through here.

    `background` is started in order before the first request and closed in reverse order at the end. `checks` are
    asked by /readyz besides the assistant (by convention `knowledge` and `database`).
    """

    settings: Settings
    conversations: ConversationStore
    handoffs: HandoffStore
    desk: Desk
    outbox: OutboxStore
    knowledge: Knowledge
    assistant: Assistant
    hazard: Hazard
    checks: Mapping[str, Check] = field(default_factory=dict)
    background: Sequence[Background] = ()
    courier: Courier = field(default_factory=LogCourier)
    metrics: Metrics = field(default_factory=Metrics)
    hub: Hub = field(default_factory=Hub)
    clock: Clock = field(default_factory=SystemClock)
    pages: Path = PROJECT / "bot" / "pages"
    editors: EditorDesk | None = None
    flows: FlowBook = field(default_factory=lambda: FlowBook({}))
    steps: Callable[[Letter], str] = lambda _: ""
    """What a letter's change means in the steps of its business."""
    reports: ReportDesk | None = None
    feedback: Feedback | None = None
    repairs: RepairHub | None = None
    profiles: ProfileDesk | None = None
    notices: Notifier | None = None
    stops: Stopper | None = None
    uploads: UploadDesk | None = None


def build_app(parts: Parts) -> web.Application:
    """The application. Nothing is started or opened before its start-up (aiohttp's runner) runs."""
    settings, metrics = parts.settings, parts.metrics
    app = web.Application(
        client_max_size=settings.max_body_bytes,
        middlewares=chain(
            metrics=metrics,
            staff_secret=settings.staff_secret,
            addresses=RateLimiter(settings.address_rate, settings.address_burst),
            trusted_proxies=settings.trusted_proxies,
        ),
    )
    services, replayer = _services(parts)
    postman = Postman(
        parts.outbox,
        parts.courier,
        services.journal,
        metrics,
        parts.clock,
        steps=parts.steps,
        feedback=parts.feedback,
        quiet=settings.quiet,
    )
    app[SERVICES] = services
    add_all(app)

    async def life(_: web.Application) -> AsyncIterator[None]:
        started: list[Background] = []
        try:
            for part in (parts.assistant, *parts.background, replayer, postman):
                await part.start()
                started.append(part)
            yield
        finally:
            # Turns under way still need the assistant and its actions: those are closed after them.
            await services.conversations.close()
            for part in reversed(started):
                await part.close()
            services.journal.close()

    async def hang_up(_: web.Application) -> None:
        # Listeners first: an open WebSocket would hold up the graceful end of its handler.
        parts.hub.close()

    app.cleanup_ctx.append(life)
    app.on_shutdown.append(hang_up)
    return app


def _services(parts: Parts) -> tuple[Services, Replayer]:
    settings = parts.settings
    journal = Journal(
        parts.conversations, parts.handoffs, parts.hub, parts.clock, writers=settings.store_writers
    )
    backlog, watch = Backlog(), HandoffWatch(journal, parts.hub, parts.metrics)
    responder = Responder(
        parts.assistant,
        parts.hazard,
        hotline=settings.hotline,
        # Longer than a caller waits: asked again, the assistant would do the same work a second time.
        patience=2 * settings.turn_seconds,
        most=settings.assistant_calls,
    )
    late = LateWork(
        journal=journal,
        assistant=parts.assistant,
        responder=responder,
        handoffs=watch,
        backlog=backlog,
        metrics=parts.metrics,
    )
    conversations = Conversations(
        journal=journal,
        responder=responder,
        handoffs=watch,
        late=late,
        backlog=backlog,
        metrics=parts.metrics,
        turn_seconds=settings.turn_seconds,
    )
    agents = AgentDesk(
        journal=journal,
        conversations=parts.conversations,
        handoffs=parts.handoffs,
        watch=watch,
        clock=parts.clock,
    )
    parts.metrics.deferred.set_function(lambda: len(backlog))
    parts.metrics.assistant_up.set_function(lambda: float(parts.assistant.up))
    services = Services(
        settings=settings,
        conversations=conversations,
        agents=agents,
        journal=journal,
        desk=parts.desk,
        outbox=parts.outbox,
        knowledge=parts.knowledge,
        assistant=parts.assistant,
        hub=parts.hub,
        metrics=parts.metrics,
        conversation_limit=RateLimiter(settings.conversation_rate, settings.conversation_burst),
        checks=parts.checks,
        clock=parts.clock,
        pages=parts.pages,
        flows=parts.flows,
        editors=parts.editors,
        reports=parts.reports,
        feedback=parts.feedback,
        repairs=parts.repairs,
        profiles=parts.profiles,
        notices=parts.notices,
        stops=parts.stops,
        uploads=parts.uploads,
    )
    return services, Replayer(conversations, backlog, journal, parts.assistant)
