"""Reports, for staff. Nothing in them names a customer; that one was read stands in the audit log all the same."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from actions.desk.clock import rfc3339
from actions.reports.period import Period
from bot.gateway.middleware.auth import require_staff
from bot.gateway.middleware.kinds import REQUEST_ID
from bot.gateway.problems import FieldProblem, InvalidFieldsError, NotFoundError
from bot.gateway.reading import as_json, read_query
from bot.gateway.reporting import ReportDesk
from bot.gateway.routes.adding import add as add_route
from bot.gateway.schemas_reports import OrdersQuery, ServiceQuery
from bot.gateway.services import SERVICES

if TYPE_CHECKING:
    from actions.reports.tables import Table

audit = logging.getLogger("dianda.audit")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Tables = Callable[[], "list[Table]"]


def add(app: web.Application) -> None:
    """Add the routes of this module."""
    for name, handler in (("orders", orders), ("service", service)):
        add_route(app, "GET", f"/api/v1/reports/{name}", handler)
        add_route(app, "GET", f"/api/v1/reports/{name}.xlsx", handler)


async def orders(request: web.Request) -> web.Response:
    """Orders by class, area, step and owner; late, nearly late and repeated ones."""
    from actions.reports.report import Wanted

    desk, query = _desk(request), read_query(request, OrdersQuery)
    period = _period(query.period)
    wanted = Wanted(period=period, kind=query.kind.value if query.kind else "", window=timedelta(days=query.days))
    return await _answer(request, "orders", period, lambda: desk.orders(wanted))


async def service(request: web.Request) -> web.Response:
    """Containment, first-contact resolution, reasons of hand-overs, satisfaction."""
    desk, period = _desk(request), _period(read_query(request, ServiceQuery).period)
    return await _answer(request, "service", period, lambda: desk.service(period))


def _desk(request: web.Request) -> ReportDesk:
    require_staff(request)
    desk = request.app[SERVICES].reports
    if desk is None:  # a gateway over stores that no report is made of
        raise NotFoundError
    return desk


def _period(text: str) -> Period:
    try:
        return Period.read(text)
    except ValueError as error:
        raise InvalidFieldsError("invalid_period", errors=[FieldProblem(field="period", message=str(error))]) from None


async def _answer(request: web.Request, name: str, period: Period, make: Tables) -> web.Response:
    from actions.reports.pictures import picture

    tables = await asyncio.to_thread(make)
    audit.info("staff read the %s report of %s, request %s", name, period, request[REQUEST_ID])
    if request.path.endswith(".xlsx"):
        body = await asyncio.to_thread(ReportDesk.workbook, f"电答 {name} {period}", tables)
        disposition = f'attachment; filename="dianda-{name}.xlsx"'
        return web.Response(body=body, content_type=XLSX, headers={"Content-Disposition": disposition})
    shown = [table.to_json() | {"picture": picture(table)} for table in tables]
    return as_json({"period": str(period), "made_at": rfc3339(request.app[SERVICES].clock.now()), "tables": shown})
