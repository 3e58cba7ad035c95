"""Read the articles and render them for a profile: what is in force, with its values filled in and its citations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from knowledge_base.article import Article, ArticleFile, read_article
from knowledge_base.catalogue import BUSINESSES, Catalogue, read_catalogue
from knowledge_base.cite import citations, everything_cited
from knowledge_base.errors import ArticleError, UnknownValue
from knowledge_base.profiles import Profile


def article_paths(folder: Path) -> list[Path]:
    """The files of all articles under `folder`, in a fixed order."""
    return sorted(folder.glob("*/*.md"))


def load_articles(folder: Path, profile: Profile, today: date) -> list[Article]:
    """All articles in force on `today` for `profile`, by topic. Raises ArticleError with file, line and reason."""
    catalogue = read_catalogue()
    rendered = [render(checked(read_article(path), catalogue), profile, catalogue) for path in article_paths(folder)]
    return [article for article in rendered if article.in_force(today) and profile.covers(article.region)]


def checked(file: ArticleFile, catalogue: Catalogue) -> ArticleFile:
    """`file`, when it stands where it belongs and points to things that exist. Raises ArticleError."""
    draft = file.draft
    if draft.topic != file.path.stem:
        raise file.refuse(f"topic 是 {draft.topic}，文件名却是 {file.path.stem}", "topic")
    if draft.topic not in catalogue:
        raise file.refuse(f"主题目录里没有 {draft.topic}", "topic")
    if catalogue.groups[draft.topic] != file.path.parent.name:
        raise file.refuse(f"{draft.topic} 属于 {catalogue.groups[draft.topic]}，不属于 {file.path.parent.name}", "topic")
    if draft.leads_to is not None and draft.leads_to not in BUSINESSES:
        raise file.refuse(f"leads_to 里没有业务 {draft.leads_to}", "leads_to")
    if draft.valid_to is not None and draft.valid_to < draft.valid_from:
        raise file.refuse("valid_to 早于 valid_from", "valid_to")
    return file


def render(file: ArticleFile, profile: Profile, catalogue: Catalogue) -> Article:
    """The article with this profile's values. Raises ArticleError for a placeholder the profile does not have."""
    draft = file.draft
    answer = _filled(file, profile.fill, draft.answer, "answer")
    speech = _filled(file, profile.fill, draft.speech, "speech")
    body = _filled_body(file, profile)
    facts = [f.model_copy(update={"text": _filled(file, profile.fill, f.text, "facts", at, "text")}) for at, f in enumerate(draft.facts)]
    return Article(
        topic=draft.topic, group=catalogue.groups[draft.topic], title=draft.title, questions=draft.questions, answer=answer,
        speech=speech, body=body, facts=tuple(facts), citations=citations(draft, profile, facts), rests_on=everything_cited(draft, file.body, profile, facts),
        valid_from=draft.valid_from, valid_to=draft.valid_to, region=draft.region, related=draft.related, leads_to=draft.leads_to,
        keywords=draft.keywords,
    )  # fmt: skip


def _filled(file: ArticleFile, fill: Callable[[str], str], text: str, *place: str | int) -> str:
    try:
        return fill(text)
    except UnknownValue as error:
        raise file.refuse(str(error), *place) from error


def _filled_body(file: ArticleFile, profile: Profile) -> str:
    lines = []
    for at, line in enumerate(file.body.splitlines()):
        try:
            lines.append(profile.fill(line))
        except UnknownValue as error:
            raise ArticleError(file.path, file.body_line + at, str(error)) from error
    return "\n".join(lines)
