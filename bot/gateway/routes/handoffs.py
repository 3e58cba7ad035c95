"""Hand-offs, for staff: see who waits, take a conversation over, speak in it, give it back."""

from __future__ import annotations

import logging
from typing import Any

from aiohttp import web

from actions.desk.clock import rfc3339
from actions.ports.conversations import Entry
from bot.gateway.handoff import as_json as handoff_json
from bot.gateway.middleware.auth import require_staff
from bot.gateway.middleware.kinds import REQUEST_ID
from bot.gateway.reading import as_json, path_part, read_body, read_query
from bot.gateway.routes.adding import add as add_route
from bot.gateway.schemas import AfterQuery, HandoffQuery, SayRequest, TakeRequest
from bot.gateway.services import SERVICES

audit = logging.getLogger("dianda.audit")


def add(app: web.Application) -> None:
    """Add the routes of this module."""
    add_route(app, "GET", "/api/v1/handoffs", listing)
    add_route(app, "GET", "/api/v1/handoffs/{handoff_id}", show)
    add_route(app, "POST", "/api/v1/handoffs/{handoff_id}/take", take)
    add_route(app, "POST", "/api/v1/handoffs/{handoff_id}/say", say)
    add_route(app, "POST", "/api/v1/handoffs/{handoff_id}/close", close)


async def listing(request: web.Request) -> web.Response:
    """Open hand-offs, the most pressing first."""
    require_staff(request)
    query = read_query(request, HandoffQuery)
    shown = [handoff_json(each) for each in await request.app[SERVICES].agents.listing()]
    return as_json({"handoffs": [each for each in shown if query.state in (None, each["state"])]})


async def show(request: web.Request) -> web.Response:
    """One hand-off and the conversation after `after`; an agent's page may poll this."""
    require_staff(request)
    services, query = request.app[SERVICES], read_query(request, AfterQuery)
    handoff = await services.agents.get(path_part(request, "handoff_id"))
    history = await services.journal.history(handoff.conversation_id, after=query.after)
    audit.info("staff read hand-off %s, request %s", handoff.handoff_id, request[REQUEST_ID])
    return as_json(handoff_json(handoff) | {"history": [history_json(entry) for entry in history]})


async def take(request: web.Request) -> web.Response:
    """Take a conversation over; the customer is told. Again by the same agent is nothing."""
    require_staff(request)
    wanted = await read_body(request, TakeRequest)
    taken = await request.app[SERVICES].agents.take(path_part(request, "handoff_id"), wanted.agent.strip())
    return as_json(handoff_json(taken))


async def say(request: web.Request) -> web.Response:
    """Say something to the customer."""
    require_staff(request)
    said = await read_body(request, SayRequest)
    seq = await request.app[SERVICES].agents.say(
        path_part(request, "handoff_id"), said.text, agent=said.agent, message_id=said.message_id
    )
    return as_json({"seq": seq})


async def close(request: web.Request) -> web.Response:
    """Give the customer back to the assistant."""
    require_staff(request)
    closed = await request.app[SERVICES].agents.close(path_part(request, "handoff_id"))
    return as_json(handoff_json(closed))


def history_json(entry: Entry) -> dict[str, Any]:
    """A line of the history; what it does not have is left out."""
    line = {
        "role": entry.role.value,
        "at": rfc3339(entry.at),
        "text": entry.text,
        "payload": entry.payload,
        "message_id": entry.message_id,
        "messages": entry.messages,
        "seq": entry.seq,
    }
    return {name: value for name, value in line.items() if value is not None}
