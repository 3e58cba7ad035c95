"""`/api/v1/flows`, for staff: the businesses as their files describe them, and each as a picture."""

from __future__ import annotations

from aiohttp import web

from actions.handlers.forms.flow import FlowBook
from actions.handlers.forms.picture import NARROW, picture
from bot.gateway.middleware.auth import require_staff
from bot.gateway.problems import NotFoundError
from bot.gateway.reading import as_json, path_part
from bot.gateway.routes.adding import add as add_route
from bot.gateway.services import SERVICES


def add(app: web.Application) -> None:
    """Add the routes of this module."""
    add_route(app, "GET", "/api/v1/flows", flows)
    add_route(app, "GET", "/api/v1/flows/{name}", flow)


async def flows(request: web.Request) -> web.Response:
    """Every business, by name."""
    book = _book(request)
    shown = [
        {"flow": f.flow, "title": f.title, "intents": list(f.intents), "fields": len(f.fields), "nodes": len(f.nodes),
         "operation": f.done.operation}
        for _, f in sorted(book.flows.items())
    ]  # fmt: skip
    return as_json({"flows": shown})


async def flow(request: web.Request) -> web.Response:
    """One business: its steps with owner and limit, what it rests on, and its picture (an SVG document)."""
    found = _book(request).named(path_part(request, "name"))
    if found is None:
        raise NotFoundError("unknown_flow")
    return as_json(
        {
            "flow": found.flow,
            "title": found.title,
            "about": found.about,
            "nodes": [node.model_dump() for node in found.nodes],
            "basis": [rule.model_dump() for rule in found.basis],
            "picture": picture(found),
            "picture_narrow": picture(found, NARROW),
        }
    )


def _book(request: web.Request) -> FlowBook:
    require_staff(request)
    return request.app[SERVICES].flows
