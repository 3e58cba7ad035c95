"""An article as an editor writes it (`Draft`) and as it is served for one profile (`Article`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge_base.errors import ArticleError
from knowledge_base.marked_yaml import Marked, NotYaml

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<head>.*?\n)---[ \t]*(?:\n(?P<body>.*))?\Z", re.DOTALL)
_REASONS = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项，名字是否写错了",
    "string_too_short": "不能为空",
    "too_short": "至少要有一条",
    "string_type": "应当是一段文字",
    "list_type": "应当是一个列表",
    "literal_error": "只能是 A、B、C 之一（D 级的事实不能写进文章）",
    "date_from_datetime_parsing": "应当是日期，如 2024-06-01",
    "date_type": "应当是日期，如 2024-06-01",
    "string_pattern_mismatch": "只能用小写字母、数字和连字符",
}

Text = Annotated[str, Field(min_length=1)]
Certainty = Literal["A", "B", "C"]


class Citation(TypedDict):
    """Where a statement rests, in the API's shape."""

    topic: str
    title: str
    source: str
    article: str
    edition: str


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, str_strip_whitespace=True)


class Source(_Written):
    """What a statement rests on: document, clause, edition, and how certain we are (A official text … C one secondary source)."""

    source: Text
    article: str = ""
    edition: str = ""
    certainty: Certainty


class Fact(Source):
    """A statement, in our own words, with its source."""

    text: Text


class Draft(_Written):
    """An article as written: placeholders not yet filled in."""

    topic: Annotated[str, Field(pattern="^[a-z0-9-]+$")]
    title: Text
    questions: tuple[Text, ...]
    answer: Text
    speech: Text
    facts: Annotated[tuple[Fact, ...], Field(min_length=1)]
    valid_from: date
    valid_to: date | None = None
    region: Text = "全国"
    related: tuple[str, ...] = ()
    leads_to: str | None = None
    keywords: tuple[Text, ...] = ()


@dataclass(frozen=True)
class ArticleFile:
    """A draft with the file it came from."""

    path: Path
    draft: Draft
    body: str
    body_line: int
    """The line of the file on which the body begins."""
    _marks: Marked

    def line(self, *place: str | int) -> int:
        """The line on which ``place`` is written, e.g. ``("questions", 3)``."""
        return self._marks.line(place)

    def refuse(self, reason: str, *place: str | int) -> ArticleError:
        """The error for a mistake at ``place``."""
        return ArticleError(self.path, self.line(*place), reason)


@dataclass(frozen=True)
class Article:
    """An article in force, rendered for a profile. Plain data, safe to share between threads."""

    topic: str
    group: str
    title: str
    questions: tuple[str, ...]
    answer: str
    speech: str
    body: str
    facts: tuple[Fact, ...]
    citations: tuple[Citation, ...]
    """What the answer shows, best first."""
    rests_on: tuple[Citation, ...]
    """All that the article rests on: each fact, then each quoted value."""
    valid_from: date
    valid_to: date | None
    region: str
    related: tuple[str, ...]
    leads_to: str | None
    keywords: tuple[str, ...]

    def in_force(self, today: date) -> bool:
        """Whether the article holds on this day; ``valid_to`` is its last day."""
        return self.valid_from <= today and (self.valid_to is None or today <= self.valid_to)


def read_article(path: Path) -> ArticleFile:
    """Read and check the form of one article. Raises ArticleError with file, line and reason."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ArticleError(path, 1, "文件不是 UTF-8 编码") from error
    found = _FRONT_MATTER.match(text.replace("\r\n", "\n"))
    if found is None:
        raise ArticleError(path, 1, "文章要以两行 --- 之间的条目开头")
    try:
        marks = Marked(found["head"], first_line=2)
    except NotYaml as error:
        raise ArticleError(path, error.line, error.reason) from error
    try:
        draft = Draft.model_validate(marks.content)
    except ValidationError as error:
        place, reason = first_reason(error)
        raise ArticleError(path, marks.line(place), reason) from error
    body = (found["body"] or "").rstrip()
    blank_lines = body[: len(body) - len(body.lstrip())].count("\n")
    return ArticleFile(path, draft, body.lstrip(), 3 + found["head"].count("\n") + blank_lines, marks)


def first_reason(error: ValidationError) -> tuple[tuple[str | int, ...], str]:
    """Place and reason of the first mistake pydantic found, in an editor's words."""
    first: Any = error.errors()[0]
    place = tuple(first["loc"])
    reason = _REASONS.get(first["type"], first["msg"])
    return place, f"{'.'.join(map(str, place))}：{reason}"
