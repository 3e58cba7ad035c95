"""The real parts put together: database, desk, knowledge base, action webhook, assistant process, gateway."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy import Engine, text

from actions.classes.classifier import TrainedClassifier
from actions.classes.urgency import Urgency, WithUrgency
from actions.desk.calendar import WorkingCalendar
from actions.desk.classes import Rules
from actions.desk.clock import Clock, SystemClock
from actions.desk.desk import ServiceDesk
from actions.desk.feedback import Feedback
from actions.desk.hub import RepairHub
from actions.desk.late_reading import LateReading
from actions.desk.limits import PROFILES, Profile
from actions.desk.moves import Book
from actions.desk.notifier import Notifier
from actions.desk.outbox import Audience, Letter
from actions.desk.papers import Papers
from actions.desk.repairs import HubRules
from actions.desk.stopper import Stopper
from actions.desk.tickets import Status
from actions.desk.verifier import Verifier
from actions.handlers.areas import read_area
from actions.handlers.danger.lines import safety_bubble
from actions.handlers.forms.flow import FlowBook
from actions.handlers.gaps import GapLog
from actions.handlers.nodes import news
from actions.handlers.profile.known import CustomerProfiles
from actions.handlers.profile.statements import Statements
from actions.handlers.profile.uses import Uses
from actions.handlers.services import Services
from actions.handlers.survey import ScoreWords, SurveyAnswers
from actions.handlers.tariff_question import TariffWords
from actions.handlers.webhook import webhook_app
from actions.handlers.words import Phrases
from actions.ports.couriers import DatabaseCourier, LogCourier, SplitCourier, WebhookCourier
from actions.ports.customers import CustomerSystem
from actions.ports.http import HttpCustomers, UtilityCustomers
from actions.ports.http.line import Line
from actions.ports.known_accounts import KnownAccounts
from actions.ports.maps import GreatCircleMap
from actions.ports.outbox import Courier
from actions.ports.sql import (
    SqlAttempts,
    SqlConversations,
    SqlCustomers,
    SqlDrafts,
    SqlEnterprises,
    SqlGaps,
    SqlHandoffs,
    SqlNetwork,
    SqlNotices,
    SqlOutbox,
    SqlPapers,
    SqlProfiles,
    SqlRepairs,
    SqlStops,
    SqlSurveys,
    SqlTicketStore,
    seed_demo,
)
from actions.ports.sql.report_rows import ReportRows
from bot.gateway.app import Parts, build_app
from bot.gateway.assistant import AssistantClient
from bot.gateway.assistant_process import command, environment
from bot.gateway.database import open_database
from bot.gateway.editors import EditorDesk, KnowledgeWatch
from bot.gateway.late_reading import Reading
from bot.gateway.masking import mask, set_up_logging
from bot.gateway.metrics import Metrics
from bot.gateway.profiles import ProfileDesk
from bot.gateway.reporting import ReportDesk
from bot.gateway.responder import Hazard
from bot.gateway.retention import Retention, vault_of
from bot.gateway.server import Runner
from bot.gateway.settings import PROJECT, Settings
from bot.gateway.supervisor import Supervisor
from bot.gateway.sweep import HubSweep, NoticeSweep, PaperSweep, StopSweep, Sweep
from bot.gateway.turn import IntentScore, Message, Reply, Trace
from bot.gateway.uploads import UploadDesk
from bot.language.address_reader import open_reader
from bot.language.encoder import SentenceEncoder, encoder_folder
from bot.language.hazards import danger
from bot.language.ruler import ruler
from knowledge_base.knowledge import KnowledgeBase
from knowledge_base.live import LiveKnowledge
from knowledge_base.profiles import load_profile_chain
from knowledge_base.tariff.schedules import Provinces
from knowledge_base.versions import Versions

log = logging.getLogger("dianda")


def serve(settings: Settings, model: Path, say: Callable[[str], Any]) -> int:
    """Run until SIGINT or SIGTERM; returns the exit status."""
    set_up_logging(settings.log_level)
    for noisy in ("jieba", "httpx", "alembic", "faiss", "faiss.loader"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return asyncio.run(_serve(settings, model, say))


async def _serve(settings: Settings, model: Path, say: Callable[[str], Any]) -> int:
    started = time.monotonic()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    (settings.home / "db").mkdir(parents=True, exist_ok=True)
    # The assistant takes longest to load, so it starts before anything else is opened.
    assistant = AssistantClient(settings.assistant_url)
    metrics = Metrics()
    supervisor = _supervisor(settings, model, assistant, metrics)
    await supervisor.start()
    try:
        parts = await asyncio.to_thread(assemble, settings, assistant, metrics)
        runner = Runner(build_app(parts))
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
            say(f"服务已监听 http://{settings.host}:{settings.port} ，等待理解模型载入…")
            # spaCy takes seconds to open; the first customer to need it would wait for it.
            opening = asyncio.get_running_loop().run_in_executor(None, ruler)
            waiting = asyncio.create_task(supervisor.wait_ready())
            await asyncio.wait({waiting, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                await opening
                _greet(settings, say, time.monotonic() - started)
            await stop.wait()
            say("正在停止…")
        finally:
            await runner.cleanup()
    finally:
        await supervisor.close()
    return 0


def _greet(settings: Settings, say: Callable[[str], Any], seconds: float) -> None:
    base = f"http://{settings.host}:{settings.port}"
    say(f"[green]✓[/] 电答已就绪（{seconds:.0f} 秒）")
    say(f"  客户对话    {base}/      长辈模式 {base}/elder")
    say(f"  坐席工作台  {base}/desk  运行看板 {base}/ops")
    say(f"  接口文档    {base}/api/v1/openapi.json")
    say(f"  工作人员令牌 {settings.staff_secret}")
    if settings.demo:
        say("  演示户号 3201556677，预留手机号后四位 0001")
    say("  Ctrl-C 停止")


def assemble(settings: Settings, assistant: AssistantClient, metrics: Metrics, clock: Clock | None = None) -> Parts:
    """Open everything and make the gateway's parts. Blocks for a few seconds: call it in a thread."""
    clock = clock or SystemClock()
    engine = open_database(settings)
    seed_demo(engine, clock, demo=bool(settings.demo))
    own = SqlCustomers(engine)
    customers = _customers(settings, own, clock)
    book = Book(limits_profile(settings.profile), WorkingCalendar())
    kept = SqlProfiles(engine)
    known = KnownAccounts(customers, kept, clock)
    hub = _hub(settings, engine, clock, customers, own, known, book)
    notifier = notifier_of(settings, engine, clock)
    encoder = SentenceEncoder(encoder_folder(settings.home))
    open_reader(settings.home)
    urgency = Urgency.load()
    classifier = WithUrgency(TrainedClassifier.open(settings.home, encoder, log.info), urgency)
    tickets = SqlTicketStore(engine)
    desk = ServiceDesk(
        tickets, clock, book.profile, places=own.places(), calendar=book.calendar,
        classifier=classifier, first_look=WithUrgency(Rules(), urgency), customers=known,
    )  # fmt: skip
    stopper = stopper_of(settings, engine, clock, desk)
    source = PROJECT / "knowledge_base"

    def open_base(root: Path) -> KnowledgeBase:
        return KnowledgeBase.open(root, settings.home, settings.profile, encoder, training=source, storage=settings.passage_storage)

    knowledge = LiveKnowledge(Versions(settings.home), source, open_base)
    feedback = Feedback(desk, SqlSurveys(engine), clock)
    phrases = Phrases.load(PROJECT / "actions" / "words", company=settings.company, hotline=settings.hotline)
    handoffs = SqlHandoffs(engine)
    gaps = SqlGaps(engine)
    heard = PROJECT / "actions" / "words" / "heard"
    profiles = CustomerProfiles(Statements.load(heard / "profile.yml"), Uses.load(heard / "profile_uses.yml"), kept)
    records = SqlPapers(engine)
    papers = Papers(records, desk, clock, book.calendar)
    services = Services(
        desk=desk,
        customers=customers,
        verifier=Verifier(customers, SqlAttempts(engine), clock),
        handoffs=handoffs,
        knowledge=knowledge,
        flows=FlowBook.load(PROJECT / "actions" / "flows"),
        phrases=phrases,
        clock=clock,
        gaps=GapLog(gaps, mask),
        provinces=Provinces.load(PROJECT / "knowledge_base" / "profiles", settings.profile),
        tariff_words=TariffWords.load(heard / "tariff.yml"),
        drafts=SqlDrafts(engine),
        surveys=SurveyAnswers(feedback, ScoreWords.load(heard / "survey.yml"), phrases),
        papers=papers,
        incidents=hub,
        profiles=profiles,
        enterprises=SqlEnterprises(engine),
        notices=notifier,
    )
    return Parts(
        settings=settings,
        conversations=SqlConversations(engine),
        handoffs=handoffs,
        desk=desk,
        repairs=hub,
        notices=notifier,
        stops=stopper,
        outbox=SqlOutbox(engine),
        courier=_courier(settings, clock),
        knowledge=knowledge,
        assistant=assistant,
        metrics=metrics,
        hazard=_guard(phrases),
        checks={"database": lambda: _alive(engine), "knowledge": lambda: _searchable(knowledge)},
        background=(
            _Webhook(services, settings.action_port), Sweep(desk), Reading(LateReading(tickets, clock, book, classifier, desk.in_a_rush)),
            HubSweep(hub), PaperSweep(papers), NoticeSweep(notifier, clock), StopSweep(stopper), Retention(engine, settings, clock), KnowledgeWatch(knowledge),
        ),
        editors=EditorDesk(knowledge, Versions(settings.home), source, gaps, home=settings.home, profile=settings.profile, storage=settings.passage_storage),
        clock=clock,
        flows=services.flows,
        steps=_steps(services),
        reports=ReportDesk(ReportRows(engine), clock, services.flows.title_of),
        feedback=feedback,
        profiles=ProfileDesk(profiles, customers, SqlConversations(engine), clock),
        uploads=UploadDesk(
            records, vault_of(settings), papers, clock, most_bytes=settings.upload_bytes, most_papers=settings.upload_count
        ),
    )


