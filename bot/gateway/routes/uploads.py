"""Papers of customers: `POST /api/v1/uploads` takes one; staff, and the conversation that sent it, may look at it again."""

from __future__ import annotations

import json
import logging
from urllib.parse import quote

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from actions.desk.clock import rfc3339
from actions.desk.papers import Folder, Paper
from bot.gateway.middleware.auth import is_staff, require_staff
from bot.gateway.middleware.kinds import REQUEST_ID
from bot.gateway.problems import (
    BadRequestError,
    BodyTooLargeError,
    InvalidFieldsError,
    NotFoundError,
    UnsupportedMediaTypeError,
    UploadRefusedError,
)
from bot.gateway.reading import as_json, path_part, read_query, validate
from bot.gateway.routes.adding import add as add_route
from bot.gateway.routes.chat import limit_conversation
from bot.gateway.schemas_uploads import OwnQuery, UploadFields, UploadsQuery
from bot.gateway.services import SERVICES
from bot.gateway.uploads import UploadDesk

audit = logging.getLogger("dianda.audit")

_FIELD = 1024
_PARTS = 8
_CHUNK = 64 * 1024


def add(app: web.Application) -> None:
    """Add the routes of this module."""
    add_route(app, "POST", "/api/v1/uploads", take)
    add_route(app, "GET", "/api/v1/uploads", listing)
    add_route(app, "GET", "/api/v1/uploads/{upload_id}", fetch)
    add_route(app, "GET", "/api/v1/tickets/{ticket_no}/materials", materials)


async def take(request: web.Request) -> web.Response:
    """One file, with the conversation it belongs to. What comes back tells the payload of the turn that speaks of it."""
    services, desk = request.app[SERVICES], _desk(request)
    if request.content_type != "multipart/form-data":
        raise UnsupportedMediaTypeError("upload_form")
    values, file = await _form(request, desk.most_bytes)
    fields = validate(UploadFields, values)
    if file is None:
        raise InvalidFieldsError("upload_no_file")
    if not is_staff(request):
        limit_conversation(services, fields.conversation_id)
    name, data = file
    paper = await desk.take(fields.conversation_id, fields.message_id, name, data)
    return as_json({**paper.to_json(), "payload": payload_of(paper)})


async def listing(request: web.Request) -> web.Response:
    """What a conversation has sent."""
    query = read_query(request, UploadsQuery)
    sent = await _desk(request).sent(query.conversation_id)
    return as_json({"uploads": [{**paper.to_json(), "payload": payload_of(paper)} for paper in sent]})


async def fetch(request: web.Request) -> web.Response:
    """The file itself: for staff, which is written down each time, or for the conversation that sent it."""
    desk, paper_id = _desk(request), path_part(request, "upload_id")
    owner = read_query(request, OwnQuery).conversation_id
    if owner is None:
        require_staff(request)
    found = await desk.fetch(paper_id)
    if found is None or (owner is not None and found[0].conversation_id != owner):
        raise NotFoundError("unknown_upload")
    paper, content = found
    if owner is None:
        audit.info("staff read upload %s, request %s", paper.paper_id, request[REQUEST_ID])
    shown = f"inline; filename*=UTF-8''{quote(paper.name)}"
    headers = {"Content-Disposition": shown, "Cache-Control": "private, no-store"}
    return web.Response(body=content, content_type=paper.media_type, headers=headers)


async def materials(request: web.Request) -> web.Response:
    """What an application needs, what has come, and what is still owed by when."""
    require_staff(request)
    services, desk = request.app[SERVICES], _desk(request)
    ticket_no = path_part(request, "ticket_no")
    ticket = await services.journal.read(lambda: services.desk.ticket(ticket_no))
    folder = await services.journal.read(lambda: desk.papers.folder(ticket.ticket_no))
    audit.info("staff read the materials of ticket %s, request %s", ticket.ticket_no, request[REQUEST_ID])
    return as_json(view(ticket.ticket_no, folder))


def view(ticket_no: str, folder: Folder) -> dict[str, object]:
    """The folder of an application as the API shows it."""
    owed = {need.material for need in folder.owed}
    return {
        "ticket_no": ticket_no,
        "materials": [
            {
                "material": need.material,
                "due_at": None if need.due_at is None else rfc3339(need.due_at),
                "owed": need.material in owed,
            }
            for need in folder.needs
        ],
        "uploads": [
            {**paper.to_json(), "material": use.material, "added_at": rfc3339(use.added_at)} for paper, use in folder.has
        ],
    }


def payload_of(paper: Paper) -> str:
    """What the customer's page says next, as if a button had been pressed."""
    return "/inform" + json.dumps({"choice": f"upload:{paper.paper_id}"})


def _desk(request: web.Request) -> UploadDesk:
    desk = request.app[SERVICES].uploads
    if desk is None:  # a gateway without a vault
        raise NotFoundError
    return desk


async def _form(request: web.Request, most: int) -> tuple[dict[str, str], tuple[str, bytes] | None]:
    """The fields and the file of a form, read no further than what is taken."""
    if (request.content_length or 0) > most + _PARTS * _FIELD:
        raise UploadRefusedError("upload_too_big")
    values: dict[str, str] = {}
    file: tuple[str, bytes] | None = None
    try:
        reader = await request.multipart()
        for _ in range(_PARTS):
            part = await reader.next()
            if part is None:
                return values, file
            if not isinstance(part, BodyPartReader) or part.headers.get("Content-Transfer-Encoding") or part.headers.get("Content-Encoding"):
                raise BadRequestError("upload_form")
            if part.name == "file" and file is None:
                file = (part.filename or "", await _read(part, most))
            elif part.name:
                values[part.name] = (await _read(part, _FIELD)).decode("utf-8")
    except (ValueError, AssertionError, KeyError, RuntimeError, web.RequestPayloadError, HttpProcessingError):
        # Each its own way of aiohttp's reader, or of UTF-8, to say that this is no form.
        raise BadRequestError("upload_form") from None
    raise BadRequestError("upload_form")


async def _read(part: BodyPartReader, most: int) -> bytes:
    whole = bytearray()
    while chunk := await part.read_chunk(_CHUNK):
        whole += chunk
        if len(whole) > most:
            raise UploadRefusedError("upload_too_big") if part.name == "file" else BodyTooLargeError
    return bytes(whole)


