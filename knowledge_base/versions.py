"""Published versions: immutable copies of articles and profiles, who published them and why, and which one is served.

Under ``kb/`` of the installation's home folder::

    versions/0003-1f2e3d4c5b/   articles/, profiles/ and version.json, read-only; named by number and content
    current                     the name of the version that is served; replaced whole, so a reader sees the old or the new
    history.jsonl               every publishing and every going back, oldest first

As long as nothing was published there is no ``current``, and the checked-out folder is served.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from knowledge_base.errors import DamagedVersion, PublishingNow, UnknownVersion
from knowledge_base.load import article_paths

_ABOUT = "version.json"


@dataclass(frozen=True)
class Version:
    """A published version."""

    name: str
    number: int
    digest: str
    author: str
    reason: str
    published_at: str
    """RFC 3339."""
    articles: int
    profiles: int
    lint: str
    """What the check of all rules said; a version with a broken rule is never published."""

    def to_json(self) -> dict[str, Any]:
        """For files and for the API."""
        return asdict(self)


@dataclass(frozen=True)
class Event:
    """A step of the history: ``publish`` or ``rollback``."""

    action: str
    version: str
    author: str
    reason: str
    at: str

    def to_json(self) -> dict[str, Any]:
        """For files and for the API."""
        return asdict(self)


Stamp = tuple[int, int, int]


class Versions:
    """The versions of one installation. Reads are safe beside a writer; writers hold `writing`."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "kb"
        self._versions = self.folder / "versions"
        self._current = self.folder / "current"
        self._history = self.folder / "history.jsonl"

    def all(self) -> list[Version]:
        """Every version, oldest first."""
        found = [Version(**json.loads(about.read_text("utf-8"))) for about in self._versions.glob(f"[0-9]*/{_ABOUT}")]
        return sorted(found, key=lambda version: version.number)

    def find(self, name: str) -> Version:
        """The version of this name or number. Raises UnknownVersion."""
        for version in self.all():
            if name in (version.name, str(version.number), f"{version.number:04d}"):
                return version
        known = "、".join(str(version.number) for version in self.all()) or "还没有发布过"
        raise UnknownVersion(f"没有版本 {name}；现有：{known}")

    def root(self, version: Version) -> Path:
        """The folder that takes the place of ``knowledge_base``. Raises DamagedVersion."""
        folder = self._versions / version.name
        if content_digest(folder) != version.digest:
            raise DamagedVersion(f"版本 {version.number} 的文件被改动过，不能使用：{folder}")
        return folder

    def current(self) -> Version | None:
        """The version that is served; None when nothing was ever published. Raises UnknownVersion."""
        try:
            name = self._current.read_text("utf-8").strip()
        except FileNotFoundError:
            return None
        return self.find(name)

    def stamp(self) -> Stamp | None:
        """Changes whenever another version is served; costs one look at a file."""
        try:
            seen = self._current.stat()
        except FileNotFoundError:
            return None
        return seen.st_ino, seen.st_mtime_ns, seen.st_size

    def history(self) -> list[Event]:
        """Everything that was done, latest first."""
        if not self._history.exists():
            return []
        lines = self._history.read_text("utf-8").splitlines()
        return [Event(**json.loads(line)) for line in reversed(lines) if line]

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep other writers out. Raises PublishingNow when one is in."""
        self._versions.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise PublishingNow("另一个人正在发布或回退，请稍后再试") from None
            yield

    @contextmanager
    def copy(self, source: Path) -> Iterator[Path]:
        """A copy of the articles and profiles of `source`, gone at the end of the block unless it was kept."""
        partial = self._versions / f".{uuid.uuid4().hex}.partial"
        try:
            for path in content_paths(source):
                target = partial / path.relative_to(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
            yield partial
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def keep(self, copied: Path, version: Version) -> Path:
        """Make a copy a version, read-only."""
        (copied / _ABOUT).write_text(json.dumps(version.to_json(), ensure_ascii=False, indent=1), encoding="utf-8")
        for path in copied.rglob("*"):
            if path.is_file():
                path.chmod(0o444)
        place = self._versions / version.name
        copied.rename(place)
        return place

    def drop(self, version: Version) -> None:
        """Take away a version that never came to be served."""
        shutil.rmtree(self._versions / version.name)

    def switch(self, event: Event) -> None:
        """Serve another version from now on: written down first, then one atomic replacement."""
        with self._history.open("a", encoding="utf-8") as file:
            file.write(json.dumps(event.to_json(), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft = self._current.with_name(f".current.{uuid.uuid4().hex}")
        with draft.open("w", encoding="utf-8") as file:
            file.write(event.version + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self._current)


def content_paths(root: Path) -> list[Path]:
    """The files that make up a version, in a fixed order."""
    return [*article_paths(root / "articles"), *sorted((root / "profiles").glob("*/*.yml"))]


def content_digest(root: Path) -> str:
    """A hash of names and contents."""
    digest = hashlib.sha256()
    for path in content_paths(root):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
