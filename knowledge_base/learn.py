"""Learning from held-out questions: the weights of the fusion, when two topics are too close, and the judge.

Every question is held out once, with all that was made of it, and searched for in an index of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge_base.answerable import Flags, Judge, features, fixed_judge, learn_judge
from knowledge_base.dense import TopicVectors
from knowledge_base.lexical import VIEWS, Floats, TopicWords
from knowledge_base.passages import Passage, sides_of
from knowledge_base.passages_faiss import FaissPassages
from knowledge_base.retrieve import SIGNALS, Evidence, Parts, fuse, standardised
from knowledge_base.topic_model import FOLDS, Ints

_DOUBTED = 0.10
"""Share of rightly answered held-out questions at which a second topic is named as well."""
_FEWEST_REFUSED = 20
_NEAR_MISS = 4.0


@dataclass(frozen=True)
class Material:
    """Passages, then unanswerable sentences, with their tokens and centred vectors."""

    topics: Sequence[str]
    passages: Sequence[Passage]
    refused: Sequence[str]
    near_misses: int
    """How many of ``refused``, from the first, are close to what we do."""
    tokens: Sequence[dict[str, list[str]]]
    vectors: Floats

    @property
    def labels(self) -> Ints:
        """Topic number of every passage; one more than the last for an unanswerable sentence."""
        number = {topic: at for at, topic in enumerate(self.topics)}
        return np.array([number[p.topic] for p in self.passages] + [len(self.topics)] * len(self.refused), dtype=np.int64)

    @property
    def importance(self) -> Floats:
        """How closely the topic model must meet each row: near misses above all."""
        found = np.ones(len(self.passages) + len(self.refused), dtype=np.float32)
        found[len(self.passages) : len(self.passages) + self.near_misses] = _NEAR_MISS
        return found

    @property
    def sides(self) -> Ints:
        """Which side every row is searched on; see ``passage_search.py``."""
        return sides_of(self.passages, len(self.refused))

    def rows(self, *kinds: str) -> Ints:
        """Rows of the passages of these kinds; ``refused`` for the unanswerable sentences."""
        named = [p.kind for p in self.passages] + ["refused"] * len(self.refused)
        return np.array([at for at, kind in enumerate(named) if kind in kinds], dtype=np.int64)


@dataclass(frozen=True)
class Learned:
    """What held-out questions taught, and how well the search does on them."""

    weights: Floats
    judge: Judge
    close: float
    """A second topic at least this likely, in shares of the first, is named as well."""
    figures: dict[str, float]


def parts_of(material: Material, without: Ints) -> Parts:
    """The searchable parts, made of everything but the rows ``without``."""
    left = np.ones(len(material.labels), dtype=bool)
    left[without] = False
    count, labels = len(material.topics), material.labels
    documents: dict[str, list[list[str]]] = {view: [[] for _ in material.topics] for view in VIEWS}
    for row in range(len(material.passages)):
        if left[row]:
            for view, document in documents.items():
                document[labels[row]] += material.tokens[row][view]
    kept = np.flatnonzero(left & (labels < count))
    found = FaissPassages.of_vectors(material.vectors[kept], material.sides[kept])
    return Parts(
        TopicVectors(found, "asked", labels[kept], count),
        TopicVectors(found, "said", labels[kept], count),
        TopicWords.build(documents),
    )


def folds_of(material: Material) -> Ints:
    """The fold of every row, spread evenly over each topic's; -1 for what is never held out."""
    held = material.rows("question", "asked", "refused")
    fold = np.full(len(material.labels), -1)
    rng = np.random.default_rng(5)
    labels = material.labels
    for label in range(len(material.topics) + 1):
        rows = held[labels[held] == label]
        fold[rows] = (rng.permutation(len(rows)) + label) % FOLDS
    return fold


