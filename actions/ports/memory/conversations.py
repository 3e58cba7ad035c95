"""The journal in memory."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from uuid import uuid4

from actions.desk.errors import UnknownTurn
from actions.ports.conversations import Conversation, Entry, Json, Outbound, Role, StoredTurn, TurnState, weave


@dataclass
class _Talk:
    """A conversation: its turns and what was sent, in order. `seq` of an outbound is its position, from 1."""

    conversation_id: str
    channel: str
    customer_id: str | None
    started_at: datetime
    last_at: datetime
    turns: list[StoredTurn] = field(default_factory=list)
    sent: list[Outbound] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)


class MemoryConversations:
    """`ConversationStore` in memory."""

    def __init__(self) -> None:
        """Nobody has spoken."""
        self._lock = Lock()
        self._talks: dict[str, _Talk] = {}
        self._turns: dict[str, tuple[str, int]] = {}

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
        """See `ConversationStore.accept_turn`."""
        with self._lock:
            talk = self._talks.setdefault(conversation_id, _Talk(conversation_id, channel, customer_id, at, at))
            known = next((turn for turn in talk.turns if turn.message_id == message_id), None)
            if known is not None:
                return deepcopy(known)
            talk.channel, talk.customer_id, talk.last_at = (
                channel,
                customer_id or talk.customer_id,
                max(talk.last_at, at),
            )
            turn = StoredTurn(
                turn_id=uuid4().hex,
                conversation_id=conversation_id,
                message_id=message_id,
                channel=channel,
                customer_id=customer_id,
                text=text,
                payload=payload,
                received_at=at,
                state=TurnState.PENDING,
                after_seq=len(talk.sent),
            )
            self._turns[turn.turn_id] = conversation_id, len(talk.turns)
            talk.turns.append(turn)
            return replace(turn, state=TurnState.NEW)

    def answer_turn(self, turn_id: str, reply: Json, at: datetime) -> int:
        """See `ConversationStore.answer_turn`."""
        return self._reply(turn_id, reply, at, TurnState.ANSWERED, kept_in=(TurnState.ANSWERED,))

    def defer_turn(self, turn_id: str, reply: Json, at: datetime) -> int:
        """See `ConversationStore.defer_turn`."""
        return self._reply(turn_id, reply, at, TurnState.DEFERRED, kept_in=(TurnState.ANSWERED, TurnState.DEFERRED))

    def open_turns(self, limit: int) -> tuple[StoredTurn, ...]:
        """See `ConversationStore.open_turns`."""
        with self._lock:
            turns = [self._talks[talk].turns[index] for talk, index in self._turns.values()]
        return tuple(deepcopy([turn for turn in turns if turn.state is not TurnState.ANSWERED][:limit]))

    def push(self, conversation_id: str, role: Role, messages: list[Json], at: datetime, key: str) -> int | None:
        """See `ConversationStore.push`."""
        with self._lock:
            talk = self._talks.setdefault(conversation_id, _Talk(conversation_id, "", None, at, at))
            if key in talk.keys:
                return None
            talk.keys.add(key)
            return self._send(talk, Outbound(seq=len(talk.sent) + 1, role=role, at=at, messages=deepcopy(messages)))

    def outbound_after(self, conversation_id: str, seq: int) -> tuple[Outbound, ...]:
        """See `ConversationStore.outbound_after`."""
        with self._lock:
            talk = self._talks.get(conversation_id)
            return tuple(deepcopy(talk.sent[max(seq, 0) :])) if talk else ()

    def history(self, conversation_id: str, limit: int, after: int = 0) -> tuple[Entry, ...]:
        """See `ConversationStore.history`."""
        with self._lock:
            talk = self._talks.get(conversation_id)
            turns, sent = (list(talk.turns), list(talk.sent)) if talk else ([], [])
        said = [turn for turn in turns if turn.after_seq >= after]
        return deepcopy(weave(said, [out for out in sent if out.seq > after], limit))

    def customer_of(self, conversation_id: str) -> str | None:
        """See `ConversationStore.customer_of`."""
        with self._lock:
            talk = self._talks.get(conversation_id)
            return talk.customer_id if talk is not None else None

    def conversations(self, limit: int) -> tuple[Conversation, ...]:
        """See `ConversationStore.conversations`."""
        with self._lock:
            talks = sorted(self._talks.values(), key=lambda talk: talk.last_at, reverse=True)[:limit]
            return tuple(_at_a_glance(talk) for talk in talks)

    def _reply(self, turn_id: str, reply: Json, at: datetime, state: TurnState, kept_in: tuple[TurnState, ...]) -> int:
        with self._lock:
            if turn_id not in self._turns:
                raise UnknownTurn(turn_id)
            conversation_id, index = self._turns[turn_id]
            talk = self._talks[conversation_id]
            turn = talk.turns[index]
            if turn.state in kept_in and turn.seq is not None:
                return turn.seq
            reply = deepcopy(reply)
            out = Outbound(
                seq=len(talk.sent) + 1,
                role=Role.BOT,
                at=at,
                messages=reply.get("messages", []),
                turn_id=turn_id,
                message_id=turn.message_id,
                reply=reply,
            )
            talk.turns[index] = replace(turn, state=state, seq=out.seq, reply=reply)
            return self._send(talk, out)

    def _send(self, talk: _Talk, out: Outbound) -> int:
        talk.sent.append(out)
        talk.last_at = max(talk.last_at, out.at)
        return out.seq


def _at_a_glance(talk: _Talk) -> Conversation:
    return Conversation(
        conversation_id=talk.conversation_id,
        channel=talk.channel,
        customer_id=talk.customer_id,
        started_at=talk.started_at,
        last_at=talk.last_at,
        last_seq=len(talk.sent),
        turns=len(talk.turns),
        last_text=next((turn.text for turn in reversed(talk.turns) if turn.text), None),
    )
