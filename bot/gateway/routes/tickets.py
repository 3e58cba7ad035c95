"""Tickets, for staff only. Every read of a customer's data leaves a line in the audit log."""

from __future__ import annotations

import logging

from aiohttp import web

from actions.desk.classes import CLASSES
from actions.desk.tickets import TicketFilter
from bot.gateway.middleware.auth import require_staff
from bot.gateway.middleware.kinds import REQUEST_ID
from bot.gateway.reading import as_json, path_part, read_body, read_query
from bot.gateway.routes.adding import add as add_route
from bot.gateway.schemas import CategoryRequest, TicketEventRequest, TicketQuery
from bot.gateway.services import SERVICES

audit = logging.getLogger("dianda.audit")


def add(app: web.Application) -> None:
    """Add the routes of this module."""
    add_route(app, "GET", "/api/v1/tickets", listing)
    add_route(app, "GET", "/api/v1/tickets/{ticket_no}", show)
    add_route(app, "POST", "/api/v1/tickets/{ticket_no}/events", move)
    add_route(app, "POST", "/api/v1/tickets/{ticket_no}/category", classify)
    add_route(app, "GET", "/api/v1/classes", classes)


async def listing(request: web.Request) -> web.Response:
    """A page of tickets, newest first."""
    require_staff(request)
    services = request.app[SERVICES]
    query = read_query(request, TicketQuery)
    wanted = TicketFilter(
        conversation_id=query.conversation_id, account_no=query.account_no, kind=query.kind, status=query.status,
        review=query.review,
    )  # fmt: skip
    page = await services.journal.read(lambda: services.desk.tickets(wanted, query.cursor, query.limit))
    audit.info("staff read %d tickets, request %s", len(page.tickets), request[REQUEST_ID])
    return as_json({"tickets": [ticket.to_json() for ticket in page.tickets], "next_cursor": page.next_cursor})


async def show(request: web.Request) -> web.Response:
    """One ticket with its clocks and its log."""
    require_staff(request)
    services, ticket_no = request.app[SERVICES], path_part(request, "ticket_no")
    ticket = await services.journal.read(lambda: services.desk.ticket(ticket_no))
    audit.info("staff read ticket %s, request %s", ticket.ticket_no, request[REQUEST_ID])
    return as_json(ticket.to_json())


async def move(request: web.Request) -> web.Response:
    """Move a ticket on, or remark on it. An illegal move is 409 and changes nothing."""
    require_staff(request)
    services, ticket_no = request.app[SERVICES], path_part(request, "ticket_no")
    wanted = await read_body(request, TicketEventRequest)
    ticket = await services.journal.write(
        lambda: services.desk.move(
            ticket_no, wanted.type, actor=wanted.actor, note=wanted.note, parent_ticket_no=wanted.parent_ticket_no
        )
    )
    audit.info("staff moved ticket %s: %s, request %s", ticket.ticket_no, wanted.type, request[REQUEST_ID])
    return as_json(ticket.to_json())


async def classify(request: web.Request) -> web.Response:
    """Correct or confirm the class of a complaint or repair; it is on record for the next training."""
    require_staff(request)
    services, ticket_no = request.app[SERVICES], path_part(request, "ticket_no")
    given = await read_body(request, CategoryRequest)
    ticket = await services.journal.write(
        lambda: services.desk.classify(ticket_no, (given.first, given.second), actor=given.actor, note=given.note)
    )
    audit.info("staff classified ticket %s, request %s", ticket.ticket_no, request[REQUEST_ID])
    return as_json(ticket.to_json())


async def classes(request: web.Request) -> web.Response:
    """The classes there are."""
    require_staff(request)
    return as_json({"classes": {kind.value: {first: list(seconds) for first, seconds in levels.items()} for kind, levels in CLASSES.items()}})
