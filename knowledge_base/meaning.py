"""What a question is like in meaning: its cosines with the topic model's points, and the passages of both sides by topic.

In this process one product gives everything: the topic model's points are the passages asked and refused, so what is near
among them need not be looked for again. Where passages lie on a server, that is asked for the nearest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from knowledge_base.dense import NEAREST, Pooled, TopicVectors, pool_sorted
from knowledge_base.lexical import Floats
from knowledge_base.passage_search import SIDES
from knowledge_base.topic_model import Ints


@dataclass(frozen=True)
class Likeness:
    """What was measured of one question."""

    points: Floats
    """Cosine with every training point of the topic model."""
    near: Pooled
    """Questions and names of articles, by topic."""
    said: Floats
    """The nearest sentence of what each topic's article says."""


class Meaning(Protocol):
    """Measures. Safe to call from several threads; raises as `PassageSearch` does."""

    order: Ints
    """The order in which the topic model's points are measured: positions among those that were learned from."""

    def measure(self, vector: Floats) -> Likeness:
        """The likeness of a centred unit vector, shape ``(dim,)``."""
        ...


class MeaningHere:
    """All passages in one matrix, exact. A column a passage: read along the columns, a product takes half the time."""

    def __init__(self, vectors: Floats, sides: Ints, topic_of: Ints, topics: int) -> None:
        """Centred unit rows with their sides and topic numbers (refused sentences: one more than the last)."""
        said = sides == SIDES.index("said")
        points, told = np.flatnonzero(~said), np.flatnonzero(said)
        # By topic, so that pooling has little to look up; refused sentences come last.
        self.order, order = (np.argsort(topic_of[rows], kind="stable") for rows in (points, told))
        rows = np.concatenate([points[self.order], told[order]])
        self._columns, self._points = np.ascontiguousarray(vectors[rows].T), len(points)
        topic_of = topic_of[rows]
        self._near = _ByTopic(topic_of[: np.searchsorted(topic_of[: len(points)], topics)], topics)
        self._said = _ByTopic(topic_of[len(points) :], topics)

    def measure(self, vector: Floats) -> Likeness:
        """See `Meaning.measure`."""
        cosines = vector @ self._columns
        near = self._near.pooled(cosines[: self._near.count])
        return Likeness(cosines[: self._points], near, self._said.best(cosines[self._points :]))


class MeaningOnServer:
    """The model's points here, passages where they are searched."""

    def __init__(self, vectors: Floats, sides: Ints, near: TopicVectors, said: TopicVectors) -> None:
        """``vectors`` are the centred unit rows of all passages, ``near`` and ``said`` their two searched sides."""
        points = np.flatnonzero(sides != SIDES.index("said"))
        self.order = np.arange(len(points))
        self._columns, self._near, self._said = np.ascontiguousarray(vectors[points].T), near, said

    def measure(self, vector: Floats) -> Likeness:
        """See `Meaning.measure`."""
        return Likeness(vector @ self._columns, self._near.pooled(vector), self._said.pooled(vector).best)


class _ByTopic:
    """Passages in the order of their topics, pooled as in ``dense.py``: the 512 nearest, all others as near as the last of them."""

    def __init__(self, topic_of: Ints, topics: int) -> None:
        self.count = len(topic_of)
        self._topic_of, self._topics = topic_of, topics
        self._apart = 4.0 * topic_of
        """Further apart than any two cosines, so that one sort is enough."""
        self._filled, self._starts = np.unique(topic_of, return_index=True)

    def pooled(self, scores: Floats) -> Pooled:
        """Best, and mean of the best five, by topic."""
        if not len(scores):
            return pool_sorted(scores, self._topic_of, self._topics, 0.0)
        last = max(0, len(scores) - NEAREST)
        kept = np.argpartition(scores, last)[last:]
        near = scores[kept]
        order = np.argsort(self._apart[kept] - near)
        return pool_sorted(near[order], self._topic_of[kept[order]], self._topics, near[0])

    def best(self, scores: Floats) -> Floats:
        """Best by topic only."""
        found: Floats = np.zeros(self._topics, dtype=np.float32)
        if len(scores):
            last = max(0, len(scores) - NEAREST)
            floor = np.partition(scores, last)[last]
            found.fill(floor)
            found[self._filled] = np.maximum(np.maximum.reduceat(scores, self._starts), floor)
        return found
