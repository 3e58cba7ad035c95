"""Adding routes with an answer to `Expect` that keeps to problem details."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.gateway.middleware.problems import problem_response
from bot.gateway.problems import ExpectationFailedError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def expect(request: web.Request) -> web.StreamResponse | None:
    """Answer `Expect: 100-continue`; refuse any other expectation. aiohttp asks before any middleware runs."""
    if request.headers.get("Expect", "").lower() != "100-continue":
        return problem_response(ExpectationFailedError())
    if request.version >= (1, 1):
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    return None


def add(app: web.Application, method: str, path: str, handler: Handler) -> None:
    """Add one route; GET answers HEAD too."""
    if method == "GET":
        app.router.add_route("HEAD", path, handler, expect_handler=expect)
    app.router.add_route(method, path, handler, expect_handler=expect)
