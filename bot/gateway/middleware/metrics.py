"""Counts and times every request by route."""

from __future__ import annotations

from time import perf_counter

from aiohttp import web

from bot.gateway.metrics import Metrics
from bot.gateway.middleware.kinds import Handler, Middleware, route_name

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def measure(metrics: Metrics) -> Middleware:
    """The middleware; a WebSocket counts once, when it closes, and is not timed."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = perf_counter()
        status = 500
        try:
            response = await handler(request)
            status = response.status
            return response
        finally:
            route = route_name(request)
            # A client may send any method name; labels must stay few.
            method = request.method if request.method in _METHODS else "other"
            metrics.requests.labels(method, route, str(status)).inc()
            if status != 101:
                metrics.request_seconds.labels(route).observe(perf_counter() - started)

    return middleware
