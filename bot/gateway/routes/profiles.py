"""The profile of a conversation's own customer: seen and deleted by whoever holds the conversation, read by staff under audit.

The conversation's id is the key, as for what was sent to it (`GET /api/v1/messages`).
"""

from __future__ import annotations

import logging

from aiohttp import web

from actions.desk.profiles import Trait
from bot.gateway.middleware.auth import is_staff
from bot.gateway.middleware.kinds import REQUEST_ID
from bot.gateway.problems import NotFoundError
from bot.gateway.profiles import ProfileDesk
from bot.gateway.reading import as_json, path_part
from bot.gateway.routes.adding import add as add_route
from bot.gateway.routes.chat import limit_conversation
from bot.gateway.services import SERVICES

audit = logging.getLogger("dianda.audit")
_PATH = "/api/v1/conversations/{conversation_id}/profile"


def add(app: web.Application) -> None:
    """Add the routes of this module."""
    add_route(app, "GET", _PATH, show)
    add_route(app, "DELETE", _PATH, forget)
    add_route(app, "DELETE", _PATH + "/{trait}", forget_one)


async def show(request: web.Request) -> web.Response:
    """What is kept, where it comes from and until when."""
    desk, conversation_id = _desk(request)
    if is_staff(request):
        audit.info("staff read the profile of a conversation's customer, request %s", request[REQUEST_ID])
    return as_json(await request.app[SERVICES].journal.read(lambda: desk.view(conversation_id)))


async def forget(request: web.Request) -> web.Response:
    """Delete everything that was said; nothing is kept from now on."""
    return await _forget(request, None)


async def forget_one(request: web.Request) -> web.Response:
    """Delete one trait."""
    name = path_part(request, "trait")
    if name not in set(Trait):
        raise NotFoundError
    return await _forget(request, Trait(name))


async def _forget(request: web.Request, trait: Trait | None) -> web.Response:
    desk, conversation_id = _desk(request)

    def step() -> dict[str, object]:
        desk.forget(conversation_id, trait)
        return desk.view(conversation_id)

    view = await request.app[SERVICES].journal.write(step)
    if is_staff(request):
        audit.info("staff deleted from the profile of a conversation's customer, request %s", request[REQUEST_ID])
    return as_json(view)


def _desk(request: web.Request) -> tuple[ProfileDesk, str]:
    services, conversation_id = request.app[SERVICES], path_part(request, "conversation_id")
    if services.profiles is None or len(conversation_id) > 128:
        raise NotFoundError
    if not is_staff(request):
        limit_conversation(services, conversation_id)
    return services.profiles, conversation_id
