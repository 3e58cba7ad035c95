"""Turn and Reply: what every channel makes and renders, in exactly the JSON shapes of the public API.

Unknown fields of the assistant's answer are kept and handed on, so that a newer assistant can tell a
newer page something this module does not know.
"""

from __future__ import annotations

import secrets
import string
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_serializer, model_validator

HandoffState = Literal["none", "queued", "active"]


def new_id(length: int = 22) -> str:
    """A random id of lowercase letters (≈ 4.7 bits each). Letters only: masking must never take it for a phone."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(length))


class _Shape(BaseModel):
    model_config = ConfigDict(extra="allow")


class Button(_Shape):
    """A choice offered under a message; `payload` comes back as the next turn's payload."""

    title: str
    payload: str


class Citation(_Shape):
    """Where a statement rests: source document, clause and edition."""

    topic: str
    title: str = ""
    source: str = ""
    article: str = ""
    edition: str = ""


class Message(_Shape):
    """One bubble. `speech` is the short text for the ear and falls back to `text`."""

    text: str
    speech: str = ""
    buttons: list[Button] = []
    citations: list[Citation] = []
    card: dict[str, Any] | None = Field(default=None, exclude_if=lambda card: card is None)
    priority: str | None = Field(default=None, exclude_if=lambda priority: priority is None)

    @model_validator(mode="after")
    def _speak_the_text(self) -> Message:
        if not self.speech:
            self.speech = self.text
        return self


class IntentScore(_Shape):
    """An intent and how sure the assistant is (0–1); `name` is null where nothing was understood."""

    name: str | None = None
    confidence: float = 0.0


class Entity(_Shape):
    """A value found in the text; `start` and `end` are character offsets into the raw text."""

    entity: str
    value: Any = None
    text: str | None = None
    start: int | None = None
    end: int | None = None


class KnowledgeHit(_Shape):
    """An article the answer rests on."""

    topic: str
    score: float


class TicketRef(_Shape):
    """The ticket a turn created or touched."""

    ticket_no: str
    kind: str


class Elapsed(_Shape):
    """Milliseconds spent, whole and by part."""

    total: float = 0
    nlu: float = 0
    dialogue: float = 0
    knowledge: float = 0
    action: float = 0


class Trace(_Shape):
    """How the reply came about."""

    intent: IntentScore = IntentScore()
    entities: list[Entity] = []
    knowledge: list[KnowledgeHit] = []
    flow: str | None = None
    requested_slot: str | None = None
    ticket: TicketRef | None = None
    handoff: HandoffState = "none"
    elapsed_ms: Elapsed = Elapsed()


class Reply(_Shape):
    """The whole answer to one turn. A component that does not know the ids leaves them empty; the gateway fills them in."""

    conversation_id: str = ""
    turn_id: str = ""
    messages: list[Message]
    trace: Trace = Trace()


class Turn(BaseModel):
    """One thing a customer said or pressed: exactly one of `text` and `payload`.

    `message_id` is the sender's idempotency key within the conversation; `channel` names the channel module
    the turn came through; `customer_id` is who the channel says it is, if it knows.
    """

    model_config = ConfigDict(frozen=True)

    conversation_id: Annotated[str, Field(min_length=1, max_length=128)]
    turn_id: str = Field(default_factory=new_id)
    message_id: str = ""
    text: str | None = None
    payload: str | None = None
    channel: str = "api"
    customer_id: str | None = None
    elder: bool = False
    received_at: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))

    @model_validator(mode="after")
    def _one_of_two(self) -> Turn:
        if (self.text is None) == (self.payload is None):
            raise ValueError("a turn carries exactly one of text and payload")
        return self

    @property
    def words(self) -> str:
        """What goes to the assistant: the text, or a button's payload such as `/affirm`."""
        return self.text if self.text is not None else str(self.payload)

    @property
    def key(self) -> tuple[str, str]:
        """What makes two turns the same one; without a message id every turn is its own."""
        return self.conversation_id, self.message_id or self.turn_id

    @field_serializer("received_at")
    def _rfc3339(self, moment: datetime) -> str:
        return moment.isoformat()
