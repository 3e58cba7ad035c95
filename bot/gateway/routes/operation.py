"""For those who run the service: alive, ready, metrics, and the description of the API."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web

from bot.gateway.metrics import TEXT_FORMAT
from bot.gateway.openapi import document
from bot.gateway.problems import UnavailableError
from bot.gateway.reading import as_json
from bot.gateway.routes.adding import add as add_route
from bot.gateway.services import SERVICES, Check

log = logging.getLogger("dianda.gateway")

CHECK_SECONDS = 5.0


def add(app: web.Application) -> None:
    """Add the routes of this module."""
    add_route(app, "GET", "/healthz", healthz)
    add_route(app, "GET", "/readyz", readyz)
    add_route(app, "GET", "/metrics", metrics)
    add_route(app, "GET", "/api/v1/openapi.json", openapi)


async def healthz(_: web.Request) -> web.Response:
    """The process answers."""
    return as_json({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """200 when assistant, knowledge index and database work; else 503 with the parts that do not."""
    services = request.app[SERVICES]
    names = list(services.checks)
    answers = await asyncio.gather(*(_works(name, services.checks[name]) for name in names))
    parts = {"assistant": services.assistant.up} | dict(zip(names, answers, strict=True))
    if not all(parts.values()):
        raise UnavailableError("not_ready", parts=parts)
    return as_json({"ready": True, "parts": parts})


async def metrics(request: web.Request) -> web.Response:
    """Prometheus text."""
    return web.Response(body=request.app[SERVICES].metrics.text(), headers={"Content-Type": TEXT_FORMAT})


async def openapi(_: web.Request) -> web.Response:
    """The API in OpenAPI 3.1."""
    return as_json(document())


async def _works(name: str, check: Check) -> bool:
    try:
        return bool(await asyncio.wait_for(asyncio.to_thread(check), CHECK_SECONDS))
    except Exception as error:
        log.warning("%s is not ready: %s", name, type(error).__name__)
        return False
