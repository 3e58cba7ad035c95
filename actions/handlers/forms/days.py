"""The answer to which month or which day, as a value or in the customer's own words."""

from __future__ import annotations

import re
from datetime import date

from actions.handlers.forms.flow import FlowField
from actions.handlers.forms.numbers import digits_of
from actions.handlers.forms.reading import NOTHING, Reading
from actions.handlers.forms.said import Said
from bot.language.finders.dates import months_back


def read_month(field: FlowField, said: Said, asked: bool) -> Reading:
    """The month as ``YYYY-MM``; one to come is wrong."""
    found = said.value("month")
    if found:
        if found > said.now.strftime("%Y-%m"):
            return Reading(wrong="这个月份还没到，请说一个已经过去的月份")
        return Reading(found)
    days = said.value("date")
    if days:
        return Reading(days[:7])
    number = re.fullmatch(r"(\d{1,2})", digits_of(said)) if asked else None
    if number and 1 <= int(number.group(1)) <= 12:
        return Reading(_latest(int(number.group(1)), said.now.date()))
    return NOTHING


def _latest(month: int, today: date) -> str:
    year = today.year if month <= today.month else today.year - 1
    return f"{year:04d}-{month:02d}"


def read_day(field: FlowField, said: Said, asked: bool) -> Reading:
    """The day as ``YYYY-MM-DD``, or the words that tell it (昨天晚上)."""
    found = said.value("date")
    if found:
        return Reading(found)
    if asked and len(said.words) <= LONGEST_DAY and _DAY.search(said.words):
        return Reading(said.words)
    return NOTHING


LONGEST_DAY = 20
_DAY = re.compile(
    r"今天|昨天|前天|刚才|刚刚|早上|晚上|上午|下午|\d月|月份|\d号|\d日|\d点|周[一二三四五六日末]|星期|礼拜|年底|月初|月底|上个月"
)


def default_value(field: FlowField, today: date) -> str | None:
    """The value a skipped field takes."""
    return months_back(today, 1) if field.default == "last_month" else field.default
