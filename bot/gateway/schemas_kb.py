"""Requests and answers of the editors' API. OpenAPI is made from these models."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from bot.gateway.fields import Text
from bot.gateway.schemas import Article

Person = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=60, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
Why = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=500, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]


class ArticleQuery(BaseModel):
    """Query of the list of articles."""

    q: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] = ""


class HitTestQuery(BaseModel):
    """Query of a hit test."""

    q: Text
    k: Annotated[int, Field(ge=1, le=20)] = 10


class GapQuery(BaseModel):
    """Query of the gaps: asked in the last so many days."""

    days: Annotated[int, Field(ge=1, le=3650)] = 30


class PublishRequest(BaseModel):
    """Who publishes, and why."""

    author: Person
    reason: Why


class RollbackRequest(PublishRequest):
    """To which version, by number or name."""

    version: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f-]{1,40}$")]


Written = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=20_000, pattern=r"^[^\x00]*$")]


class CheckRequest(BaseModel):
    """An article's text as an editor has it before him."""

    text: Written


class SaveRequest(CheckRequest):
    """The text, and the stamp of the one it takes the place of."""

    stamp: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{16}$")]


class VersionView(BaseModel):
    """A published version."""

    name: str
    number: int
    digest: str
    author: str
    reason: str
    published_at: str
    articles: int
    profiles: int
    lint: str


class WorkView(BaseModel):
    """The latest publishing or going back: `idle`, `running`, `done` or `failed`; `problems` as of `kb lint`."""

    state: str
    action: str
    error: str
    problems: list[str]


class KnowledgeStatus(BaseModel):
    """What is served. `version` is null for the checked-out folder; `problem`: why the published version is not served."""

    version: VersionView | None
    articles: int
    problem: str | None
    work: WorkView


class ArticleLine(BaseModel):
    """An article in a list."""

    topic: str
    group: str
    title: str
    answer: str
    region: str
    valid_from: str
    valid_to: str | None
    questions: int


class ArticleLines(BaseModel):
    """Articles in force."""

    articles: list[ArticleLine]


class WrittenView(BaseModel):
    """An article's file; `stamp` changes with its content."""

    topic: str
    path: str
    text: str
    stamp: str


class FaultView(BaseModel):
    """A rule that a text breaks; lines count from 1."""

    line: int
    reason: str


class CheckedView(BaseModel):
    """What a text would be; `article` is null when it cannot be read as one."""

    problems: list[FaultView]
    article: Article | None


class StandingView(BaseModel):
    """Rank from 1, and raw score."""

    rank: int
    score: float


class ExplainedView(BaseModel):
    """A topic for a question; `signals`: words, characters, sounds (BM25), near, said (meaning), classified."""

    topic: str
    title: str
    fused: StandingView
    signals: dict[str, StandingView]


class HitTestView(BaseModel):
    """What a search decides and what it rests on."""

    answerable: bool
    confidence: float
    threshold: float
    doubt: bool
    topics: list[ExplainedView]


class EventView(BaseModel):
    """A step of the history: `publish` or `rollback`."""

    action: str
    version: str
    author: str
    reason: str
    at: str


class HistoryView(BaseModel):
    """Versions, oldest first; events, latest first."""

    versions: list[VersionView]
    events: list[EventView]


class ChangeView(BaseModel):
    """A file that publishing would change: `added`, `removed`, `changed`, with a unified diff."""

    path: str
    kind: str
    diff: str


class ChangeList(BaseModel):
    """What publishing would change."""

    changes: list[ChangeView]


class GapView(BaseModel):
    """Questions that mean about the same and were not answered; personal data is struck out."""

    count: int
    wordings: int
    examples: list[str]
    reasons: list[str]
    channels: list[str]
    last_at: str
    nearest: str | None
    nearest_title: str
    confidence: float
    answered_now: bool


class GapList(BaseModel):
    """Most asked first."""

    gaps: list[GapView]
