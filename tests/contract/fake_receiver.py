"""A utility's system as it may behave on a bad day: one fault a delivery, in order, then it works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from actions.desk.clock import SHANGHAI
from actions.ports.couriers.signature import HEADER, verify
from tests.servers import free_port

SECRET = "a secret of the tests"


@dataclass
class Receiver:
    """What came in. `taken` is what a careful receiver keeps: each key once."""

    faults: list[str] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    doubles: int = 0
    unsigned: int = 0
    url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body = await request.json()
        key = request.headers["Idempotency-Key"]
        self.calls.append(body)
        if not verify(SECRET.encode(), request.headers.get(HEADER, ""), raw, datetime.now(SHANGHAI)):
            self.unsigned += 1
            return web.Response(status=401)
        fault = self.faults.pop(0) if self.faults else ""
        if fault.isdigit():
            return web.Response(status=int(fault), headers={"Location": "/elsewhere"})
        if fault == "stall":
            await asyncio.sleep(30)
        if fault == "hang up":
            request.transport.abort()  # type: ignore[union-attr]
            return web.Response()
        if fault == "page":
            return web.Response(text="<html>请先登录</html>", content_type="text/html")
        if fault == "wrong key":
            return web.json_response({"key": "GD:1:customer"})
        if fault == "broken json":
            return web.Response(body=b'{"key": "' + key.encode(), content_type="application/json")
        if fault == "nonsense":
            return web.Response(body=b"\xff\xfe[" * 40000)
        self.doubles += key in self.taken
        self.taken[key] = body
        if fault == "taken, then 500":
            return web.Response(status=500)
        if fault == "409":
            return web.Response(status=409)
        return web.json_response({"key": key})


@asynccontextmanager
async def receiver(*faults: str) -> AsyncIterator[Receiver]:
    """A receiver on a loopback port."""
    made = Receiver(list(faults))
    app = web.Application()
    app.router.add_post("/in", made.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01, handler_cancellation=True)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    made.url = f"http://127.0.0.1:{port}/in"
    try:
        yield made
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_server(answer: bytes) -> AsyncIterator[str]:
    """Something on a port that sends these bytes whatever it is asked."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/in"
