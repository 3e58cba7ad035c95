"""From a question to topics in a base too large for a topic model: passages by meaning and by words, pooled and fused.

Of the signals of ``retrieve.py`` those are measured that a search of passages gives: ``near``, ``near_mean``, ``said`` and
``words`` (here BM25 of the best passage, not of one document a topic). The others stay 0 and so say nothing. “No article
answers this” is the likeness to the nearest refused sentence. Weights and judge are learned as ever, from questions that
are left out of the search one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from knowledge_base.dense import centred, pool
from knowledge_base.learn import Learned, fusion_weights, judged
from knowledge_base.lexical import VIEWS, Floats
from knowledge_base.passage_search import Found, PassageSearch, check_vectors
from knowledge_base.passages import Passage
from knowledge_base.retrieve import SIGNALS, Alone, Evidence, Query, Ranked, Retriever, best, fuse, tokenised
from knowledge_base.topic_model import Ints

_NEAREST, _WORDED = 256, 256
"""Passages fetched on each way."""
_LEARNED_FROM = 4_000
_SIGNAL_BUDGET = 60_000_000
"""Numbers that learning may hold at once: questions × signals × topics."""
_AT = {name: at for at, name in enumerate(SIGNALS)}


class PassageSignals:
    """The raw signals of a question over all topics."""

    def __init__(self, search: PassageSearch, topic_of: Ints, topics: int) -> None:
        """``topic_of`` has the topic number of every row of ``search``; refused sentences have one more than the last."""
        self._search, self._topic_of, self._topics = search, topic_of, topics

    def measure(self, text: str, vector: Floats, *, without: int = -1) -> tuple[Floats, float]:
        """Signals, shape ``(len(SIGNALS), topics)``, and the likeness to what is refused; as if row ``without`` were not there."""
        near = _left(self._search.nearest("asked", vector, _NEAREST), without)
        said = _left(self._search.nearest("said", vector, _NEAREST), without)
        worded = _left(self._search.worded(text, _WORDED), without)
        refused = _left(self._search.nearest("refused", vector, 2), without)
        signals = np.zeros((len(SIGNALS), self._topics), dtype=np.float32)
        pooled = pool(near.scores, self._topic_of[near.rows], self._topics)
        signals[_AT["near"]], signals[_AT["near_mean"]] = pooled.best, pooled.mean
        signals[_AT["said"]] = pool(said.scores, self._topic_of[said.rows], self._topics).best
        floor = float(worded.scores[-1]) if len(worded.scores) >= _WORDED - 1 else 0.0
        signals[_AT["words"]] = pool(worded.scores, self._topic_of[worded.rows], self._topics, floor).best
        return signals, float(refused.scores[0]) if len(refused.scores) else 0.0


class PassageRetriever:
    """The fused search of a large base."""

    def __init__(self, topics: Sequence[str], signals: PassageSignals, centre: Floats, weights: Floats) -> None:
        self.topics = tuple(topics)
        self._signals, self._centre, self._weights = signals, centre, weights

    def centred(self, vectors: Floats) -> Floats:
        """See `Weighing.centred`."""
        return centred(vectors, self._centre)

    def weigh(self, query: Query) -> Evidence:
        """Everything found out about a question."""
        check_vectors(query.vector)
        signals, none = self._signals.measure(query.text, centred(query.vector, self._centre))
        return _evidence(query.text, signals, none, self._weights)

    def search(self, query: Query, k: int) -> list[Ranked]:
        """The `k` most likely topics."""
        return best(self.topics, self.weigh(query).fused, k)

    def alone(self, signal: str) -> Retriever:
        """See `Weighing.alone`."""
        return Alone(self, SIGNALS.index(signal))


def learn_at_scale(topics: Sequence[str], passages: Sequence[Passage], refused: Sequence[str], near_misses: int,
                   vectors: Floats, labels: Ints, search: PassageSearch) -> Learned:  # fmt: skip
    """Leave out, search, fit: on a sample of the questions and of the refused sentences, each left out by itself.

    ``vectors`` are centred rows of passages, then refused sentences; ``labels`` their topic numbers.
    """
    rng = np.random.default_rng(5)
    most = int(np.clip(_SIGNAL_BUDGET // (len(SIGNALS) * max(1, len(topics))), 300, _LEARNED_FROM))
    asked = np.array([at for at, passage in enumerate(passages) if passage.kind in ("question", "asked")], dtype=np.int64)
    held_asked = np.sort(rng.permutation(asked)[:most])
    held_refused = np.sort(rng.permutation(len(refused))[:most])
    held = np.concatenate([held_asked, len(passages) + held_refused])
    texts = [passages[at].text for at in held_asked] + [refused[at] for at in held_refused]
    measured = PassageSignals(search, labels, len(topics))
    signals = np.zeros((len(held), len(SIGNALS), len(topics)), dtype=np.float32)
    none = np.zeros(len(held), dtype=np.float32)
    for at, (row, text) in enumerate(zip(held.tolist(), texts, strict=True)):
        signals[at], none[at] = measured.measure(text, vectors[row], without=row)
    weights = fusion_weights(signals[: len(held_asked)], labels[held_asked])
    evidence = [_evidence(*parts, weights) for parts in zip(texts, signals, none.tolist(), strict=True)]
    usual = np.array([passages[at].kind == "asked" for at in held_asked], dtype=bool)
    return judged(evidence[: len(held_asked)], labels[held_asked], usual, evidence[len(held_asked) :], held_refused < near_misses, weights)


def _evidence(text: str, signals: Floats, none: float, weights: Floats) -> Evidence:
    found = tokenised(text)
    return Evidence(signals, fuse(signals, weights), none, len(text), {view: len(set(found[view])) for view in VIEWS})


def _left(found: Found, without: int) -> Found:
    if without < 0:
        return found
    kept = found.rows != without
    return Found(found.rows[kept], found.scores[kept])
