"""Nearness in meaning: passages as unit vectors around their centre, in a FAISS index, pooled by topic."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from knowledge_base.lexical import Floats
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
    """Passages of the topics in a FAISS index. ``pooled`` is safe to call from several threads."""

    def __init__(self, index: Any, topic_of: Ints, topics: int) -> None:
        self._index = index
        self._topic_of = topic_of
        self._topics = topics

    @classmethod
    def build(cls, vectors: Floats, topic_of: Ints, topics: int) -> TopicVectors:
        """Index unit rows; exact search."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        return cls(index, topic_of, topics)

    def pooled(self, vector: Floats) -> Pooled:
        """Pool the nearest passages of one unit vector."""
        nearest = min(_NEAREST, len(self._topic_of))
        scores, found = self._index.search(vector[None, :], nearest)
        return pool(scores[0], self._topic_of[found[0]], self._topics)

    def pooled_many(self, vectors: Floats) -> list[Pooled]:
        """:meth:`pooled` for many unit rows at once: one large product costs a tenth of many small ones."""
        scores, found = self._index.search(vectors, min(_NEAREST, len(self._topic_of)))
        return [pool(row, self._topic_of[at], self._topics) for row, at in zip(scores, found, strict=True)]

    def save(self, folder: Path) -> None:
        """Write the index into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        faiss.write_index(self._index, str(folder / "passages.faiss"))
        np.save(folder / "topic_of.npy", self._topic_of)

    @classmethod
    def load(cls, folder: Path, topics: int) -> TopicVectors:
        """Read an index written by :meth:`save`."""
        return cls(faiss.read_index(str(folder / "passages.faiss")), np.load(folder / "topic_of.npy"), topics)


def pool(scores: Floats, topic_of: Ints, topics: int) -> Pooled:
    """Best and mean of the best five by topic; ``scores`` descend. What was not fetched counts as the last fetched."""
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
