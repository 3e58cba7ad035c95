"""Publishing, going back, comparing; and exchanging the base while it is searched."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event as Flag

import numpy as np
import pytest

from knowledge_base.errors import (
    DamagedVersion,
    NothingToPublish,
    NotPublishable,
    PublishingNow,
    UnknownVersion,
    UnusableVectors,
    VersionError,
)
from knowledge_base.knowledge import KnowledgeBase
from knowledge_base.lint import Problem, lint
from knowledge_base.live import LiveKnowledge
from knowledge_base.publishing import Publisher
from knowledge_base.versions import Versions
from tests.unit.knowledge.conftest import PROJECT, TODAY, LetterEncoder
from tests.unit.knowledge.test_knowledge_sources import edit

QUESTION = "报修以后师傅几点能到"
ARRIVAL = "outage-arrival-time"


def few(folder: Path) -> list[Problem]:
    """All rules but the one that every topic of the catalogue is written about."""
    return [problem for problem in lint(folder) if problem.reason != "还没有这篇文章"]


@pytest.fixture
def open_base(tmp_path: Path, encoder: LetterEncoder) -> Callable[[Path], KnowledgeBase]:
    return lambda root: KnowledgeBase.open(root, tmp_path / "home", "state_grid", encoder, today=lambda: TODAY)


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    return Versions(tmp_path / "home")


@pytest.fixture
def publisher(versions: Versions, root: Path, open_base: Callable[[Path], KnowledgeBase]) -> Publisher:
    return Publisher(versions, root, open_base, check=few)


@pytest.fixture
def live(versions: Versions, root: Path, open_base: Callable[[Path], KnowledgeBase]) -> LiveKnowledge:
    return LiveKnowledge(versions, root, open_base)


def retitle(root: Path, title: str) -> None:
    edit(root, "title: ", f"title: {title} ")


def test_nothing_published_serves_the_folder_and_a_published_version_stays_as_it_was(
    publisher: Publisher, live: LiveKnowledge, root: Path, versions: Versions
) -> None:
    assert live.served.version is None and not live.refresh()
    before = live.search(QUESTION, 1).results[0].title
    first = publisher.publish(" 王 编辑 ", "第一次发布")
    assert (first.number, first.author, first.articles) == (1, "王 编辑", 7)
    assert live.refresh() and live.served.version == first
    retitle(root, "改过的")
    assert not live.refresh()
    assert live.search(QUESTION, 1).results[0].title == before
    second = publisher.publish("李", "改标题")
    assert live.refresh() and live.search(QUESTION, 1).results[0].title.startswith("改过的")
    publisher.rollback("1", "李", "改错了")
    assert live.refresh() and live.search(QUESTION, 1).results[0].title == before
    assert [(e.action, e.version, e.reason) for e in versions.history()] == [
        ("rollback", first.name, "改错了"), ("publish", second.name, "改标题"), ("publish", first.name, "第一次发布"),
    ]  # fmt: skip


def test_a_broken_rule_stops_it_and_names_the_editors_own_file(
    publisher: Publisher, root: Path, versions: Versions
) -> None:
    edit(root, "valid_to: null", "valid_to: 2001-01-01")
    with pytest.raises(NotPublishable) as refused:
        publisher.publish("王", "试试")
    assert refused.value.problems[0].startswith(f"{root}/articles/outage/{ARRIVAL}.md:")
    assert versions.all() == [] and versions.current() is None
    assert list((versions.folder / "versions").iterdir()) == []


def test_an_index_that_cannot_be_built_changes_nothing(versions: Versions, root: Path) -> None:
    def fail(_: Path) -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        Publisher(versions, root, fail, check=few).publish("王", "试试")
    assert versions.all() == [] and versions.current() is None and versions.history() == []


def test_a_broken_encoder_publishes_nothing_and_its_vectors_are_not_searched_with(versions: Versions, root: Path, tmp_path: Path) -> None:
    class Breaking(LetterEncoder):
        broken = ""

        def encode(self, sentences: Sequence[str]) -> np.ndarray:
            rows = super().encode(sentences)
            rows[[self.broken in sentence for sentence in sentences] if self.broken else []] = 0
            return rows

    encoder = Breaking()

    def open_base(source: Path) -> KnowledgeBase:
        return KnowledgeBase.open(source, tmp_path / "home", "state_grid", encoder, today=lambda: TODAY)

    publisher, live = Publisher(versions, root, open_base, check=few), LiveKnowledge(versions, root, open_base)
    encoder.broken = "新说法"
    edit(root, "  - 师傅几点钟到啊\n", "  - 师傅几点钟到啊\n  - 新说法说师傅\n")
    with pytest.raises(UnusableVectors, match="新说法"):
        publisher.publish("王", "试试")
    assert versions.current() is None and not live.refresh() and live.search(QUESTION, 1).results[0].topic == ARRIVAL
    with pytest.raises(UnusableVectors):
        live.search("新说法")


def test_what_is_refused(publisher: Publisher, versions: Versions, root: Path) -> None:
    with pytest.raises(VersionError, match="author"):
        publisher.publish(" ", "x")
    first = publisher.publish("王", "发布")
    with pytest.raises(NothingToPublish):
        publisher.publish("王", "再发一次")
    with pytest.raises(NothingToPublish):
        publisher.rollback("1", "王", "回到自己")
    with pytest.raises(UnknownVersion, match="现有：1"):
        publisher.rollback("7", "王", "没有的")
    retitle(root, "新")
    with versions.writing(), pytest.raises(PublishingNow):
        publisher.publish("李", "同时")
    publisher.publish("李", "第二版")
    article = versions.root(first) / "articles" / "outage" / f"{ARRIVAL}.md"
    assert article.stat().st_mode & 0o222 == 0
    article.chmod(0o644)
    article.write_text("别的", "utf-8")
    with pytest.raises(DamagedVersion):
        publisher.rollback("1", "王", "坏的")


def test_what_would_change(publisher: Publisher, root: Path) -> None:
    assert {change.kind for change in publisher.diff()} == {"added"}
    publisher.publish("王", "发布")
    assert publisher.diff() == []
    retitle(root, "新标题")
    (root / "articles" / "billing" / "bill-late-fee.md").unlink()
    changed, removed = sorted(publisher.diff("1"), key=lambda change: change.kind)
    assert (changed.path, changed.kind) == (f"articles/outage/{ARRIVAL}.md", "changed")
    assert "+title: 新标题" in changed.diff
    assert (removed.path, removed.kind) == ("articles/billing/bill-late-fee.md", "removed")


def test_a_version_that_cannot_be_opened_leaves_the_old_one_serving(
    publisher: Publisher, live: LiveKnowledge, root: Path, versions: Versions
) -> None:
    publisher.publish("王", "发布")
    live.refresh()
    retitle(root, "新")
    second = publisher.publish("王", "第二版")
    article = versions.folder / "versions" / second.name / "articles" / "outage" / f"{ARRIVAL}.md"
    good = article.read_bytes()
    article.chmod(0o644)
    article.write_bytes(b"x")
    assert not live.refresh()
    assert live.served.version is not None and live.served.version.number == 1
    assert live.problem is not None and "版本 2" in live.problem
    assert live.search(QUESTION, 1).results
    article.write_bytes(good)
    assert not live.refresh(), "tried again only after a while"
    assert live.refresh(now=True) and live.problem is None


def resident() -> float:
    """Megabytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def test_fifty_reloads_under_searches_fail_none_and_keep_no_memory(
    publisher: Publisher, live: LiveKnowledge, root: Path
) -> None:
    publisher.publish("王", "一")
    retitle(root, "第二版")
    publisher.publish("王", "二")
    over, begun, searches, failed = Flag(), [0] * 4, [0] * 4, []

    def search(worker: int) -> None:
        while not over.is_set():
            try:
                begun[worker] += 1
                found = live.search(f"{QUESTION}，第{begun[worker]}次问", 3)  # another question each time: none is remembered
                assert found.results[0].topic == ARRIVAL and len(found.results) == 3
                searches[worker] += 1
                over.wait(0.005)
            except Exception as error:
                failed.append(error)
                return

    def reload(times: int) -> None:
        for _ in range(times):
            version = live.served.version
            other = "1" if version is None or version.number == 2 else "2"
            publisher.rollback(other, "王", "来回")
            assert live.refresh() and live.served.version is not None and str(live.served.version.number) == other

    live.refresh()
    with ThreadPoolExecutor(4) as pool:
        for worker in range(4):
            pool.submit(search, worker)
        try:
            reload(10)
            gc.collect()
            warm = resident()
            reload(50)
            gc.collect()
            grown = resident() - warm
        finally:
            over.set()
    assert failed == [] and searches == begun, "none was dropped"
    assert min(searches) > 20
    print(f"50 reloads, {sum(searches)} searches, {grown:+.1f} MB")
    assert grown < 15, f"{grown:.1f} MB more after 50 reloads"


def test_the_service_publishes_in_a_process_of_its_own(root: Path, tmp_path: Path) -> None:
    """The real lint refuses the small base, whose other topics are not written about: told in JSON, nothing changed."""
    order = {
        "action": "publish", "home": str(tmp_path / "home"), "source": str(root), "profile": "state_grid",
        "author": "--王", "reason": "$(x)",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "knowledge_base.publishing"], input=json.dumps(order), capture_output=True, text=True,
        cwd=PROJECT, check=True,
    )  # fmt: skip
    answer = json.loads(done.stdout)
    assert "没有发布" in answer["error"] and any("还没有这篇文章" in line for line in answer["problems"])
