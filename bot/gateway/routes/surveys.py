"""Satisfaction surveys, for staff: the answer of a ticket's customer, and a score given on the phone."""

from __future__ import annotations

import logging
from typing import Any

from aiohttp import web

from actions.desk.clock import rfc3339
from actions.desk.feedback import Feedback
from actions.desk.surveys import Survey
from bot.gateway.middleware.auth import require_staff
from bot.gateway.middleware.kinds import REQUEST_ID
from bot.gateway.problems import NotFoundError
from bot.gateway.reading import as_json, path_part, read_body
from bot.gateway.routes.adding import add as add_route
from bot.gateway.schemas_reports import SurveyAnswer
from bot.gateway.services import SERVICES

audit = logging.getLogger("dianda.audit")
_PATH = "/api/v1/tickets/{ticket_no}/survey"


def add(app: web.Application) -> None:
    """Add the routes of this module."""
    add_route(app, "GET", _PATH, show)
    add_route(app, "POST", _PATH, answer)


async def show(request: web.Request) -> web.Response:
    """The survey of a ticket; 404 when its customer was not asked."""
    feedback, ticket_no = _feedback(request), path_part(request, "ticket_no")
    survey = await request.app[SERVICES].journal.read(lambda: feedback.of(ticket_no))
    if survey is None:
        raise NotFoundError("unknown_survey")
    audit.info("staff read the survey of ticket %s, request %s", ticket_no, request[REQUEST_ID])
    return as_json(_view(survey))


async def answer(request: web.Request) -> web.Response:
    """Write down what the customer said on the phone. One that has its score already is 409 and keeps it."""
    feedback, ticket_no = _feedback(request), path_part(request, "ticket_no")
    given = await read_body(request, SurveyAnswer)

    def step() -> Survey:
        feedback.called(ticket_no, given.score, by=given.actor)
        return feedback.explain(ticket_no, given.reason, given.comment.strip() or None, by=given.actor)

    survey = await request.app[SERVICES].journal.write(step)
    audit.info("staff wrote the survey of ticket %s, request %s", ticket_no, request[REQUEST_ID])
    return as_json(_view(survey))


def _feedback(request: web.Request) -> Feedback:
    require_staff(request)
    feedback = request.app[SERVICES].feedback
    if feedback is None:  # a gateway that asks nobody
        raise NotFoundError
    return feedback


def _view(survey: Survey) -> dict[str, Any]:
    return {
        "ticket_no": survey.ticket_no,
        "channel": survey.channel,
        "asked_at": rfc3339(survey.asked_at),
        "score": survey.score,
        "reason": survey.reason,
        "comment": survey.comment,
        "answered_at": None if survey.answered_at is None else rfc3339(survey.answered_at),
        "answered_by": survey.answered_by,
    }
