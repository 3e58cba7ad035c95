"""Everything the knowledge base refuses, in one tree.

::

    KnowledgeError
    ├── SourceError       a file an editor keeps is wrong; .file, .line, .reason
    │   ├── ArticleError  an article
    │   └── ProfileError  a profile's values
    ├── UnknownProfile    no profile has this name
    ├── UnknownValue      a placeholder that no profile in the line of inheritance defines; .name
    ├── UnknownArticle    there is no file of this topic
    ├── StaleArticle      an article's file has been changed by somebody else meanwhile
    ├── UnusableVectors   the encoder gave something that is no direction: not finite, or all zero
    ├── StoreAway         the server that holds the passages cannot be reached or refuses
    └── VersionError      a version cannot be published, found or used
        ├── NotPublishable    rules are broken; .problems
        ├── NothingToPublish  nothing differs from what is served
        ├── UnknownVersion    there is no such version
        ├── DamagedVersion    its files are no longer those that were published
        └── PublishingNow     somebody else is at it
"""

from __future__ import annotations

from pathlib import Path


class KnowledgeError(Exception):
    """The root."""


class SourceError(KnowledgeError):
    """A file kept by an editor cannot be used. The text reads ``file:line: reason``."""

    def __init__(self, file: Path, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason


class ArticleError(SourceError):
    """An article is refused."""


class ProfileError(SourceError):
    """A file of a profile is refused."""


class UnknownProfile(KnowledgeError):
    """No profile has this name."""


class UnknownValue(KnowledgeError):
    """A placeholder names a value that the profile does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(f"值 {{{name}}} 在这个 profile 里没有定义")
        self.name = name


class UnknownArticle(KnowledgeError):
    """There is no file of this topic."""


class StaleArticle(KnowledgeError):
    """An article's file has been changed by somebody else meanwhile."""


class StoreAway(KnowledgeError):
    """The server that holds the passages cannot be reached, or refuses."""


class UnusableVectors(KnowledgeError):
    """A vector is no direction: it holds something that is not finite, or zeros only. Nothing is near it, and nothing far."""


class VersionError(KnowledgeError):
    """A version cannot be published, found or used."""


class NotPublishable(VersionError):
    """Rules are broken; ``problems`` names file, line and reason of each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(f"有 {len(problems)} 处问题，没有发布")
        self.problems = problems


class NothingToPublish(VersionError):
    """What would be published is what is served already."""


class UnknownVersion(VersionError):
    """There is no such version."""


class DamagedVersion(VersionError):
    """A version's files are no longer those that were published."""


class PublishingNow(VersionError):
    """Somebody else is publishing at this moment."""
