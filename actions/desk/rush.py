"""Whether tickets come in faster than they can be read one by one.

Reading a description takes the trained classifier longer than all the rest of filing a ticket. Whoever files alone waits for it; in
a crowd a first look has to do, and the classifier reads after: filing is a promise to somebody who waits, its class is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock

from actions.desk.clock import Clock

ONE_BY_ONE = timedelta(milliseconds=250)
"""With so much time between two tickets of a process, and nobody else at it, there is time to read."""


class Rush:
    """Counts who is filing at this moment in this process. Called from many threads."""

    def __init__(self, clock: Clock) -> None:
        """Nobody is."""
        self._clock = clock
        self._filing = 0
        self._last: datetime | None = None
        self._lock = Lock()

    def on(self) -> bool:
        """Whether somebody is filing, or was a moment ago."""
        with self._lock:
            return self._filing > 0 or (self._last is not None and abs(self._clock.now() - self._last) < ONE_BY_ONE)

    @contextmanager
    def filing(self) -> Iterator[bool]:
        """Around the filing of a ticket; whether nobody else was at it when it began, or just before."""
        with self._lock:
            now = self._clock.now()
            alone = self._filing == 0 and (self._last is None or abs(now - self._last) >= ONE_BY_ONE)
            self._last = now
            self._filing += 1
        try:
            yield alone
        finally:
            with self._lock:
                self._filing -= 1
