"""Nearness in meaning: passages as unit vectors around their centre, pooled by topic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from knowledge_base.lexical import Floats
from knowledge_base.passage_search import PassageSearch, Side
from knowledge_base.topic_model import Ints

NEAREST = 512
"""Passages fetched for a question; topics none of whose passages are among them share the score of the last."""
_TOP = 5


def centred(vectors: Floats, centre: Floats) -> Floats:
    """Unit vectors around the centre: the encoder's sentences all lie in one narrow cone."""
    moved = vectors - centre
    lengths = np.sqrt(np.add.reduce(moved * moved, -1, keepdims=True))
    return (moved / np.maximum(lengths, 1e-9)).astype(np.float32, copy=False)


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
        found = self._search.nearest(self._side, vector, NEAREST)
        return pool(found.scores, self._topic_of[found.rows], self._topics)

    def pooled_many(self, vectors: Floats) -> list[Pooled]:
        """:meth:`pooled` for many unit rows, shape ``(n, dim)``."""
        found = self._search.nearest_many(self._side, vectors, NEAREST)
        return [pool(each.scores, self._topic_of[each.rows], self._topics) for each in found]


def pool(scores: Floats, topic_of: Ints, topics: int, floor: float | None = None) -> Pooled:
    """Best and mean of the best five by topic; ``scores`` descend. What was not fetched counts as ``floor``, or as the last fetched."""
    if floor is None:
        floor = float(scores[-1]) if len(scores) else 0.0
    # A stable sort by topic keeps the descent of scores.
    order = np.argsort(topic_of, kind="stable")
    return pool_sorted(scores[order], topic_of[order], topics, floor)


def pool_sorted(scores: Floats, topic_of: Ints, topics: int, floor: float | np.float32) -> Pooled:
    """:func:`pool` of passages that stand topic by topic, scores descending within each."""
    best = np.full(topics, floor, dtype=np.float32)
    best[topic_of[::-1]] = scores[::-1]  # of several, the last one written stays: the highest
    among = np.ones(len(topic_of), dtype=bool)
    among[_TOP:] = topic_of[_TOP:] != topic_of[:-_TOP]
    above = np.bincount(topic_of, (scores - np.float32(floor)) * among, topics)
    return Pooled(best, (floor + above / _TOP).astype(np.float32))
