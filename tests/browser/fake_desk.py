"""The real gateway over memory stores with a scripted assistant: what the staff pages talk to in their tests.

Everything but the assistant is the real thing: routes, auth, security headers, journal, desk, clocks, metrics. A test
can put customers into the queue, file tickets in the past so that clocks run out, and make single addresses fail.

Run ``python -m tests.browser.fake_desk`` to look at the pages by hand.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web
from pydantic import SecretStr

from actions.desk.clock import SHANGHAI
from actions.desk.desk import ServiceDesk
from actions.desk.handoffs import Handoff
from actions.desk.limits import profile
from actions.desk.notifier import Notifier
from actions.desk.quiet import QuietHours
from actions.desk.tickets import Kind, NewTicket, Priority, Ticket
from actions.ports.memory import (
    MemoryConversations,
    MemoryCustomers,
    MemoryHandoffs,
    MemoryNetwork,
    MemoryNotices,
    MemoryTicketStore,
)
from bot.gateway.app import Parts, build_app
from bot.gateway.assistant import Answer
from bot.gateway.services import SERVICES
from bot.gateway.settings import Settings
from bot.gateway.turn import Turn

Json = dict[str, Any]
ResultT = TypeVar("ResultT")
TOKEN = "staff-token-for-the-browser"
DROP = 0

SCRIPT: dict[str, Json] = {
    "我家停电了": {
        "messages": [
            {
                "text": "别着急，我来帮您报修。是只有您一家停电，还是邻居家也停了？",
                "buttons": [
                    {"title": "只有我家", "payload": '/inform{"choice": "one"}'},
                    {"title": "邻居也停了", "payload": '/inform{"choice": "many"}'},
                ],
            }
        ],
        "trace": {
            "intent": {"name": "report_outage", "confidence": 0.98},
            "flow": "repair",
            "elapsed_ms": {"nlu": 6, "dialogue": 11, "action": 2},
        },
    },
    "违约金怎么算": {
        "messages": [
            {
                "text": "居民用户逾期不交，从逾期之日起按每日欠费总额的千分之一收取。",
                "citations": [
                    {
                        "topic": "bill-late-fee",
                        "title": "逾期违约金",
                        "source": "供电营业规则",
                        "article": "第九十八条",
                        "edition": "2024",
                    }
                ],
            }
        ],
        "trace": {
            "intent": {"name": "faq", "confidence": 0.95},
            "elapsed_ms": {"nlu": 6, "dialogue": 8, "knowledge": 14},
        },
    },
    "电线掉地上冒火花": {
        "messages": [{"text": "请马上离开，和电线至少保持8米，不要用手去碰。", "priority": "emergency"}],
        "trace": {"intent": {"name": "report_hazard", "confidence": 1.0}, "handoff": "none"},
    },
}


class MovableClock:
    """The machine's clock, put back by `back`."""

    def __init__(self) -> None:
        self.back = timedelta(0)

    def now(self) -> datetime:
        """See `Clock`."""
        return datetime.now(SHANGHAI) - self.back


class ScriptedAssistant:
    """Answers from SCRIPT; anything else is repeated back."""

    def __init__(self) -> None:
        self.up = True
        self.broken = False

    def on_change(self, listener: Callable[[bool], None]) -> None:
        """See `Assistant`."""

    async def turn(self, turn: Turn, *, timeout: float) -> Answer:
        """See `Assistant`."""
        answer = SCRIPT.get(
            turn.words,
            {"messages": [{"text": f"收到：{turn.words}"}], "trace": {"intent": {"name": "inform", "confidence": 0.9}}},
        )
        return Answer.model_validate(answer | {"action_failed": self.broken})

    async def parse(self, texts: Sequence[str]) -> list[Json]:
        """See `Assistant`."""
        return []

    async def start(self) -> None:
        """See `Assistant`."""

    async def close(self) -> None:
        """See `Assistant`."""


class NoKnowledge:
    """The staff pages ask no questions."""

    def search(self, query: str, k: int) -> Any:
        """See `Knowledge`."""
        raise NotImplementedError

    def article(self, topic: str) -> None:
        """See `Knowledge`."""


