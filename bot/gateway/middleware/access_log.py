"""One line a request, without personal data: what was called, how it went, how long it took."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network
from time import perf_counter

from aiohttp import web

from bot.gateway.address import client_address
from bot.gateway.masking import mask
from bot.gateway.middleware.kinds import REQUEST_ID, Handler, Middleware

log = logging.getLogger("dianda.access")
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


def access_log(trusted_proxies: Sequence[IPv4Network | IPv6Network]) -> Middleware:
    """The middleware; probes are logged at debug level only."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = perf_counter()
        status = 500
        try:
            response = await handler(request)
            status = response.status
            return response
        finally:
            level = logging.DEBUG if request.path in _QUIET else logging.INFO
            if log.isEnabledFor(level):
                # The query string is left out: it holds what customers ask. The path may hold a number.
                log.log(
                    level,
                    "%s %s %d in %.1fms %s %s",  # the words between keep masking from taking the two for one number
                    request.method,
                    mask(request.path),
                    status,
                    (perf_counter() - started) * 1000,
                    client_address(request, trusted_proxies),
                    request[REQUEST_ID],
                )

    return middleware
