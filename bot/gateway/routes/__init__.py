"""The routes: one module a subject, each with its table. They read the request, call a service and write the answer."""

from __future__ import annotations

from aiohttp import web

from bot.gateway.routes import (
    chat,
    editors,
    flows,
    handoffs,
    knowledge,
    notices,
    operation,
    outbox,
    pages,
    parse,
    profiles,
    repairs,
    reports,
    stops,
    surveys,
    tickets,
    uploads,
    ws,
)

MODULES = (chat, profiles, parse, knowledge, editors, flows, tickets, uploads, repairs, handoffs, outbox, notices, stops, reports, surveys, operation, pages, ws)


def add_all(app: web.Application) -> None:
    """Put every route on the application."""
    for module in MODULES:
        module.add(app)
