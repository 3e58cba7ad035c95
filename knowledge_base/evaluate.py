"""How good is the search? Hits, refusals and confusions over labelled questions, beside BM25 alone and the encoder alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.language.normalise import normalise
from knowledge_base.catalogue import read_catalogue
from knowledge_base.encoding import Encoder
from knowledge_base.knowledge import KnowledgeBase
from knowledge_base.retrieve import Query

PLAIN = {"bm25s": "words", "encoder": "near"}
"""The parts shown beside the fused search: name → signal."""
_CONFUSIONS = 15


@dataclass(frozen=True)
class Case:
    """A question with the topic that answers it, or None when no article does."""

    question: str
    topic: str | None


@dataclass(frozen=True)
class Ranks:
    """Where the right topics came."""

    cases: int
    hit_at_1: float
    hit_at_3: float
    mrr: float


@dataclass(frozen=True)
class Report:
    """What an evaluation found."""

    whole: Ranks
    groups: dict[str, Ranks]
    plain: dict[str, Ranks]
    """BM25 alone and the encoder alone on the same cases."""
    wrong_refusals: float
    """Share of answerable questions that were refused."""
    false_answers: float
    """Share of unanswerable questions that were answered."""
    doubted: float
    """Share of answerable questions at which a second topic was named."""
    confusions: list[tuple[str, str, int]]
    """(right topic, topic found instead, how often), most frequent first."""

    def __str__(self) -> str:
        rows = [("all", self.whole), *self.plain.items(), *sorted(self.groups.items())]
        lines = [f"{name:12s} {r.cases:5d}  hit@1 {r.hit_at_1:.3f}  hit@3 {r.hit_at_3:.3f}  MRR {r.mrr:.3f}" for name, r in rows]
        lines.append(f"wrong refusals {self.wrong_refusals:.3f}  false answers {self.false_answers:.3f}  second topic named {self.doubted:.3f}")
        return "\n".join(lines + [f"{right} → {found} ×{count}" for right, found, count in self.confusions])


def read_cases(path: Path) -> list[Case]:
    """Cases of a file ``{cases: [{question, topic}], unanswerable: [question]}``."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    cases = [Case(str(case["question"]), case["topic"]) for case in content["cases"]]
    refused = (case["question"] if isinstance(case, dict) else case for case in content.get("unanswerable", []))
    return cases + [Case(str(question), None) for question in refused]


def evaluate(kb: KnowledgeBase, cases: Sequence[Case], encoder: Encoder) -> Report:
    """Ask the base every question and compare."""
    texts = [normalise(case.question).text for case in cases]
    vectors = encoder.encode(texts)
    groups_of = read_catalogue().groups
    places: dict[str, list[int]] = defaultdict(list)
    groups: dict[str, list[int]] = defaultdict(list)
    confused: Counter[tuple[str, str]] = Counter()
    refused = answered = doubted = 0
    for case, text, vector in zip(cases, texts, vectors, strict=True):
        found = kb.search_with_vector(text, vector, len(kb.topics))
        if case.topic is None:
            answered += found.answerable
            continue
        refused += not found.answerable
        doubted += found.answerable and found.doubt
        ranking = [hit.topic for hit in found.results]
        place = _place(ranking, case.topic)
        places["all"].append(place)
        groups[groups_of[case.topic]].append(place)
        if place != 1 and ranking:
            confused[case.topic, ranking[0]] += 1
        for name, signal in PLAIN.items():
            alone = kb.index.retriever.alone(signal).search(Query(text, vector), len(ranking))
            places[name].append(_place([r.topic for r in alone], case.topic))
    answerable = len(places["all"])
    return Report(
        whole=_ranks(places["all"]),
        groups={name: _ranks(found) for name, found in groups.items()},
        plain={name: _ranks(places[name]) for name in PLAIN},
        wrong_refusals=refused / max(1, answerable),
        false_answers=answered / max(1, len(cases) - answerable),
        doubted=doubted / max(1, answerable),
        confusions=[(right, found, count) for (right, found), count in confused.most_common(_CONFUSIONS)],
    )


def _place(ranking: Sequence[str], topic: str) -> int:
    """Counted from 1; 0 when absent."""
    return ranking.index(topic) + 1 if topic in ranking else 0


def _ranks(places: Iterable[int]) -> Ranks:
    found = list(places)
    count = max(1, len(found))
    return Ranks(
        len(found),
        sum(place == 1 for place in found) / count,
        sum(1 <= place <= 3 for place in found) / count,
        sum(1 / place for place in found if place) / count,
    )
