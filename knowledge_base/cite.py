"""What an answer shows as its ground: few citations, the ones its figures come from first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from knowledge_base.article import Citation, Draft, Fact, Source
from knowledge_base.figures import figures
from knowledge_base.profiles import Profile, Value, quoted

AT_MOST = 4


def citation(topic: str, title: str, ground: Source) -> Citation:
    """A citation in the API's shape."""
    return Citation(topic=topic, title=title, source=ground.source, article=ground.article, edition=ground.edition)


def citations(draft: Draft, profile: Profile, facts: Sequence[Fact]) -> tuple[Citation, ...]:
    """At most four citations of the answer: values it quotes and facts its figures occur in first, then the other facts.

    ``facts`` are the draft's, filled in for the profile. Within a rank official text goes before secondary sources, and
    the order of writing decides the rest. The same document, clause and edition is named once.
    """
    answer = profile.fill(draft.answer)
    said = set(figures(answer))
    ranked: list[tuple[int, str, int, Source]] = []
    values = [profile[name] for name in quoted(draft.answer)]
    for at, ground in enumerate([*values, *facts]):
        stated = isinstance(ground, Value) or (isinstance(ground, Fact) and not said.isdisjoint(figures(ground.text)))
        ranked.append((0 if stated else 1, ground.certainty, at, ground))
    ranked.sort(key=lambda entry: entry[:3])
    return _each_once(citation(draft.topic, draft.title, entry[3]) for entry in ranked)[:AT_MOST]


def everything_cited(draft: Draft, body: str, profile: Profile, facts: Sequence[Fact]) -> tuple[Citation, ...]:
    """All that an article rests on: its facts and every value it quotes anywhere."""
    names = quoted("\n".join([draft.answer, draft.speech, body, *(fact.text for fact in draft.facts)]))
    return _each_once(citation(draft.topic, draft.title, ground) for ground in [*facts, *(profile[name] for name in names)])


def _each_once(found: Iterable[Citation]) -> tuple[Citation, ...]:
    return tuple({(c["source"], c["article"], c["edition"]): c for c in reversed(list(found))}.values())[::-1]
