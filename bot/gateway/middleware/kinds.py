"""Types and request keys shared by the middlewares."""

from __future__ import annotations

from enum import Enum

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

__all__ = ["CALLER", "REQUEST_ID", "Caller", "Handler", "Middleware", "route_name"]


class Caller(Enum):
    """Who calls, as far as the Authorization header tells."""

    ANONYMOUS = "anonymous"
    WRONG_TOKEN = "wrong_token"  # noqa: S105 — says that one was wrong
    STAFF = "staff"


REQUEST_ID = web.RequestKey("request_id", str)
CALLER = web.RequestKey("caller", Caller)


def route_name(request: web.Request) -> str:
    """The route's pattern (`/api/v1/tickets/{ticket_no}`), or `-` for a path that is none: bounded, and nobody's data."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "-"
