"""The port of the questions that the knowledge base could not answer, or not surely, for those who write articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class GapReason(StrEnum):
    """Why a question is kept."""

    UNANSWERED = "unanswered"
    """A question about our business that no article answers."""
    DOUBT = "doubt"
    """Two articles were about equally near."""
    OUT_OF_SCOPE = "out_of_scope"
    """Understood as something that is not our business; mostly rightly so."""


@dataclass(frozen=True)
class Gap:
    """A question, personal data struck out, with how often and where it was asked."""

    text: str
    reason: GapReason
    nearest: str | None
    """The topic that came nearest when it was last asked."""
    channels: Mapping[str, int] = field(default_factory=dict)
    first_at: datetime = datetime.min
    last_at: datetime = datetime.min

    @property
    def count(self) -> int:
        """How often it was asked, over all channels."""
        return sum(self.channels.values())


class GapStore(Protocol):
    """Where such questions are kept. Called from many threads."""

    def note(self, text: str, reason: GapReason, channel: str, nearest: str | None, at: datetime) -> None:
        """Count a question once more. ``text`` must hold no personal data any more."""
        ...

    def gaps(self, *, since: datetime | None = None, limit: int = 1000) -> tuple[Gap, ...]:
        """The most frequent ones last asked at or after ``since``; of the same count the latest first."""
        ...

    def forget(self, before: datetime) -> int:
        """Delete what was last asked before that moment; how many questions (by channel) that were."""
        ...


def merged(rows: list[tuple[str, GapReason, str, int, str | None, datetime, datetime]], limit: int) -> tuple[Gap, ...]:
    """Rows of (text, reason, channel, count, nearest, first, last) as gaps, one for each text and reason."""
    found: dict[tuple[str, GapReason], list[tuple[str, int, str | None, datetime, datetime]]] = {}
    for text, reason, *rest in rows:
        found.setdefault((text, reason), []).append(tuple(rest))  # type: ignore[arg-type]
    gaps = []
    for (text, reason), several in found.items():
        channels: dict[str, int] = {}
        for channel, count, *_ in several:
            channels[channel] = channels.get(channel, 0) + count
        latest = max(several, key=lambda row: row[4])
        gaps.append(Gap(text, reason, latest[2], channels, min(row[3] for row in several), latest[4]))
    gaps.sort(key=lambda gap: (-gap.count, -gap.last_at.timestamp(), gap.text))
    return tuple(gaps[:limit])
