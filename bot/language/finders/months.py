"""Months, written and spoken, also relative to today."""

from __future__ import annotations

import re
from datetime import date

from bot.language.found import Found
from bot.language.numerals import to_int

MONTHS = 12
YEAR = (
    r"(?:(?P<year>20\d\d|(?<!\d)\d\d|[二两][零〇][零〇一二三四五六七八九]{2}|[零〇一二三四五六七八九]{2})年的?"
    r"|(?P<back>大前年|前年|去年|上年|旧年|今年|本年|明年)(?:的|[春夏秋冬]天|[上下]半年)?)"
)
"""A year before a month or a day: 2026年, 26年, 去年."""
NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十廿]{1,3})"
_YEARS_BACK = {"大前年": 3, "前年": 2, "去年": 1, "上年": 1, "旧年": 1, "今年": 0, "本年": 0, "明年": -1}
_RELATIVE = re.compile(
    rf"(?:{YEAR})?(?:(?P<last>(?:上上+|大上|[上尚商伤赏晌头])(?:一?[个各只格]|一)?(?:月|号头)|"
    rf"[上尚商伤赏晌][个各格][越约阅岳悦])|(?P<before_last>大前个?月|前个月)|(?P<this>(?:这一?个?|本|当|呢个|"
    rf"今个)月|[这迭格个]个号头)"
    r"|(?P<next>下下?一?个?月))份?(?!\d)"
)
_NAMED = re.compile(
    rf"(?:{YEAR})?(?<![\d.第])(?:(?P<first>{NUMBER})(?:月份?)?(?P<link>到|至|-|~|—|、|,|和|跟|"
    rf"与))?(?P<month>{NUMBER}|元)月(?:份)?"
    r"(?!\d{1,2}[号日])"
)
_TWO_IN_A_ROW = re.compile(
    rf"(?:{YEAR})?(?P<one>[一二三四五六七八九])(?P<two>[二三四五六七八九十])(?:月(?:份)?|两个月)"
)
# 6、7、8月, 七、八两个月
_LISTED = re.compile(rf"(?:{YEAR})?(?<![\d.])(?P<list>{NUMBER}(?:[、,和跟]{NUMBER})+)(?:月份?|[两三四五六]个月)")
_FIGURES = re.compile(r"(?<![\d.\-/])(?P<year>20\d\d)(?:[-/.])(?P<month>0?[1-9]|1[0-2])(?![\d.\-/]\d|\d)")
_SOLID = re.compile(r"(?<!\d)(?P<year>20[2-4]\d)(?P<month>0[1-9]|1[0-2])(?!\d)(?=月|的?账|的?电|那?一?期|$)")
# 一月一次, 一月送十度: in a month, not in January.
_PER_MONTH = re.compile(r"一月(?:一[次交查抄结]|送|给|多少|要多少|几|才|得)")
_POSSIBLE = re.compile("月|20|号头|[越约阅岳悦]")
_LINKED = re.compile(r"(?:到|至|-|~|—|、|,|和|跟|与|还有)$")


def months_back(today: date, count: int) -> str:
    """The month `count` months before that of `today`, as ``YYYY-MM``."""
    index = today.year * MONTHS + today.month - 1 - count
    return f"{index // MONTHS:04d}-{index % MONTHS + 1:02d}"


# 酒月份, 石月份: the recogniser's 九月份, 十月份.
_MISHEARD = re.compile("(?P<number>[酒久就石时食拾气期巴扒流溜武舞伞])[月越](?:份|分)(?!多|几)")
_MEANT = {
    "酒": 9,
    "久": 9,
    "就": 9,
    "石": 10,
    "时": 10,
    "食": 10,
    "拾": 10,
    "气": 7,
    "期": 7,
    "巴": 8,
    "扒": 8,
    "流": 6,
    "溜": 6,
    "武": 5,
    "舞": 5,
    "伞": 3,
}


