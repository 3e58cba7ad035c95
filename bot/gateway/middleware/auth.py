"""Who calls: nobody in particular, or staff by the bearer token."""

from __future__ import annotations

import hmac

from aiohttp import web

from bot.gateway.middleware.kinds import CALLER, Caller, Handler, Middleware
from bot.gateway.problems import ForbiddenError, UnauthorizedError


def auth(staff_secret: str) -> Middleware:
    """The middleware: notes the caller on the request; whether that is enough the route decides (`require_staff`)."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[CALLER] = who(request.headers.get("Authorization"), staff_secret)
        return await handler(request)

    return middleware


def who(authorization: str | None, staff_secret: str) -> Caller:
    """Read an Authorization header. Anything but a bearer token counts as none."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return Caller.ANONYMOUS
    return Caller.STAFF if same_secret(token.strip(), staff_secret) else Caller.WRONG_TOKEN


def same_secret(given: str, secret: str) -> bool:
    """Compare in constant time; an empty secret fits nothing."""
    return bool(secret) and hmac.compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode())


def is_staff(request: web.Request) -> bool:
    """Whether the call carries the staff token."""
    return request[CALLER] is Caller.STAFF


def require_staff(request: web.Request) -> None:
    """Raise UnauthorizedError (no token) or ForbiddenError (a wrong one) unless staff calls."""
    caller = request[CALLER]
    if caller is Caller.ANONYMOUS:
        raise UnauthorizedError
    if caller is Caller.WRONG_TOKEN:
        raise ForbiddenError