class FakeDesk:
    """The service in a thread of its own; ``with FakeDesk() as server: page.goto(server.url + "/desk")``."""

    patience = 20.0
    """Seconds to wait for its start."""

    def __init__(self) -> None:
        """Prepare a service that binds to a free port of the loopback interface when entered."""
        self.port = 0
        self.clock = MovableClock()
        self.assistant = ScriptedAssistant()
        self.conversations, self.handoffs = MemoryConversations(), MemoryHandoffs()
        self.tickets = MemoryTicketStore()
        self.desk = ServiceDesk(self.tickets, self.clock, profile("state_grid"))
        customers = MemoryCustomers.demo(self.clock.now())
        self.notifier = Notifier(
            MemoryNotices(self.tickets, customers),
            self.clock,
            customers,
            MemoryNetwork.demo(customers),
            quiet=QuietHours.parse("off"),
            low_balance=Decimal("20.00"),
        )
        self.parts_work = {"knowledge": True, "database": True}
        self.faults: dict[str, int] = {}  # beginning of a path → status, or DROP to break the connection
        self.answers_lost = 0  # so many of the next answers to a POST get lost on the way, after the work was done
        self.calls: list[tuple[str, str]] = []  # (method, path) of every request
        self._requests = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> FakeDesk:
        """Start, and return once the port is open."""
        self._thread.start()
        if not self._ready.wait(self.patience):
            raise RuntimeError(f"the service did not start within {self.patience} s")
        return self

    def __exit__(self, *exc: object) -> None:
        """Stop, and wait for the end."""
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(20)

    @property
    def url(self) -> str:
        """Where the pages are, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    # ----- what a test may do -----

    @contextlib.contextmanager
    def ago(self, minutes: float) -> Iterator[None]:
        """What is done inside happens `minutes` before now."""
        self.clock.back = timedelta(minutes=minutes)
        try:
            yield
        finally:
            self.clock.back = timedelta(0)

    def customer(self, conversation_id: str, *said: str, channel: str = "web") -> None:
        """Let a customer say something (a text, or a payload that begins with `/`), and the bot answer."""
        for words in said:
            turn = Turn(
                conversation_id=conversation_id,
                channel=channel,
                message_id=self._key(),
                text=None if words.startswith("/") else words,
                payload=words if words.startswith("/") else None,
                received_at=self.clock.now(),
            )
            self._run(self._app[SERVICES].conversations.take(turn))

    def hand_over(
        self, conversation_id: str, reason: str, summary: str, priority: Priority = Priority.NORMAL
    ) -> Handoff:
        """Put a conversation into the queue, as the handlers do."""
        return self.handoffs.open(conversation_id, reason, summary, priority, self.clock.now(), self._key())

    def ticket(self, kind: Kind = Kind.REPAIR, description: str = "家里没电了", **more: Any) -> Ticket:
        """File a ticket."""
        usual: Json = {
            "channel": "web",
            "contact_phone": "13800138000",
            "contact_name": "王小明",
            "address": "安澜市青禾区榆林路18号3单元501",
        }
        return self.desk.accept(NewTicket(kind=kind, description=description, **(usual | more)), request_id=self._key())

    def said(self, conversation_id: str, role: str = "agent") -> list[str]:
        """What somebody has said in a conversation."""
        lines = self.conversations.history(conversation_id, 500)
        return [message["text"] for line in lines if line.role == role for message in line.messages or []]

    def move(self, ticket: Ticket, *types: str, note: str = "", actor: str = "李工") -> Ticket:
        """Take steps with a ticket, behind the page's back."""
        for type_ in types:
            ticket = self.desk.move(ticket.ticket_no, type_, actor=actor, note=note)
        return ticket

    def _key(self) -> str:
        self._requests += 1
        return f"request-{self._requests}"

    # ----- the server -----

    def parts(self, settings: Settings) -> Parts:
        """What the service is made of."""
        return Parts(
            settings=settings,
            conversations=self.conversations,
            handoffs=self.handoffs,
            desk=self.desk,
            outbox=self.tickets.outbox,
            knowledge=NoKnowledge(),
            assistant=self.assistant,
            hazard=lambda _: None,
            checks={name: lambda name=name: self.parts_work[name] for name in self.parts_work},  # type: ignore[misc]
            clock=self.clock,
            notices=self.notifier,
        )

    def _run(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._main())
        self._loop.close()

    async def _main(self) -> None:
        self._done = asyncio.Event()
        with tempfile.TemporaryDirectory() as home:
            settings = Settings(_env_file=None, home=Path(home), staff_token=SecretStr(TOKEN), quiet_hours="off")  # type: ignore[call-arg]
            self._app = build_app(self.parts(settings))
            self._app.middlewares.insert(0, self._fault)
            runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.port = runner.addresses[0][1]
            self._ready.set()
            await self._done.wait()
            await runner.cleanup()

    @web.middleware
    async def _fault(self, request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        self.calls.append((request.method, request.path))
        for beginning, status in self.faults.items():
            if request.path.startswith(beginning):
                if status == DROP:
                    return await self._drop(request)
                return web.Response(status=status or 500, text="<h1>proxy error</h1>", content_type="text/html")
        response: web.StreamResponse = await handler(request)
        if request.method == "POST" and self.answers_lost:
            self.answers_lost -= 1
            return await self._drop(request)
        return response

    @staticmethod
    async def _drop(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()


def a_busy_day(server: FakeDesk) -> dict[str, str]:
    """Customers in the queue and tickets in every state, oldest first; returns the hand-off ids by name."""
    nobody: Json = {"contact_phone": None, "contact_name": None, "address": None}
    with server.ago(30 * 60):
        praise = server.ticket(Kind.PRAISE, "抢修师傅大雨天来得很快", **nobody)
        server.move(praise, "dispatched", "closed")
        complaint = server.ticket(Kind.COMPLAINT, "营业厅窗口态度不好，电话13611112222，让我跑了三趟", address=None)
        server.move(complaint, "dispatched", "acknowledged", "contacted", note="已致电说明")
    with server.ago(90):
        late = server.ticket(
            description="整栋楼停电，邻居家也没电", conversation_id="c-outage", priority=Priority.URGENT
        )
    with server.ago(70):
        server.move(late, "dispatched", "acknowledged", note="榆林抢修班")
    with server.ago(40):
        server.ticket(description="家里没电，跳闸合不上", contact_name="赵女士", contact_phone="051266668888")
    with server.ago(26):
        server.customer("c-transfer", "我要过户，材料齐了", "怎么弄")
        talking = server.hand_over("c-transfer", "过户更名办理中要求人工", "业务：过户更名\n户号：3201****6677")
        server.handoffs.take(talking.handoff_id, "李工", server.clock.now())
        server.customer("c-transfer", "我的电话是13912340000")
    with server.ago(14):
        server.customer("c-bill", "上个月电费怎么多了一倍", "违约金怎么算", "我电话13912345678，转人工")
        bill = server.hand_over("c-bill", "客户要求人工", "电话13912345678，想核对上月电费\n已答：逾期违约金")
    with server.ago(12):
        server.ticket(
            Kind.SERVICE_REQUEST, "买了新能源车，申请装充电桩", business="apply_ev_charger", account_no="3201556677"
        )
        server.ticket(Kind.SUGGESTION, "建议小区多装几个充电桩", **nobody)
    with server.ago(6):
        server.customer("c-outage", "我家停电了", '/inform{"choice": "one"}', "冰箱里有胰岛素，急")
        outage = server.hand_over("c-outage", "unanswered", "家里停电，冰箱里有胰岛素", Priority.URGENT)
    with server.ago(2):
        server.customer("c-wire", "电线掉地上冒火花", "在青禾区榆林路18号门口，有小孩在旁边")
        wire = server.hand_over(
            "c-wire", "用电险情", "电线掉地上冒火花\n地点：青禾区榆林路18号门口，有小孩在旁边", Priority.EMERGENCY
        )
        told: Json = {"priority": Priority.EMERGENCY, "conversation_id": "c-wire", "contact_phone": "13700001111"}
        danger = server.ticket(description="电线掉地上冒火花；地点：青禾区榆林路18号门口", **told)
        server.move(danger, "dispatched", note="青禾抢修二班")
    server.desk.sweep()
    server.customer("c-1", "违约金怎么算", "你好", "我家停电了")
    server.customer("c-2", "违约金怎么算", channel="wechat")
    return {
        "wire": wire.handoff_id,
        "outage": outage.handoff_id,
        "bill": bill.handoff_id,
        "talking": talking.handoff_id,
    }


def main() -> None:
    """Serve on a free port until interrupted."""
    with FakeDesk() as server:
        a_busy_day(server)
        print(f"{server.url}/desk  and  {server.url}/ops   token {TOKEN}   (Ctrl-C ends it)")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
