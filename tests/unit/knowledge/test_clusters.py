"""Questions are grouped by what they mean."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np

from knowledge_base.clusters import cluster
from knowledge_base.gap_report import Asked, gap_groups
from knowledge_base.knowledge import KnowledgeBase

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_three_directions_are_three_groups_and_the_weightiest_comes_first() -> None:
    rng = np.random.default_rng(1)
    centres = np.eye(16, dtype=np.float32)[:3]
    labels = rng.integers(0, 3, 60)
    vectors = centres[labels] + rng.normal(0, 0.1, (60, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    weights = np.where(labels == 2, 10.0, 1.0).astype(np.float32)
    found = cluster(vectors, weights)
    assert sorted(map(len, found)) == sorted(np.bincount(labels).tolist())
    assert all(len(set(labels[rows].tolist())) == 1 for rows in found)
    assert labels[found[0][0]] == 2


def test_few_or_none() -> None:
    none = np.zeros((0, 4), dtype=np.float32)
    assert cluster(none, np.zeros(0, dtype=np.float32)) == []
    assert cluster(np.eye(4, dtype=np.float32)[:1], np.ones(1, dtype=np.float32)) == [[0]]
    same = np.ones((5, 4), dtype=np.float32) / 2
    assert cluster(same, np.ones(5, dtype=np.float32)) == [[0, 1, 2, 3, 4]]


def test_the_report(opened: Callable[..., KnowledgeBase]) -> None:
    asked = [
        Asked("暖气片不热怎么办", "unanswered", 1, NOW, ("web",)),
        Asked("家里暖气片不热怎么办", "doubt", 4, NOW + timedelta(days=1), ("voice",)),
        Asked("招聘考试几月份报名", "unanswered", 2, NOW, ("web",)),
    ]
    first, second = gap_groups(opened(), asked)
    assert (first.count, first.wordings, first.examples[0]) == (5, 2, "家里暖气片不热怎么办")
    assert first.channels == ("voice", "web") and first.last_at == NOW + timedelta(days=1)
    assert first.nearest in opened().topics
    assert second.examples == ("招聘考试几月份报名",)
    assert gap_groups(opened(), []) == []
