"""The time of day, injected, so that a deadline is tested without waiting for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The one time zone of the desk: limits, ticket numbers and everything shown to people are in it."""


class Clock(Protocol):
    """Whatever can tell the time."""

    def now(self) -> datetime:
        """The present moment, aware, in Asia/Shanghai."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The present moment, aware, in Asia/Shanghai."""
        return datetime.now(SHANGHAI)


class FixedClock:
    """A clock that stands still until told to move. For tests."""

    def __init__(self, at: datetime) -> None:
        """Stand at `at` (aware). Raises ValueError when it is naive."""
        self._at = local(at)

    def now(self) -> datetime:
        """The moment the clock was last put to, in Asia/Shanghai."""
        return self._at

    def set(self, at: datetime) -> None:
        """Put the clock to `at` (aware)."""
        self._at = local(at)

    def advance(self, step: timedelta) -> datetime:
        """Move on by `step` and return the new moment."""
        self._at += step
        return self._at


def local(at: datetime) -> datetime:
    """`at` in Asia/Shanghai. Raises ValueError for a naive datetime: a time without a zone has no place in a deadline."""
    if at.tzinfo is None:
        raise ValueError(f"naive datetime {at!r}: give it a time zone")
    return at.astimezone(SHANGHAI)


def rfc3339(at: datetime) -> str:
    """`at` as RFC 3339 text in Asia/Shanghai, whole seconds: `2026-11-22T09:00:00+08:00`."""
    return local(at).isoformat(timespec="seconds")
