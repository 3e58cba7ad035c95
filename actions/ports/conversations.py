"""The port of the journal: every turn before it is worked on, every reply before it is sent.

Two counters keep it straight. `seq` grows by one per conversation over everything sent to the customer (replies, holding
lines, pushes). A customer's turn has no `seq`; it remembers the last one sent before it (`after_seq`), so that the whole
conversation has one order, whatever the clocks said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

Json = dict[str, Any]


class TurnState(StrEnum):
    """How far a turn is. `new` is only ever the answer of the call that stored it."""

    NEW = "new"
    PENDING = "pending"
    ANSWERED = "answered"
    DEFERRED = "deferred"


class Role(StrEnum):
    """Who speaks."""

    USER = "user"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTurn:
    """A customer's turn as it stands. `reply` and `seq` are the last sent for it: the holding line while deferred."""

    turn_id: str
    conversation_id: str
    message_id: str
    channel: str
    customer_id: str | None
    text: str | None
    payload: str | None
    received_at: datetime
    state: TurnState
    after_seq: int
    seq: int | None = None
    reply: Json | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """Something sent to the customer. A reply has its turn and the whole `reply`; a push has only `messages`."""

    seq: int
    role: Role
    at: datetime
    messages: list[Json]
    turn_id: str | None = None
    message_id: str | None = None
    reply: Json | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the history: a turn (`text` or `payload`, `message_id`) or something sent (`messages`, `seq`)."""

    role: Role
    at: datetime
    text: str | None = None
    payload: str | None = None
    message_id: str | None = None
    messages: list[Json] | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation at a glance. `turns` counts the customer's; `last_text` is the last of them in words."""

    conversation_id: str
    channel: str
    customer_id: str | None
    started_at: datetime
    last_at: datetime
    last_seq: int
    turns: int
    last_text: str | None


def weave(turns: Iterable[StoredTurn], sent: Iterable[Outbound], limit: int) -> tuple[Entry, ...]:
    """The last `limit` lines of a conversation in its one order. `turns` come in the order they were accepted."""
    lines = [((turn.after_seq, 1, index), _said(turn)) for index, turn in enumerate(turns)]
    lines += [((out.seq, 0, 0), _sent(out)) for out in sent]
    lines.sort(key=lambda line: line[0])
    return tuple(entry for _, entry in lines[-limit:])


def _said(turn: StoredTurn) -> Entry:
    return Entry(role=Role.USER, at=turn.received_at, text=turn.text, payload=turn.payload, message_id=turn.message_id)


def _sent(out: Outbound) -> Entry:
    return Entry(role=out.role, at=out.at, messages=out.messages, message_id=out.message_id, seq=out.seq)


class ConversationStore(Protocol):
    """Where conversations live. Called from many threads."""

    def accept_turn(
        self,
        conversation_id: str,
        message_id: str,
        channel: str,
        customer_id: str | None,
        text: str | None,
        payload: str | None,
        at: datetime,
    ) -> StoredTurn:
        """Write a turn down, or find it: the same (conversation, message) is stored once and then returned as it stands."""
        ...

    def answer_turn(self, turn_id: str, reply: Json, at: datetime) -> int:
        """Write the reply and return its `seq`. A turn answered before keeps its first reply and seq. Raises UnknownTurn."""
        ...

    def defer_turn(self, turn_id: str, reply: Json, at: datetime) -> int:
        """Write a holding line and return its `seq`; the turn stays open. Once only: again returns the `seq` there is.

        Raises UnknownTurn.
        """
        ...

    def open_turns(self, limit: int) -> tuple[StoredTurn, ...]:
        """Turns not yet answered (pending or deferred), oldest first."""
        ...

    def push(self, conversation_id: str, role: Role, messages: list[Json], at: datetime, key: str) -> int | None:
        """Write something unasked for and return its `seq`; None when this `key` was pushed to the conversation before."""
        ...

    def outbound_after(self, conversation_id: str, seq: int) -> tuple[Outbound, ...]:
        """Everything sent with a greater `seq`, in order."""
        ...

    def history(self, conversation_id: str, limit: int, after: int = 0) -> tuple[Entry, ...]:
        """The last `limit` lines, oldest first, of what was said after `seq` `after` was sent (0: from the start)."""
        ...

    def customer_of(self, conversation_id: str) -> str | None:
        """The customer that the channel last named in a conversation, or None."""
        ...

    def conversations(self, limit: int) -> tuple[Conversation, ...]:
        """The conversations with the latest activity, latest first."""
        ...
