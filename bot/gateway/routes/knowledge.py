"""`GET /api/v1/knowledge`: what the base answers to a question, and the article of a topic."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.gateway.problems import NotFoundError
from bot.gateway.reading import as_json, path_part, plain, read_query
from bot.gateway.routes.adding import add as add_route
from bot.gateway.schemas import KnowledgeQuery
from bot.gateway.services import SERVICES


def add(app: web.Application) -> None:
    """Add the routes of this module."""
    add_route(app, "GET", "/api/v1/knowledge", search)
    # `reload` is an address of its own (`routes.editors`) and no topic.
    add_route(app, "GET", "/api/v1/knowledge/{topic:(?!reload$)[^{}/]+}", article)


async def search(request: web.Request) -> web.Response:
    """The best `k` articles for `q`."""
    query = read_query(request, KnowledgeQuery)
    found = await asyncio.to_thread(request.app[SERVICES].knowledge.search, query.q, query.k)
    return as_json({"answerable": found.answerable, "results": plain(list(found.results))})


async def article(request: web.Request) -> web.Response:
    """The article in force."""
    found = await asyncio.to_thread(request.app[SERVICES].knowledge.article, path_part(request, "topic"))
    if found is None:
        raise NotFoundError("unknown_topic")
    return as_json(plain(found))
