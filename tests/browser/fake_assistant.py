"""A small stand-in for the service: the chat page's files and the WebSocket protocol, with scripted replies.

It lets the page be tested alone, in seconds, and made to suffer what a real network does: the socket can be dropped
before a message is stored, after it is stored, or in the middle of a reply; the service can be away for a while.

Run ``python tests/browser/fake_assistant.py`` to look at the page by hand.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from tests import papers

Json = dict[str, Any]

PAGE = Path(__file__).resolve().parents[2] / "bot" / "pages" / "chat"
CSP = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"

DROP_BEFORE = "没收到就断"  # the socket dies before the server has stored the message
DROP_STORED = "收到就断"  # stored, but not even "accepted" got out
DROP_MID_TURN = "办到一半断"  # accepted and typing, then the line breaks; the reply is made meanwhile
REFUSE_ONCE = "先拒绝一次"  # a problem the first time, a reply when sent again
SLOW = "慢慢来"  # the reply waits until the test lets it go
SILENT = "人工接待中"  # an agent is talking: the bot answers nothing
FACTORY = "我们是厂里的"  # the service knows the customer from here on
FACTORY_TILES: list[Json] = [
    {"title": "各户电费", "say": "查名下各户的电费", "icon": "bill"},
    {"title": "批量开票", "say": "几个月的发票一起开", "icon": "copy"},
    {"title": "转人工", "say": "转人工", "icon": "human"},
]


def message(text: str, **more: Any) -> Json:
    """One Message of the protocol, with everything optional empty."""
    return {"text": text, "speech": text, "buttons": [], "citations": [], **more}


TICKET = {
    "type": "ticket",
    "ticket_no": "GD20261122000001",
    "kind": "repair",
    "title": "低压故障 · 一户停电",
    "status": "已受理",
    "priority": "urgent",
    "rows": [["地址", "安澜市青禾区榆林路18号3单元"], ["联系人", "王*"], ["电话", "138****1234"]],
    "clocks": [
        {"label": "到达", "due_at": "2026-11-22T16:50:00+08:00"},
        {"label": "回访", "due_at": "2026-11-23T16:05:00+08:00"},
    ],
}

SCRIPT: dict[str, list[Json]] = {
    "怎么交电费": [
        message(
            "您可以用这几种办法交电费：\n1. 手机应用或微信公众号，凭户号缴费；\n2. 银行代扣；\n3. 就近的供电营业厅。\n"
            "请认准官方渠道，官方渠道没有“打折代缴”。",
            citations=[
                {
                    "topic": "pay-how",
                    "title": "电费的交付",
                    "source": "供电营业规则",
                    "article": "第八十六条",
                    "edition": "2024",
                },
                {
                    "topic": "pay-how",
                    "title": "缴费渠道一览",
                    "source": "安澜供电公司服务指南",
                    "article": "",
                    "edition": "2026",
                },
            ],
        )
    ],
    "我家停电了": [
        message(
            "别着急，我来帮您报修。请问是只有您一家停电，还是邻居家也停了？",
            buttons=[
                {"title": "只有我家", "payload": '/inform{"scope": "one"}'},
                {"title": "邻居也停了", "payload": '/inform{"scope": "many"}'},
                {"title": "不清楚", "payload": '/inform{"scope": "unknown"}'},
            ],
        )
    ],
    '/inform{"scope": "one"}': [message("已经为您登记报修，抢修人员会尽快联系您，请保持电话畅通。", card=TICKET)],
    "电线掉地上冒火花": [
        message(
            "请马上离开，和电线至少保持8米，不要用手或任何东西去碰。\n"
            "已经在8米以内的，双脚并拢或单脚跳着离开，不要跑。\n起火请拨119，有人受伤请拨120。",
            priority="emergency",
        ),
        message("我已经通知抢修人员，并为您转接人工。方便告诉我在什么地方吗？"),
    ],
    "我要办过户": [message("您这种情况要：新户主身份证、房产证。请问新户主叫什么名字？", upload=["新户主身份证", "房产证或购房合同"])],
    '/inform{"choice": "upload:paper1"}': [
        message("身份证.jpg收到了，算作“新户主身份证”。还可以传：房产证或购房合同；没有的先不传也行。"),
        message("请问新户主叫什么名字？", upload=["新户主身份证", "房产证或购房合同"]),
    ],
    "为什么这么贵": [
        message(
            "先帮您看看账：户号3201****77，10月用电320度，电费180.50元。",
            card={
                "type": "chart", "title": "用电量对比", "unit": "度",
                "bars": [{"label": "上个月", "value": 210, "this": False}, {"label": "去年同月", "value": 250, "this": False},
                         {"label": "同类平均", "value": 236.5, "this": False}, {"label": "10月", "value": 320, "this": True}],
            },
        )
    ],
    "/restart": [message("好的，我们重新开始。")],
}


@dataclass
class Conversation:
    """What the journal would hold of one conversation."""

    history: list[Json] = field(default_factory=list)
    replies: dict[str, Json] = field(default_factory=dict)
    working: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    sockets: set[web.WebSocketResponse] = field(default_factory=set)
    seq: int = 0

    def since(self, after: int) -> list[Json]:
        """Everything behind the last number shown, and the customer's words still waiting for a reply."""
        shown = [n for n, item in enumerate(self.history) if 0 < item.get("seq", 0) <= after]
        return self.history[shown[-1] + 1 :] if shown else list(self.history)


