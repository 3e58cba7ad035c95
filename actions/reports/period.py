"""A stretch of days: 2026, 2026-Q3, 2026-08, 2026-08-15, or 2026-08-01..2026-08-15 with both ends; empty is all time."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from actions.desk.clock import SHANGHAI

if TYPE_CHECKING:
    import polars as pl

_YEAR = re.compile(r"(\d{4})")
_QUARTER = re.compile(r"(\d{4})-?[Qq]([1-4])")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of `first` to the end of `last`; None is open."""

    first: date | None = None
    last: date | None = None

    @classmethod
    def read(cls, text: str) -> Period:
        """The period of its name. Raises ValueError."""
        text = text.strip()
        if not text:
            return cls()
        begin, dots, end = text.partition("..")
        if dots:
            first, last = (_stretch(part.strip()) if part.strip() else None for part in (begin, end))
            period = cls(first and first[0], last and last[1])
        else:
            period = cls(*_stretch(begin))
        if period.first and period.last and period.first > period.last:
            raise ValueError(f"时间段 {text} 的起点晚于终点")
        return period

    def holds(self, moment: pl.Expr) -> pl.Expr:
        """Whether a naive local time is in it."""
        inside = moment.is_not_null()
        if self.first is not None:
            inside = inside & (moment >= datetime.combine(self.first, time.min))
        if self.last is not None:
            inside = inside & (moment < datetime.combine(self.last + timedelta(days=1), time.min))
        return inside

    def moments(self) -> tuple[datetime | None, datetime | None]:
        """(first moment, first moment after it), aware; None where it is open."""
        begin = None if self.first is None else datetime.combine(self.first, time.min, SHANGHAI)
        end = None if self.last is None else datetime.combine(self.last + timedelta(days=1), time.min, SHANGHAI)
        return begin, end

    def __str__(self) -> str:
        if self.first is None and self.last is None:
            return "全部时间"
        return f"{self.first or '最早'} 至 {self.last or '今天'}"


def _stretch(text: str) -> tuple[date, date]:
    if found := _YEAR.fullmatch(text):
        return date(int(found[1]), 1, 1), date(int(found[1]), 12, 31)
    if found := _QUARTER.fullmatch(text):
        year, last = int(found[1]), 3 * int(found[2])
        return date(year, last - 2, 1), date(year, last, monthrange(year, last)[1])
    if found := _MONTH.fullmatch(text):
        year, month = int(found[1]), int(found[2])
        if 1 <= month <= 12:
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    if found := _DAY.fullmatch(text):
        day = date.fromisoformat(text)
        return day, day
    raise ValueError(f"不认识的时间段 {text}：例如 2026、2026-Q3、2026-08、2026-08-01..2026-08-15")
