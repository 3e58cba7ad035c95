"""The port of the queue of conversations for people."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from actions.desk.handoffs import Handoff
from actions.desk.tickets import Priority


class HandoffStore(Protocol):
    """Conversations that wait for, or have, a person; at most one open handoff each."""

    def open(
        self, conversation_id: str, reason: str, summary: str, priority: Priority, at: datetime, request_id: str
    ) -> Handoff:
        """Queue a conversation. The same `request_id` gives the same handoff.

        While the conversation has an open one that is returned; a higher priority lifts it, with the reason and summary
        that came with it.
        """
        ...

    def waiting(self) -> tuple[Handoff, ...]:
        """Those nobody has taken, the most pressing first, then by age."""
        ...

    def get(self, handoff_id: str) -> Handoff | None:
        """The handoff, or None."""
        ...

    def active(self, conversation_id: str) -> Handoff | None:
        """The open handoff of a conversation, waiting or taken, or None."""
        ...

    def take(self, handoff_id: str, agent: str, at: datetime) -> Handoff:
        """Give it to an agent; again by the same agent is nothing. Raises UnknownHandoff, HandoffTaken."""
        ...

    def close(self, handoff_id: str, at: datetime) -> Handoff:
        """End it, taken or not; again is nothing. Raises UnknownHandoff."""
        ...
