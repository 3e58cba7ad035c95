"""Half-filled forms in memory."""

from __future__ import annotations

from datetime import datetime
from threading import Lock

from actions.ports.drafts import Draft


class MemoryDrafts:
    """`DraftStore` in memory."""

    def __init__(self) -> None:
        """Nothing kept yet."""
        self._lock = Lock()
        self._drafts: dict[tuple[str, str], Draft] = {}

    def save(self, draft: Draft) -> None:
        """See `DraftStore.save`."""
        with self._lock:
            self._drafts[draft.account_no, draft.flow] = draft

    def drafts(self, account_no: str, since: datetime) -> tuple[Draft, ...]:
        """See `DraftStore.drafts`."""
        with self._lock:
            own = [d for d in self._drafts.values() if d.account_no == account_no and d.saved_at >= since]
        return tuple(sorted(own, key=lambda draft: draft.saved_at, reverse=True))

    def drop(self, account_no: str, flow: str) -> None:
        """See `DraftStore.drop`."""
        with self._lock:
            self._drafts.pop((account_no, flow), None)

    def forget(self, before: datetime) -> int:
        """See `DraftStore.forget`."""
        with self._lock:
            old = [key for key, draft in self._drafts.items() if draft.saved_at < before]
            for key in old:
                del self._drafts[key]
            return len(old)
