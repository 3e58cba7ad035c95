"""Addresses inside a sentence."""

from __future__ import annotations

import re
from datetime import date

from bot.language.found import Found
from bot.language.places import address_spans

_MARKS = re.compile("[,，、 ]+")


def find_addresses(text: str, today: date) -> list[Found]:
    """Addresses as they were said, without the words around them and the marks inside."""
    return [Found("address", _MARKS.sub("", text[start:end]), start, end) for start, end in address_spans(text)]