def _steps(services: Services) -> Callable[[Letter], str]:
    """The customer's news in the steps of the business, as its flow file names them."""

    def told(letter: Letter) -> str:
        ticket = letter.body.get("ticket") or {}
        flow = services.flows.of_business(ticket.get("business")) if letter.audience is Audience.CUSTOMER else None
        return news(services.phrases, flow, Status(ticket["status"])) if flow is not None else ""

    return told


def _hub(
    settings: Settings, engine: Engine, clock: Clock, customers: CustomerSystem, own: SqlCustomers, known: KnownAccounts, book: Book
) -> RepairHub:
    rules = HubRules(
        window=timedelta(minutes=settings.incident_minutes),
        grace=timedelta(seconds=settings.dispatch_grace_seconds),
        answer=timedelta(seconds=settings.crew_answer_seconds),
        answer_emergency=timedelta(seconds=settings.crew_answer_emergency_seconds),
        dispatch=settings.dispatch,
    )
    return RepairHub(
        SqlRepairs(engine),
        clock,
        book,
        customers=customers,
        accounts=known,
        directory=own,
        network=SqlNetwork(engine),
        roads=GreatCircleMap(),
        read_area=read_area,
        rules=rules,
    )


def notifier_of(settings: Settings, engine: Engine, clock: Clock) -> Notifier:
    """Who tells of outage plans and reminds of money, over the service's database."""
    return Notifier(
        SqlNotices(engine),
        clock,
        SqlCustomers(engine),
        SqlNetwork(engine),
        quiet=settings.quiet,
        low_balance=settings.low_balance,
    )


