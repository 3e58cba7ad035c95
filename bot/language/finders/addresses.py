"""Addresses inside a sentence."""

from __future__ import annotations

from datetime import date

from bot.language.found import Found
from bot.language.places import address_spans


def find_addresses(text: str, today: date) -> list[Found]:
    """Addresses as they were said, without the words around them."""
    return [Found("address", text[start:end], start, end) for start, end in address_spans(text)]
