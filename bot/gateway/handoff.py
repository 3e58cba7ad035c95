"""A person answers: taking a conversation over, speaking in it, giving it back; and telling staff what happens."""

from __future__ import annotations

from typing import Any

from actions.desk.clock import Clock, rfc3339
from actions.desk.errors import HandoffTaken, UnknownHandoff
from actions.desk.handoffs import Handoff, HandoffState
from actions.desk.tickets import Priority
from actions.ports.conversations import ConversationStore, Role
from actions.ports.handoffs import HandoffStore
from bot.gateway.journal import Journal
from bot.gateway.metrics import Metrics
from bot.gateway.problems import ConflictError
from bot.gateway.push import STAFF, Hub
from bot.gateway.responder import Outcome, Response
from bot.gateway.turn import Message, Turn, new_id
from bot.gateway.words import words

# How many of the latest conversations are looked through for hand-offs somebody has taken.
_LOOK_BACK = 200


def as_json(handoff: Handoff) -> dict[str, Any]:
    """A hand-off as the API shows it; `state` is queued, active or closed, the words of a trace."""
    state = "queued" if handoff.state is HandoffState.WAITING else handoff.state.value
    moments = {name: getattr(handoff, name) for name in ("opened_at", "taken_at", "closed_at")}
    return {
        "handoff_id": handoff.handoff_id,
        "conversation_id": handoff.conversation_id,
        "state": state,
        "reason": handoff.reason,
        "summary": handoff.summary,
        "priority": handoff.priority.value,
        "agent": handoff.agent,
        **{name: None if at is None else rfc3339(at) for name, at in moments.items()},
    }


class HandoffWatch:
    """What turns do to hand-offs, and what staff hear of it."""

    def __init__(self, journal: Journal, hub: Hub, metrics: Metrics) -> None:
        self._journal = journal
        self._hub = hub
        self._metrics = metrics

    def heard(self, handoff: Handoff | None, turn: Turn) -> None:
        """Pass a customer's turn on to staff when a hand-off is open. It is in the journal already."""
        if handoff is None:
            return
        self._hub.publish(
            STAFF,
            {
                "type": "customer",
                "handoff_id": handoff.handoff_id,
                "conversation_id": turn.conversation_id,
                "message_id": turn.message_id,
                "text": turn.text,
                "payload": turn.payload,
                "at": rfc3339(turn.received_at),
            },
        )

    async def follow(self, turn: Turn, before: Handoff | None, response: Response) -> None:
        """Carry out what a turn did to the hand-off that was open `before` it: asked for one, or ended it.

        To be called before the reply is out, so that the customer's next words already go to the right one.
        """
        if response.danger:
            await self.call_person(turn, "danger", Priority.EMERGENCY)
        elif response.outcome is Outcome.LEFT_AGENT and before is not None:
            self.announce("left", await self._journal.close_handoff(before.handoff_id))
        elif before is None and response.reply.trace.handoff == "queued" and not response.keep:
            self.heard(await self.call_person(turn, "customer_request"), turn)

    async def call_person(self, turn: Turn, reason: str, priority: Priority = Priority.NORMAL) -> Handoff:
        """Queue the turn's conversation for a person, or lift the priority it is queued with, and tell staff."""
        handoff = await self._journal.open_handoff(
            turn.conversation_id, reason, turn.words[:200], f"{turn.turn_id}:{reason}", priority
        )
        self.announce("queued", handoff)
        return handoff

    def announce(self, event: str, handoff: Handoff) -> None:
        """Tell staff that a hand-off was `queued`, `taken`, `closed` (by the agent) or `left` (by the customer)."""
        self._metrics.handoffs.labels(event).inc()
        self._hub.publish(STAFF, {"type": "handoff", "event": event, "handoff": as_json(handoff)})


class AgentDesk:
    """What staff can do with hand-offs. Every change is stored before anybody hears of it."""

    def __init__(
        self,
        *,
        journal: Journal,
        conversations: ConversationStore,
        handoffs: HandoffStore,
        watch: HandoffWatch,
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._conversations = conversations
        self._handoffs = handoffs
        self._watch = watch
        self._clock = clock

    async def listing(self) -> list[Handoff]:
        """Open hand-offs: the waiting ones in the order of urgency, then those somebody has taken."""

        def step() -> list[Handoff]:
            recent = (self._handoffs.active(c.conversation_id) for c in self._conversations.conversations(_LOOK_BACK))
            return [*self._handoffs.waiting(), *(h for h in recent if h and h.state is HandoffState.ACTIVE)]

        return await self._journal.read(step)

    async def get(self, handoff_id: str) -> Handoff:
        """One hand-off. Raises UnknownHandoff."""
        found = await self._journal.read(lambda: self._handoffs.get(handoff_id))
        if found is None:
            raise UnknownHandoff(handoff_id)
        return found

    async def take(self, handoff_id: str, agent: str) -> Handoff:
        """Give a hand-off to `agent` and tell the customer. Raises UnknownHandoff, HandoffTaken."""
        before = await self.get(handoff_id)
        taken = await self._journal.write(lambda: self._handoffs.take(handoff_id, agent, self._clock.now()))
        message = words().handoff.joined.message(agent=agent)
        await self._journal.push(
            taken.conversation_id, Role.SYSTEM, [message], f"{handoff_id}:joined", handoff="active"
        )
        if before.state is HandoffState.WAITING:
            self._watch.announce("taken", taken)
        return taken

    async def say(self, handoff_id: str, text: str, *, agent: str | None = None, message_id: str | None = None) -> int | None:
        """Send the agent's words to the customer; returns their seq, or None when `message_id` was sent before.

        Raises UnknownHandoff, HandoffTaken (closed, or another agent's), ConflictError (handoff_not_taken).
        """
        handoff = await self.get(handoff_id)
        if handoff.state is HandoffState.WAITING:
            raise ConflictError("handoff_not_taken")
        if handoff.state is HandoffState.CLOSED or agent not in (None, handoff.agent):
            raise HandoffTaken(handoff_id)
        key = f"{handoff_id}:say:{message_id or new_id()}"
        return await self._journal.push(
            handoff.conversation_id, Role.AGENT, [Message(text=text)], key, handoff="active"
        )

    async def close(self, handoff_id: str) -> Handoff:
        """End a hand-off and give the customer back to the assistant; again is nothing. Raises UnknownHandoff."""
        before = await self.get(handoff_id)
        closed = await self._journal.close_handoff(handoff_id)
        if before.state is not HandoffState.CLOSED:
            message = words().handoff.closed.message()
            await self._journal.push(
                closed.conversation_id, Role.SYSTEM, [message], f"{handoff_id}:closed", handoff="none"
            )
            self._watch.announce("closed", closed)
        return closed