class FakeAssistant:
    """The server in a thread of its own; ``with FakeAssistant() as server: page.goto(server.url)``."""

    def __init__(self, *, csp: str = CSP) -> None:
        """Prepare a server that binds to a free port of the loopback interface when entered."""
        self.csp = csp
        self.port = 0
        self.said: list[Json] = []  # every `say` frame, resent ones included
        self.hellos: list[Json] = []
        self.conversations: dict[str, Conversation] = defaultdict(Conversation)
        self.tiles: dict[str, list[Json]] = {}  # of whom the service knows something
        self.away = False  # refuse new sockets, as a restarting service does
        self.with_message_ids = True  # whether the history names the message a bot item answers
        self.uploads: list[str] = []  # the names of the files that came in
        self.refuse_upload = ""  # the reason, in the words of the service
        self._once: Counter[str] = Counter()
        self._gate: asyncio.Event
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> FakeAssistant:
        """Start, and return once the port is open."""
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the fake assistant did not start within 10 s")
        return self

    def __exit__(self, *exc: object) -> None:
        """Close every socket and end the thread."""
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(10)

    @property
    def url(self) -> str:
        """Address of the page, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    # ----- what a test may do to the page -----

    def drop_all(self) -> None:
        """Break every open socket without a close frame."""
        self._run(self._drop_all())

    def release(self) -> None:
        """Let the slow replies go."""
        self._loop.call_soon_threadsafe(self._gate.set)

    def push(self, role: str, *messages: Json, lost: bool = False) -> None:
        """Push messages to every conversation; `lost` stores them without sending, as if the frame got lost."""
        self._run(self._push(role, list(messages), lost=lost))

    def expect_said(self, expected: Sequence[str]) -> None:
        """Assert what has been said, waiting up to 5 s: the page shows the customer's words before they arrive here."""
        until = time.monotonic() + 5
        while (said := self._unique_said()) != list(expected) and time.monotonic() < until:
            time.sleep(0.02)
        assert said == list(expected)

    def _unique_said(self) -> list[str]:
        """Text or payload of each distinct message, in order of first arrival."""
        seen: dict[str, str] = {}
        for frame in self.said:
            seen.setdefault(frame["message_id"], frame.get("payload") or frame["text"])
        return list(seen.values())

    # ----- the server -----

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._main())
        self._loop.close()

    async def _main(self) -> None:
        self._done = asyncio.Event()
        self._gate = asyncio.Event()
        app = web.Application(client_max_size=20 * 1024 * 1024)
        app.on_response_prepare.append(self._headers)
        app.router.add_get("/", self._index)
        app.router.add_get("/elder", self._index)
        app.router.add_get("/ws", self._socket)
        app.router.add_get("/api/v1/conversations/{conversation_id}/profile", self._profile)
        app.router.add_post("/api/v1/uploads", self._upload)
        app.router.add_get("/api/v1/uploads/{id}", self._uploaded)
        app.router.add_static("/static/chat/", PAGE)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._done.wait()
        for conversation in self.conversations.values():
            for task in conversation.working.values():
                task.cancel()
        await self._drop_all()
        await runner.cleanup()

    async def _headers(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Content-Security-Policy"] = self.csp
        response.headers["Cache-Control"] = "no-store"

    async def _index(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE / "index.html")

    async def _profile(self, request: web.Request) -> web.Response:
        return web.json_response({"tiles": self.tiles.get(request.match_info["conversation_id"], [])})

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField) and form["conversation_id"]
        if self.refuse_upload:
            problem = {"status": 422, "code": "upload_blurred", "detail": self.refuse_upload}
            return web.json_response(problem, status=422)
        self.uploads.append(file.filename)
        payload = f'/inform{{"choice": "upload:paper{len(self.uploads)}"}}'
        return web.json_response({"upload_id": f"paper{len(self.uploads)}", "name": file.filename, "payload": payload})

    async def _uploaded(self, request: web.Request) -> web.Response:
        if not request.query.get("conversation_id"):
            raise web.HTTPUnauthorized
        return web.Response(body=papers.file(papers.card(640, 480)), content_type="image/jpeg")

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if self.away:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        conversation: Conversation | None = None
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                break
            data = json.loads(frame.data)
            if data["type"] == "hello":
                conversation = await self._hello(socket, data)
            elif data["type"] == "ping":
                await socket.send_json({"type": "pong"})
            elif data["type"] == "say" and conversation is not None:
                await self._say(socket, conversation, data)
        if conversation is not None:
            conversation.sockets.discard(socket)
        return socket

    async def _hello(self, socket: web.WebSocketResponse, data: Json) -> Conversation:
        self.hellos.append(data)
        conversation = self.conversations[data["conversation_id"]]
        conversation.sockets.add(socket)
        items = conversation.since(data["after"])
        if not self.with_message_ids:
            items = [item if item["role"] == "user" else {**item, "message_id": None} for item in items]
        await socket.send_json({"type": "welcome", "conversation_id": data["conversation_id"], "history": items})
        return conversation

    async def _say(self, socket: web.WebSocketResponse, conversation: Conversation, data: Json) -> None:
        self.said.append(data)
        words, message_id = data.get("payload") or data["text"], data["message_id"]
        self._once[words] += 1
        first = self._once[words] == 1
        if words == DROP_BEFORE and first:
            self._abort(socket)
            return
        if words == REFUSE_ONCE and first:
            problem = {"type": "about:blank", "status": 429, "code": "rate_limited", "title": "说得太快了，请稍后再试"}
            await socket.send_json({"type": "error", "message_id": message_id, "problem": problem})
            return
        stored = conversation.replies.get(message_id)
        if stored is not None:
            await socket.send_json(stored)
            return
        if message_id not in conversation.working:
            conversation.history.append({"role": "user", "text": words, "message_id": message_id, "at": _now()})
            task = asyncio.create_task(self._work(conversation, words, message_id))
            conversation.working[message_id] = task
            if words == DROP_STORED:
                self._abort(socket)
                return
        await socket.send_json({"type": "accepted", "message_id": message_id})
        await socket.send_json({"type": "typing", "on": True})
        if words == DROP_MID_TURN and first:
            await asyncio.sleep(0.05)  # the page shall have seen "accepted"
            self._abort(socket)

    async def _work(self, conversation: Conversation, words: str, message_id: str) -> None:
        if words == SLOW:
            await self._gate.wait()
        await asyncio.sleep(0.15)
        tiles: Json = {}
        if words == FACTORY:
            name = next(key for key, value in self.conversations.items() if value is conversation)
            tiles = {"tiles": FACTORY_TILES}
            self.tiles[name] = FACTORY_TILES
        messages = [] if words == SILENT else SCRIPT.get(words, [message(f"收到：{words}")])
        reply = {
            "conversation_id": "",
            "turn_id": message_id,
            "messages": messages,
            "trace": {"handoff": "active" if words == SILENT else "queued" if words == "转人工" else "none", **tiles},
        }
        conversation.seq += 1
        frame = {"type": "reply", "message_id": message_id, "seq": conversation.seq, "reply": reply}
        conversation.replies[message_id] = frame
        conversation.history.append(
            {"role": "bot", "messages": messages, "message_id": message_id, "seq": conversation.seq, "at": _now()}
        )
        await self._send(conversation, frame)

    async def _push(self, role: str, messages: list[Json], *, lost: bool) -> None:
        for conversation in self.conversations.values():
            conversation.seq += 1
            conversation.history.append({"role": role, "messages": messages, "seq": conversation.seq, "at": _now()})
            if not lost:
                frame = {"type": "push", "seq": conversation.seq, "role": role, "messages": messages}
                await self._send(conversation, frame)

    async def _send(self, conversation: Conversation, frame: Json) -> None:
        for socket in list(conversation.sockets):
            try:
                await socket.send_json(frame)
            except ConnectionError:
                conversation.sockets.discard(socket)

    async def _drop_all(self) -> None:
        for conversation in self.conversations.values():
            for socket in list(conversation.sockets):
                self._abort(socket)
                conversation.sockets.discard(socket)

    @staticmethod
    def _abort(socket: web.WebSocketResponse) -> None:
        """Cut the TCP connection, as a tunnel or a lift does."""
        request: web.BaseRequest | None = getattr(socket, "_req", None)  # aiohttp offers no public way to the transport
        transport = request.transport if request is not None else None
        if transport is not None:
            transport.abort()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def main() -> None:
    """Serve on a free port until interrupted."""
    with FakeAssistant() as server:
        print(f"{server.url}  and  {server.url}/elder   (Ctrl-C ends it)")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
