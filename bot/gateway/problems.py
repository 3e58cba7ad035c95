"""Errors of the API as RFC 9457 problem details.

ProblemError                     status  code
├── BadRequestError              400     bad_request
│   ├── InvalidJsonError         400     invalid_json
│   ├── InvalidUtf8Error         400     invalid_utf8
│   └── InvalidEncodingError     400     invalid_encoding
├── UnauthorizedError            401     unauthorized
├── ForbiddenError               403     forbidden, foreign_origin
├── NotFoundError                404     not_found, unknown_ticket, unknown_topic, unknown_handoff, unknown_letter,
│                                        unknown_plan, unknown_stop, unknown_call, unknown_account
├── MethodNotAllowedError        405     method_not_allowed
├── ConflictError                409     conflict, illegal_move, stale_version, handoff_taken, handoff_not_taken, letter_delivered,
│                                        plan_over, stop_over
├── BodyTooLargeError            413     body_too_large
├── UnsupportedMediaTypeError    415     unsupported_media_type
├── ExpectationFailedError       417     expectation_failed
├── InvalidFieldsError           422     invalid_fields, invalid_ticket, invalid_cursor
├── UploadRefusedError           422     upload_kind, upload_blurred, upload_dark, …: the reasons of actions.materials.refused
├── RateLimitedError             429     rate_limited
├── InternalError                500     internal
└── UnavailableError             503     assistant_unavailable, assistant_fault, not_ready, store_unavailable

`code` is stable and meant for programs, `title` is its English reading, `detail` is Chinese and fit to be
shown to a customer. No problem ever repeats what was sent: it may hold personal data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.gateway.words import words

CONTENT_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """One field that is wrong: its dotted path and why."""

    field: str
    message: str


class Problem(BaseModel):
    """The JSON of an error."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str | None = None
    errors: list[FieldProblem] | None = None


class ProblemError(Exception):
    """Root of everything the API refuses or fails at; turned into a response by the problems middleware.

    `code` narrows the class's default code, `errors` names fields, `headers` go onto the response and
    `extra` becomes further members of the problem.
    """

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "internal"

    def __init__(
        self,
        code: str | None = None,
        *,
        detail: str | None = None,
        errors: Iterable[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        self.code = code or self.default_code
        self.detail = detail or words().problems[self.code]
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.extra = extra
        super().__init__(self.code)

    def problem(self, instance: str | None = None) -> dict[str, Any]:
        """The problem as plain JSON data; `instance` is the id of the request it happened in."""
        body: dict[str, Any] = {
            "type": f"urn:dianda:problem:{self.code}",
            "title": self.code.replace("_", " ").capitalize(),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if instance:
            body["instance"] = f"urn:dianda:request:{instance}"
        if self.errors:
            body["errors"] = [error.model_dump() for error in self.errors]
        return body | self.extra


class BadRequestError(ProblemError):
    """The request cannot be read."""

    status = 400
    default_code = "bad_request"


class InvalidJsonError(BadRequestError):
    """The body is no JSON."""

    default_code = "invalid_json"


class InvalidUtf8Error(BadRequestError):
    """The body is no UTF-8."""

    default_code = "invalid_utf8"


class InvalidEncodingError(BadRequestError):
    """The body's compression or chunking is broken."""

    default_code = "invalid_encoding"


class UnauthorizedError(ProblemError):
    """The call needs the staff token and carries none."""

    status = 401
    default_code = "unauthorized"

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": "Bearer"})


class ForbiddenError(ProblemError):
    """The token is wrong."""

    status = 403
    default_code = "forbidden"


class NotFoundError(ProblemError):
    """There is no such thing."""

    status = 404
    default_code = "not_found"


class MethodNotAllowedError(ProblemError):
    """The address exists, the method does not."""

    status = 405
    default_code = "method_not_allowed"


class ConflictError(ProblemError):
    """The thing is in no state for this; nothing was changed."""

    status = 409
    default_code = "conflict"


class BodyTooLargeError(ProblemError):
    """The body, or the text in it, is longer than is taken."""

    status = 413
    default_code = "body_too_large"


class UnsupportedMediaTypeError(ProblemError):
    """The body is not declared as JSON."""

    status = 415
    default_code = "unsupported_media_type"


class ExpectationFailedError(ProblemError):
    """An Expect header other than 100-continue."""

    status = 417
    default_code = "expectation_failed"


class InvalidFieldsError(ProblemError):
    """The JSON is well-formed and its fields are wrong."""

    status = 422
    default_code = "invalid_fields"

    @classmethod
    def from_pydantic(cls, error: ValidationError) -> InvalidFieldsError:
        """Name every wrong field without repeating its value."""
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return cls(
            errors=[
                FieldProblem(field=".".join(str(part) for part in item["loc"]), message=item["msg"])
                for item in found
            ]
        )


class UploadRefusedError(ProblemError):
    """A file that is not taken; its code is the reason (`actions.materials.refused`), its detail says how to do better."""

    status = 422
    default_code = "upload_broken"


class RateLimitedError(ProblemError):
    """Too many calls; `seconds` is when the next one is taken."""

    status = 429
    default_code = "rate_limited"

    def __init__(self, seconds: float) -> None:
        super().__init__(headers={"Retry-After": str(max(1, round(seconds + 0.5)))})


class InternalError(ProblemError):
    """A fault of ours; the log has it under the request id."""


class UnavailableError(ProblemError):
    """A part the call needs is away."""

    status = 503
    default_code = "not_ready"


_FROM_AIOHTTP: dict[int, type[ProblemError]] = {
    404: NotFoundError,
    405: MethodNotAllowedError,
    413: BodyTooLargeError,
    415: UnsupportedMediaTypeError,
    417: ExpectationFailedError,
}


def from_http_error(error: web.HTTPException) -> ProblemError:
    """The problem of an error raised by aiohttp itself (unknown path, wrong method, body too large)."""
    kind = _FROM_AIOHTTP.get(error.status, BadRequestError if error.status < 500 else InternalError)
    return kind(headers={"Allow": error.headers["Allow"]} if "Allow" in error.headers else None)
