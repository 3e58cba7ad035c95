"""Outage plans and notices, for staff: import, list, cancel; what was told; calls to be made; what customers want to be told."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from actions.desk.notifier import Notifier
from actions.desk.plans import COLUMNS
from bot.gateway.middleware.auth import require_staff
from bot.gateway.middleware.kinds import REQUEST_ID
from bot.gateway.problems import FieldProblem, InvalidFieldsError, NotFoundError
from bot.gateway.reading import as_json, path_part, read_body, read_query, read_text
from bot.gateway.routes.adding import add as add_route
from bot.gateway.schemas_notices import (
    CallDone,
    CallList,
    Choice,
    Choices,
    NoticeList,
    NoticeQuery,
    PlanCancel,
    PlanImport,
    PlanList,
    call_view,
    cancelled_view,
    notice_view,
    plan_view,
    review_view,
)
from bot.gateway.services import SERVICES

audit = logging.getLogger("dianda.audit")
_PLANS = "/api/v1/outage-plans"
_CALLS = "/api/v1/notices/calls"
_CHOICES = "/api/v1/accounts/{account_no}/notices"


def add(app: web.Application) -> None:
    """Add the routes of this module."""
    add_route(app, "GET", _PLANS, plans)
    add_route(app, "POST", _PLANS, take)
    add_route(app, "POST", _PLANS + "/{outage_no}/cancel", cancel)
    add_route(app, "GET", "/api/v1/notices", notices)
    add_route(app, "GET", _CALLS, calls)
    add_route(app, "POST", _CALLS + "/{key}/done", called)
    add_route(app, "GET", _CHOICES, choices)
    add_route(app, "POST", _CHOICES, choose)


async def plans(request: web.Request) -> web.Response:
    """Plans to come, running, and of the last week, with how many were told."""
    notifier, services = _notifier(request), request.app[SERVICES]
    found = await services.journal.read(notifier.plans)
    calls_open = await services.journal.read(notifier.open_calls)
    views = [plan_view(one) for one in found]
    return as_json(PlanList(plans=views, open_calls=calls_open, quiet_hours=services.settings.quiet_hours))


async def take(request: web.Request) -> web.Response:
    """Store plans from JSON or a CSV sheet; rows that are refused are named, the others count."""
    notifier = _notifier(request)
    if request.content_type == "text/csv":
        rows, first = sheet(await read_text(request), COLUMNS), 2
    else:
        rows, first = [plan.row() for plan in (await read_body(request, PlanImport)).plans], 1
    found = await request.app[SERVICES].journal.write(lambda: notifier.take(rows, first=first))
    view = review_view(found)
    audit.info("staff imported plans: new %s, changed %s, request %s", view.new, view.changed, request[REQUEST_ID])
    return as_json(view)


async def cancel(request: web.Request) -> web.Response:
    """Call a plan off. One that has begun, is over or was cancelled is 409."""
    notifier, outage_no, body = _notifier(request), path_part(request, "outage_no"), await read_body(request, PlanCancel)
    plan = await request.app[SERVICES].journal.write(lambda: notifier.cancel(outage_no, body.reason))
    audit.info("%s cancelled plan %s, request %s", body.actor, outage_no, request[REQUEST_ID])
    return as_json(cancelled_view(plan))


async def notices(request: web.Request) -> web.Response:
    """The latest notices, accounts masked."""
    notifier, query = _notifier(request), read_query(request, NoticeQuery)
    found = await request.app[SERVICES].journal.read(lambda: notifier.notices(query.limit))
    return as_json(NoticeList(notices=[notice_view(one) for one in found]))


async def calls(request: web.Request) -> web.Response:
    """Calls that are to be made, with whom: that they were read is noted."""
    notifier, query = _notifier(request), read_query(request, NoticeQuery)
    found = await request.app[SERVICES].journal.read(lambda: notifier.calls(query.limit))
    audit.info("staff read %d calls to be made, request %s", len(found), request[REQUEST_ID])
    return as_json(CallList(calls=[call_view(one) for one in found]))


async def called(request: web.Request) -> web.Response:
    """A call was made."""
    notifier, key, body = _notifier(request), path_part(request, "key"), await read_body(request, CallDone)
    notice = await request.app[SERVICES].journal.write(lambda: notifier.called(key, body.actor))
    audit.info("%s made a call about %s, request %s", body.actor, notice.subject, request[REQUEST_ID])
    return as_json(notice_view(notice))


async def choices(request: web.Request) -> web.Response:
    """What an account's customer wants to be told."""
    notifier, account_no = _notifier(request), path_part(request, "account_no")
    found = await request.app[SERVICES].journal.read(lambda: notifier.choices(account_no))
    return as_json(Choices(**{"bill": None, "outage": None, **{topic.value: wanted for topic, wanted in found.items()}}))


async def choose(request: web.Request) -> web.Response:
    """Switch the notices of an account on or off."""
    notifier, account_no, body = _notifier(request), path_part(request, "account_no"), await read_body(request, Choice)
    await request.app[SERVICES].journal.write(
        lambda: notifier.choose(account_no, body.topics(), body.wanted, by=body.actor)
    )
    audit.info("%s set notices of an account, request %s", body.actor, request[REQUEST_ID])
    return await choices(request)


def sheet(text: str, columns: Sequence[str]) -> list[Mapping[str, Any]]:
    """The rows of a CSV sheet that has the first two of `columns` at least. Raises InvalidFieldsError."""
    try:
        reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
        rows: list[Mapping[str, Any]] = list(reader)
    except csv.Error:
        raise InvalidFieldsError(errors=[FieldProblem(field="body", message="not a CSV sheet")]) from None
    if not {columns[0], columns[1]} <= set(reader.fieldnames or ()):
        raise InvalidFieldsError(errors=[FieldProblem(field="body", message="needs the headings " + ", ".join(columns))])
    return rows


def _notifier(request: web.Request) -> Notifier:
    require_staff(request)
    notifier = request.app[SERVICES].notices
    if notifier is None:
        raise NotFoundError
    return notifier
