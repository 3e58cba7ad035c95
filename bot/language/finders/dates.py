"""Days and hours relative to today, and months."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.language.finders.months import NUMBER, YEAR, find_months, months_back, year_said
from bot.language.found import Found
from bot.language.numerals import to_int

__all__ = ["find_dates", "months_back"]

_DAYS = {
    "大前天": -3, "大前日": -3, "大前儿": -3, "前天": -2, "前日": -2, "前儿": -2, "前晚": -2, "前夜": -2,
    "昨天": -1, "昨日": -1, "昨儿": -1, "昨个": -1, "昨晚": -1, "昨夜": -1, "昨早": -1, "寻日": -1, "琴日": -1, "寻晚": -1, "琴晚": -1, "做天": -1, "坐天": -1, "作天": -1, "昨儿晚": -1,
    "今天": 0, "今日": 0, "今儿": 0, "今个": 0, "今早": 0, "今晨": 0, "今晚": 0, "今夜": 0, "今朝": 0, "今晌": 0,
    "大后天": 3, "大后日": 3, "后天": 2, "后日": 2, "后儿": 2, "后晚": 2,
    "明天": 1, "明日": 1, "明儿": 1, "明个": 1, "明早": 1, "明晚": 1, "明晨": 1, "听日": 1, "听晚": 1,
}  # fmt: skip
_PERIOD = (
    r"(?:凌晨|大清早|清早|清晨|一大早|一早|早上|早晨|早间|上午|上昼|中午|晏昼|晌午|下午|下昼|后晌|下晚|傍晚|黄昏|晚上|晚间|"
    r"夜里头?|夜晚|半夜|夜间|黑天)"
)
_CLOCK = (
    rf"(?P<hour>(?:1\d|2[0-4]|0?\d|十[一二三四五六七八九]?|二十[一二三四]?|[零一二两三四五六七八九]))(?:点|"
    rf"时(?![候间不])|:(?=\d\d))"
    rf"(?:钟)?(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>[0-5]\d|{NUMBER})(?:分|(?![个块元度户天小万千百]))|整)?"
)
_TIME = rf"(?:的?(?P<period>{_PERIOD}))?(?:(?:的|大概|大约|差不多)?{_CLOCK})?"
_RELATIVE = re.compile(
    rf"(?<![以之然往])(?P<day>{'|'.join(sorted(_DAYS, key=len, reverse=True))})(?:个(?!月))?(?![年气后]|"
    rf"个月)(?:(?P<part>早|晚|夜)(?![上间里晚]))?{_TIME}"
)
_WEEKDAY = re.compile(
    r"(?<![每一几两三四五六七八九十\d隔单双])(?P<week>上上个?|上个?|下下个?|下个?|这个?|本)?(?:周|星期|礼拜|拜)"
    rf"(?P<weekday>[一二三四五六日天1-7末])(?![\d期])(?!次|趟|[到至](?:周|星期|礼拜)){_TIME}"
)
_AGO = re.compile(
    rf"(?P<count>{NUMBER}|两|半)(?P<unit>天|日|个?星期|个?礼拜|周)(?P<way>之?前|以前|之?后|以后)(?!天){_TIME}"
)
_HALF_MONTH = re.compile(r"半个?月(?:之?前|以前)")
_FULL = re.compile(
    rf"(?:{YEAR})?(?<![\d.])(?P<month>{NUMBER}|元)月(?:份的?)?(?P<date>{NUMBER})(?:号|日){_TIME}"
    r"|(?<![\d.])(?P<pm>1[0-2]|0?[1-9])\.(?P<pd>[12]\d|3[01]|0[1-9])(?=号|日|停|断|报的|那天|没电|来的)"
    r"|(?<![\d\-/.])(?P<y>20\d\d)[-/.](?P<m>0?[1-9]|1[0-2])[-/.](?P<d>0?[1-9]|[12]\d|3[01])(?![\d\-/.])"
)
_IN_MONTH = re.compile(rf"(?P<rel>上上个?月|上个?月|这个?月|本月|当月|下个?月)的?(?P<date>{NUMBER})[号日]{_TIME}")
_BARE = re.compile(
    r"(?<![\d.A-Za-z月第一二三四五六七八九十百零路街巷村组弄园区镇道里苑城庭湾座栋幢院楼段社队家坊厦团])"
    rf"(?P<date>{NUMBER})(?:号|(?<=\d)日)(?!\d|楼|院|线|厅|门|机|表|桥|店|铺|柜|车|房|库|站|段|公路|国道|台|井|泵|"
    rf"棚|杆|地块|别墅|码|泊|锅|窗|电池|里(?!面)|会|线路)"
    rf"{_TIME}"
)
_TODAY_AT = re.compile(rf"(?P<period>{_PERIOD}){_CLOCK}")
_EVENT = re.compile(r"停|断|没电|没得电|冇电|报|跳闸|坏|烧|约|来修|黑")
_HABIT = re.compile(r"每天|每晚|天天|一到|经常|老是|总是|谷电|峰电|低谷|高峰|几点|营业|上班")
_COMING = re.compile(
    r"会不会|会停|要停|停不停|计划|检修|之前|以前|准备|打算|公告|通知|安排|预约|来得及|开始停|能不能来|再来"
)
_LINK = re.compile(r"(?:到|至|-|~|—|和|跟|与|、)$")
_NEAR = 60
_HALF_DAY = 12
_SMALL_HOURS = 4
_WEEK = 7


def find_dates(text: str, today: date) -> list[Found]:
    """Days as ISO dates (``YYYY-MM-DDTHH:MM`` when an hour was said) and months as ``YYYY-MM``."""
    days: list[Found] = []
    for finder in (_written, _in_month, _ago, _relative, _weekdays, _bare, _today_at):
        for found in finder(text, today, days):
            if all(found.end <= other.start or found.start >= other.end for other in days):
                days.append(found)
    return days + find_months(text, today)


def _found(day: date, match: re.Match[str], part: str | None = None) -> Found:
    said = match.groupdict()
    hour = to_int(said["hour"]) if said.get("hour") else None
    end = match.end()
    if hour is None:
        return Found("date", day.isoformat(), match.start(), end)
    minute = (
        30
        if said["half"]
        else 15 * (to_int(said["quarter"]) or 0)
        if said["quarter"]
        else to_int(said["minute"] or "0") or 0
    )
    period = said.get("period") or part or ""
    late = re.search("下午|下昼|晏昼|后晌|下晚|傍晚|黄昏|晚|夜里|夜间|黑天|夜$", period) and (
        hour > _SMALL_HOURS or "午" in period or "昼" in period
    )
    noon = hour <= 2 and re.search("中午|晌午", period)
    if hour < _HALF_DAY and (late or noon):
        hour += _HALF_DAY
    elif hour == _HALF_DAY and re.search("晚|夜", period):
        hour = 24
    day += timedelta(days=hour // 24)
    return Found("date", f"{day.isoformat()}T{hour % 24:02d}:{min(minute, 59):02d}", match.start(), end)


def _relative(text: str, today: date, _: list[Found]) -> list[Found]:
    found = []
    for match in _RELATIVE.finditer(text):
        word = match.group("day")
        part = match.group("part") or (word[-1] if word[-1] in "晚夜早" else None)
        found.append(_found(today + timedelta(days=_DAYS[word]), match, part))
    return found


def _weekdays(text: str, today: date, _: list[Found]) -> list[Found]:
    found = []
    for match in _WEEKDAY.finditer(text):
        week = match.group("week") or ""
        weeks = week.count("下") - week.count("上")
        weekday = match.group("weekday")
        number = 6 if weekday in "日天7" else 5 if weekday == "末" else (to_int(weekday) or 1) - 1
        found.append(_found(today + timedelta(days=weeks * _WEEK + number - today.weekday()), match))
    return found


def _ago(text: str, today: date, _: list[Found]) -> list[Found]:
    found = []
    for match in _AGO.finditer(text):
        count = to_int(match.group("count"))
        if count is None:
            continue
        days = count * (1 if match.group("unit") in "天日" else _WEEK)
        found.append(_found(today + timedelta(days=days if "后" in match.group("way") else -days), match))
    for match in _HALF_MONTH.finditer(text):
        found.append(_found(today - timedelta(days=2 * _WEEK + 1), match))
    return found


def _written(text: str, today: date, _: list[Found]) -> list[Found]:
    found = []
    for match in _FULL.finditer(text):
        if match.group("y"):
            day = _day(int(match.group("y")), int(match.group("m")), int(match.group("d")))
        else:
            said = match.group("month") or match.group("pm")
            month = 1 if said == "元" else to_int(said)
            number = to_int((match.group("date") or match.group("pd")).replace("廿", "二十"))
            year = year_said(match, today)
            day = _day(year or today.year, month, number)
            # Without a year: the last such day, or one to come within two months.
            if day and year is None and day > today + timedelta(days=_NEAR):
                day = _day(today.year - 1, month, number)
        if day:
            found.append(_found(day, match))
    return found


def _in_month(text: str, today: date, _: list[Found]) -> list[Found]:
    found = []
    for match in _IN_MONTH.finditer(text):
        word = match.group("rel")
        month = months_back(today, word.count("上") - word.count("下"))
        day = _day(int(month[:4]), int(month[5:]), to_int(match.group("date").replace("廿", "二十")))
        if day:
            found.append(_found(day, match))
    return found


def _bare(text: str, today: date, known: list[Found]) -> list[Found]:
    """3号, 十五号: the day of this or the last month, or of the next when the sentence looks ahead."""
    found = []
    for match in _BARE.finditer(text):
        number = to_int(match.group("date").replace("廿", "二十"))
        linked = next((f for f in known if _LINK.fullmatch(text[f.end : match.start()])), None)
        if linked:
            day = _day(int(linked.value[:4]), int(linked.value[5:7]), number)
        else:
            day = _nearest(number, today, ahead=bool(_COMING.search(text)))
        if day:
            found.append(_found(day, match))
    return found


def _nearest(number: int | None, today: date, *, ahead: bool) -> date | None:
    order = range(0, 3) if ahead else range(0, -3, -1)
    for step in order:
        month = months_back(today, -step)
        day = _day(int(month[:4]), int(month[5:]), number)
        if day and (day >= today if ahead else day <= today):
            return day
    return None


def _today_at(text: str, today: date, _: list[Found]) -> list[Found]:
    """早上八点停的: an hour alone is today's, when something happened then and not every day."""
    if _HABIT.search(text) or not _EVENT.search(text):
        return []
    return [_found(today, match) for match in _TODAY_AT.finditer(text)]


def _day(year: int, month: int | None, number: int | None) -> date | None:
    try:
        return date(year, month or 0, number or 0)
    except ValueError:
        return None
