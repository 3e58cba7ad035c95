"""What is indexed of an article: each question, title and keywords, and every sentence of what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bot.language.normalise import normalise
from knowledge_base.article import Article
from knowledge_base.passage_search import SIDES, Side
from knowledge_base.topic_model import Ints

Kind = Literal["question", "asked", "name", "body"]
_SENTENCE_END = re.compile(r"[。？！；\n]")
_MARKDOWN = re.compile(r"^[\s#>*\-|]+|\*\*|^\s*\d+[.、]\s*")
_SHORTEST = 4


@dataclass(frozen=True)
class Passage:
    """A piece of text that speaks for a topic.

    ``question`` the article's own, ``asked`` a customer's from the training file, ``name`` title, keywords and first
    sentence, ``body`` a sentence of answer, facts or details.
    """

    text: str
    topic: str
    kind: Kind


def passages(articles: Iterable[Article], titles: Mapping[str, str], asked: Mapping[str, Sequence[str]]) -> list[Passage]:
    """All passages; texts are normalised as queries are, and each text stands once a topic."""
    found: dict[tuple[str, str], Passage] = {}

    def add(text: str, topic: str, kind: Kind) -> None:
        regular = normalise(text).text
        if regular:
            found.setdefault((topic, regular), Passage(regular, topic, kind))

    for article in articles:
        topic = article.topic
        for question in article.questions:
            add(question, topic, "question")
        for question in asked.get(topic, ()):
            add(question, topic, "asked")
        for name in (article.title, titles.get(topic, ""), " ".join(article.keywords), sentences(article.answer)[0]):
            add(name, topic, "name")
        for sentence in [*sentences(article.answer)[1:], *sentences(article.body), *(fact.text for fact in article.facts)]:
            add(sentence, topic, "body")
    return list(found.values())


def sides_of(found: Sequence[Passage], refused: int) -> Ints:
    """The side on which each passage is searched, then that of so many refused sentences; positions in ``SIDES``."""
    sides: list[Side] = ["said" if passage.kind == "body" else "asked" for passage in found]
    return np.array([SIDES.index(side) for side in [*sides, *(["refused"] * refused)]], dtype=np.int64)


def sentences(text: str) -> list[str]:
    """The sentences of a Markdown text without its marks; a text without any gives itself."""
    pieces = [_MARKDOWN.sub("", _MARKDOWN.sub("", piece)).strip() for piece in _SENTENCE_END.split(text)]
    return [piece for piece in pieces if len(piece) >= _SHORTEST] or [text]
