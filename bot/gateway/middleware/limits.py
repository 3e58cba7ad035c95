"""The limit by address. The one by conversation is applied where the conversation is known (routes/chat, routes/ws)."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network

from aiohttp import web

from bot.gateway.address import client_address
from bot.gateway.limits import RateLimiter
from bot.gateway.metrics import Metrics
from bot.gateway.middleware.auth import is_staff
from bot.gateway.middleware.kinds import Handler, Middleware
from bot.gateway.problems import RateLimitedError

# Probes come often and from few addresses; refusing them would look like an outage.
_FREE = frozenset({"/healthz", "/readyz", "/metrics"})


def address_limit(
    addresses: RateLimiter, metrics: Metrics, trusted_proxies: Sequence[IPv4Network | IPv6Network]
) -> Middleware:
    """The middleware; calls with the staff token pass uncounted."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path not in _FREE and not is_staff(request):
            wait = addresses.take(client_address(request, trusted_proxies))
            if wait:
                metrics.limited.labels("address").inc()
                raise RateLimitedError(wait)
        return await handler(request)

    return middleware
