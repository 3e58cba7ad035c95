"""The knowledge base that the service serves: the current version, exchanged while searches are under way.

A search takes the base once and keeps it to its end; a new version takes the place of the old one by one assignment, and
the old one goes when its last search is over.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from knowledge_base.article import Article
from knowledge_base.index import log
from knowledge_base.knowledge import Hit, KnowledgeBase, SearchResult
from knowledge_base.versions import Stamp, Version, Versions

RETRY_SECONDS = 30.0


@dataclass(frozen=True)
class Served:
    """What is served: a base and the version it is, None for the checked-out folder."""

    base: KnowledgeBase
    version: Version | None
    stamp: Stamp | None


class LiveKnowledge:
    """Serves like `KnowledgeBase`. Safe to share between threads."""

    def __init__(self, versions: Versions, checked_out: Path, open_base: Callable[[Path], KnowledgeBase]) -> None:
        """Opens the current version; raises whatever is wrong with it: a service must not start with another one."""
        self._versions, self._checked_out, self._open = versions, checked_out, open_base
        self._lock = Lock()
        self._retry_at = 0.0
        self.problem: str | None = None
        """Why the version that should be served is not; the one before is served meanwhile."""
        self._served = self._opened()

    @property
    def served(self) -> Served:
        """What is served at this moment; hold on to it for what must fit together."""
        return self._served

    def search(self, query: str, k: int = 5) -> SearchResult:
        """See `KnowledgeBase.search`."""
        return self._served.base.search(query, k)

    def article(self, topic: str) -> Article | None:
        """See `KnowledgeBase.article`."""
        return self._served.base.article(topic)

    def detail(self, topic: str, question: str) -> str | None:
        """See `KnowledgeBase.detail`."""
        return self._served.base.detail(topic, question)

    def hit(self, topic: str) -> Hit | None:
        """See `KnowledgeBase.hit`."""
        return self._served.base.hit(topic)

    def refresh(self, *, now: bool = False) -> bool:
        """Serve the version that is current now; whether that was another one.

        Costs one look at a file when nothing changed. What cannot be opened is logged, kept in `problem` and tried again
        later, or at once with ``now``; the version before is served on.
        """
        with self._lock:
            if self._versions.stamp() == self._served.stamp:
                self.problem = None
                return False
            if self.problem is not None and not now and time.monotonic() < self._retry_at:
                return False
            try:
                self._served = self._opened()
            except Exception as error:
                self.problem = str(error)
                self._retry_at = time.monotonic() + RETRY_SECONDS
                log.exception("the published version cannot be opened; the one before is served on")
                return False
            self.problem = None
            log.info("knowledge base: %s is served", self._served.version.name if self._served.version else "the checked-out folder")
            return True

    def _opened(self) -> Served:
        # The stamp first: a version that is published while this one is opened will be noticed as another.
        stamp = self._versions.stamp()
        version = self._versions.current()
        root = self._checked_out if version is None else self._versions.root(version)
        return Served(self._open(root), version, stamp)
