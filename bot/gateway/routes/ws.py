"""`GET /ws`: the conversation over WebSocket, as docs/architecture.md lays down its frames. `/ws?staff` is for staff."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

from aiohttp import WSCloseCode, WSMsgType, web

from actions.desk.errors import DeskError
from bot.gateway.handoff import as_json as handoff_json
from bot.gateway.middleware.auth import is_staff, same_secret
from bot.gateway.middleware.kinds import REQUEST_ID
from bot.gateway.problems import ForbiddenError, InternalError, InvalidFieldsError, ProblemError
from bot.gateway.push import STAFF, Event, Subscription
from bot.gateway.reading import parse_json, validate
from bot.gateway.refusals import from_desk_error
from bot.gateway.routes.adding import add as add_route
from bot.gateway.routes.chat import limit_conversation
from bot.gateway.routes.handoffs import history_json
from bot.gateway.schemas import Hello, Say, StaffHello
from bot.gateway.services import SERVICES, Services
from bot.gateway.turn import Turn

log = logging.getLogger("dianda.gateway")

HelloT = TypeVar("HelloT", Hello, StaffHello)
HELLO_SECONDS = 10.0
HEARTBEAT_SECONDS = 30.0
# Turns one socket may have under way; more would only pile up in the conversation's lane.
MOST_UNDER_WAY = 64


def add(app: web.Application) -> None:
    """Add the routes of this module."""
    add_route(app, "GET", "/ws", connect)


async def connect(request: web.Request) -> web.StreamResponse:
    """Open a WebSocket. A page of another site may not: it would speak with our customer's conversation."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise ForbiddenError("foreign_origin")
    services = request.app[SERVICES]
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=services.settings.max_body_bytes)
    await socket.prepare(request)
    session = _Session(socket, services, request)
    role = "staff" if "staff" in request.query else "customer"
    services.metrics.sockets.labels(role).inc()
    # From here on the connection speaks WebSocket: no error may reach the middlewares, which would answer in HTTP.
    with suppress(ConnectionError, TimeoutError):
        try:
            await (session.staff() if role == "staff" else session.customer())
        except ProblemError as problem:
            await session.refuse(problem)
        except ConnectionError:
            raise
        except Exception:
            log.exception("a websocket failed, request %s", request[REQUEST_ID])
            await session.refuse(InternalError())
    services.metrics.sockets.labels(role).dec()
    with suppress(ConnectionError):
        await socket.close()
    return socket


