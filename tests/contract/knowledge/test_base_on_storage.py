"""A whole knowledge base, wherever its passages lie: found, published, exchanged, gone back to, and honest when the server is away."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from knowledge_base.errors import StoreAway
from knowledge_base.knowledge import KnowledgeBase
from knowledge_base.lint import Problem, lint
from knowledge_base.live import LiveKnowledge
from knowledge_base.passages_milvus import MilvusServer
from knowledge_base.publishing import Publisher
from knowledge_base.storage import Storage
from knowledge_base.versions import Versions
from tests import servers
from tests.unit.knowledge.conftest import FEW, ROOT, TODAY, LetterEncoder
from tests.unit.knowledge.test_knowledge_sources import edit

ASKED = {
    "报修以后师傅几点能到": "outage-arrival-time",
    "电子发票怎么开": "invoice-electronic",
    "电线掉在地上怎么办": "safety-fallen-wire",
    "欠费交清多久复电": "bill-reconnect-time",
}
Opener = Callable[[Path], KnowledgeBase]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A few of the real articles."""
    made = tmp_path / "knowledge_base"
    shutil.copytree(ROOT / "profiles", made / "profiles")
    for name in FEW:
        (made / "articles" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "articles" / f"{name}.md", made / "articles" / f"{name}.md")
    return made


def opener(home: Path, storage: Storage) -> Opener:
    return lambda root: KnowledgeBase.open(root, home, "state_grid", LetterEncoder(), today=lambda: TODAY, storage=storage)


def of_few(folder: Path) -> list[Problem]:
    return [problem for problem in lint(folder) if problem.reason != "还没有这篇文章"]


def retitle(root: Path, title: str) -> None:
    """Another title and so another index."""
    edit(root, "title: ", f"title: {title}")


@pytest.mark.parametrize("largest_learned", [20_000, 0], ids=["topic model", "passages alone"])
def test_a_base_finds_its_articles(root: Path, tmp_path: Path, storage: Storage, largest_learned: int) -> None:
    chosen = Storage(storage.milvus, largest_learned)
    base = opener(tmp_path / "home", chosen)(root)
    for question, topic in ASKED.items():
        found = base.search(question, 3)
        assert found.results[0].topic == topic and len(found.results) == 3
        assert 0 <= found.confidence <= 1
    again = opener(tmp_path / "home", chosen)(root)
    assert [again.search(question) for question in ASKED] == [base.search(question) for question in ASKED]
    base.index.passages.check()


def test_the_same_is_found_on_both(root: Path, tmp_path: Path, storage: Storage) -> None:
    here, there = (opener(tmp_path / name, chosen)(root) for name, chosen in (("a", Storage()), ("b", storage)))
    for question in ASKED:
        ours, theirs = here.search(question, 5), there.search(question, 5)
        assert [hit.topic for hit in ours.results] == [hit.topic for hit in theirs.results]
        assert theirs.confidence == pytest.approx(ours.confidence, abs=1e-3) and theirs.answerable == ours.answerable


def test_an_index_made_for_one_place_serves_in_the_other(root: Path, tmp_path: Path, storage: Storage) -> None:
    """An installation that moves to a server, or back, needs no new learning."""
    home = tmp_path / "home"
    before = opener(home, storage)(root)
    folders = sorted((home / "index").iterdir())
    after = opener(home, Storage())(root)
    assert sorted((home / "index").iterdir()) == folders
    assert [hit.topic for hit in after.search("电子发票怎么开").results] == [hit.topic for hit in before.search("电子发票怎么开").results]


def test_publishing_and_going_back_under_searches(root: Path, tmp_path: Path, storage: Storage) -> None:
    versions, open_base = Versions(tmp_path / "home"), opener(tmp_path / "home", storage)
    live, publisher = LiveKnowledge(versions, root, open_base), Publisher(versions, root, open_base, check=of_few)
    over, failed, searched = Event(), [], [0]

    def search() -> None:
        while not over.is_set():
            try:
                assert live.search("电子发票怎么开", 3).results[0].topic == "invoice-electronic"
                searched[0] += 1
            except Exception as error:
                failed.append(error)
                return

    with ThreadPoolExecutor(2) as pool:
        for _ in range(2):
            pool.submit(search)
        try:
            for number in range(1, 4):
                edit(root, "  - 师傅几点钟到啊\n", f"  - 师傅几点钟到啊\n  - 第{number}次说电工啥时辰进门\n")
                publisher.publish("王", f"第{number}版")
                assert live.refresh() and live.served.version is not None and live.served.version.number == number
            publisher.rollback("1", "王", "回去")
            assert live.refresh()
            before = searched[0]
            assert live.search("第1次说电工啥时辰进门", 1).results[0].topic == "outage-arrival-time"
        finally:
            over.set()
    assert failed == [] and before > 10


def test_a_server_that_is_away_is_said_to_be(root: Path, tmp_path: Path) -> None:
    with servers.milvus_lite(tmp_path / "server") as (uri, _):
        base = opener(tmp_path / "home", Storage(MilvusServer(uri)))(root)
        assert base.search("电子发票怎么开").results
    with pytest.raises(StoreAway):
        base.search("怎么把户号绑到手机上")  # what was asked before is still known
    with pytest.raises(StoreAway):
        base.index.passages.check()
    with pytest.raises(StoreAway):
        opener(tmp_path / "home", Storage(MilvusServer(uri)))(root)
    assert list((tmp_path / "home" / "index").glob("*/index.json")), "the index is not at fault and is kept"
