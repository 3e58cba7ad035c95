"""An article's file as an editor works on it: read, checked and rendered without being saved, and saved.

What is saved is served only after it has been published.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.article import Article, read_article
from knowledge_base.catalogue import read_catalogue
from knowledge_base.errors import KnowledgeError, NotPublishable, StaleArticle, UnknownArticle
from knowledge_base.lint import lint_article
from knowledge_base.load import checked, render
from knowledge_base.profiles import load_profile


@dataclass(frozen=True)
class Written:
    """An article's file. ``stamp`` changes with its content."""

    topic: str
    path: str
    """Below the folder of the knowledge base."""
    text: str
    stamp: str


@dataclass(frozen=True)
class Fault:
    """A rule that a text breaks; the line is counted from 1."""

    line: int
    reason: str


@dataclass(frozen=True)
class Checked:
    """What a text would be. ``article`` is None when it cannot be read as one."""

    problems: Sequence[Fault]
    article: Article | None


class ArticleEditor:
    """Works on the articles under ``source`` and shows them with the values of ``profile``. Blocks; thread-safe."""

    def __init__(self, source: Path, profile: str) -> None:
        self._source, self._profile = source, profile

    def read(self, topic: str) -> Written:
        """The file of a topic. Raises UnknownArticle."""
        path = self._path(topic)
        try:
            raw = path.read_bytes()
        except OSError as error:
            raise UnknownArticle(topic) from error
        name = path.relative_to(self._source).as_posix()
        return Written(topic, name, raw.decode("utf-8", errors="replace"), hashlib.sha256(raw).hexdigest()[:16])

    def check(self, topic: str, text: str) -> Checked:
        """The faults of a text, and the article a customer would get of it. Raises UnknownArticle."""
        path = self._path(topic)
        with tempfile.TemporaryDirectory(prefix="dianda-article-") as folder:
            draft = Path(folder) / path.parent.name / path.name
            draft.parent.mkdir()
            draft.write_text(text, encoding="utf-8", newline="\n")
            problems = lint_article(self._source, draft)
            try:
                catalogue = read_catalogue()
                article = render(checked(read_article(draft), catalogue), load_profile(self._source / "profiles", self._profile), catalogue)
            except KnowledgeError:  # it is among the problems, in words
                article = None
        return Checked([Fault(problem.line, problem.reason) for problem in problems], article)

    def save(self, topic: str, text: str, stamp: str) -> Written:
        """Put a text without faults in the place of the one that has this stamp.

        Raises UnknownArticle, StaleArticle when somebody else has saved meanwhile, NotPublishable, and OSError where the
        folder cannot be written.
        """
        text = text.replace("\r\n", "\n")
        problems = self.check(topic, text).problems
        if problems:
            raise NotPublishable([f"{fault.line}: {fault.reason}" for fault in problems])
        if self.read(topic).stamp != stamp:
            raise StaleArticle(topic)
        path = self._path(topic)
        beside = path.with_suffix(f".{os.getpid()}.new")
        try:
            beside.write_text(text, encoding="utf-8", newline="\n")
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
        return self.read(topic)

    def _path(self, topic: str) -> Path:
        groups = read_catalogue().groups
        if topic not in groups:  # what is no topic never becomes a path
            raise UnknownArticle(topic)
        return self._source / "articles" / groups[topic] / f"{topic}.md"