class _Session:
    """One connection."""

    def __init__(self, socket: web.WebSocketResponse, services: Services, request: web.Request) -> None:
        self._socket = socket
        self._services = services
        self._request = request
        self._under_way: set[asyncio.Task[None]] = set()

    async def customer(self) -> None:
        """Hello, what was missed, then turns and pushes until either side goes."""
        hello = await self._first(Hello)
        if hello is None:
            return
        conversation_id = hello.conversation_id
        # Listen before reading: what is sent in between is then in the history, in the queue, or in both.
        with self._services.hub.subscribe(conversation_id) as events:
            history = await self._services.journal.history(conversation_id, after=hello.after)
            await self._send(
                {
                    "type": "welcome",
                    "conversation_id": conversation_id,
                    "history": [history_json(entry) for entry in history],
                }
            )
            shown = max((entry.seq for entry in history if entry.seq), default=hello.after)
            async with self._forwarding(events, after=shown):
                async for frame in self._frames():
                    await self._customer_frame(conversation_id, frame)

    async def staff(self) -> None:
        """The open hand-offs, then what happens to them. Who sends no header shows the token in the hello frame."""
        if not is_staff(self._request):
            hello = await self._first(StaffHello)
            if hello is None:
                return
            if not same_secret(hello.token, self._services.settings.staff_secret):
                await self.refuse(ForbiddenError())
                return
        with self._services.hub.subscribe(STAFF) as events:
            handoffs = await self._services.agents.listing()
            await self._send({"type": "welcome", "handoffs": [handoff_json(handoff) for handoff in handoffs]})
            async with self._forwarding(events):
                async for frame in self._frames():
                    if frame.get("type") == "ping":
                        await self._send({"type": "pong"})

    async def _customer_frame(self, conversation_id: str, frame: dict[str, Any]) -> None:
        match frame.get("type"):
            case "ping":
                await self._send({"type": "pong"})
            case "say":
                await self._say(conversation_id, frame)
            case _:
                await self._error(InvalidFieldsError())

    async def _say(self, conversation_id: str, frame: dict[str, Any]) -> None:
        message_id = frame.get("message_id")
        known_id = message_id if isinstance(message_id, str) else None
        try:
            said = validate(Say, frame)
            if not is_staff(self._request):
                limit_conversation(self._services, conversation_id)
        except ProblemError as problem:
            await self._error(problem, known_id)
            return
        turn = Turn(
            conversation_id=conversation_id,
            message_id=said.message_id,
            text=said.text,
            payload=said.payload,
            channel="web",
            elder=said.elder,
            received_at=self._services.clock.now(),
        )
        while len(self._under_way) >= MOST_UNDER_WAY:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
        task = asyncio.create_task(self._turn(turn))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _turn(self, turn: Turn) -> None:
        """One turn, its frames in the order accepted, typing, reply, typing off. The reply itself comes through the hub."""
        with suppress(ConnectionError):
            accepted = asyncio.Event()
            work = asyncio.ensure_future(self._services.conversations.take(turn, on_accepted=accepted.set))
            waiting = asyncio.ensure_future(accepted.wait())
            await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if accepted.is_set():
                await self._send({"type": "accepted", "message_id": turn.message_id})
            if not work.done():
                await self._send({"type": "typing", "on": True})
            try:
                result = await work
            except (ProblemError, DeskError) as error:
                await self._error(error if isinstance(error, ProblemError) else from_desk_error(error), turn.message_id)
                return
            except Exception:
                await self._error(InternalError(), turn.message_id)
                return
            if result.repeated:
                # Published when it was first given, perhaps to a connection that is gone; a seq is shown once.
                frame = {"type": "reply", "message_id": turn.message_id, "seq": result.seq, "reply": result.body}
                await self._send(frame)
            await self._send({"type": "typing", "on": False})

    @asynccontextmanager
    async def _forwarding(self, events: Subscription, after: int = 0) -> AsyncIterator[None]:
        """Send published events on; a listener that is cut off for being slow is disconnected and reads on later."""

        async def forward() -> None:
            async for event in events:
                if event.get("seq", after + 1) > after:
                    await self._send(event)
            await self._socket.close(code=WSCloseCode.TRY_AGAIN_LATER)

        task = asyncio.create_task(forward())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await task

    async def _first(self, model: type[HelloT]) -> HelloT | None:
        """The hello frame, or None after the other side was told what is wrong with what it sent."""
        async with asyncio.timeout(HELLO_SECONDS):
            message = await self._socket.receive()
        if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
            return None
        try:
            return validate(model, _read(message.data))
        except ProblemError as problem:
            await self.refuse(problem)
            return None

    async def _frames(self) -> AsyncIterator[dict[str, Any]]:
        async for message in self._socket:
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            try:
                frame = _read(message.data)
            except ProblemError as problem:
                await self._error(problem)
                continue
            yield frame

    async def _send(self, frame: Event) -> None:
        await self._socket.send_str(json.dumps(frame, ensure_ascii=False))

    async def _error(self, problem: ProblemError, message_id: str | None = None) -> None:
        frame: Event = {"type": "error", "problem": problem.problem(self._request[REQUEST_ID])}
        await self._send(frame if message_id is None else frame | {"message_id": message_id})

    async def refuse(self, problem: ProblemError) -> None:
        """Say what is wrong and close."""
        await self._error(problem)
        await self._socket.close(code=WSCloseCode.POLICY_VIOLATION)


def _read(data: str | bytes) -> dict[str, Any]:
    frame = parse_json(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data)
    if not isinstance(frame, dict):
        raise InvalidFieldsError
    return frame