def stopper_of(settings: Settings, engine: Engine, clock: Clock, desk: ServiceDesk) -> Stopper:
    """Who minds the stop orders, over the service's database."""
    return Stopper(SqlStops(engine), clock, SqlNetwork(engine), desk, quiet=settings.quiet)


def open_desk(settings: Settings, clock: Clock) -> ServiceDesk:
    """The desk alone over the service's database, for work from the command line beside or without a running service."""
    engine = open_database(settings)
    places = SqlCustomers(engine).places()
    return ServiceDesk(SqlTicketStore(engine), clock, limits_profile(settings.profile), places=places)


def _courier(settings: Settings, clock: Clock) -> Courier:
    others: Courier = LogCourier()
    if settings.outbox_url.startswith("http"):
        others = WebhookCourier(settings.outbox_url, settings.outbox_secret.get_secret_value(), clock)
    elif settings.outbox_url:
        others = DatabaseCourier(settings.outbox_url)
    if not settings.tickets_url:
        return others
    return SplitCourier(WebhookCourier(settings.tickets_url, settings.tickets_secret.get_secret_value(), clock), others)


def _customers(settings: Settings, own: SqlCustomers, clock: Clock) -> CustomerSystem:
    """The utility's customer system: the one at the other end of the line, else our own tables."""
    if not settings.customers_url:
        return own
    line = Line(settings.customers_url, settings.customers_secret.get_secret_value(), clock)
    return UtilityCustomers(HttpCustomers(line), own, own)


def limits_profile(name: str) -> Profile:
    """The time limits of a company or province: its own, else those of what it extends."""
    for profile in load_profile_chain(PROJECT / "knowledge_base" / "profiles", name):
        if profile in PROFILES:
            return PROFILES[profile]
    return PROFILES["state_grid"]


def _guard(phrases: Phrases) -> Hazard:
    """Safety lines from the same words as the dialogue's, for when the dialogue is away."""

    def hazard(words: str) -> Reply | None:
        if danger(words) is None:
            return None
        message = Message.model_validate(safety_bubble(phrases, words).to_json())
        trace = Trace(intent=IntentScore(name="report_hazard", confidence=1.0), flow="hazard")
        return Reply(conversation_id="", turn_id="", messages=[message], trace=trace)

    return hazard


def _alive(engine: Engine) -> bool:
    with engine.connect() as connection:
        return connection.execute(text("SELECT 1")).scalar() == 1


def _searchable(knowledge: LiveKnowledge) -> bool:
    """Whether the passages can be searched. Raises StoreAway when they lie on a server that is away."""
    knowledge.served.base.index.passages.check()
    return True


def _supervisor(settings: Settings, model: Path, assistant: AssistantClient, metrics: Metrics) -> Supervisor:
    return Supervisor(
        command=command(settings, model),
        folder=PROJECT,
        log_file=settings.logs_folder / "assistant.log",
        pid_file=settings.home / "assistant.pid",
        ready=lambda: assistant.up,
        environment=environment(settings),
        on_restart=metrics.assistant_restarts.inc,
    )


class _Webhook:
    """The action webhook on its own loopback port; nobody outside this machine reaches it."""

    def __init__(self, services: Services, port: int) -> None:
        self._services, self._port = services, port
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen."""
        self._runner = web.AppRunner(webhook_app(self._services), access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()

    async def close(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
