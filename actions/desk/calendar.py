"""Working days of China, with the make-up days (调休) of the State Council's yearly notice.

Source: package `holidays` (country CN), which carries the published arrangement of each year. A year not yet announced
has only the statutory holidays and plain weekends; put the notice into `overrides` until the package has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

import holidays

from actions.desk.clock import SHANGHAI, local

OPENS = time(8, 30)
CLOSES = time(17, 30)
"""Office hours of a working day. Only two things depend on them: when a limit in 工作日 ends, and where its warning falls."""

_OFFICE_MICROSECONDS = (datetime.combine(date.min, CLOSES) - datetime.combine(date.min, OPENS)) // timedelta(
    microseconds=1
)
_SATURDAY = 5
_DAY = timedelta(days=1)


class WorkingCalendar:
    """Which days count, and where a limit in 工作日 ends.

    The rule. The *start day* is the day of the start; when that is no working day, the next working day. The limit of n
    working days ends at 17:30 of the n-th working day after the start day. The hour of the start does not matter.

    ======================  ==  ====================
    start                   n   ends
    ======================  ==  ====================
    Wed 2026-11-18 09:00    1   Thu 2026-11-19 17:30
    Fri 2026-11-20 23:59    1   Mon 2026-11-23 17:30
    Sat 2026-11-21 10:00    1   Tue 2026-11-24 17:30   (start day is Monday)
    Wed 2026-09-30 16:50    4   Mon 2026-10-12 17:30   (Saturday the 10th is a make-up day)
    ======================  ==  ====================
    """

    def __init__(self, overrides: Mapping[date, bool] = MappingProxyType({})) -> None:
        """`overrides`: date → is it a working day; wins over the package, for a province or a year it does not know yet."""
        self._overrides = dict(overrides)

    def is_working_day(self, day: date) -> bool:
        """Whether `day` counts as a 工作日."""
        override = self._overrides.get(day)
        if override is not None:
            return override
        free, made_up = _year(day.year)
        return day in made_up or (day.weekday() < _SATURDAY and day not in free)

    def working_day_after(self, day: date) -> date:
        """The first working day later than `day`."""
        day += _DAY
        while not self.is_working_day(day):
            day += _DAY
        return day

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """The end of a limit of `days` 工作日 that starts at `start` (aware). Raises ValueError when `days` < 1."""
        return self.share_of_working_days(start, days, Fraction(1))

    def share_of_working_days(self, start: datetime, days: int, share: Fraction) -> datetime:
        """The moment when `share` (0 < share ≤ 1) of a limit of `days` 工作日 is used up.

        Whole days are used up at 17:30; a part of a day is that part of its office hours 08:30–17:30. So 80 % of four
        days is one fifth into the fourth, 10:18: a warning always falls where somebody is there to read it.
        """
        if days < 1 or not 0 < share <= 1:
            raise ValueError(f"a limit of {share} of {days} working days")
        used = share * days
        whole, rest = divmod(used, 1)
        day = self._start_day(local(start).date())
        for _ in range(int(whole)):
            day = self.working_day_after(day)
        if not rest:
            return datetime.combine(day, CLOSES, SHANGHAI)
        opening = datetime.combine(self.working_day_after(day), OPENS, SHANGHAI)
        return opening + timedelta(microseconds=int(rest * _OFFICE_MICROSECONDS))

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """The office time (08:30–17:30 of working days) between two aware moments; nothing when `end` is not later."""
        start, end = local(start), local(end)
        total, day = timedelta(0), start.date()
        while day <= end.date():
            if self.is_working_day(day):
                opens, closes = _office(day)
                total += max(min(end, closes) - max(start, opens), timedelta(0))
            day += _DAY
        return total

    def add_working_time(self, start: datetime, length: timedelta) -> datetime:
        """`start` (aware) put off by `length` of office time. No length leaves it where it is, in office hours or not.

        What is left to the minute of closing ends then, not at the next opening: a limit that ends at 17:30 and is put off
        by one office day of nine hours ends at 17:30 of the next working day.
        """
        at = local(start)
        if length <= timedelta(0):
            return at
        day = at.date()
        while True:
            if self.is_working_day(day):
                opens, closes = _office(day)
                begin = max(at, opens)
                room = closes - begin
                if room >= length:
                    return begin + length
                length -= max(room, timedelta(0))
            day += _DAY

    def _start_day(self, day: date) -> date:
        return day if self.is_working_day(day) else self.working_day_after(day)


def _office(day: date) -> tuple[datetime, datetime]:
    return datetime.combine(day, OPENS, SHANGHAI), datetime.combine(day, CLOSES, SHANGHAI)


@lru_cache(maxsize=64)
def _year(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """(days off, made-up weekend working days) of a year. Cached as plain sets: the package's own object grows when read."""
    # The following year too: a make-up day of the New Year may fall into the last days of December.
    book = holidays.country_holidays("CN", years=(year, year + 1))
    return frozenset(book), frozenset(book.weekend_workdays)
