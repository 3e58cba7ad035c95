"""Several months in one phrase: 7到9月, 上半年, 第三季度, 近三个月, 2025年12月和今年1月, 去年全年."""

from __future__ import annotations

import re
from datetime import date

from bot.language.normalise import normalise
from bot.language.numerals import to_number

_NUMBER = r"(?:(?<!\d)\d{1,2}|[一二两三四五六七八九十]{1,3})"
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)年?|(今年|本年|去年|前年)")
_QUARTER = re.compile(r"(?:第)?([1-4一二三四])季度")
_LAST = re.compile(rf"(?:最近|近|前|过去|上|这)的?({_NUMBER})个月|半年(?!度)")
_RANGE = re.compile(rf"({_NUMBER})月?(?:份)?(?:至|到|-|~|—|–)(?:(今年|去年|20\d\d年))?的?({_NUMBER})月")
_ONE = re.compile(rf"({_NUMBER})(?=月|、|和|,|，)")
_FULL = re.compile(r"(20\d\d)年(\d{1,2})月")
_LISTED = re.compile(r"(?:20\d\d年\d{1,2}月[、,]?)+")
_BACK = {"今年": 0, "本年": 0, "去年": 1, "前年": 2}
MOST = 24
"""Months of one application."""


def months_in(words: str, today: date) -> tuple[str, ...]:
    """The months meant (`YYYY-MM`), oldest first, none after the last complete one; empty when none is told.

    A month without a year is the latest one that is over.
    """
    text = normalise(words).text
    if _LISTED.fullmatch(text):
        return tuple(sorted({f"{year}-{int(month):02d}" for year, month in _FULL.findall(text)}))
    newest = today.year * 12 + today.month - 2
    found = {month for month in _read(text, today, newest) if newest - MOST < month <= newest}
    return tuple(f"{month // 12:04d}-{month % 12 + 1:02d}" for month in sorted(found))


def _read(text: str, today: date, newest: int) -> set[int]:
    if (last := _LAST.search(text)) is not None and not re.search("上半年|下半年", text):
        count = _number(last.group(1)) if last.group(1) else 6
        return {newest - back for back in range(min(count, MOST))}
    year = _year(text, today)
    span = next((months for name, months in _SPANS.items() if name in text), None)
    if (quarter := _QUARTER.search(text)) is not None:
        first = _number(quarter.group(1)) * 3 - 2
        span = range(first, first + 3)
    if span is not None:
        return _whole(span, year, newest)
    if re.search("上个?月", text):
        return {newest}
    months: set[int] = set()
    for ends in _RANGE.finditer(text):
        months |= _between(_number(ends.group(1)), _number(ends.group(3)), year, newest)
    rest = _RANGE.sub(" ", text)
    singles = [_number(one.group(1)) for one in _ONE.finditer(re.sub(r"(?<!\d)20\d\d(?!\d)年?", " ", rest)) if "月" in rest]
    return months | {_latest(month, year, newest) for month in singles if 1 <= month <= 12}


_SPANS = {"上半年": range(1, 7), "下半年": range(7, 13), "全年": range(1, 13), "整年": range(1, 13), "一年": range(1, 13)}


def _year(text: str, today: date) -> int | None:
    found = _YEAR.search(text)
    if found is None:
        return None
    return int(found.group(1)) if found.group(1) else today.year - _BACK[found.group(2)]


def _whole(months: range, year: int | None, newest: int) -> set[int]:
    """A span of one year: the year named, else the latest in which at least its first month is over."""
    at = year if year is not None else newest // 12 if newest % 12 + 1 >= months.start else newest // 12 - 1
    return {at * 12 + month - 1 for month in months}


def _between(first: int, last: int, year: int | None, newest: int) -> set[int]:
    if not (1 <= first <= 12 and 1 <= last <= 12):
        return set()
    end = _latest(last, year if year is None or first <= last else year + 1, newest)
    return {end - back for back in range((last - first) % 12 + 1)}


def _latest(month: int, year: int | None, newest: int) -> int:
    if year is not None:
        return year * 12 + month - 1
    back = (newest - (month - 1)) % 12
    return newest - back


def _number(text: str) -> int:
    return int(to_number(text) or 0)


def in_words(months: tuple[str, ...]) -> str:
    """Months as they are read: 2026年7月、2026年8月."""
    return "、".join(f"{month[:4]}年{int(month[5:])}月" for month in months)
