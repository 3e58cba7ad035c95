"""The outbox in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from actions.desk.errors import InvalidCursor, LetterDelivered, UnknownLetter
from actions.desk.outbox import Letter, LetterPage, LetterState, StoredLetter


class MemoryOutbox:
    """`OutboxStore` in memory. Shares the lock of the ticket store that writes into it."""

    def __init__(self, lock: AbstractContextManager[Any]) -> None:
        """No letters."""
        self._lock = lock
        self.letters: dict[str, StoredLetter] = {}

    def post(self, new: Iterable[Letter]) -> None:
        """Write letters down; called under the lock. Raises ValueError when there is one of that key."""
        for letter in new:
            if letter.key in self.letters:
                raise ValueError(f"a second letter {letter.key}")
            self.letters[letter.key] = StoredLetter(
                letter=letter, state=LetterState.PENDING, attempts=0, next_at=letter.created_at
            )

    def claim(self, now: datetime, limit: int, lease: timedelta) -> tuple[StoredLetter, ...]:
        """See `OutboxStore.claim`."""
        with self._lock:
            due = [stored for stored in self.letters.values() if stored.next_at is not None and stored.next_at <= now]
            due.sort(key=lambda stored: stored.next_at or now)
            return tuple(
                self._put(replace(stored, attempts=stored.attempts + 1, next_at=now + lease, held="")) for stored in due[:limit]
            )

    def delivered(self, key: str, at: datetime) -> None:
        """See `OutboxStore.delivered`."""
        self._turn(
            key,
            lambda stored: replace(
                stored, state=LetterState.DELIVERED, next_at=None, delivered_at=stored.delivered_at or at, last_error=""
            ),
        )

    def failed(self, key: str, attempt: int, error: str, next_at: datetime | None) -> None:
        """See `OutboxStore.failed`."""

        def turn(stored: StoredLetter) -> StoredLetter:
            if stored.state is LetterState.DELIVERED or stored.attempts != attempt:
                return stored
            state = LetterState.DEAD if next_at is None else LetterState.PENDING
            return replace(stored, state=state, next_at=next_at, last_error=error)

        self._turn(key, turn)

    def hold(self, key: str, attempt: int, until: datetime, why: str) -> None:
        """See `OutboxStore.hold`."""

        def turn(stored: StoredLetter) -> StoredLetter:
            if stored.state is LetterState.DELIVERED or stored.attempts != attempt:
                return stored
            return replace(stored, attempts=attempt - 1, next_at=until, held=why)

        self._turn(key, turn)

    def get(self, key: str) -> StoredLetter | None:
        """See `OutboxStore.get`."""
        with self._lock:
            return self.letters.get(key)

    def find(self, state: LetterState | None, cursor: str | None, limit: int) -> LetterPage:
        """See `OutboxStore.find`. The cursor is the position, counted from the oldest, of the last letter given."""
        if cursor is not None and not (cursor.isascii() and cursor.isdigit()):
            raise InvalidCursor(f"cursor {cursor!r}")
        with self._lock:
            stored = list(self.letters.values())
        end = len(stored) if cursor is None else int(cursor)
        found = [(at, one) for at, one in enumerate(stored[:end]) if state in (None, one.state)][::-1]
        page = found[:limit]
        return LetterPage(tuple(one for _, one in page), str(page[-1][0]) if len(found) > limit else None)

    def retry(self, key: str, at: datetime) -> StoredLetter:
        """See `OutboxStore.retry`."""
        with self._lock:
            stored = self.letters.get(key)
            if stored is None:
                raise UnknownLetter(key)
            if stored.state is LetterState.DELIVERED:
                raise LetterDelivered(key)
            return self._put(replace(stored, state=LetterState.PENDING, attempts=0, next_at=at, held=""))

    def counts(self) -> Mapping[LetterState, int]:
        """See `OutboxStore.counts`."""
        with self._lock:
            found = Counter(stored.state for stored in self.letters.values())
        return {state: found[state] for state in LetterState}

    def _turn(self, key: str, change: Callable[[StoredLetter], StoredLetter]) -> None:
        with self._lock:
            stored = self.letters.get(key)
            if stored is not None:
                self._put(change(stored))

    def _put(self, stored: StoredLetter) -> StoredLetter:
        self.letters[stored.letter.key] = stored
        return stored
