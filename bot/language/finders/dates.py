"""Months and days, also relative to today."""

from __future__ import annotations

import re
from datetime import date

from bot.language.entities import Found

_RELATIVE_MONTHS = {"这个月": 0, "本月": 0, "当月": 0, "上个月": 1, "上月": 1, "上上个月": 2, "上上月": 2, "大前月": 2}


def find_dates(text: str, today: date) -> list[Found]:
    """Months as ``YYYY-MM``."""
    found = []
    for words, back in sorted(_RELATIVE_MONTHS.items(), key=lambda item: -len(item[0])):
        for match in re.finditer(words, text):
            if all(match.end() <= f.start or match.start() >= f.end for f in found):
                found.append(Found("month", months_back(today, back), match.start(), match.end()))
    return found


def months_back(today: date, count: int) -> str:
    """The month `count` months before that of `today`, as ``YYYY-MM``."""
    index = today.year * 12 + today.month - 1 - count
    return f"{index // 12:04d}-{index % 12 + 1:02d}"
