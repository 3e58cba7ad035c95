"""The API's requests and answers that are not a Turn or a Reply. OpenAPI is made from these models."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from actions.desk.outbox import LetterState
from actions.desk.tickets import EventType, Kind, Status
from bot.gateway.fields import TEXT_PATTERN, Id, Note, Payload, Text
from bot.gateway.turn import Citation, Entity, IntentScore, Message

Channel = Literal["web", "wechat", "voice", "ivr", "api"]
MOST_TEXTS = 256


class ChatRequest(BaseModel):
    """One customer turn. Fields not named here are ignored."""

    # "Exactly one" cannot be said by field types alone; without this the schema would promise more than is accepted.
    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["text"], "properties": {"text": {"type": "string"}, "payload": {"type": "null"}}},
                {"required": ["payload"], "properties": {"payload": {"type": "string"}, "text": {"type": "null"}}},
            ]
        }
    )

    conversation_id: Id
    text: Text | None = None
    payload: Payload | None = None
    channel: Channel = "api"
    customer_id: Id | None = None
    message_id: Id | None = None
    elder: Annotated[bool, Field(strict=True)] = False

    @model_validator(mode="after")
    def _one_of_two(self) -> ChatRequest:
        if (self.text is None) == (self.payload is None):
            raise ValueError("give exactly one of text and payload")
        return self


class ParseRequest(BaseModel):
    """Understanding only: one `text`, or up to 256 `texts`."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["text"], "properties": {"text": {"type": "string"}, "texts": {"type": "null"}}},
                {"required": ["texts"], "properties": {"texts": {"type": "array"}, "text": {"type": "null"}}},
            ]
        }
    )

    text: Text | None = None
    texts: Annotated[list[Text], Field(max_length=MOST_TEXTS)] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> ParseRequest:
        if (self.text is None) == (self.texts is None):
            raise ValueError("give exactly one of text and texts")
        return self


class Parsed(BaseModel):
    """What was understood in one text."""

    model_config = ConfigDict(extra="allow")

    intent: IntentScore
    intent_ranking: list[IntentScore]
    entities: list[Entity]


class ParsedMany(BaseModel):
    """Results in the order of the texts."""

    results: list[Parsed]


class KnowledgeQuery(BaseModel):
    """Query of a knowledge search."""

    q: Text
    k: Annotated[int, Field(ge=1, le=20)] = 5


class KnowledgeResult(BaseModel):
    """One article that may answer."""

    model_config = ConfigDict(extra="allow")

    topic: str
    title: str
    score: float
    answer: str
    citations: list[Citation]


class KnowledgeAnswer(BaseModel):
    """`answerable` is false when nothing in the base answers the question."""

    answerable: bool
    results: list[KnowledgeResult]


class Article(BaseModel):
    """The article in force; further fields as the knowledge base has them."""

    model_config = ConfigDict(extra="allow")

    topic: str
    title: str


Cursor = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


class TicketQuery(BaseModel):
    """Filters of a ticket listing."""

    conversation_id: Id | None = None
    account_no: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")] | None = None
    kind: Kind | None = None
    status: Status | None = None
    review: bool | None = None
    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class TicketClockView(BaseModel):
    """A deadline of one step."""

    step: str
    started_at: str
    warn_at: str
    due_at: str
    finished_at: str | None
    state: Literal["running", "warned", "breached", "met", "cancelled"]
    paused: bool = Field(description="The desk waits for the customer; the clock stands still.")


class TicketEventView(BaseModel):
    """A line of a ticket's log."""

    at: str
    type: str
    actor: str
    note: str


class TicketView(BaseModel):
    """A ticket."""

    model_config = ConfigDict(extra="allow")

    ticket_no: str
    kind: Kind
    category: list[str]
    priority: Literal["emergency", "urgent", "normal"]
    status: Status
    channel: str
    conversation_id: str | None
    account_no: str | None
    contact_name: str | None
    contact_phone: str | None
    address: str | None
    area: Literal["urban", "rural", "remote"]
    description: str
    created_at: str
    parent_ticket_no: str | None
    paused_at: str | None
    review: bool = Field(description="The classifier was not sure of the category, and nobody has looked at it yet.")
    clocks: list[TicketClockView]
    events: list[TicketEventView]


class TicketList(BaseModel):
    """A page of tickets, newest first; `next_cursor` is null on the last one."""

    tickets: list[TicketView]
    next_cursor: str | None


