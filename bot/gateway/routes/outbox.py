"""The outbox, for staff: what waits, what has arrived, what was given up, and to try it again."""

from __future__ import annotations

import logging

from aiohttp import web

from bot.gateway.middleware.auth import require_staff
from bot.gateway.middleware.kinds import REQUEST_ID
from bot.gateway.reading import as_json, path_part, read_query
from bot.gateway.routes.adding import add as add_route
from bot.gateway.schemas import OutboxQuery
from bot.gateway.services import SERVICES

audit = logging.getLogger("dianda.audit")


def add(app: web.Application) -> None:
    """Add the routes of this module."""
    add_route(app, "GET", "/api/v1/outbox", listing)
    add_route(app, "POST", "/api/v1/outbox/{key}/retry", retry)


async def listing(request: web.Request) -> web.Response:
    """A page of letters, newest first, and how many there are in each state."""
    require_staff(request)
    services, query = request.app[SERVICES], read_query(request, OutboxQuery)
    page = await services.journal.read(lambda: services.outbox.find(query.state, query.cursor, query.limit))
    counts = await services.journal.read(services.outbox.counts)
    return as_json(
        {
            "letters": [stored.to_json() for stored in page.letters],
            "next_cursor": page.next_cursor,
            "counts": {state.value: count for state, count in counts.items()},
        }
    )


async def retry(request: web.Request) -> web.Response:
    """Try a letter again now. One that has arrived is 409 and is not sent again."""
    require_staff(request)
    services, key = request.app[SERVICES], path_part(request, "key")
    stored = await services.journal.write(lambda: services.outbox.retry(key, services.clock.now()))
    audit.info("staff retried letter %s, request %s", key, request[REQUEST_ID])
    return as_json(stored.to_json())
