"""Stand-ins for the gateway's neighbours: a fake assistant on a real port, parts in memory, a client for the WebSocket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from actions.desk.calendar import WorkingCalendar
from actions.desk.clock import SystemClock
from actions.desk.desk import ServiceDesk
from actions.desk.limits import profile
from actions.desk.notifier import Notifier
from actions.desk.papers import Papers
from actions.desk.stopper import Stopper
from actions.handlers.forms.flow import FlowBook
from actions.materials.apart import look_apart
from actions.materials.clean import Clean
from actions.ports.memory import (
    MemoryConversations,
    MemoryCustomers,
    MemoryHandoffs,
    MemoryNetwork,
    MemoryNotices,
    MemoryPapers,
    MemoryStops,
    MemoryTicketStore,
)
from actions.ports.sql import generate_key
from actions.ports.vault import FileVault
from bot.gateway.app import Parts, build_app
from bot.gateway.assistant import AssistantClient
from bot.gateway.journal import Journal
from bot.gateway.server import Runner
from bot.gateway.services import SERVICES
from bot.gateway.settings import PROJECT, Settings
from bot.gateway.turn import Message, Reply, Trace
from bot.gateway.uploads import UploadDesk

Json = dict[str, Any]
KEY = generate_key()
TOKEN = "staff-token-of-the-tests"
STAFF = {"Authorization": f"Bearer {TOKEN}"}


def free_port() -> int:
    """A loopback port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(text: str, **trace: Any) -> Json:
    """An assistant's answer of one bubble."""
    shown = {"intent": {"name": "greet", "confidence": 0.9}} | trace
    return {"messages": [{"text": text, "speech": text, "buttons": [], "citations": []}], "trace": shown}


