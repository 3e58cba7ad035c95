"""What customers ask and no article answers, grouped by meaning, for those who write articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from knowledge_base.clusters import cluster
from knowledge_base.knowledge import KnowledgeBase

EXAMPLES = 3


@dataclass(frozen=True)
class Asked:
    """A question that was kept: how often and where it was asked."""

    text: str
    reason: str
    count: int
    last_at: datetime
    channels: tuple[str, ...] = ()


@dataclass(frozen=True)
class GapGroup:
    """Questions that mean about the same."""

    count: int
    wordings: int
    examples: tuple[str, ...]
    """The most frequent wordings first."""
    reasons: tuple[str, ...]
    channels: tuple[str, ...]
    last_at: datetime
    nearest: str | None
    """The topic that comes nearest in the articles of today."""
    nearest_title: str
    confidence: float
    answered_now: bool
    """Whether the articles of today answer the group's first example."""


def gap_groups(base: KnowledgeBase, asked: Sequence[Asked]) -> list[GapGroup]:
    """The groups, most asked first."""
    if not asked:
        return []
    weights = np.array([each.count for each in asked], dtype=np.float32)
    groups = cluster(base.vectors([each.text for each in asked]), weights)
    return [_group(base, [asked[row] for row in rows]) for rows in groups]


def _group(base: KnowledgeBase, members: Sequence[Asked]) -> GapGroup:
    found = base.search(members[0].text, 1)
    hit = found.results[0] if found.results else None
    texts = list(dict.fromkeys(each.text for each in members))
    return GapGroup(
        count=sum(each.count for each in members),
        wordings=len(texts),
        examples=tuple(texts[:EXAMPLES]),
        reasons=tuple(sorted({each.reason for each in members})),
        channels=tuple(sorted({channel for each in members for channel in each.channels})),
        last_at=max(each.last_at for each in members),
        nearest=hit.topic if hit else None,
        nearest_title=hit.title if hit else "",
        confidence=found.confidence,
        answered_now=found.answerable and not found.doubt,
    )
