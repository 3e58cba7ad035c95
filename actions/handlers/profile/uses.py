"""What is made of a profile, as `actions/words/heard/profile_uses.yml` says: which hint when, which tiles in which order."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from actions.desk.profiles import Fact, Trait
from actions.handlers.yaml_files import read_yaml

MOST_TILES = 6
PERSON = "human"
"""The tile that is always there: a person is never further away than one press."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hint(_Strict):
    """An article worth telling whoever has a trait, and when. `people`: of a household, at least so many."""

    name: str
    trait: Trait
    topic: str
    flows: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    begins: frozenset[str] = frozenset()
    complaint: bool = False
    people: int = 0
    business: str | None = None


class Tile(_Strict):
    """A button of the first screen: what it shows, what it says, its picture."""

    title: str
    say: str
    icon: str


class Occasion(_Strict):
    """What a turn came to: the business done or begun in it, the articles told, whether the customer complains of a price."""

    done: str | None = None
    begun: str | None = None
    topics: frozenset[str] = frozenset()
    complains: bool = False


class Uses(_Strict):
    """The file."""

    complains: str
    hints: tuple[Hint, ...]
    tiles: Mapping[str, Tile]
    default: tuple[str, ...]
    of: Mapping[Trait, tuple[str, ...]]

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        unknown = {name for names in (self.default, *self.of.values()) for name in names} - set(self.tiles)
        if unknown or PERSON not in self.default:
            raise ValueError(f"tiles that are not described: {sorted(unknown)}, or no tile for a person")
        return self

    @classmethod
    def load(cls, path: Path) -> Uses:
        """Read the file. Raises pydantic.ValidationError for one that is wrong."""
        return cls.model_validate(read_yaml(path))

    def complaint_in(self, words: str) -> bool:
        """Whether a sentence complains of a price."""
        return re.search(self.complains, words) is not None

    def hint(self, known: Mapping[Trait, Fact], occasion: Occasion, people: int | None = None) -> Hint | None:
        """The first hint that fits. `people`: from how many on this place calls a household large, where that is known."""
        return next((hint for hint in self.hints if self._fits(hint, known, occasion, people)), None)

    @staticmethod
    def _fits(hint: Hint, known: Mapping[Trait, Fact], now: Occasion, people: int | None) -> bool:
        fact = known.get(hint.trait)
        if fact is None or hint.topic in now.topics:
            return False
        if hint.people and fact.people < (people or hint.people):
            return False
        if now.begun is not None:
            return now.begun in hint.begins
        told = now.done is not None or bool(now.topics)
        return now.done in hint.flows or bool(now.topics & hint.topics) or (hint.complaint and now.complains and told)

    def tiles_for(self, traits: Collection[Trait]) -> tuple[Tile, ...]:
        """The tiles of the first screen, most useful first."""
        wanted = [name for trait, names in self.of.items() if trait in traits for name in names]
        names = list(dict.fromkeys(self._unlike((*wanted, *self.default))))[:MOST_TILES]
        if PERSON not in names:
            names[-1] = PERSON
        return tuple(self.tiles[name] for name in names)

    def _unlike(self, names: Iterable[str]) -> Iterable[str]:
        """Each title once: a firm's 停电报修 takes the place of a home's."""
        seen: set[str] = set()
        for name in names:
            title = self.tiles[name].title
            if title not in seen:
                seen.add(title)
                yield name
