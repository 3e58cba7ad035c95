"""Household appliances, for claims of damage."""

from __future__ import annotations

from datetime import date

from bot.language.found import Found
from bot.language.ruler import marks


def find_appliances(text: str, today: date) -> list[Found]:
    """Appliances by their usual name: 电饭锅 is 电饭煲, 雪柜 is 冰箱."""
    return [Found("appliance", mark.value, mark.start, mark.end) for mark in marks(text) if mark.label == "appliance"]
