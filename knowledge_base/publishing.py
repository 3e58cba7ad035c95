"""Publishing the articles as a version, going back to an earlier one, and what would change.

Run as a module it takes one order as JSON on its standard input and answers with JSON: so the running service publishes
in a process of its own, and building an index never slows down a customer's search.
"""

from __future__ import annotations

import difflib
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from knowledge_base.errors import KnowledgeError, NothingToPublish, NotPublishable, VersionError
from knowledge_base.lint import Problem, lint
from knowledge_base.storage import Storage
from knowledge_base.versions import Event, Version, Versions, content_digest, content_paths

LONGEST_REASON = 500
_CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Change:
    """A file that differs: ``added``, ``removed`` or ``changed``, with a unified diff."""

    path: str
    kind: str
    diff: str

    def to_json(self) -> dict[str, Any]:
        """For the API."""
        return asdict(self)


class Publisher:
    """Publishes what lies in `source`. ``prepare`` opens (and so builds, beside the old one) the index of a folder."""

    def __init__(self, versions: Versions, source: Path, prepare: Callable[[Path], Any], *,
                 check: Callable[[Path], Sequence[Problem]] = lint,
                 now: Callable[[], datetime] = lambda: datetime.now(_CHINA)) -> None:  # fmt: skip
        self._versions, self._source, self._prepare = versions, source, prepare
        self._check, self._now = check, now

    def publish(self, author: str, reason: str) -> Version:
        """Check, copy, build, switch. Raises NotPublishable, NothingToPublish, PublishingNow; nothing is changed then."""
        author, reason = _named(author, reason)
        versions = self._versions
        with versions.writing(), versions.copy(self._source) as copied:
            # The copy is checked, not the source: that one may be edited meanwhile.
            problems = [self._of_source(problem, copied) for problem in self._check(copied)]
            if problems:
                raise NotPublishable(problems)
            digest, current = content_digest(copied), versions.current()
            if current is not None and current.digest == digest:
                raise NothingToPublish(f"文章和数值与正在服务的版本 {current.number} 相同，不用发布")
            number = max((version.number for version in versions.all()), default=0) + 1
            at = self._now().isoformat(timespec="seconds")
            version = Version(
                f"{number:04d}-{digest[:10]}", number, digest, author, reason, at,
                articles=len(list((copied / "articles").glob("*/*.md"))),
                profiles=len(list((copied / "profiles").glob("*/profile.yml"))), lint="没有问题",
            )  # fmt: skip
            place = versions.keep(copied, version)
            try:
                self._prepare(place)
                versions.switch(Event("publish", version.name, author, reason, at))
            except BaseException:
                if (served := versions.current()) is None or served.name != version.name:
                    versions.drop(version)
                raise
            return version

    def rollback(self, name: str, author: str, reason: str) -> Version:
        """Serve an earlier version again. Raises UnknownVersion, DamagedVersion, NothingToPublish, PublishingNow."""
        author, reason = _named(author, reason)
        with self._versions.writing():
            version, current = self._versions.find(name), self._versions.current()
            if current is not None and current.name == version.name:
                raise NothingToPublish(f"正在服务的就是版本 {version.number}")
            self._prepare(self._versions.root(version))
            at = self._now().isoformat(timespec="seconds")
            self._versions.switch(Event("rollback", version.name, author, reason, at))
            return version

    def diff(self, name: str | None = None) -> list[Change]:
        """What the source has changed since a version (by default the one that is served). Raises UnknownVersion."""
        version = self._versions.current() if name is None else self._versions.find(name)
        before = {} if version is None else _texts(self._versions.root(version))
        after = _texts(self._source)
        return [
            Change(path, _kind(before.get(path), after.get(path)), _unified(path, before.get(path, ""), after.get(path, "")))
            for path in sorted({*before, *after})
            if before.get(path) != after.get(path)
        ]

    def _of_source(self, problem: Problem, copied: Path) -> str:
        """The problem, told of the file that the editor has before him."""
        return f"{self._source / problem.file.relative_to(copied)}:{problem.line}: {problem.reason}"


def _named(author: str, reason: str) -> tuple[str, str]:
    author, reason = " ".join(author.split()), " ".join(reason.split())
    if not author or not reason:
        raise VersionError("请写明是谁（author）和为什么（reason）")
    if len(author) > 60 or len(reason) > LONGEST_REASON:
        raise VersionError(f"名字最多 60 字，原因最多 {LONGEST_REASON} 字")
    return author, reason


def _texts(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text("utf-8", errors="replace") for path in content_paths(root)}


def _kind(before: str | None, after: str | None) -> str:
    if before is None:
        return "added"
    return "removed" if after is None else "changed"


def _unified(path: str, before: str, after: str) -> str:
    return "\n".join(difflib.unified_diff(before.splitlines(), after.splitlines(), path, path, lineterm="", n=2))


def open_folder(home: Path, profile: str, training: Path, storage: Storage) -> Callable[[Path], Any]:
    """Opens a folder's index with the installed encoder, building it when it is not there."""
    from bot.language.encoder import SentenceEncoder, encoder_folder
    from knowledge_base.knowledge import KnowledgeBase

    def prepare(root: Path) -> KnowledgeBase:
        encoder = SentenceEncoder(encoder_folder(home))
        return KnowledgeBase.open(root, home, profile, encoder, training=training, storage=storage)

    return prepare


def carry_out(order: dict[str, Any]) -> dict[str, Any]:
    """Carry out one order of the service: ``version`` of what is served now, or ``error`` and ``problems``."""
    home, source = Path(order["home"]), Path(order["source"])
    storage = Storage.from_json(order["storage"]) if "storage" in order else Storage()
    publisher = Publisher(Versions(home), source, open_folder(home, order["profile"], source, storage))
    try:
        if order["action"] == "publish":
            version = publisher.publish(order["author"], order["reason"])
        else:
            version = publisher.rollback(order["version"], order["author"], order["reason"])
    except NotPublishable as error:
        return {"error": str(error), "problems": error.problems}
    except KnowledgeError as error:
        return {"error": str(error), "problems": []}
    return {"version": version.to_json()}


if __name__ == "__main__":
    os.nice(5)  # customers' searches go first
    json.dump(carry_out(json.load(sys.stdin)), sys.stdout, ensure_ascii=False)
