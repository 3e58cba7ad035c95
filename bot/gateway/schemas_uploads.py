"""Shapes of `/api/v1/uploads` and of the materials of a ticket."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel

from bot.gateway.fields import Id


class UploadFields(BaseModel):
    """The fields of the form beside `file`. The same `message_id`, or the same content, in a conversation is one upload."""

    conversation_id: Id
    message_id: Id | None = None


class UploadsQuery(BaseModel):
    """Whose uploads."""

    conversation_id: Id


class OwnQuery(BaseModel):
    """The conversation that sent the file; left out by staff."""

    conversation_id: Id | None = None


class StoredUpload(BaseModel):
    """A file as it is kept: a JPEG or a PDF, made anew from what came. `size` in bytes, `width` and `height` in pixels."""

    upload_id: str
    name: str
    media_type: str
    pages: int
    width: int
    height: int
    size: int
    sent_at: AwareDatetime


class UploadView(StoredUpload):
    """…with the payload of the turn that tells the assistant of it (`POST /api/v1/chat`)."""

    payload: str


class UploadList(BaseModel):
    """What a conversation has sent, oldest first."""

    uploads: list[UploadView]


class MaterialView(BaseModel):
    """A paper that an application needs. `due_at`: by when it may follow; null: it is looked at when the papers are checked."""

    material: str
    due_at: AwareDatetime | None
    owed: bool


class TicketUpload(StoredUpload):
    """A file in the folder of an application, and what it counts for."""

    material: str
    added_at: AwareDatetime


class TicketMaterials(BaseModel):
    """The papers of an application."""

    ticket_no: str
    materials: list[MaterialView]
    uploads: list[TicketUpload]