def find_months(text: str, today: date) -> list[Found]:
    """Months as ``YYYY-MM``. A bare month is the latest one that is not in the future."""
    if not _POSSIBLE.search(text):
        return []
    found = _relative_months(text, today)
    for match in _LISTED.finditer(text):
        found += _listed(match, today)
    for match in _TWO_IN_A_ROW.finditer(text):
        one, two = to_int(match.group("one")), to_int(match.group("two"))
        if one and two == one + 1:
            year = year_said(match, today)
            found.append(_month(one, year, today, match.start(), match.start("two")))
            found.append(_month(two, year, today, match.start("two"), match.end()))
    for match in _MISHEARD.finditer(text):
        found.append(_month(_MEANT[match.group("number")], None, today, *match.span()))
    for pattern in (_FIGURES, _SOLID):
        for match in pattern.finditer(text):
            found.append(_month(int(match.group("month")), int(match.group("year")), today, *match.span()))
    found += _named_months(text, today)
    return found


def _relative_months(text: str, today: date) -> list[Found]:
    found = []
    for match in _RELATIVE.finditer(text):
        if match.group("last"):
            back = max(1, match.group("last").count("上")) + match.group("last").startswith("大")
        else:
            back = 2 if match.group("before_last") else 0 if match.group("this") else -match.group("next").count("下")
        years = _YEARS_BACK.get(match.group("back") or "", 0) if match.group("this") else 0
        found.append(Found("month", months_back(today, back + MONTHS * years), match.start(), match.end()))
    return found


def _listed(match: re.Match[str], today: date) -> list[Found]:
    numbers = list(re.finditer(NUMBER, match.group("list")))
    if not all(1 <= (to_int(n.group()) or 0) <= MONTHS for n in numbers):
        return []
    year, base = year_said(match, today), match.start("list")
    starts = [match.start(), *(base + n.start() for n in numbers[1:])]
    ends = [*(base + n.end() for n in numbers[:-1]), match.end()]
    return [
        _month(to_int(n.group()) or 0, year, today, start, end)
        for n, start, end in zip(numbers, starts, ends, strict=True)
    ]


def _named_months(text: str, today: date) -> list[Found]:
    found: list[Found] = []
    year: int | None = None
    end = -1
    for match in _NAMED.finditer(text):
        number = 1 if match.group("month") == "元" else to_int(match.group("month"))
        if number is None or not 1 <= number <= MONTHS or text[match.start() - 1 : match.start()] in ("个", "几"):
            continue
        if _PER_MONTH.match(text, match.start("month")):
            continue
        said_year = year_said(match, today)
        linked = end >= 0 and (match.start() == end or bool(_LINKED.fullmatch(text[end : match.start()])))
        # 去年十月到十二月: the year goes for both, unless the second month would lie before the first.
        year = said_year if said_year is not None else (year if linked else None)
        first = to_int(match.group("first")) if match.group("first") else None
        if first and 1 <= first <= MONTHS and not (match.group("link") in "-," and first > number):
            start = match.start("first")
            first_year = year if said_year is not None else None
            begin = _month(
                first, first_year, today, match.start() if said_year is not None else start, match.start("link")
            )
            found.append(begin)
            if match.group("link") in "到至-~—":
                year = int(begin.value[:4]) + (number < first)
            # 十月份跟九月份: two months side by side, each the latest of its name.
            found.append(_month(number, year, today, match.end("link"), match.end()))
        else:
            if found and linked and said_year is None and year is not None and number < int(found[-1].value[5:]):
                year += 1
            start = match.start() if said_year is not None or not match.group("first") else match.start("month")
            found.append(_month(number, year, today, start, match.end()))
        end = match.end()
    return found


def year_said(match: re.Match[str], today: date) -> int | None:
    """The year in a match of :data:`YEAR`, or None when none was said."""
    if match.group("back"):
        return today.year - _YEARS_BACK[match.group("back")]
    if not match.group("year"):
        return None
    year = to_int(match.group("year").replace("〇", "零"))
    if year is None:
        return None
    return year + 2000 if year < 100 else year


def _month(number: int, year: int | None, today: date, start: int, end: int) -> Found:
    if year is None:
        year = today.year if number <= today.month else today.year - 1
    return Found("month", f"{year:04d}-{number:02d}", start, end)
