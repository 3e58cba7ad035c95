"""The last four digits of a phone as they are said: with a slip corrected in the same breath, and no sum of money taken for them."""

from __future__ import annotations

import re

from bot.language.normalise import normalise

_CORRECTED = re.compile(r"不对|不是|错了|说错|讲错|哦不|噢不|更正|应该是|改成|(?<=[,，])是")
_MONEY = re.compile(r"\d+(?:\.\d+)?(?:块|元|毛|角|分)(?:钱)?(?:\d+(?:毛|角|分|块)?)?\d*")
_REPEATED = re.compile(r"([1-4一二两三四])个(\d|[零〇一二三四五六七八九])")
_NUMBERS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_DIGITS = {c: str(n) for n, c in enumerate("零一二三四五六七八九")} | {"〇": "0"}


def digits_said(words: str) -> str:
    """The digits of the words that may be part of a number on file: what follows the last correction, without sums of money."""
    parts = [part for part in _CORRECTED.split(words) if _digits(part)]
    return _digits(parts[-1]) if parts else ""


def spoken_last4(words: str) -> str | None:
    """Four digits, when that is what the words say."""
    found = digits_said(words)
    return found if len(found) == 4 else None


def _digits(part: str) -> str:
    spelt = _REPEATED.sub(lambda m: _DIGITS.get(m.group(2), m.group(2)) * _NUMBERS[m.group(1)], part)
    return re.sub(r"\D", "", _MONEY.sub("", normalise(spelt).text))
