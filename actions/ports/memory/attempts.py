"""Verification counters in memory."""

from __future__ import annotations

from threading import Lock
from typing import TypeVar

from actions.desk.verification import Attempts
from actions.ports.verification import Change

T = TypeVar("T")


class MemoryAttempts:
    """`AttemptStore` in memory."""

    def __init__(self) -> None:
        """Nothing remembered."""
        self._lock = Lock()
        self._attempts: dict[str, Attempts] = {}

    def change(self, keys: tuple[str, ...], rule: Change[T]) -> T:
        """See `AttemptStore.change`."""
        with self._lock:
            answer, after = rule(tuple(self._attempts.get(key, Attempts()) for key in keys))
            self._attempts.update(zip(keys, after, strict=True))
            return answer
