"""Why a question finds what it finds: the rank and the score of each topic in every signal, beside the fused search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from knowledge_base.knowledge import KnowledgeBase
from knowledge_base.retrieve import SIGNALS

SHOWN = ("words", "characters", "sounds", "near", "said", "classified")
"""BM25 in three views, then meaning (questions, body), then the topic model."""


@dataclass(frozen=True)
class Standing:
    """A topic in one signal: its rank from 1, and the raw score."""

    rank: int
    score: float


@dataclass(frozen=True)
class Explained:
    """A topic for a question."""

    topic: str
    title: str
    fused: Standing
    signals: dict[str, Standing]


@dataclass(frozen=True)
class HitTest:
    """What a search decides, and what it rests on."""

    answerable: bool
    confidence: float
    threshold: float
    """At this confidence and above the question is answered."""
    doubt: bool
    topics: list[Explained]


def hit_test(base: KnowledgeBase, question: str, k: int = 10) -> HitTest:
    """The first `k` of the fused search, and whatever is first in any one signal."""
    evidence, found = base.evidence(question), base.search(question, k)
    threshold = base.index.judge.threshold
    if evidence is None:
        return HitTest(False, 0.0, threshold, False, [])
    topics = base.index.retriever.topics
    scores = {"fused": evidence.fused} | {name: evidence.signals[SIGNALS.index(name)] for name in SHOWN}
    orders = {name: np.argsort(-row, kind="stable") for name, row in scores.items()}
    ranks = {name: np.argsort(order, kind="stable") + 1 for name, order in orders.items()}
    picked = dict.fromkeys([*orders["fused"][:k].tolist(), *(int(orders[name][0]) for name in SHOWN)])
    rows = []
    for at in sorted(picked, key=lambda topic: int(ranks["fused"][topic])):
        standing = {name: Standing(int(ranks[name][at]), round(float(scores[name][at]), 4)) for name in scores}
        article = base.article(topics[at])
        if article is not None:
            rows.append(Explained(topics[at], article.title, standing.pop("fused"), standing))
    return HitTest(found.answerable, found.confidence, threshold, found.doubt, rows)
