"""Addresses inside a sentence."""

from __future__ import annotations

from datetime import date

from bot.language.addresses import address_spans, bare_address
from bot.language.found import Found


def find_addresses(text: str, today: date) -> list[Found]:
    """Addresses as they were said, without the words around them."""
    whole = bare_address(text)
    spans = address_spans(text)
    if whole:
        spans = [whole, *(span for span in spans if span[0] >= whole[1] or span[1] <= whole[0])]
    return [Found("address", text[start:end], start, end) for start, end in spans]
