"""The area of an address by its words: its residential area or village, else its road."""

from __future__ import annotations

from actions.desk.network import AreaName

# `bot.language` is part of the model's fingerprint; the parts of an address get a public name there with the next training.
from bot.language.addresses import _addresses as addresses
from bot.language.normalise import normalise

_NAMES = ("estate", "estate_short", "village", "hamlet", "estate_any", "road", "avenue", "community")
"""Narrowest first: reports of one estate come with and without its road."""

_LEVELS = ("city", "district", "town")


def read_area(address: str) -> AreaName | None:
    """The area that reports from this address are gathered under, or None when it names nothing narrower than a town."""
    found = addresses(normalise(address).text, answer=True)
    parts = [part for one in found for part in one if not part.generic]
    named = sorted((_NAMES.index(part.kind), part.start, part.text) for part in parts if part.kind in _NAMES)
    if not named:
        return None
    name = named[0][2]
    levels = {part.kind: part.text for part in parts}
    city, district, town = (levels.get(level, "") for level in _LEVELS)
    return AreaName(name, f"{district or town}{name}", (city, district, town))
