"""Every error leaves as a problem document, whoever raised it."""

from __future__ import annotations

import json
import logging

from aiohttp import web

from actions.desk.errors import DeskError
from bot.gateway.middleware.kinds import REQUEST_ID, Handler
from bot.gateway.problems import (
    CONTENT_TYPE,
    InternalError,
    InvalidEncodingError,
    ProblemError,
    UnavailableError,
    from_http_error,
)
from bot.gateway.refusals import from_desk_error
from knowledge_base.errors import StoreAway, UnusableVectors

log = logging.getLogger("dianda.gateway")


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn exceptions into problems. An unforeseen one is logged with its traceback and tells the caller nothing."""
    try:
        return await handler(request)
    except ProblemError as error:
        return problem_response(error, request.get(REQUEST_ID))
    except DeskError as error:
        return problem_response(from_desk_error(error), request.get(REQUEST_ID))
    except (StoreAway, UnusableVectors) as error:
        log.error("request %s: %s", request.get(REQUEST_ID), error)
        return problem_response(UnavailableError("not_ready"), request.get(REQUEST_ID))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return problem_response(from_http_error(error), request.get(REQUEST_ID))
    except Exception:
        log.exception("request %s failed", request.get(REQUEST_ID))
        return problem_response(InternalError(), request.get(REQUEST_ID))


def problem_response(error: ProblemError, instance: str | None = None) -> web.Response:
    """A problem as a response."""
    body = json.dumps(error.problem(instance), ensure_ascii=False).encode()
    response = web.Response(body=body, status=error.status, content_type=CONTENT_TYPE, charset="utf-8", headers=error.headers)
    if isinstance(error, InvalidEncodingError):
        # Where the broken body ends nobody knows: the connection cannot carry another request, and should say so.
        response.force_close()
    return response