def learn(material: Material, fold: Ints, classified: Floats) -> Learned:
    """Hold out, search, fit. ``classified`` are the topic model's scores of each row, of a model without its fold."""
    labels = material.labels
    signals = np.zeros((len(labels), len(SIGNALS), len(material.topics)), dtype=np.float32)
    for at in range(FOLDS):
        test = np.flatnonzero(fold == at)
        if len(test):
            tokens = [material.tokens[row] for row in test.tolist()]
            signals[test] = parts_of(material, test).signals_of_many(tokens, material.vectors[test], classified[test, :-1])
    asked, refused = material.rows("question", "asked"), material.rows("refused")
    weights = fusion_weights(signals[asked], labels[asked])
    return _judged(material, signals, classified[:, -1], weights, asked, refused)


def _judged(material: Material, signals: Floats, none: Floats, weights: Floats, asked: Ints, refused: Ints) -> Learned:
    texts = [p.text for p in material.passages] + list(material.refused)

    def evidence(row: int) -> Evidence:
        counts = {view: len(set(found)) for view, found in material.tokens[row].items()}
        return Evidence(signals[row], fuse(signals[row], weights), float(none[row]), len(texts[row]), counts)

    usual = np.isin(asked, material.rows("asked"))
    near = np.arange(len(refused)) < material.near_misses
    yes, no = ([evidence(row) for row in rows.tolist()] for rows in (asked, refused))
    return judged(yes, material.labels[asked], usual, no, near, weights)


def judged(asked: Sequence[Evidence], labels: Ints, usual: Flags, refused: Sequence[Evidence], near: Flags, weights: Floats) -> Learned:
    """What the evidence about questions held out teaches.

    ``labels`` and ``usual`` (in customers' own words) are those of ``asked``; ``near`` marks the near misses of ``refused``.
    """
    fused = np.stack([evidence.fused for evidence in asked])
    if len(refused) >= _FEWEST_REFUSED:
        yes, no = (np.stack([features(evidence) for evidence in rows]) for rows in (asked, refused))
        judge, refusals = learn_judge(yes, no, usual if usual.any() else ~usual, near if near.any() else ~near)
    else:
        judge, refusals = fixed_judge(), {}
    ranks = (fused > fused[np.arange(len(asked)), labels][:, None]).sum(1)
    right = ranks == 0
    close = _closeness(fused, right)
    return Learned(weights, judge, close, {
        "questions": len(asked), "hit@1": float(right.mean()), "hit@3": float((ranks < 3).mean()),
        **_of_kind("asked", ranks[usual]), **_of_kind("written", ranks[~usual]), **refusals,
    })  # fmt: skip


def _of_kind(name: str, ranks: Ints) -> dict[str, float]:
    return {f"{name} hit@1": float((ranks < 1).mean()), f"{name} hit@3": float((ranks < 3).mean())} if len(ranks) else {}


def _closeness(fused: Floats, right: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    if fused.shape[1] < 2 or not right.any():
        return 1.0
    two = -np.sort(-fused, axis=1)[:, :2]
    return float(np.quantile((two[:, 1] / two[:, 0])[right], 1 - _DOUBTED))


def fusion_weights(signals: Floats, labels: Ints) -> Floats:
    """Conditional logit: weights that make the right topic most likely. Convex, a few dozen steps."""
    from scipy.optimize import minimize

    x = standardised(signals).astype(np.float64)
    picked = np.arange(len(labels))

    def loss(weights: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, np.ndarray[tuple[int], np.dtype[np.float64]]]:
        logits = np.einsum("nst,s->nt", x, weights)
        logits -= logits.max(1, keepdims=True)
        odds = np.exp(logits)
        odds /= odds.sum(1, keepdims=True)
        lost = -np.log(odds[picked, labels].clip(1e-12)).mean() + 1e-3 * (weights @ weights)
        expected = np.einsum("nst,nt->ns", x, odds)
        return float(lost), (expected - x[picked, :, labels]).mean(0) + 2e-3 * weights

    start = np.full(signals.shape[1], 0.3)
    found: Floats = minimize(loss, start, jac=True, method="L-BFGS-B").x.astype(np.float32)
    return found
