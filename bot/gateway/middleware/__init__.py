"""What every request passes, each a small module.

Outermost first: request id → access log → metrics → security headers → problems → auth → limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network

from bot.gateway.limits import RateLimiter
from bot.gateway.metrics import Metrics
from bot.gateway.middleware.access_log import access_log
from bot.gateway.middleware.auth import auth
from bot.gateway.middleware.kinds import Middleware
from bot.gateway.middleware.limits import address_limit
from bot.gateway.middleware.metrics import measure
from bot.gateway.middleware.problems import problems
from bot.gateway.middleware.request_id import request_id
from bot.gateway.middleware.security import security_headers


def chain(
    *,
    metrics: Metrics,
    staff_secret: str,
    addresses: RateLimiter,
    trusted_proxies: Sequence[IPv4Network | IPv6Network] = (),
) -> list[Middleware]:
    """The middlewares of the application in order, outermost first."""
    return [
        request_id,
        access_log(trusted_proxies),
        measure(metrics),
        security_headers,
        problems,
        auth(staff_secret),
        address_limit(addresses, metrics, trusted_proxies),
    ]
