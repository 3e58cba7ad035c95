"""The evaluation must measure understanding, not memory: no evaluation sentence may stand, nearly the same, in the training data."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.language.normalise import normalise
from bot.language.understanding import training_sentences

ROOT = Path(__file__).resolve().parents[2]
EVALUATIONS = {"nlu_eval.yml": "text", "kb_questions.yml": "question"}
# What is written or left out at will: particles, politeness, hesitation. Not 不, 没, 了吗 of meaning.
PARTICLES = re.compile("请问|麻烦|一下|[吗呢吧啊呀哦喔嘛啦咯哈诶欸哎呗噢额呃的了]")
MARKS = re.compile(r"[\W_]+")
LONG, ALIKE = 8, 0.9


def core(text: str) -> str:
    """The regular text without marks and particles, as far as something is left of it."""
    regular = MARKS.sub("", normalise(text).text.lower())
    return PARTICLES.sub("", regular) or regular or text


def trigrams(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 3] for i in range(len(text) - 2))


def too_like(evaluation: Iterable[str], training: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of an evaluation text and a training sentence that are the same or nearly the same."""
    taught: defaultdict[str, list[str]] = defaultdict(list)
    for text in training:
        taught[core(text)].append(text)
    parts = {known: trigrams(known) for known in taught if len(known) >= LONG}
    holding: defaultdict[str, set[str]] = defaultdict(set)
    for known, grams in parts.items():
        for gram in grams:
            holding[gram].add(known)
    pairs = []
    for text in evaluation:
        asked = core(text)
        found = {asked} & taught.keys()
        if len(asked) >= LONG:
            grams = trigrams(asked)
            near = set().union(*(holding.get(gram, set()) for gram in grams))
            found |= {known for known in near if len(grams & parts[known]) >= ALIKE * len(grams | parts[known])}
        pairs += [(text, sentence) for known in sorted(found) for sentence in taught[known]]
    return pairs


def evaluation_texts(name: str) -> list[str]:
    content = yaml.safe_load((ROOT / "tests" / "data" / name).read_text(encoding="utf-8"))
    texts = [case[EVALUATIONS[name]] for case in content["cases"]]
    return texts + [c["question"] if isinstance(c, dict) else c for c in content.get("unanswerable", [])]


def article_questions() -> list[str]:
    texts: list[str] = []
    for path in sorted((ROOT / "knowledge_base" / "articles").rglob("*.md")):
        front: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])
        texts += [str(question) for question in front["questions"]]
    return texts


@pytest.mark.parametrize("name", EVALUATIONS)
def test_no_evaluation_text_is_a_training_sentence(name: str) -> None:
    sentences = [text for text, _ in training_sentences(ROOT / "nlu_data" / "intents")]
    assert len(sentences) > 5000
    assert too_like(evaluation_texts(name), sentences) == []


@pytest.mark.parametrize("name", EVALUATIONS)
def test_no_evaluation_text_is_a_question_of_an_article(name: str) -> None:
    questions = article_questions()
    assert len(questions) > 500
    assert too_like(evaluation_texts(name), questions) == []


def test_likeness_sees_through_marks_particles_width_and_one_changed_character() -> None:
    assert too_like(["请问上个月的电费是多少呢？"], ["上个月电费是多少"])
    assert too_like(["转人工!"], ["转人工"])
    long = "我家住在三楼上个礼拜开始晚上电压老是忽高忽低灯泡一闪一闪"
    assert too_like([long], [long + "哈"]) and too_like([long + "呀真烦"], [long + "真烦"])
    assert not too_like(["上个月电费多少"], ["这个月电费多少"])
