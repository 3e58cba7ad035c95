"""The journal in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Select, case, literal, select, update

from actions.desk.errors import UnknownTurn
from actions.ports.conversations import Conversation, Entry, Json, Outbound, Role, StoredTurn, TurnState, weave
from actions.ports.sql.columns import UtcDateTime
from actions.ports.sql.engine import insert_into, reading, writing
from actions.ports.sql.schema import conversations as talks
from actions.ports.sql.schema import outbound, turns

# A turn with what was last sent for it.
_TURNS = select(turns, outbound.c.body).outerjoin(
    outbound, (outbound.c.conversation_id == turns.c.conversation_id) & (outbound.c.seq == turns.c.seq)
)


class SqlConversations:
    """`ConversationStore` in the database."""

    def __init__(self, engine: Engine) -> None:
        """`engine` as of `engine.connect`, migrated."""
        self._engine = engine

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
        same = _TURNS.where(turns.c.conversation_id == conversation_id, turns.c.message_id == message_id)
        with writing(self._engine) as connection:
            after_seq = _open(connection, conversation_id, channel, at)
            row: dict[str, Any] = {
                "turn_id": uuid4().hex,
                "conversation_id": conversation_id,
                "message_id": message_id,
                "channel": channel,
                "customer_id": customer_id,
                "text": text,
                "payload": payload,
                "received_at": at,
                "state": TurnState.PENDING.value,
                "after_seq": after_seq,
            }
            added = insert_into(connection, turns).values(row).on_conflict_do_nothing().returning(turns.c.id)
            if connection.scalar(added) is None:
                return _turn(connection.execute(same).mappings().one())
            spoken: dict[str, Any] = {"channel": channel, "turns": talks.c.turns + 1, "last_at": _later(at)}
            # What the last turn did not say again stays known.
            spoken |= {"customer_id": customer_id} if customer_id else {}
            spoken |= {"last_text": text} if text else {}
            connection.execute(update(talks).where(talks.c.conversation_id == conversation_id).values(spoken))
        return StoredTurn(**{**row, "state": TurnState.NEW})

    def answer_turn(self, turn_id: str, reply: Json, at: datetime) -> int:
        """See `ConversationStore.answer_turn`."""
        return self._reply(turn_id, reply, at, TurnState.ANSWERED, kept_in=(TurnState.ANSWERED,))

    def defer_turn(self, turn_id: str, reply: Json, at: datetime) -> int:
        """See `ConversationStore.defer_turn`."""
        return self._reply(turn_id, reply, at, TurnState.DEFERRED, kept_in=(TurnState.ANSWERED, TurnState.DEFERRED))

    def open_turns(self, limit: int) -> tuple[StoredTurn, ...]:
        """See `ConversationStore.open_turns`."""
        still = turns.c.state.in_([TurnState.PENDING.value, TurnState.DEFERRED.value])
        with reading(self._engine) as connection:
            rows = connection.execute(_TURNS.where(still).order_by(turns.c.id).limit(limit)).mappings()
            return tuple(_turn(row) for row in rows)

    def push(self, conversation_id: str, role: Role, messages: list[Json], at: datetime, key: str) -> int | None:
        """See `ConversationStore.push`."""
        with writing(self._engine) as connection:
            last = _open(connection, conversation_id, "", at)
            # The conversation is held since `_open`, so nobody pushes the same key between this look and the insert.
            pushed = select(outbound.c.seq).where(outbound.c.conversation_id == conversation_id, outbound.c.key == key)
            if connection.scalar(pushed) is not None:
                return None
            return _send(
                connection, conversation_id, last + 1, {"role": role.value, "at": at, "body": messages, "key": key}
            )

    def outbound_after(self, conversation_id: str, seq: int) -> tuple[Outbound, ...]:
        """See `ConversationStore.outbound_after`."""
        with reading(self._engine) as connection:
            return _sent(connection, _after(conversation_id, seq).order_by(outbound.c.seq))

    def history(self, conversation_id: str, limit: int, after: int = 0) -> tuple[Entry, ...]:
        """See `ConversationStore.history`."""
        mine = _TURNS.where(turns.c.conversation_id == conversation_id, turns.c.after_seq >= after)
        with reading(self._engine) as connection:
            said = connection.execute(mine.order_by(turns.c.id.desc()).limit(limit)).mappings().all()
            sent = _sent(connection, _after(conversation_id, after).order_by(outbound.c.seq.desc()).limit(limit))
        return weave([_turn(row) for row in reversed(said)], sent, limit)

    def customer_of(self, conversation_id: str) -> str | None:
        """See `ConversationStore.customer_of`."""
        with reading(self._engine) as connection:
            return connection.scalar(select(talks.c.customer_id).where(talks.c.conversation_id == conversation_id))

    def conversations(self, limit: int) -> tuple[Conversation, ...]:
        """See `ConversationStore.conversations`."""
        latest = select(talks).order_by(talks.c.last_at.desc()).limit(limit)
        with reading(self._engine) as connection:
            return tuple(Conversation(**row) for row in connection.execute(latest).mappings())

    def _reply(self, turn_id: str, reply: Json, at: datetime, state: TurnState, kept_in: tuple[TurnState, ...]) -> int:
        with writing(self._engine) as connection:
            held = select(turns).where(turns.c.turn_id == turn_id).with_for_update()
            turn = connection.execute(held).mappings().one_or_none()
            if turn is None:
                raise UnknownTurn(turn_id)
            if TurnState(turn["state"]) in kept_in:
                return int(turn["seq"])
            last = _open(connection, turn["conversation_id"], turn["channel"], at)
            line = {
                "role": Role.BOT.value,
                "at": at,
                "body": reply,
                "turn_id": turn_id,
                "message_id": turn["message_id"],
            }
            seq = _send(connection, turn["conversation_id"], last + 1, line)
            connection.execute(update(turns).where(turns.c.turn_id == turn_id).values(state=state.value, seq=seq))
            return seq


def _open(connection: Connection, conversation_id: str, channel: str, at: datetime) -> int:
    """Hold the conversation until commit, making it if need be, and return its last `seq`."""
    row = {
        "conversation_id": conversation_id,
        "channel": channel,
        "started_at": at,
        "last_at": at,
        "last_seq": 0,
        "turns": 0,
    }
    opened = insert_into(connection, talks).values(row)
    # Set to itself: an update that changes nothing still locks the row and returns it.
    held = opened.on_conflict_do_update(index_elements=["conversation_id"], set_={"last_seq": talks.c.last_seq})
    return int(connection.execute(held.returning(talks.c.last_seq)).scalar_one())


def _send(connection: Connection, conversation_id: str, seq: int, line: dict[str, Any]) -> int:
    """Write something sent, as `seq` of a conversation that is held."""
    connection.execute(outbound.insert().values(conversation_id=conversation_id, seq=seq, **line))
    sent = update(talks).where(talks.c.conversation_id == conversation_id)
    connection.execute(sent.values(last_seq=seq, last_at=_later(line["at"])))
    return seq


def _later(at: datetime) -> ColumnElement[datetime]:
    return case((talks.c.last_at < at, literal(at, UtcDateTime)), else_=talks.c.last_at)


def _after(conversation_id: str, seq: int) -> Select[Any]:
    return select(outbound).where(outbound.c.conversation_id == conversation_id, outbound.c.seq > seq)


def _sent(connection: Connection, query: Select[Any]) -> tuple[Outbound, ...]:
    return tuple(_out(row) for row in connection.execute(query).mappings())


def _out(row: RowMapping) -> Outbound:
    is_reply = row["turn_id"] is not None
    return Outbound(
        seq=row["seq"],
        role=Role(row["role"]),
        at=row["at"],
        messages=row["body"].get("messages", []) if is_reply else row["body"],
        turn_id=row["turn_id"],
        message_id=row["message_id"],
        reply=row["body"] if is_reply else None,
    )


def _turn(row: RowMapping) -> StoredTurn:
    return StoredTurn(
        turn_id=row["turn_id"],
        conversation_id=row["conversation_id"],
        message_id=row["message_id"],
        channel=row["channel"],
        customer_id=row["customer_id"],
        text=row["text"],
        payload=row["payload"],
        received_at=row["received_at"],
        state=TurnState(row["state"]),
        after_seq=row["after_seq"],
        seq=row["seq"],
        reply=row["body"],
    )
