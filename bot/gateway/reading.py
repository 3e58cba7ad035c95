"""Reading a request: bytes → UTF-8 → JSON → a validated model; each step that fails has its own problem."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_exceptions import HTTPRequestEntityTooLarge
from pydantic import BaseModel, ValidationError
from pydantic_core import to_jsonable_python

from bot.gateway.problems import (
    BodyTooLargeError,
    InvalidEncodingError,
    InvalidFieldsError,
    InvalidJsonError,
    InvalidUtf8Error,
    NotFoundError,
    UnsupportedMediaTypeError,
)

ModelT = TypeVar("ModelT", bound=BaseModel)


async def read_body(request: web.Request, model: type[ModelT]) -> ModelT:
    """The JSON body of `request` as a `model`.

    Raises UnsupportedMediaTypeError (415), BodyTooLargeError (413), InvalidEncodingError, InvalidUtf8Error,
    InvalidJsonError (400) or InvalidFieldsError (422).
    """
    if request.content_type != "application/json":
        raise UnsupportedMediaTypeError
    return validate(model, parse_json(await _bytes(request)))


async def read_text(request: web.Request) -> str:
    """The body as UTF-8 text. Raises BodyTooLargeError (413), InvalidEncodingError, InvalidUtf8Error (400)."""
    try:
        return (await _bytes(request)).decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidUtf8Error from None


def read_query(request: web.Request, model: type[ModelT]) -> ModelT:
    """The query parameters of `request` as a `model`.

    An empty one counts as left out (`?kind=&status=`), of one given twice the first counts, unknown ones are ignored.
    """
    query = request.query
    return validate(model, {name: query[name] for name in query if query[name]})


def validate(model: type[ModelT], data: object) -> ModelT:
    """`data` as a `model`. Raises InvalidFieldsError, which names the fields and repeats no value."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InvalidFieldsError.from_pydantic(error) from None


def parse_json(raw: bytes) -> Any:
    """Strict JSON: UTF-8 only, no NaN or Infinity, no depth or number that would break the parser."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidUtf8Error from None
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise InvalidJsonError from None


def path_part(request: web.Request, name: str) -> str:
    """A part of the path. Raises NotFoundError when it holds characters that no name of ours has."""
    value = request.match_info[name]
    if not value.isprintable():
        raise NotFoundError
    return value


def plain(value: object) -> Any:
    """Anything the knowledge base may give (dataclass, model, mapping, numpy number, date) as JSON data."""
    return to_jsonable_python(value, fallback=lambda other: other.item() if hasattr(other, "item") else str(other))


def as_json(data: Mapping[str, Any] | BaseModel, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A JSON response in UTF-8, Chinese written as itself."""
    text = data.model_dump_json() if isinstance(data, BaseModel) else json.dumps(data, ensure_ascii=False, default=str)
    return web.Response(body=text.encode(), status=status, content_type="application/json", charset="utf-8", headers=headers)


async def _bytes(request: web.Request) -> bytes:
    try:
        return await request.read()
    except HTTPRequestEntityTooLarge:
        raise BodyTooLargeError from None
    except (web.RequestPayloadError, HttpProcessingError):
        raise InvalidEncodingError from None


def _refuse(_: str) -> NoReturn:
    raise ValueError("not a JSON number")
