"""From a question to topics: seven signals, each weak alone, fused into one probability a topic.

===========  =====================================================================================================
near         likeness in meaning to the topic's nearest question
near_mean    … and to its nearest five on average
said         likeness in meaning to the nearest sentence of what the article says
words        BM25 of jieba words, one document a topic
characters   BM25 of characters and their pairs
sounds       BM25 of syllables and their pairs: mishearings and homophone typing
classified   the topic model, trained on all labelled questions
===========  =====================================================================================================

A signal is standardised over the topics of one question; the weights are those of a conditional logit fitted on
questions that were held out (``index.py``), so the fused numbers are probabilities as they come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from knowledge_base.dense import Pooled, TopicVectors, centred
from knowledge_base.lexical import VIEWS, Floats, TopicWords
from knowledge_base.meaning import Meaning
from knowledge_base.passage_search import check_vectors
from knowledge_base.topic_model import TopicModel, grams

SIGNALS = ("near", "near_mean", "said", *VIEWS, "classified")


@dataclass(frozen=True)
class Query:
    """A question: its normalised text and the encoder's row for that text."""

    text: str
    vector: Floats


@dataclass(frozen=True)
class Ranked:
    """A topic and how likely it is meant, 0–1 (probability for the fused search, raw score for a part alone)."""

    topic: str
    score: float


class Retriever(Protocol):
    """What finds topics. Safe to call from several threads."""

    def search(self, query: Query, k: int) -> list[Ranked]:
        """The `k` best topics, best first; fewer when there are fewer. Never raises on any text."""
        ...


@dataclass(frozen=True)
class Evidence:
    """All that was found out about one question."""

    signals: Floats
    """Raw, shape ``(len(SIGNALS), topics)``."""
    fused: Floats
    """Probability of each topic, given that one of them is meant."""
    none: float
    """The topic model's score for “no article answers this”."""
    length: int
    """Characters of the question."""
    tokens: Mapping[str, int]
    """Tokens of the question in each view of BM25."""


class Weighing(Retriever, Protocol):
    """A retriever that tells what it found out: what the judge, the hit test and the evaluation look at."""

    topics: tuple[str, ...]

    def weigh(self, query: Query) -> Evidence:
        """Everything found out about a question; rows and probabilities in the order of ``topics``.

        Raises UnusableVectors for a vector that is no direction, and StoreAway.
        """
        ...

    def centred(self, vectors: Floats) -> Floats:
        """The encoder's rows around the centre of this index: so far apart as their meanings are."""
        ...

    def alone(self, signal: str) -> Retriever:
        """One signal as a retriever of its own, to be measured beside the fused search."""
        ...


@dataclass(frozen=True)
class Parts:
    """What the signals of held-out questions are measured with."""

    near: TopicVectors
    said: TopicVectors
    words: TopicWords

    def signals_of_many(self, tokens: Sequence[Mapping[str, Sequence[str]]], vectors: Floats, classified: Floats) -> Floats:
        """The raw signals of many questions, shape ``(questions, signals, topics)``.

        ``vectors`` are centred, ``classified`` has one score a topic.
        """
        near, said = self.near.pooled_many(vectors), self.said.pooled_many(vectors)
        worded = [self.words.scores(cut) for cut in tokens]
        return np.stack([stacked(n, s.best, w, c) for n, s, w, c in zip(near, said, worded, classified, strict=True)])


def stacked(near: Pooled, said: Floats, words: Floats, classified: Floats) -> Floats:
    """The raw signals of one question, shape ``(len(SIGNALS), topics)``; ``words`` has a row for each view of BM25."""
    found = np.empty((len(SIGNALS), len(said)), dtype=np.float32)
    found[0], found[1], found[2], found[3:-1], found[-1] = near.best, near.mean, said, words, classified
    return found


def tokenised(text: str) -> dict[str, list[str]]:
    """The tokens of `text` in every view."""
    return {view: cut(text) for view, cut in VIEWS.items()}


def standardised(signals: Floats) -> Floats:
    """Each signal with mean 0 and deviation 1 over the topics (the last axis); a flat signal says nothing."""
    count = max(1, signals.shape[-1])
    moved = signals - np.add.reduce(signals, -1, keepdims=True) / count
    deviation = np.sqrt(np.add.reduce(moved * moved, -1, keepdims=True) / count)
    found: Floats = moved / np.maximum(deviation, 1e-6) * (deviation > 1e-6)
    return found.astype(np.float32, copy=False)


def fuse(signals: Floats, weights: Floats) -> Floats:
    """Probabilities of the topics from raw signals, shape ``(…, signals, topics)`` → ``(…, topics)``."""
    logits = weights @ standardised(signals)
    odds = np.exp(logits - np.maximum.reduce(logits, -1, keepdims=True))
    found: Floats = odds / np.add.reduce(odds, -1, keepdims=True)
    return found


class HybridRetriever:
    """The fused search."""

    def __init__(
        self, topics: Sequence[str], meaning: Meaning, words: TopicWords, model: TopicModel, centre: Floats, weights: Floats
    ) -> None:
        """``model`` is told the likeness to its points in the order of ``meaning``."""
        self.topics = tuple(topics)
        self.meaning, self.words = meaning, words
        self._model, self._centre, self._weights = model, centre, weights

    def centred(self, vectors: Floats) -> Floats:
        """The encoder's rows around the centre of this index: so far apart as their meanings are."""
        return centred(vectors, self._centre)

    def weigh(self, query: Query) -> Evidence:
        """Everything found out about a question."""
        check_vectors(query.vector)  # around the centre even zeros are a direction
        vector = centred(query.vector, self._centre)
        tokens = tokenised(query.text)
        found = self.meaning.measure(vector)
        classified = self._model.scores(grams(query.text, tokens["words"]), found.points)
        signals = stacked(found.near, found.said, self.words.scores(tokens), classified[: len(self.topics)])
        counts = {view: len(set(cut)) for view, cut in tokens.items()}
        return Evidence(signals, fuse(signals, self._weights), float(classified[len(self.topics)]), len(query.text), counts)

    def search(self, query: Query, k: int) -> list[Ranked]:
        """The `k` most likely topics."""
        return best(self.topics, self.weigh(query).fused, k)

    def alone(self, signal: str) -> Retriever:
        """One signal as a retriever of its own, to be measured beside the fused search."""
        return Alone(self, SIGNALS.index(signal))


class Alone:
    """A retriever that ranks by one signal of another."""

    def __init__(self, whole: Weighing, at: int) -> None:
        self._whole, self._at = whole, at

    def search(self, query: Query, k: int) -> list[Ranked]:
        """See `Retriever.search`."""
        return best(self._whole.topics, self._whole.weigh(query).signals[self._at], k)


def best(topics: Sequence[str], scores: Floats, k: int) -> list[Ranked]:
    """The `k` highest scores with their topics."""
    order = np.argsort(-scores, kind="stable")[: max(k, 0)]
    return [Ranked(topics[at], float(scores[at])) for at in order]
