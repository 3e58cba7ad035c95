"""The journal as the event loop sees it: the synchronous stores behind a few threads, and live delivery behind the store.

What goes out is written first and published afterwards, under one lock a conversation, so that whoever listens
hears every `seq` in order.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from actions.desk.clock import Clock
from actions.desk.errors import DeskError
from actions.desk.handoffs import Handoff
from actions.desk.tickets import Priority
from actions.ports.conversations import ConversationStore, Entry, Outbound, Role, StoredTurn, TurnState
from actions.ports.handoffs import HandoffStore
from bot.gateway.lanes import Lanes
from bot.gateway.problems import UnavailableError
from bot.gateway.push import Hub
from bot.gateway.turn import HandoffState, Message, Reply, Turn

log = logging.getLogger("dianda.journal")

Json = dict[str, Any]
ResultT = TypeVar("ResultT")
# A reply in hand is worth a second try: SQLite may be locked for a moment, PostgreSQL may be failing over.
RETRIES = (0.05, 0.2, 0.5)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A turn in the journal. `reply` and `seq` are there when it was answered (or told to wait) before."""

    turn: Turn
    fresh: bool
    reply: Json | None
    seq: int | None
    handoff: Handoff | None


class Journal:
    """Asynchronous steps over the two stores; each step is one hop to a thread.

    Writing and reading have threads of their own, so that a long listing keeps no turn waiting. SQLite takes one writer
    at a time and lets the others sleep and try again: there `writers` should be 1, who then never waits.
    Every method raises UnavailableError (store_unavailable) when the store fails.
    """

    def __init__(
        self,
        conversations: ConversationStore,
        handoffs: HandoffStore,
        hub: Hub,
        clock: Clock,
        *,
        writers: int = 1,
        readers: int = 2,
    ) -> None:
        self._conversations = conversations
        self._handoffs = handoffs
        self._hub = hub
        self._clock = clock
        self._lanes = Lanes()
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="store-write")
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="store-read")

    def close(self) -> None:
        """Let running steps finish and end the threads."""
        for pool in (self._writers, self._readers):
            pool.shutdown(wait=True)

    async def accept(self, turn: Turn) -> Accepted:
        """Write the turn down, or find the same one written before; with it the conversation's open hand-off."""

        def step() -> tuple[StoredTurn, Handoff | None]:
            stored = self._conversations.accept_turn(
                turn.conversation_id,
                turn.message_id,
                turn.channel,
                turn.customer_id,
                turn.text,
                turn.payload,
                turn.received_at,
            )
            return stored, self._handoffs.active(turn.conversation_id)

        stored, handoff = await self.write(step)
        known = as_turn(stored, elder=turn.elder)
        return Accepted(known, stored.state is TurnState.NEW, stored.reply, stored.seq, handoff)

    async def answer(self, turn: Turn, body: Json, *, late: bool = False) -> int:
        """Store the reply of a turn and publish it; `late` when a holding line went out for it before. Returns its seq."""

        def step() -> int:
            return self._conversations.answer_turn(turn.turn_id, body, self._clock.now())

        frame: Json = {"type": "reply", "message_id": turn.message_id, "reply": body}
        if late:
            frame |= {"type": "push", "role": Role.BOT.value, "messages": body["messages"]}
        seq = await self._send(turn.conversation_id, step, frame)
        assert seq is not None
        return seq

    async def defer(self, turn: Turn, body: Json) -> int:
        """Store and publish a holding line; the turn stays open. Returns its seq."""

        def step() -> int:
            return self._conversations.defer_turn(turn.turn_id, body, self._clock.now())

        seq = await self._send(turn.conversation_id, step, {"type": "reply", "message_id": turn.message_id, "reply": body})
        assert seq is not None
        return seq

    async def push(
        self,
        conversation_id: str,
        role: Role,
        messages: Sequence[Message],
        key: str,
        *,
        handoff: HandoffState | None = None,
    ) -> int | None:
        """Store and publish something unasked for. Returns its seq, or None when `key` was pushed before."""
        bodies = [message.model_dump(mode="json") for message in messages]

        def step() -> int | None:
            return self._conversations.push(conversation_id, role, bodies, self._clock.now(), key)

        frame: Json = {"type": "push", "role": role.value, "messages": bodies}
        return await self._send(conversation_id, step, frame if handoff is None else frame | {"handoff": handoff})

    async def open_turns(self, limit: int) -> list[tuple[Turn, bool]]:
        """Turns without their answer, oldest first, each with whether a holding line went out for it."""
        stored = await self.read(lambda: self._conversations.open_turns(limit))
        return [(as_turn(turn), turn.state is TurnState.DEFERRED) for turn in stored]

    async def history(self, conversation_id: str, *, after: int = 0, limit: int = 500) -> tuple[Entry, ...]:
        """What was said after `after` was sent, oldest first."""
        return await self.read(lambda: self._conversations.history(conversation_id, limit, after))

    async def outbound(self, conversation_id: str, after: int) -> tuple[Outbound, ...]:
        """What was sent to the customer after `after`, in order."""
        return await self.read(lambda: self._conversations.outbound_after(conversation_id, after))

    async def handoff_of(self, conversation_id: str) -> Handoff | None:
        """The open hand-off of a conversation."""
        return await self.read(lambda: self._handoffs.active(conversation_id))

    async def open_handoff(
        self, conversation_id: str, reason: str, summary: str, request_id: str, priority: Priority = Priority.NORMAL
    ) -> Handoff:
        """The open hand-off of a conversation, made now if there is none; a higher priority lifts it."""
        return await self.write(
            lambda: self._handoffs.open(conversation_id, reason, summary, priority, self._clock.now(), request_id)
        )

    async def close_handoff(self, handoff_id: str) -> Handoff:
        """End a hand-off. Raises UnknownHandoff."""
        return await self.write(lambda: self._handoffs.close(handoff_id, self._clock.now()))

    async def read(self, step: Callable[[], ResultT]) -> ResultT:
        """Run one step that only reads. What the desk refuses (DeskError) passes, any other error is UnavailableError."""
        return await self._run(self._readers, step)

    async def write(self, step: Callable[[], ResultT]) -> ResultT:
        """Run one step that writes; errors as in `read`."""
        return await self._run(self._writers, step)

    async def _run(self, pool: ThreadPoolExecutor, step: Callable[[], ResultT]) -> ResultT:
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, step)
        except DeskError:
            raise
        except Exception as error:
            log.exception("a store step failed")
            raise UnavailableError("store_unavailable") from error

    async def _send(self, conversation_id: str, step: Callable[[], int | None], frame: Json) -> int | None:
        async with self._lanes.of(conversation_id) as lane, lane.sending:
            seq = await self._persist(step)
            if seq is not None:
                self._hub.publish(conversation_id, frame | {"seq": seq})
            return seq

    async def _persist(self, step: Callable[[], ResultT]) -> ResultT:
        for pause in RETRIES:
            try:
                return await self.write(step)
            except UnavailableError:
                await asyncio.sleep(pause)
        return await self.write(step)


def as_turn(stored: StoredTurn, *, elder: bool = False) -> Turn:
    """A stored turn as a Turn."""
    return Turn(
        conversation_id=stored.conversation_id,
        turn_id=stored.turn_id,
        message_id=stored.message_id,
        text=stored.text,
        payload=stored.payload,
        channel=stored.channel,
        customer_id=stored.customer_id,
        elder=elder,
        received_at=stored.received_at,
    )


def as_body(reply: Reply) -> Json:
    """A reply as the JSON that is stored and sent."""
    return reply.model_dump(mode="json")
