"""Stop orders, for staff: import, list, decide, withdraw, carried out, brought back."""

from __future__ import annotations

import logging
from collections.abc import Callable

from aiohttp import web

from actions.desk.stopper import Stopper
from actions.desk.stops import COLUMNS, StopOrder
from bot.gateway.middleware.auth import require_staff
from bot.gateway.middleware.kinds import REQUEST_ID
from bot.gateway.problems import NotFoundError
from bot.gateway.reading import as_json, path_part, read_body, read_query, read_text
from bot.gateway.routes.adding import add as add_route
from bot.gateway.routes.notices import sheet
from bot.gateway.schemas_notices import NoticeQuery
from bot.gateway.schemas_stops import StopAct, StopDecision, StopImport, StopList, stop_review_view, stop_view
from bot.gateway.services import SERVICES

audit = logging.getLogger("dianda.audit")
_STOPS = "/api/v1/stop-orders"


def add(app: web.Application) -> None:
    """Add the routes of this module."""
    add_route(app, "GET", _STOPS, orders)
    add_route(app, "POST", _STOPS, take)
    add_route(app, "POST", _STOPS + "/{order_no}/decision", decide)
    add_route(app, "POST", _STOPS + "/{order_no}/withdraw", withdraw)
    add_route(app, "POST", _STOPS + "/{order_no}/cut", cut)
    add_route(app, "POST", _STOPS + "/{order_no}/restored", restored)


async def orders(request: web.Request) -> web.Response:
    """Orders and how far they are, accounts masked."""
    stopper, query = _stopper(request), read_query(request, NoticeQuery)
    found = await request.app[SERVICES].journal.read(lambda: stopper.orders(query.limit))
    return as_json(StopList(orders=[stop_view(one) for one in found]))


async def take(request: web.Request) -> web.Response:
    """Store orders from JSON or a CSV sheet; rows that are refused are named, the others count."""
    stopper = _stopper(request)
    if request.content_type == "text/csv":
        rows, first, actor = sheet(await read_text(request), COLUMNS), 2, "staff"
    else:
        body = await read_body(request, StopImport)
        rows, first, actor = [order.row() for order in body.orders], 1, body.actor
    view = stop_review_view(await request.app[SERVICES].journal.write(lambda: stopper.take(rows, by=actor, first=first)))
    audit.info("%s ordered stops: new %s, to decide %s, request %s", actor, view.new, view.review, request[REQUEST_ID])
    return as_json(view)


async def decide(request: web.Request) -> web.Response:
    """A person's decision on a protected customer's order. One that waits for none, or comes too late, is 409."""
    stopper, body = _stopper(request), await read_body(request, StopDecision)
    word = "allowed" if body.allow else "refused"
    return await _do(request, body.actor, word, lambda number: stopper.decide(number, body.allow, by=body.actor, note=body.note))


async def withdraw(request: web.Request) -> web.Response:
    """Call an order off before it is carried out."""
    stopper, body = _stopper(request), await read_body(request, StopAct)
    return await _do(request, body.actor, "withdrew", lambda number: stopper.withdraw(number, by=body.actor, note=body.note))


async def cut(request: web.Request) -> web.Response:
    """The supply was stopped. One that may not be, or that was paid, is 409."""
    stopper, body = _stopper(request), await read_body(request, StopAct)
    return await _do(request, body.actor, "carried out", lambda number: stopper.cut(number, by=body.actor))


async def restored(request: web.Request) -> web.Response:
    """The supply is back."""
    stopper, body = _stopper(request), await read_body(request, StopAct)
    return await _do(request, body.actor, "restored", lambda number: stopper.restored(number, by=body.actor))


async def _do(request: web.Request, actor: str, word: str, act: Callable[[str], StopOrder]) -> web.Response:
    order_no = path_part(request, "order_no")
    order = await request.app[SERVICES].journal.write(lambda: act(order_no))
    audit.info("%s %s stop order %s, request %s", actor, word, order_no, request[REQUEST_ID])
    return as_json(stop_view(order))


def _stopper(request: web.Request) -> Stopper:
    require_staff(request)
    stopper = request.app[SERVICES].stops
    if stopper is None:
        raise NotFoundError
    return stopper
