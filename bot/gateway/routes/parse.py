"""`POST /api/v1/parse`: understanding only, no conversation, nothing stored."""

from __future__ import annotations

from aiohttp import web

from bot.gateway.assistant import AssistantDownError, AssistantError
from bot.gateway.problems import UnavailableError
from bot.gateway.reading import as_json, read_body
from bot.gateway.routes.adding import add as add_route
from bot.gateway.schemas import ParseRequest
from bot.gateway.services import SERVICES


def add(app: web.Application) -> None:
    """Add the routes of this module."""
    add_route(app, "POST", "/api/v1/parse", parse)


async def parse(request: web.Request) -> web.Response:
    """One result for `text`, a list of them for `texts`. 503 while the assistant is away."""
    asked = await read_body(request, ParseRequest)
    texts = [asked.text] if asked.text is not None else asked.texts or []
    try:
        results = await request.app[SERVICES].assistant.parse(texts) if texts else []
    except AssistantDownError:
        raise UnavailableError("assistant_unavailable") from None
    except AssistantError:
        raise UnavailableError("assistant_fault") from None
    return as_json(results[0] if asked.text is not None else {"results": results})
