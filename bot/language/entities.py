"""Values in a customer's sentence: numbers of accounts, phones and tickets, months, dates, amounts, addresses, names."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from bot.language.finders import FINDERS
from bot.language.found import Found
from bot.language.normalise import Normalised, normalise


@dataclass(frozen=True)
class Entity:
    """One value: its kind, its normalised value, and where it stands in the raw text."""

    entity: str
    value: str
    text: str
    start: int
    end: int

    def to_json(self) -> dict[str, Any]:
        """The shape of the public API's trace."""
        return asdict(self)


def find_entities(text: str | Normalised, today: date) -> list[Entity]:
    """All values of `text`, in order, without overlaps; ``today`` anchors relative dates (上个月, 前天)."""
    regular = normalise(text) if isinstance(text, str) else text
    taken: list[Found] = []
    # Earlier finders are surer; a later one must not claim characters that are taken.
    for finder in FINDERS:
        for found in finder(regular.text, today):
            if all(found.end <= other.start or found.start >= other.end for other in taken):
                taken.append(found)
    entities = []
    for found in sorted(taken, key=lambda f: f.start):
        start, end = regular.span(found.start, found.end)
        entities.append(Entity(found.entity, found.value, regular.raw[start:end], start, end))
    return entities
