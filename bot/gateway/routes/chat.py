"""`POST /api/v1/chat`: a turn in, the whole reply out; `GET /api/v1/messages`: what was sent later."""

from __future__ import annotations

from aiohttp import web

from actions.desk.clock import rfc3339
from bot.gateway.middleware.auth import is_staff
from bot.gateway.problems import RateLimitedError
from bot.gateway.reading import as_json, read_body, read_query
from bot.gateway.routes.adding import add as add_route
from bot.gateway.schemas import ChatRequest, SentQuery
from bot.gateway.services import SERVICES, Services
from bot.gateway.turn import Turn


def add(app: web.Application) -> None:
    """Add the routes of this module."""
    add_route(app, "POST", "/api/v1/chat", chat)
    add_route(app, "GET", "/api/v1/messages", messages)


async def chat(request: web.Request) -> web.Response:
    """One customer turn."""
    services = request.app[SERVICES]
    said = await read_body(request, ChatRequest)
    if not is_staff(request):
        limit_conversation(services, said.conversation_id)
    turn = Turn(
        conversation_id=said.conversation_id,
        message_id=said.message_id or "",
        text=said.text,
        payload=said.payload,
        channel=said.channel,
        customer_id=said.customer_id,
        elder=said.elder,
        received_at=services.clock.now(),
    )
    result = await services.conversations.take(turn)
    return as_json(result.body)


async def messages(request: web.Request) -> web.Response:
    """What was sent to a conversation after a `seq`: for clients that cannot listen on /ws."""
    services = request.app[SERVICES]
    query = read_query(request, SentQuery)
    sent = await services.journal.outbound(query.conversation_id, query.after)
    listed = [
        {
            "seq": one.seq,
            "role": one.role.value,
            "at": rfc3339(one.at),
            "message_id": one.message_id,
            "messages": one.messages,
        }
        for one in sent
    ]
    return as_json({"conversation_id": query.conversation_id, "sent": listed})


def limit_conversation(services: Services, conversation_id: str) -> None:
    """Take one turn from the conversation's allowance. Raises RateLimitedError."""
    wait = services.conversation_limit.take(conversation_id)
    if wait:
        services.metrics.limited.labels("conversation").inc()
        raise RateLimitedError(wait)
