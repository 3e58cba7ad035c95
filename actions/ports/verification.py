"""The port of the verification counters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from actions.desk.verification import Attempts

T = TypeVar("T")

Change = Callable[[tuple[Attempts, ...]], tuple[T, tuple[Attempts, ...]]]
"""(what is remembered of each key) → (the answer, what to remember of each key)."""


class AttemptStore(Protocol):
    """What is remembered of failed tries, by key."""

    def change(self, keys: tuple[str, ...], rule: Change[T]) -> T:
        """Read the attempts of `keys` (distinct), apply `rule`, write what it gives back, and return its answer.

        One step towards every other caller with a key in common: eight guesses at once are eight guesses.
        """
        ...
