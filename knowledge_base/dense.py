"""Nearness in meaning: passages as unit vectors around their centre, pooled by topic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from knowledge_base.lexical import Floats
from knowledge_base.passage_search import PassageSearch, Side
from knowledge_base.topic_model import Ints

_NEAREST = 512
"""Passages fetched for a question; topics none of whose passages are among them share the score of the last."""
_TOP = 5


def centred(vectors: Floats, centre: Floats) -> Floats:
    """Unit vectors around the centre: the encoder's sentences all lie in one narrow cone."""
    moved = vectors - centre
    found: Floats = moved / np.linalg.norm(moved, axis=-1, keepdims=True).clip(1e-9)
    return found.astype(np.float32)


@dataclass(frozen=True)
class Pooled:
    """For every topic: its best passage, and the mean of its best five."""

    best: Floats
    mean: Floats


class TopicVectors:
    """One side's passages, their scores pooled by topic. ``pooled`` is safe to call from several threads."""

    def __init__(self, search: PassageSearch, side: Side, topic_of: Ints, topics: int) -> None:
        """``topic_of`` has the topic number of every row of ``search``."""
        self._search, self._side = search, side
        self._topic_of, self._topics = topic_of, topics

    def pooled(self, vector: Floats) -> Pooled:
        """Pool the nearest passages of one unit vector."""
        found = self._search.nearest(self._side, vector, _NEAREST)
        return pool(found.scores, self._topic_of[found.rows], self._topics)

    def pooled_many(self, vectors: Floats) -> list[Pooled]:
        """:meth:`pooled` for many unit rows, shape ``(n, dim)``."""
        found = self._search.nearest_many(self._side, vectors, _NEAREST)
        return [pool(each.scores, self._topic_of[each.rows], self._topics) for each in found]


def pool(scores: Floats, topic_of: Ints, topics: int, floor: float | None = None) -> Pooled:
    """Best and mean of the best five by topic; ``scores`` descend. What was not fetched counts as ``floor``, or as the last fetched."""
    if floor is None:
        floor = float(scores[-1]) if len(scores) else 0.0
    top = np.full((topics, _TOP), floor, dtype=np.float32)
    # The rank of each passage within its topic: a stable sort by topic keeps the descent of scores.
    order = np.argsort(topic_of, kind="stable")
    sorted_topics = topic_of[order]
    starts = np.searchsorted(sorted_topics, sorted_topics, side="left")
    rank = np.arange(len(order)) - starts
    kept = rank < _TOP
    top[sorted_topics[kept], rank[kept]] = scores[order][kept]
    return Pooled(top[:, 0], top.mean(1))
