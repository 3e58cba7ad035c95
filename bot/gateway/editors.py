"""What editors of the knowledge base do through the service: look, test, publish, go back, see what is missing."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from actions.ports.gaps import GapReason, GapStore
from bot.gateway.settings import PROJECT
from knowledge_base.article import Article
from knowledge_base.editing import ArticleEditor
from knowledge_base.explain import HitTest, hit_test
from knowledge_base.gap_report import Asked, GapGroup, gap_groups
from knowledge_base.knowledge import KnowledgeBase
from knowledge_base.live import LiveKnowledge
from knowledge_base.publishing import Change, Publisher
from knowledge_base.storage import Storage
from knowledge_base.versions import Event, Version, Versions

log = logging.getLogger("dianda.knowledge")

POLL_SECONDS = 1.0


class BusyError(RuntimeError):
    """A publishing or going back is under way."""


@dataclass
class Work:
    """The latest publishing or going back that was begun here: ``idle``, ``running``, ``done`` or ``failed``."""

    state: str = "idle"
    action: str = ""
    error: str = ""
    problems: list[str] = field(default_factory=list)


class EditorDesk:
    """One for the service. Methods block and are called in threads, but for `begin`."""

    def __init__(self, live: LiveKnowledge, versions: Versions, source: Path, gaps: GapStore, *, home: Path, profile: str,
                 storage: Storage | None = None) -> None:  # fmt: skip
        self.live, self.versions, self.work = live, versions, Work()
        self.files = ArticleEditor(source, profile)
        self._source, self._gaps, self._home, self._profile = source, gaps, home, profile
        self._storage = storage or Storage()
        self._task: asyncio.Task[None] | None = None

    def articles(self, wanted: str = "") -> list[Article]:
        """The articles in force in which every word of `wanted` occurs, by topic."""
        base, words = self.live.served.base, wanted.lower().split()
        found = [article for topic in base.topics if (article := base.article(topic)) is not None]
        return [article for article in found if all(word in _text(article) for word in words)]

    def hit_test(self, question: str, k: int) -> HitTest:
        """Ranks of a question in every signal."""
        return hit_test(self.live.served.base, question, k)

    def gaps(self, days: int, *, everything: bool = False) -> list[GapGroup]:
        """What was asked and not answered in the last days."""
        return grouped_gaps(self._gaps, self.live.served.base, days, everything=everything)

    def history(self) -> tuple[list[Version], list[Event]]:
        """All versions, and what was done with them, latest first."""
        return self.versions.all(), self.versions.history()

    def changes(self) -> list[Change]:
        """What the checked-out articles have changed since the version that is served."""
        return Publisher(self.versions, self._source, lambda _: None).diff()

    def begin(self, action: str, author: str, reason: str, version: str = "") -> None:
        """Begin publishing or going back in a process of its own; `work` tells how it goes. Raises BusyError."""
        if self.work.state == "running":
            raise BusyError
        self.work = Work("running", action)
        order = {
            "action": action, "author": author, "reason": reason, "version": version,
            "home": str(self._home), "source": str(self._source), "profile": self._profile, "storage": self._storage.to_json(),
        }  # fmt: skip
        self._task = asyncio.create_task(self._run(order), name="knowledge-publishing")

    async def _run(self, order: dict[str, Any]) -> None:
        work = self.work
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "knowledge_base.publishing", cwd=PROJECT, env={**os.environ, "PYTHONPATH": str(PROJECT)},
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            out, err = await process.communicate(json.dumps(order).encode())
            if process.returncode != 0:
                raise RuntimeError(err.decode(errors="replace")[-2000:])
            answer = json.loads(out)
        except Exception as error:
            log.exception("publishing failed")
            work.error, work.state = f"没有完成：{type(error).__name__}，原因在服务日志里", "failed"
            return
        work.error, work.problems = answer.get("error", ""), answer.get("problems", [])
        if not work.error:
            log.info("%s by %s: version %s", order["action"], order["author"], answer["version"]["name"])
            await asyncio.to_thread(self.live.refresh, now=True)
        work.state = "failed" if work.error else "done"


def grouped_gaps(store: GapStore, base: KnowledgeBase, days: int, *, everything: bool = False) -> list[GapGroup]:
    """Questions without an answer by meaning; ``everything`` includes what was understood as none of our business."""
    kept = store.gaps(since=datetime.now().astimezone() - timedelta(days=days))
    asked: Sequence[Asked] = [
        Asked(gap.text, gap.reason.value, gap.count, gap.last_at, tuple(gap.channels))
        for gap in kept
        if everything or gap.reason is not GapReason.OUT_OF_SCOPE
    ]
    return gap_groups(base, asked)


def _text(article: Article) -> str:
    return " ".join([article.topic, article.title, article.answer, article.body, *article.questions, *article.keywords]).lower()


class KnowledgeWatch:
    """Follows the published version: another process may publish, and every worker is to serve the same."""

    def __init__(self, live: LiveKnowledge) -> None:
        self._live = live
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name="knowledge-watch")

    async def _run(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._live.refresh)
            except Exception:
                log.exception("the published version cannot be looked up; it is tried again")
            await asyncio.sleep(POLL_SECONDS)

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
