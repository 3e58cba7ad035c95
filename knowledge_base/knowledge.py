"""The knowledge base as the rest of the house uses it: a question in, the article that answers it out, or honestly none."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from bot.language.encoder import encoder_folder
from bot.language.normalise import normalise
from knowledge_base.article import Article, Citation
from knowledge_base.catalogue import read_catalogue
from knowledge_base.detail import fitting, lines
from knowledge_base.encoding import Encoder
from knowledge_base.index import Index, log, open_index
from knowledge_base.lexical import Floats
from knowledge_base.load import load_articles
from knowledge_base.profiles import load_profile
from knowledge_base.retrieve import Evidence, Query
from knowledge_base.storage import Storage
from knowledge_base.training import read_training

_LONGEST = 500
"""Characters of a question that are looked at."""
_EVERYDAY, _ASKED_MOST = 16, 2048
"""Characters and number of the questions whose results are kept."""
_KEPT_HITS, _JUST_NOW = 12, 64
"""Articles of a kept result, and how many of the last searches are remembered."""


@dataclass(frozen=True)
class Hit:
    """An article that may answer. ``score`` is the probability that its topic is the one meant."""

    topic: str
    title: str
    score: float
    answer: str
    speech: str
    citations: tuple[Citation, ...]
    leads_to: str | None
    body: str


@dataclass(frozen=True)
class SearchResult:
    """What a search gives."""

    answerable: bool
    """False when nothing in the base answers the question."""
    confidence: float
    """Calibrated probability that an article answers it."""
    doubt: bool
    """The first two topics are close: name both."""
    results: list[Hit]


_NOTHING = SearchResult(False, 0.0, False, [])


class KnowledgeBase:
    """One version of the articles for one profile, with its index. Immutable and safe to share between threads."""

    def __init__(self, articles: dict[str, Article], index: Index, encoder: Encoder, today: Callable[[], date]) -> None:
        self.index = index
        self._articles = articles
        self._encoder = encoder
        self._today = today
        self._asked: dict[tuple[str, date], SearchResult] = {}
        self._just_now: dict[tuple[bytes, date], SearchResult] = {}
        self._secret, self._lock = os.urandom(16), Lock()
        self._lines: dict[str, tuple[list[str], Floats]] = {}

    @classmethod
    def open(cls, root: Path, home: Path, profile: str, encoder: Encoder, *, training: Path | None = None, storage: Storage | None = None,
             today: Callable[[], date] = date.today, say: Callable[[str], Any] = log.info) -> KnowledgeBase:  # fmt: skip
        """Open the articles under ``root`` (the folder ``knowledge_base``, or a published version) for a profile.

        ``training`` is the folder whose training sentences are learned from, when it is not ``root`` itself; ``storage``
        where the passages are searched, by default in memory.

        The index lies under ``home/index``; it is built first when articles, profile, encoder or code changed (under a
        minute), otherwise opened in less than a second. Raises ArticleError, ProfileError, UnknownProfile, StoreAway.
        """
        values = load_profile(root / "profiles", profile)
        articles = load_articles(root / "articles", values, today())
        index = open_index(
            home / "index", articles, read_training(training or root), read_catalogue(), encoder,
            storage=storage, encoder_identity=_identity(home), say=say,
        )  # fmt: skip
        return cls({article.topic: article for article in articles}, index, encoder, today)

    def search(self, query: str, k: int = 5) -> SearchResult:
        """The `k` best articles for a question, as the customer wrote it. Never raises on any text; StoreAway when the server is."""
        text = _regular(query)
        if not text:
            return _NOTHING
        today = self._today()
        asked, just_now = (text, today), (blake2b(text.encode(), key=self._secret, digest_size=16).digest(), today)
        found = self._asked.get(asked) or self._just_now.get(just_now)
        if found is None or k > _KEPT_HITS:
            found = self._search(Query(text, self._encoder.encode([text])[0]), max(k, _KEPT_HITS))
            self._keep(asked, just_now, found)
        return replace(found, results=found.results[: max(k, 0)])

    def _keep(self, asked: tuple[str, date], just_now: tuple[bytes, date], found: SearchResult) -> None:
        text = asked[0]
        with self._lock:
            # One turn asks the same more than once. Of what people say only a keyed digest is kept for that.
            if len(self._just_now) >= _JUST_NOW:
                self._just_now.pop(next(iter(self._just_now)))
            self._just_now[just_now] = found
            # Short questions with an answer come all day.
            if found.answerable and len(text) <= _EVERYDAY and not any(c.isdigit() for c in text):
                if len(self._asked) >= _ASKED_MOST:
                    self._asked.clear()
                self._asked[asked] = found

    def search_with_vector(self, query: str, vector: Floats, k: int = 5) -> SearchResult:
        """Like :meth:`search`, with the encoder's row for the normalised text already at hand."""
        text = _regular(query)
        return self._search(Query(text, vector), k) if text else _NOTHING

    def evidence(self, query: str) -> Evidence | None:
        """All that a search weighs; None for a question without words or a base without articles."""
        text = _regular(query)
        if not text or not self._articles:
            return None
        return self.index.retriever.weigh(Query(text, self._encoder.encode([text])[0]))

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Unit rows of the texts whose products tell how alike in meaning they are (0 for unrelated)."""
        return self.index.retriever.centred(self._encoder.encode([_regular(text) for text in texts]))

    def detail(self, topic: str, question: str) -> str | None:
        """The lines of an article that answer a further question about it; None when the article says no more to the point."""
        article, text = self.article(topic), _regular(question)
        if article is None or not text:
            return None
        if topic not in self._lines:
            texts = lines(article)
            self._lines[topic] = texts, self.vectors([f"{article.title}：{line}" for line in texts])
        texts, rows = self._lines[topic]
        asked = self.vectors([f"{article.title}：{text}"])[0]
        return "\n".join(fitting(text, asked, texts, rows)) or None

    def article(self, topic: str) -> Article | None:
        """The article in force, or None."""
        found = self._articles.get(topic)
        return found if found is not None and found.in_force(self._today()) else None

    def hit(self, topic: str) -> Hit | None:
        """The article in force as a hit, or None."""
        found = self.article(topic)
        return None if found is None else _hit(found, 1.0)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of the articles in force."""
        return tuple(topic for topic in self._articles if self.article(topic) is not None)

    def _search(self, query: Query, k: int) -> SearchResult:
        if not self._articles:
            return _NOTHING
        evidence = self.index.retriever.weigh(query)
        topics, fused = self.index.retriever.topics, evidence.fused
        ranked = np.argsort(-fused, kind="stable").tolist()
        served: list[tuple[Article, float]] = []
        for at in ranked:
            article = self.article(topics[at])
            if article is not None:
                served.append((article, float(fused[at])))
            if len(served) >= max(k, 2):
                break
        # An article that ran out since the index was built is not served; what is left did not win by itself.
        first_is_served = bool(served) and served[0][0].topic == topics[ranked[0]]
        confidence = self.index.judge.confidence(evidence) if first_is_served else 0.0
        doubt = len(served) > 1 and served[1][1] >= self.index.close * served[0][1]
        hits = [_hit(article, score) for article, score in served[: max(k, 0)]]
        return SearchResult(confidence >= self.index.judge.threshold, confidence, doubt, hits)


def _regular(query: str) -> str:
    return normalise(query[:_LONGEST]).text


def _hit(article: Article, score: float) -> Hit:
    return Hit(article.topic, article.title, score, article.answer, article.speech, article.citations, article.leads_to, article.body)


def _identity(home: Path) -> str:
    """What the installed encoder was built from, as far as it is known."""
    about = encoder_folder(home) / "encoder.json"
    return str(json.loads(about.read_text(encoding="utf-8")).get("identity", "")) if about.exists() else ""
