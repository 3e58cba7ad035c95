"""Working days and the limits counted in them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.desk.calendar import CLOSES, OPENS, WorkingCalendar
from actions.desk.clock import SHANGHAI, FixedClock, SystemClock, local, rfc3339

CALENDAR = WorkingCalendar()
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31)).map(lambda at: at.replace(tzinfo=SHANGHAI))
DAYS = st.integers(1, 40)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-09-30", True),
        ("2026-10-01", False),
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),  # a Saturday made up for Wednesday the 7th
        ("2026-10-11", False),
        ("2026-09-20", True),  # a Sunday made up for Tuesday the 6th
        ("2026-02-28", True),
        ("2026-02-16", False),
        ("2026-01-04", True),
        ("2026-11-21", False),
        ("2025-10-08", False),
        ("2025-10-11", True),
        ("2024-05-11", True),
    ],
)
def test_the_state_calendar_with_its_make_up_days(day: str, works: bool) -> None:
    assert CALENDAR.is_working_day(date.fromisoformat(day)) is works


def test_an_override_wins_both_ways() -> None:
    calendar = WorkingCalendar({date(2026, 11, 22): True, date(2026, 11, 23): False})
    assert calendar.is_working_day(date(2026, 11, 22))
    assert not calendar.is_working_day(date(2026, 11, 23))
    assert calendar.working_day_after(date(2026, 11, 22)) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("start", "days", "ends"),
    [
        ("2026-11-18 09:00", 1, "2026-11-19 17:30"),
        ("2026-11-20 23:59", 1, "2026-11-23 17:30"),
        ("2026-11-21 10:00", 1, "2026-11-24 17:30"),
        ("2026-11-22 00:00", 4, "2026-11-27 17:30"),
        # Before National Day: the 8th, 9th, the made-up 10th, and the 12th.
        ("2026-09-30 16:50", 1, "2026-10-08 17:30"),
        ("2026-09-30 16:50", 3, "2026-10-10 17:30"),
        ("2026-09-30 16:50", 4, "2026-10-12 17:30"),
        ("2026-09-30 16:50", 5, "2026-10-13 17:30"),
        # Within it: the start day is the 8th.
        ("2026-10-03 12:00", 4, "2026-10-13 17:30"),
        # Before the Spring Festival of 2026: off until the 23rd, and the 28th is made up.
        ("2026-02-14 08:00", 4, "2026-02-27 17:30"),
        ("2026-02-14 08:00", 5, "2026-02-28 17:30"),
    ],
)
def test_where_a_limit_ends(start: str, days: int, ends: str) -> None:
    assert CALENDAR.add_working_days(at(start), days) == at(ends)


@pytest.mark.parametrize(
    ("start", "days", "warns"),
    [
        ("2026-09-30 16:50", 4, "2026-10-12 10:18"),  # three days, and a fifth of the fourth's nine hours
        ("2026-09-30 16:50", 5, "2026-10-12 17:30"),
        ("2026-11-18 09:00", 1, "2026-11-19 15:42"),
        ("2026-11-18 09:00", 9, "2026-11-30 10:18"),
    ],
)
def test_where_eighty_percent_falls(start: str, days: int, warns: str) -> None:
    assert CALENDAR.share_of_working_days(at(start), days, Fraction(4, 5)) == at(warns)


@given(MOMENTS, DAYS)
def test_a_limit_spans_that_many_working_days(start: datetime, days: int) -> None:
    ends = CALENDAR.add_working_days(start, days)
    day = start.date()
    while not CALENDAR.is_working_day(day):
        day += timedelta(days=1)
    between = [day + timedelta(days=n) for n in range(1, (ends.date() - day).days + 1)]
    assert sum(map(CALENDAR.is_working_day, between)) == days
    assert CALENDAR.is_working_day(ends.date())
    assert ends.time() == CLOSES


@given(MOMENTS, MOMENTS, DAYS)
def test_who_starts_later_never_ends_earlier(one: datetime, other: datetime, days: int) -> None:
    first, second = sorted((one, other))
    assert CALENDAR.add_working_days(first, days) <= CALENDAR.add_working_days(second, days)


@given(MOMENTS, DAYS, st.fractions(min_value=Fraction(1, 100), max_value=1))
def test_a_share_falls_into_office_hours_between_start_and_end(start: datetime, days: int, share: Fraction) -> None:
    part = CALENDAR.share_of_working_days(start, days, share)
    assert start < part <= CALENDAR.add_working_days(start, days)
    assert CALENDAR.is_working_day(part.date())
    assert OPENS <= part.time() <= CLOSES


@given(MOMENTS, DAYS)
def test_the_zone_of_the_start_does_not_matter(start: datetime, days: int) -> None:
    utc = start.astimezone(datetime.now().astimezone().tzinfo)
    assert CALENDAR.add_working_days(utc, days) == CALENDAR.add_working_days(start, days)


@pytest.mark.parametrize(("days", "share"), [(0, Fraction(1)), (-1, Fraction(1)), (1, Fraction(0)), (1, Fraction(2))])
def test_limits_that_are_none(days: int, share: Fraction) -> None:
    with pytest.raises(ValueError, match="working days"):
        CALENDAR.share_of_working_days(at("2026-11-18 09:00"), days, share)


def test_clocks_tell_shanghai_time() -> None:
    assert SystemClock().now().utcoffset() == timedelta(hours=8)
    fixed = FixedClock(datetime.fromisoformat("2026-11-22T01:00:00+00:00"))
    assert rfc3339(fixed.now()) == "2026-11-22T09:00:00+08:00"
    assert rfc3339(fixed.advance(timedelta(minutes=1))) == "2026-11-22T09:01:00+08:00"
    fixed.set(at("2026-01-01 00:00"))
    assert fixed.now() == at("2026-01-01 00:00")


def test_a_time_without_a_zone_is_refused() -> None:
    for call in (local, FixedClock):
        with pytest.raises(ValueError, match="naive"):
            call(datetime(2026, 11, 22))
