"""What changes when a law, a promise or a price list does: everything that rests on a source, by article and by value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.article import Source, read_article
from knowledge_base.load import article_paths
from knowledge_base.profiles import load_profile, profile_files, quoted


@dataclass(frozen=True)
class Dependent:
    """Something that rests on the source: a fact of an article, a profile's value, or an article that quotes the value."""

    file: Path
    line: int
    what: str
    """An article's topic, or ``profile: value``."""
    text: str
    """The fact or the value as it is written; for a quoting article, the name of the value."""
    ground: Source


def impact(folder: Path, source: str, clause: str = "") -> list[Dependent]:
    """All that rests on a document whose name contains `source` (and on a clause named `clause`, when given).

    ``folder`` is the knowledge base. Values come first, then facts, then the articles that quote one of the values.
    """
    values = [found for found in _values(folder) if _rests_on(found.ground, source, clause)]
    names = {found.what.partition(": ")[2] for found in values}
    return [*values, *_facts(folder, source, clause), *_quoting(folder, names, values)]


def _rests_on(ground: Source, source: str, clause: str) -> bool:
    return source in ground.source and (not clause or _clause(clause) in _clauses(ground.article))


def _clauses(written: str) -> list[str]:
    """The clauses that 第二、三条 or 第二十八条第一项 names, without 第 and 条."""
    return [_clause(part) for part in re.split("[、，和及]", written)]


def _clause(written: str) -> str:
    return written.partition("条")[0].strip().removeprefix("第")


def _values(folder: Path) -> Iterator[Dependent]:
    for name, file, marks in profile_files(folder / "profiles"):
        profile = load_profile(folder / "profiles", name)
        for value in marks.content:
            if value in profile.values:
                ground = profile[value]
                yield Dependent(file, marks.line((value,)), f"{name}: {value}", ground.value, ground)


def _facts(folder: Path, source: str, clause: str) -> Iterator[Dependent]:
    for path in article_paths(folder / "articles"):
        article = read_article(path)
        for at, fact in enumerate(article.draft.facts):
            if _rests_on(fact, source, clause):
                yield Dependent(path, article.line("facts", at), article.draft.topic, fact.text, fact)


def _quoting(folder: Path, names: set[str], values: list[Dependent]) -> Iterator[Dependent]:
    ground_of = {found.what.partition(": ")[2]: found.ground for found in values}
    for path in article_paths(folder / "articles"):
        article = read_article(path)
        draft = article.draft
        written = "\n".join([draft.answer, draft.speech, article.body, *(fact.text for fact in draft.facts)])
        for name in quoted(written):
            if name in names:
                yield Dependent(path, article.line("answer"), draft.topic, f"{{{name}}}", ground_of[name])
