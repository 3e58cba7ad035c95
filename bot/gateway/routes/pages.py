"""The customer's pages and those of staff. `/elder` is the chat page; it reads its mode from its address.

The staff pages are open to anybody: they hold no data and ask for the staff token themselves.
"""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from bot.gateway.problems import NotFoundError
from bot.gateway.routes.adding import add as add_route
from bot.gateway.services import SERVICES

# Only what a page is made of is served; whatever else lies in the folder (sources, notes) is not.
_KINDS = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
}
_TEXT = ("text/", "application/", "image/svg")


def add(app: web.Application) -> None:
    """Add the routes of this module."""
    add_route(app, "GET", "/", chat)
    add_route(app, "GET", "/elder", chat)
    add_route(app, "GET", "/desk", desk)
    add_route(app, "GET", "/ops", ops)
    add_route(app, "GET", "/ops/kb", editors)
    add_route(app, "GET", "/ops/flows", flows)
    add_route(app, "GET", "/ops/reports", reports)
    add_route(app, "GET", "/static/{page}/{name:.+}", static)


async def chat(request: web.Request) -> web.StreamResponse:
    """The chat page."""
    return _file(request.app[SERVICES].pages / "chat" / "index.html")


async def desk(request: web.Request) -> web.StreamResponse:
    """The agents' desk: hand-offs and tickets."""
    return _file(request.app[SERVICES].pages / "desk" / "index.html")


async def ops(request: web.Request) -> web.StreamResponse:
    """The dashboard of those who run the service."""
    return _file(request.app[SERVICES].pages / "ops" / "index.html")


async def editors(request: web.Request) -> web.StreamResponse:
    """The page of those who keep the knowledge base."""
    return _file(request.app[SERVICES].pages / "ops" / "kb.html")


async def flows(request: web.Request) -> web.StreamResponse:
    """The businesses as pictures."""
    return _file(request.app[SERVICES].pages / "ops" / "flows.html")


async def reports(request: web.Request) -> web.StreamResponse:
    """The page of the reports."""
    return _file(request.app[SERVICES].pages / "ops" / "reports.html")


async def static(request: web.Request) -> web.StreamResponse:
    """A file of a page's folder."""
    return _file(_inside(request.app[SERVICES].pages, request.match_info["page"], request.match_info["name"]))


def _inside(folder: Path, page: str, name: str) -> Path:
    try:
        path = (folder / page / name).resolve()
    except ValueError:  # a NUL in the name
        raise NotFoundError from None
    if not path.is_relative_to(folder.resolve()):
        raise NotFoundError
    return path


def _file(path: Path) -> web.StreamResponse:
    kind = _KINDS.get(path.suffix)
    try:
        if kind is None or not path.is_file():
            raise NotFoundError
    except OSError:  # a name longer than the system takes
        raise NotFoundError from None
    charset = "; charset=utf-8" if kind.startswith(_TEXT) else ""
    # Asked for again each time, answered 304 when unchanged: an update reaches every page at its next load.
    return web.FileResponse(path, headers={"Content-Type": kind + charset, "Cache-Control": "no-cache"})
