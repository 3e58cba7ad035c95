"""A conversation that waits for, or has, a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from actions.desk.tickets import Priority


class HandoffState(StrEnum):
    """Waiting in the queue, with an agent, or over."""

    WAITING = "waiting"
    ACTIVE = "active"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """One passage of a conversation to a person. `summary` is what the agent reads first."""

    handoff_id: str
    conversation_id: str
    reason: str
    summary: str
    priority: Priority
    opened_at: datetime
    agent: str | None = None
    taken_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def state(self) -> HandoffState:
        """Where it stands."""
        if self.closed_at is not None:
            return HandoffState.CLOSED
        return HandoffState.WAITING if self.taken_at is None else HandoffState.ACTIVE
