"""The conformance suite of `PassageSearch`: every adapter finds the same, on the passages of the real articles."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.language.normalise import normalise
from knowledge_base.at_scale import PassageRetriever, PassageSignals
from knowledge_base.catalogue import read_catalogue
from knowledge_base.dense import centred
from knowledge_base.errors import UnusableVectors
from knowledge_base.load import load_articles
from knowledge_base.passage_search import PassageSearch, Rows
from knowledge_base.passages import passages, sides_of
from knowledge_base.passages_faiss import FaissPassages
from knowledge_base.passages_milvus import MilvusPassages
from knowledge_base.profiles import load_profile
from knowledge_base.retrieve import SIGNALS, Query
from knowledge_base.storage import Storage, write_rows
from tests.unit.knowledge.conftest import ROOT, TODAY, LetterEncoder

QUESTIONS = ["钱补上了，灯啥时候能亮", "电子发票怎么开", "电线掉在地上怎么办", "后半夜用电是不是便宜些", "过户要什么材料", "店费晚交了罚多少"]


class Base:
    """Passages of the real articles with letter vectors, exactly searched beside the adapter."""

    def __init__(self, storage: Storage, folder: Path, day: date) -> None:
        articles = load_articles(ROOT / "articles", load_profile(ROOT / "profiles", "state_grid"), day)[:40]
        found = passages(articles, read_catalogue().titles, {})
        refused = ["今天星期几", "煤气灶打不着火了找谁", "教我做红烧肉"]
        self.encoder = LetterEncoder()
        texts = [p.text for p in found] + refused
        raw = self.encoder.encode(texts)
        self.centre = raw.mean(0)
        self.topics = [article.topic for article in articles]
        self.topic_of = np.array([self.topics.index(p.topic) for p in found] + [len(self.topics)] * len(refused))
        self.rows = Rows(texts, centred(raw, self.centre), sides_of(found, len(refused)))
        write_rows(folder, texts, raw, self.centre, self.rows.sides)
        self.search: PassageSearch = storage.open(folder, "real")
        self.reopened: PassageSearch = storage.open(folder, "real")
        self.memory = FaissPassages.build(self.rows, kind="flat")

    def vector(self, text: str) -> np.ndarray:
        """The centred vector of a question."""
        return centred(self.encoder.encode([normalise(text).text])[0], self.centre)


@pytest.fixture(scope="module")
def base(storage: Storage, tmp_path_factory: pytest.TempPathFactory) -> Base:
    return Base(storage, tmp_path_factory.mktemp("rows"), TODAY)


@pytest.mark.parametrize("side", ["asked", "said", "refused"])
def test_the_nearest_are_the_exactly_nearest(base: Base, side: str) -> None:
    numbers = base.rows.of(side)  # type: ignore[arg-type]
    for question in QUESTIONS:
        vector = base.vector(question)
        exact = np.sort(base.rows.vectors[numbers] @ vector)[::-1][:20]
        found = base.search.nearest(side, vector, 20)  # type: ignore[arg-type]
        np.testing.assert_allclose(found.scores, exact, atol=1e-4)
        np.testing.assert_allclose(base.rows.vectors[found.rows] @ vector, found.scores, atol=1e-4)
        assert set(found.rows.tolist()) <= set(numbers.tolist())


def test_words_find_the_same_passages_everywhere(base: Base) -> None:
    """Segmenters differ a little, so the first ten are compared as a set, and the scores in their size."""
    common, sizes = [], []
    for row in range(0, len(base.rows.of("asked")), 40):
        text = base.rows.texts[row]
        ours, found = base.memory.worded(text, 10), base.search.worded(text, 10)
        assert list(found.scores) == sorted(found.scores, reverse=True) and (found.scores > 0).all()
        assert not set(found.rows.tolist()) & set(base.rows.of("refused").tolist())
        common.append(len(set(ours.rows.tolist()) & set(found.rows.tolist())) / max(1, min(len(ours.rows), len(found.rows))))
        sizes.append(found.scores[0] / ours.scores[0])
    assert np.mean(common) >= 0.7 and 0.8 <= np.median(sizes) <= 1.25


def test_topics_are_the_same_everywhere(base: Base) -> None:
    """The whole search by passages gives the topics that it gives in memory."""
    weights = np.array([float(name in ("near", "near_mean", "said", "words")) for name in SIGNALS], dtype=np.float32)
    ours, theirs = (
        PassageRetriever(base.topics, PassageSignals(search, base.topic_of, len(base.topics)), base.centre, weights)
        for search in (base.memory, base.search)
    )
    same = []
    for row in range(0, len(base.rows.of("asked")), 50):
        query = Query(base.rows.texts[row], base.encoder.encode([base.rows.texts[row]])[0])
        mine, other = ours.search(query, 3), theirs.search(query, 3)
        assert mine[0].topic in [ranked.topic for ranked in other]
        same.append(mine[0].topic == other[0].topic)
    assert np.mean(same) >= 0.95


def test_nothing_more_than_asked_for_and_nothing_that_is_not_there(base: Base) -> None:
    vector = base.vector("电费")
    for k in (0, -1):
        assert len(base.search.nearest("asked", vector, k).rows) == 0 and len(base.search.worded("电费", k).rows) == 0
    assert len(base.search.nearest("refused", vector, 50).rows) == 3
    for text in ("", "   ", "。。。", "\x00", "😀"):
        assert len(base.search.worded(text, 5).rows) == 0


@given(text=st.text(max_size=300), k=st.integers(-1, 30))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_may_be_asked(base: Base, text: str, k: int) -> None:
    found = base.search.worded(text, k)
    assert len(found.rows) == len(found.scores) <= max(k, 0)
    assert np.isfinite(found.scores).all()


def test_threads_share_a_search(base: Base) -> None:
    def ask(question: str) -> tuple[list[int], list[int]]:
        return base.search.nearest("asked", base.vector(question), 5).rows.tolist(), base.search.worded(question, 5).rows.tolist()

    alone = [ask(question) for question in QUESTIONS]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(ask, QUESTIONS * 3)) == alone * 3


def test_opening_again_finds_what_is_there(base: Base) -> None:
    vector = base.vector(QUESTIONS[0])
    assert base.reopened.nearest("asked", vector, 5).rows.tolist() == base.search.nearest("asked", vector, 5).rows.tolist()
    base.search.check()


def test_what_a_broken_encoder_gives_is_neither_asked_nor_written(base: Base, storage: Storage, tmp_path: Path, broken: np.ndarray) -> None:
    with pytest.raises(UnusableVectors):
        base.search.nearest("asked", broken, 5)
    with pytest.raises(UnusableVectors):
        base.search.nearest_many("said", np.stack([base.vector("电费"), broken]), 5)
    texts = ["电费怎么交", "停电了怎么办", "今天星期几"]
    vectors, sides = base.encoder.encode(texts), np.array([0, 1, 2])
    vectors[1] = broken
    name = f"broken{abs(hash(broken.tobytes()))}"
    write_rows(tmp_path, texts, vectors, np.zeros(base.encoder.dim, dtype=np.float32), sides)
    for _ in range(2):  # nothing half written is taken for whole afterwards
        with pytest.raises(UnusableVectors, match="停电了怎么办"):
            storage.open(tmp_path, name)
        with pytest.raises(UnusableVectors, match="停电了怎么办"):
            written(storage, name, Rows(texts, vectors, sides))
    assert not list(tmp_path.glob("passages*"))
    vectors[1] = vectors[0]
    assert len(written(storage, name, Rows(texts, vectors, sides)).nearest("said", vectors[1], 5).rows) == 1


@pytest.fixture(params=[np.nan, np.inf, 0.0], ids=["not a number", "infinite", "zeros"])
def broken(request: pytest.FixtureRequest, base: Base) -> np.ndarray:
    """What an encoder that is broken gives."""
    row = np.zeros(base.encoder.dim, dtype=np.float32)
    row[3] = request.param
    return row


def written(storage: Storage, name: str, rows: Rows) -> PassageSearch:
    """The passages given to the adapter itself."""
    return FaissPassages.build(rows) if storage.milvus is None else MilvusPassages.open(storage.milvus, name, lambda: rows)


def test_an_empty_base_finds_nothing(storage: Storage, tmp_path: Path) -> None:
    write_rows(tmp_path, [], np.zeros((0, 64), dtype=np.float32), np.zeros(64, dtype=np.float32), np.zeros(0, dtype=np.int64))
    search = storage.open(tmp_path, "empty")
    assert len(search.nearest("asked", np.ones(64, dtype=np.float32) / 8, 5).rows) == 0
    assert len(search.worded("电费", 5).rows) == 0
