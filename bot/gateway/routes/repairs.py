"""The repair hub, for staff: crews and their jobs, a crew's answer, the expected restoration, open incidents."""

from __future__ import annotations

import logging

from aiohttp import web

from actions.desk.hub import RepairHub
from bot.gateway.middleware.auth import require_staff
from bot.gateway.middleware.kinds import REQUEST_ID
from bot.gateway.problems import NotFoundError
from bot.gateway.reading import as_json, path_part, read_body
from bot.gateway.routes.adding import add as add_route
from bot.gateway.schemas_hub import CrewAnswer, CrewList, Estimate, IncidentList, crew_view, incident_view
from bot.gateway.services import SERVICES

audit = logging.getLogger("dianda.audit")


def add(app: web.Application) -> None:
    """Add the routes of this module."""
    add_route(app, "GET", "/api/v1/crews", crews)
    add_route(app, "GET", "/api/v1/incidents", incidents)
    add_route(app, "POST", "/api/v1/tickets/{ticket_no}/crew", answer)
    add_route(app, "POST", "/api/v1/tickets/{ticket_no}/estimate", estimate)


async def crews(request: web.Request) -> web.Response:
    """Every crew with what it was asked for."""
    hub = _hub(request)
    found = await request.app[SERVICES].journal.read(hub.crews)
    return as_json(CrewList(crews=[crew_view(one) for one in found]).model_dump())


async def incidents(request: web.Request) -> web.Response:
    """Open incidents and single reports of a known area."""
    hub = _hub(request)
    found = await request.app[SERVICES].journal.read(hub.incidents)
    return as_json(IncidentList(incidents=[incident_view(one) for one in found]).model_dump())


async def answer(request: web.Request) -> web.Response:
    """A crew's yes or no. Of a crew that is not asked now: 409 or 422, and nothing is changed."""
    hub, ticket_no, body = _hub(request), path_part(request, "ticket_no"), await read_body(request, CrewAnswer)
    ticket = await request.app[SERVICES].journal.write(
        lambda: hub.answer(ticket_no, body.crew_no, accepts=body.answer == "accept", note=body.note)
    )
    audit.info("crew %s: %s ticket %s, request %s", body.crew_no, body.answer, ticket_no, request[REQUEST_ID])
    return as_json(ticket.to_json())


async def estimate(request: web.Request) -> web.Response:
    """Say when power is expected back; the customers concerned are told."""
    hub, ticket_no, body = _hub(request), path_part(request, "ticket_no"), await read_body(request, Estimate)
    ticket = await request.app[SERVICES].journal.write(
        lambda: hub.estimate(ticket_no, body.restore_at, actor=body.actor, note=body.note)
    )
    audit.info("staff estimated ticket %s, request %s", ticket_no, request[REQUEST_ID])
    return as_json(ticket.to_json())


def _hub(request: web.Request) -> RepairHub:
    require_staff(request)
    hub = request.app[SERVICES].repairs
    if hub is None:
        raise NotFoundError
    return hub
