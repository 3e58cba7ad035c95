"""Chinese and mixed numerals (一百二, 3百, 两千零五, 1.2万, 二零一) as numbers."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {c: at % 10 for at, c in enumerate("零一二三四五六七八九〇壹贰叁肆伍陆柒捌玖")} | {"两": 2, "俩": 2, "幺": 1}
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
GREAT = {"万": 10_000, "亿": 100_000_000}
NUMERAL = "[0-9零〇一二三四五六七八九十百千万亿两俩壹贰叁肆伍陆柒捌玖拾佰仟]"
"""Regular expression for one character of a numeral."""
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_ALLOWED = re.compile(f"(?:{NUMERAL}|[.])+")


def to_number(words: str) -> Decimal | None:
    """The number that `words` writes, or None when it is no numeral.

    Money and measures leave out the last unit: 一百二 is 120 and 一千五 is 1500, but 一百零二 is 102.
    """
    if _PLAIN.fullmatch(words):
        return Decimal(words)
    if not words or not _ALLOWED.fullmatch(words):
        return None
    for sign, size in (("亿", GREAT["亿"]), ("万", GREAT["万"])):
        head, found, tail = words.partition(sign)
        if found:
            return _joined(head, tail, size)
    return _below_ten_thousand(words)


def to_int(words: str) -> int | None:
    """Like :func:`to_number` for whole numbers."""
    number = to_number(words)
    return int(number) if number is not None and number == int(number) else None


def _joined(head: str, tail: str, size: int) -> Decimal | None:
    front = to_number(head)
    if front is None:
        return None
    if not tail:
        return front * size
    if len(tail) == 1 and tail not in UNITS and tail not in "0零〇":
        rest = to_number(tail)
        return None if rest is None else front * size + rest * (size // 10)
    rest = to_number(tail)
    return None if rest is None or rest >= size else front * size + rest


def _below_ten_thousand(words: str) -> Decimal | None:
    if not any(c in UNITS for c in words):
        figures = "".join(str(DIGITS[c]) if c in DIGITS else c for c in words)
        return Decimal(figures) if _PLAIN.fullmatch(figures) else None
    total, pending, last_unit, zero_said = Decimal(0), "", 10_000, False
    for character in words:
        if character in UNITS:
            unit = UNITS[character]
            if unit >= last_unit:
                return None
            count = to_number(pending) if pending else Decimal(1)
            if count is None or (not pending and unit > UNITS["十"]):
                return None
            total, pending, last_unit, zero_said = total + count * unit, "", unit, False
        elif character in "零〇" and not pending:
            zero_said = True
        else:
            pending += character
    if pending:
        count = to_number(pending)
        if count is None or count >= last_unit:
            return None
        shortened = len(pending) == 1 and not zero_said and last_unit >= UNITS["百"]
        total += count * (last_unit // 10) if shortened else count
    return total
