"""Every request has an id: in the response header, in its log line and in its problem."""

from __future__ import annotations

import re

from aiohttp import web

from bot.gateway.middleware.kinds import REQUEST_ID, Handler
from bot.gateway.turn import new_id

HEADER = "X-Request-Id"
_ACCEPTABLE = re.compile(r"^[A-Za-z0-9_-]{8,64}$")


@web.middleware
async def request_id(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Take a proxy's id when it is harmless, else make one."""
    given = request.headers.get(HEADER, "")
    mine = given if _ACCEPTABLE.match(given) else new_id(16)
    request[REQUEST_ID] = mine
    response = await handler(request)
    if not response.prepared:  # a WebSocket has sent its headers already
        response.headers[HEADER] = mine
    return response