class TicketEventRequest(BaseModel):
    """A step or a remark. `actor` is who does it, as it stands in the log; `merged` names the parent, `paused` says why in `note`."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {
                    "if": {"properties": {"type": {"const": "merged"}}},
                    "then": {"required": ["parent_ticket_no"], "properties": {"parent_ticket_no": {"type": "string"}}},
                },
                {
                    "if": {"properties": {"type": {"const": "paused"}}},
                    "then": {"required": ["note"], "properties": {"note": {"pattern": TEXT_PATTERN}}},
                },
            ]
        }
    )

    type: EventType
    note: Note = ""
    actor: Id = "staff"
    parent_ticket_no: Id | None = None

    @model_validator(mode="after")
    def _parent_of_a_merger(self) -> TicketEventRequest:
        if self.type is EventType.MERGED and self.parent_ticket_no is None:
            raise ValueError("merged needs parent_ticket_no")
        return self

    @model_validator(mode="after")
    def _reason_of_a_pause(self) -> TicketEventRequest:
        if self.type is EventType.PAUSED and not re.search(TEXT_PATTERN, self.note):
            raise ValueError("paused needs a note that says why")
        return self


class CategoryRequest(BaseModel):
    """The class a person gives a complaint or repair, or confirms: a first and a second level (GET /api/v1/classes)."""

    first: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    second: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    actor: Id = "staff"
    note: Note = ""


class ClassesView(BaseModel):
    """Kind → first level → second levels."""

    classes: dict[str, dict[str, list[str]]]


class OutboxQuery(BaseModel):
    """Filter of the outbox."""

    state: LetterState | None = None
    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class LetterView(BaseModel):
    """A letter: something to be told to the utility's systems, to staff or to a customer. Its body is not shown."""

    key: str
    audience: Literal["utility", "staff", "customer"]
    topic: str
    ticket_no: str | None
    subject: str | None
    """What it is about when it is about no ticket: `plan:<number>`, `bill:<month>`, `balance:<since>`."""
    created_at: str
    state: LetterState
    attempts: int
    next_at: str | None
    delivered_at: str | None
    last_error: str
    waits_for: str | None
    """Of a pending letter: `turn`, `retry`, or `quiet_hours`."""


class LetterList(BaseModel):
    """A page of letters, newest first, and how many there are in each state."""

    letters: list[LetterView]
    next_cursor: str | None
    counts: dict[str, int]


class HandoffQuery(BaseModel):
    """Filter of the hand-off listing."""

    state: Literal["queued", "active"] | None = None


class HandoffView(BaseModel):
    """A conversation that waits for, or has, a person."""

    handoff_id: str
    conversation_id: str
    state: Literal["queued", "active", "closed"]
    reason: str
    summary: str
    priority: Literal["emergency", "urgent", "normal"]
    agent: str | None
    opened_at: str | None
    taken_at: str | None
    closed_at: str | None


class HandoffList(BaseModel):
    """Open hand-offs, the most pressing first."""

    handoffs: list[HandoffView]


class HistoryEntry(BaseModel):
    """A line of a conversation: a customer's turn, or what was sent (then with `seq`)."""

    role: Literal["user", "bot", "agent", "system"]
    at: str
    text: str | None = Field(default=None, exclude_if=lambda value: value is None)
    payload: str | None = Field(default=None, exclude_if=lambda value: value is None)
    message_id: str | None = Field(default=None, exclude_if=lambda value: value is None)
    messages: list[dict[str, Any]] | None = Field(default=None, exclude_if=lambda value: value is None)
    seq: int | None = Field(default=None, exclude_if=lambda value: value is None)


class HandoffDetail(HandoffView):
    """A hand-off with the conversation so far."""

    history: list[HistoryEntry]


AfterSeq = Annotated[int, Field(ge=0, le=2**53)]


class AfterQuery(BaseModel):
    """From where on: the last `seq` already seen, 0 for everything."""

    after: AfterSeq = 0


class SentQuery(AfterQuery):
    """Whose messages, and from where on."""

    conversation_id: Id


class Sent(BaseModel):
    """Something sent to the customer."""

    seq: int
    role: Literal["bot", "agent", "system"]
    at: str
    message_id: str | None
    messages: list[Message]


class SentList(BaseModel):
    """What was sent after `after`, in order: replies, late answers, agents' words, notices."""

    conversation_id: str
    sent: list[Sent]


class TakeRequest(BaseModel):
    """Who takes the conversation over."""

    agent: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$")]


class SayRequest(BaseModel):
    """The agent's words. The same `message_id` is sent once."""

    text: Text
    agent: Id | None = None
    message_id: Id | None = None


class Said(BaseModel):
    """The seq the words got; null when this `message_id` was sent before."""

    seq: int | None


class Health(BaseModel):
    """The process is alive."""

    status: Literal["ok"]


class Ready(BaseModel):
    """Every part and whether it works."""

    ready: bool
    parts: dict[str, bool]


# -- frames of the WebSocket, client to server ------------------------------------------------------


class Hello(BaseModel):
    """First frame of a customer's page."""

    type: Literal["hello"]
    conversation_id: Id
    after: AfterSeq = 0


class StaffHello(BaseModel):
    """First frame of a staff listener that could not send the Authorization header (a browser)."""

    type: Literal["hello"]
    token: Annotated[str, StringConstraints(max_length=512)] = ""


class Say(BaseModel):
    """One turn over the WebSocket."""

    type: Literal["say"]
    message_id: Id
    text: Text | None = None
    payload: Payload | None = None
    elder: Annotated[bool, Field(strict=True)] = False

    @model_validator(mode="after")
    def _one_of_two(self) -> Say:
        if (self.text is None) == (self.payload is None):
            raise ValueError("give exactly one of text and payload")
        return self
