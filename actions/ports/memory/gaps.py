"""Unanswered questions in memory."""

from __future__ import annotations

from datetime import datetime
from threading import Lock

from actions.ports.gaps import Gap, GapReason, merged


class MemoryGaps:
    """`GapStore` in memory."""

    def __init__(self) -> None:
        """Nothing asked yet."""
        self._lock = Lock()
        self._rows: dict[tuple[str, GapReason, str], tuple[int, str | None, datetime, datetime]] = {}

    def note(self, text: str, reason: GapReason, channel: str, nearest: str | None, at: datetime) -> None:
        """See `GapStore.note`."""
        with self._lock:
            count, _, first, last = self._rows.get((text, reason, channel), (0, None, at, at))
            self._rows[text, reason, channel] = (count + 1, nearest, first, max(last, at))

    def gaps(self, *, since: datetime | None = None, limit: int = 1000) -> tuple[Gap, ...]:
        """See `GapStore.gaps`."""
        with self._lock:
            rows = [(*key, *row) for key, row in self._rows.items() if since is None or row[3] >= since]
        return merged(rows, limit)

    def forget(self, before: datetime) -> int:
        """See `GapStore.forget`."""
        with self._lock:
            old = [key for key, row in self._rows.items() if row[3] < before]
            for key in old:
                del self._rows[key]
            return len(old)
