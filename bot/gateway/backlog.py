"""Turns whose request is still open: kept in the journal, remembered here with when to try again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from time import monotonic

from bot.gateway.turn import Turn

FIRST_WAIT = 2.0
LONGEST_WAIT = 60.0


@dataclass(slots=True)
class Kept:
    """A turn to be worked on again. `told`: a holding line went out, so the answer will be a push."""

    turn: Turn
    told: bool
    attempts: int = 0
    due: float = 0.0

    def failed(self, now: float) -> None:
        """Count an attempt and wait longer before each next one."""
        self.due = now + min(LONGEST_WAIT, FIRST_WAIT * 2**self.attempts)
        self.attempts += 1


class Backlog:
    """Kept turns by conversation, in the order in which they came. `clock` is in seconds, monotonic."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._kept: dict[str, dict[tuple[str, str], Kept]] = {}
        self.clock = clock
        self.changed = asyncio.Event()

    def add(self, turn: Turn, *, told: bool, failed: bool = False) -> None:
        """Keep a turn; `failed` when the assistant has already been given it once in vain."""
        kept = Kept(turn, told)
        if failed:
            kept.failed(self.clock())
        self.put(kept)

    def put(self, kept: Kept) -> None:
        """Keep a turn, or note that it is kept still; one already here holds its place."""
        self._kept.setdefault(kept.turn.conversation_id, {})[kept.turn.key] = kept
        self.changed.set()

    def drop(self, turn: Turn) -> None:
        """Forget a turn: it has been answered, or somebody else works on it."""
        ours = self._kept.get(turn.conversation_id)
        if ours is None:
            return
        ours.pop(turn.key, None)
        if not ours:
            del self._kept[turn.conversation_id]

    def due(self, conversation_id: str) -> list[Kept]:
        """What may be tried now in a conversation, oldest first; nothing behind a turn that must still wait."""
        now = self.clock()
        return list(takewhile(lambda kept: kept.due <= now, self._kept.get(conversation_id, {}).values()))

    def due_conversations(self) -> list[str]:
        """Conversations with something that may be tried now."""
        return [conversation_id for conversation_id in self._kept if self.due(conversation_id)]

    def next_due(self) -> float | None:
        """Seconds until something more may be tried, or None when nothing is kept."""
        moments = [next(iter(ours.values())).due for ours in self._kept.values()]
        return max(0.0, min(moments) - self.clock()) if moments else None

    def __len__(self) -> int:
        """How many turns are kept."""
        return sum(len(ours) for ours in self._kept.values())