class FakeAssistant:
    """Rasa's three endpoints. `reply` makes an answer from a request; requests are kept in `turns`."""

    def __init__(self) -> None:
        self.port = free_port()
        self.turns: list[Json] = []
        self.ready = True
        self.delay = 0.0
        self.gate: asyncio.Event | None = None
        self.reply: Callable[[Json], Json | int] = lambda turn: answer(f"回复：{turn['text']}")
        self.under_way: dict[str, int] = {}
        self.overlaps = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/webhooks/dianda/turn", self._turn)
        app.router.add_post("/webhooks/dianda/parse", self._parse)
        app.router.add_get("/webhooks/dianda/ready", self._ready)
        self._runner = web.AppRunner(app, shutdown_timeout=0.01, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def kill(self) -> None:
        """Drop every connection in mid-sentence, as SIGKILL does."""
        if self._runner is None:
            return
        for connection in list(self._runner.server.connections):  # type: ignore[union-attr]
            if connection.transport is not None:
                connection.transport.abort()  # type: ignore[attr-defined]
        await self._runner.cleanup()
        self._runner = None

    async def _turn(self, request: web.Request) -> web.Response:
        turn = await request.json()
        self.turns.append(turn)
        conversation = turn["conversation_id"]
        self.under_way[conversation] = self.under_way.get(conversation, 0) + 1
        self.overlaps += self.under_way[conversation] > 1
        try:
            if self.gate is not None:
                await self.gate.wait()
            await asyncio.sleep(self.delay)
        finally:
            self.under_way[conversation] -= 1
        made = self.reply(turn)
        if isinstance(made, int):
            return web.Response(status=made)
        return web.json_response(made)

    async def _parse(self, request: web.Request) -> web.Response:
        texts = (await request.json())["texts"]
        one: Json = {"intent": {"name": "greet", "confidence": 1.0}, "intent_ranking": [], "entities": []}
        return web.json_response({"results": [one | {"text": text} for text in texts]})

    async def _ready(self, _: web.Request) -> web.Response:
        return web.Response(status=200 if self.ready else 503)


@dataclass
class Found:
    topic: str
    title: str
    score: float
    answer: str
    citations: list[Json]


@dataclass
class Search:
    answerable: bool
    results: list[Found]


class FakeKnowledge:
    """One article."""

    def search(self, query: str, k: int) -> Search:
        hit = Found("bill-late-fee", "逾期违约金", 0.9, "逾期会产生违约金。", [{"topic": "bill-late-fee", "title": "逾期违约金"}])
        return Search("违约金" in query, [hit][:k])

    def article(self, topic: str) -> Json | None:
        return {"topic": topic, "title": "逾期违约金", "answer": "…"} if topic == "bill-late-fee" else None


def hazard(text: str) -> Reply | None:
    """Safety lines for a fallen wire."""
    if "电线" not in text:
        return None
    return Reply(messages=[Message(text="请远离至少8米，不要触碰。", priority="emergency")], trace=Trace(intent={"name": "report_hazard", "confidence": 1.0}))  # type: ignore[arg-type]


class Locked:
    """A store whose next `failures` calls raise, as a locked database does; else the store inside."""

    def __init__(self, store: Any) -> None:
        self.store, self.failures, self.calls = store, 0, {}  # type: ignore[var-annotated]

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self.calls[name] = self.calls.get(name, 0) + 1
            if self.failures:
                self.failures -= 1
                raise OSError("database is locked")
            return method(*args, **kwargs)

        return call


class _Server(TestServer):
    """aiohttp's test server with the runner that serves in earnest."""

    async def _make_runner(self, **_: Any) -> web.BaseRunner:
        return Runner(self.app, shutdown_timeout=0.5)


FLOWS = FlowBook.load(PROJECT / "actions" / "flows")


@dataclass
class House:
    """A whole gateway over memory stores and the fake assistant; `restart` is a crash and a new start over the same stores."""

    home: Path
    assistant: FakeAssistant = field(default_factory=FakeAssistant)
    conversations: Any = field(default_factory=lambda: Locked(MemoryConversations()))
    handoffs: Any = field(default_factory=MemoryHandoffs)
    tickets: Any = field(default_factory=MemoryTicketStore)
    customers: MemoryCustomers = field(default_factory=lambda: MemoryCustomers.demo(SystemClock().now()))
    papers: Any = field(default_factory=MemoryPapers)
    look: Callable[[bytes], Clean] = look_apart
    options: Json = field(default_factory=dict)

    def parts(self) -> Parts:
        clock = SystemClock()
        # The tests run at any hour; what waits at night has tests of its own.
        options = {"quiet_hours": "off"} | self.options
        settings = Settings(_env_file=None, home=self.home, staff_token=TOKEN, **options)  # type: ignore[call-arg]
        client = AssistantClient(self.assistant.url, probe_up=0.2, probe_down=0.02)
        notices = MemoryNotices(self.tickets, self.customers, self.conversations)
        self.notifier = Notifier(
            notices,
            clock,
            self.customers,
            MemoryNetwork.demo(self.customers),
            quiet=settings.quiet,
            low_balance=settings.low_balance,
        )
        desk = ServiceDesk(self.tickets, clock, profile("state_grid"))
        self.stopper = Stopper(MemoryStops(notices), clock, MemoryNetwork.demo(self.customers), desk, quiet=settings.quiet)
        papers = Papers(self.papers, desk, clock, WorkingCalendar())
        return Parts(
            settings=settings,
            conversations=self.conversations,
            handoffs=self.handoffs,
            desk=desk,
            outbox=self.tickets.outbox,
            knowledge=FakeKnowledge(),
            assistant=client,
            hazard=hazard,
            checks={"knowledge": lambda: True, "database": lambda: True},
            flows=FLOWS,
            notices=self.notifier,
            stops=self.stopper,
            uploads=UploadDesk(
                self.papers, FileVault(self.home / "uploads", [KEY]), papers, clock,
                most_bytes=settings.upload_bytes, most_papers=settings.upload_count, look=self.look,
            ),
        )

    async def open(self, *, wait: bool = True) -> None:
        self.made = self.parts()
        self.app = build_app(self.made)
        self.client = TestClient(_Server(self.app))
        await self.client.start_server()
        if wait:
            await until(lambda: self.made.assistant.up)

    async def close(self) -> None:
        await self.client.close()

    def app_journal(self) -> Journal:
        """The journal of the running application."""
        return self.app[SERVICES].journal

    def app_tasks(self) -> list[asyncio.Task[None]]:
        """The tasks of turns under way, to be cut off as a crash does."""
        return list(self.app[SERVICES].conversations._tasks)

    async def chat(self, text: str | None = "你好", conversation_id: str = "c1", **more: Any) -> Json:
        headers = more.pop("headers", STAFF)
        response = await self.client.post("/api/v1/chat", json={"conversation_id": conversation_id, "text": text} | more, headers=headers)
        body = await response.json()
        assert response.status == 200, body
        return dict(body)

    async def staff(self, method: str, path: str, **body: Any) -> tuple[int, Json]:
        response = await self.client.request(method, path, headers=STAFF, **({"json": body} if body else {}))
        return response.status, await response.json()

    async def page(self, conversation_id: str = "c1", after: int = 0) -> Page:
        page = Page(await self.client.ws_connect("/ws"))
        await page.send(type="hello", conversation_id=conversation_id, after=after)
        page.welcome = await page.next("welcome")
        return page


class Page:
    """A page's end of the WebSocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.frames: list[Json] = []
        self.welcome: Json = {}

    async def send(self, **frame: Any) -> None:
        await self.socket.send_json(frame)

    async def say(self, text: str, message_id: str) -> None:
        await self.send(type="say", text=text, message_id=message_id)

    async def next(self, *kinds: str, timeout: float = 5.0) -> Json:
        """The next frame of one of the kinds; others are kept in `frames`."""
        async with asyncio.timeout(timeout):
            while True:
                frame = await self.socket.receive_json()
                self.frames.append(frame)
                if frame["type"] in kinds:
                    return dict(frame)

    async def close(self) -> None:
        await self.socket.close()


async def until(condition: Callable[[], Any], timeout: float = 5.0) -> None:
    """Wait for a condition; fails when it does not come."""
    async with asyncio.timeout(timeout):
        while not condition():  # noqa: ASYNC110 — what is waited for has no event
            await asyncio.sleep(0.005)


def texts(reply: Json) -> list[str]:
    """The bubbles' words."""
    return [message["text"] for message in reply["messages"]]


def seqs(frames: Iterable[Json]) -> list[int]:
    """The numbers of what was sent."""
    return [frame["seq"] for frame in frames if "seq" in frame]

