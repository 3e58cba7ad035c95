"""The handoff queue in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from threading import Lock
from uuid import uuid4

from actions.desk.errors import HandoffTaken, UnknownHandoff
from actions.desk.handoffs import Handoff, HandoffState
from actions.desk.tickets import Priority


class MemoryHandoffs:
    """`HandoffStore` in memory."""

    def __init__(self) -> None:
        """An empty queue."""
        self._lock = Lock()
        self._handoffs: dict[str, Handoff] = {}
        self._requests: dict[str, str] = {}

    def open(
        self, conversation_id: str, reason: str, summary: str, priority: Priority, at: datetime, request_id: str
    ) -> Handoff:
        """See `HandoffStore.open`."""
        with self._lock:
            known = self._requests.get(request_id)
            if known is not None:
                return self._handoffs[known]
            handoff = self._active(conversation_id)
            if handoff is None:
                handoff = Handoff(
                    handoff_id=uuid4().hex,
                    conversation_id=conversation_id,
                    reason=reason,
                    summary=summary,
                    priority=priority,
                    opened_at=at,
                )
            elif priority.rank > handoff.priority.rank:
                handoff = replace(handoff, reason=reason, summary=summary, priority=priority)
            self._requests[request_id] = handoff.handoff_id
            self._handoffs[handoff.handoff_id] = handoff
            return handoff

    def waiting(self) -> tuple[Handoff, ...]:
        """See `HandoffStore.waiting`."""
        with self._lock:
            queue = [handoff for handoff in self._handoffs.values() if handoff.state is HandoffState.WAITING]
        return tuple(sorted(queue, key=lambda handoff: (-handoff.priority.rank, handoff.opened_at)))

    def get(self, handoff_id: str) -> Handoff | None:
        """See `HandoffStore.get`."""
        return self._handoffs.get(handoff_id)

    def active(self, conversation_id: str) -> Handoff | None:
        """See `HandoffStore.active`."""
        with self._lock:
            return self._active(conversation_id)

    def take(self, handoff_id: str, agent: str, at: datetime) -> Handoff:
        """See `HandoffStore.take`."""
        with self._lock:
            handoff = self._known(handoff_id)
            if handoff.state is HandoffState.WAITING:
                handoff = self._handoffs[handoff_id] = replace(handoff, agent=agent, taken_at=at)
            if handoff.state is HandoffState.CLOSED or handoff.agent != agent:
                raise HandoffTaken(f"handoff {handoff_id} is {handoff.state} with {handoff.agent}")
            return handoff

    def close(self, handoff_id: str, at: datetime) -> Handoff:
        """See `HandoffStore.close`."""
        with self._lock:
            handoff = self._known(handoff_id)
            if handoff.closed_at is None:
                handoff = self._handoffs[handoff_id] = replace(handoff, closed_at=at)
            return handoff

    def _known(self, handoff_id: str) -> Handoff:
        try:
            return self._handoffs[handoff_id]
        except KeyError:
            raise UnknownHandoff(f"no handoff {handoff_id}") from None

    def _active(self, conversation_id: str) -> Handoff | None:
        mine = (handoff for handoff in self._handoffs.values() if handoff.conversation_id == conversation_id)
        return next((handoff for handoff in mine if handoff.closed_at is None), None)
