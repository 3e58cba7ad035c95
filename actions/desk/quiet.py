"""Quiet hours: when customers sleep, and which news waits until they are awake.

Danger, a crew on its way and power that is back are told at any hour; a planned outage, a bill, a step of an application wait
until the morning. Staff and the utility's own systems never wait.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from actions.desk.clock import local
from actions.desk.outbox import Audience, Letter
from actions.desk.tickets import EventType, Kind

OFF = "off"
_FORM = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_CAN_WAIT = frozenset({EventType.DISPATCHED.value, EventType.CONTACTED.value, EventType.RESOLVED.value})
"""News of an application or complaint that nobody needs to be woken for. Of a repair every step is told at once."""
_EARLIER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` to `ends`, local time (Asia/Shanghai), over midnight when `begins` is the later one; equal: there are none."""

    begins: time
    ends: time

    @classmethod
    def parse(cls, text: str) -> QuietHours:
        """`21:00-08:00`, or `off`. Raises ValueError."""
        if text == OFF:
            return cls(time(0), time(0))
        found = _FORM.fullmatch(text)
        if found is None:
            raise ValueError(f"quiet hours {text!r}: write 21:00-08:00, or off")
        begin_hour, begin_minute, end_hour, end_minute = map(int, found.groups())
        return cls(time(begin_hour, begin_minute), time(end_hour, end_minute))

    def until(self, at: datetime) -> datetime | None:
        """The end of the quiet hours that `at` lies in; None when it lies in none. The end itself is not quiet any more."""
        at = local(at)
        for day in (at.date() - timedelta(days=1), at.date()):
            begins, ends = self._night(datetime.combine(day, self.begins, at.tzinfo))
            if begins <= at < ends:
                return ends
        return None

    def heard(self, at: datetime) -> datetime:
        """The first moment from `at` on at which somebody may be told."""
        return self.until(at) or local(at)

    def eve(self, at: datetime) -> datetime:
        """A moment not after `at` at which somebody may be told: `at` itself, or an hour before the night it lies in."""
        end = self.until(at)
        if end is None:
            return local(at)
        begins, ends = self._night(datetime.combine(end.date(), self.begins, end.tzinfo))
        if ends != end:
            begins -= timedelta(days=1)
        return begins - _EARLIER

    def _night(self, begins: datetime) -> tuple[datetime, datetime]:
        ends = datetime.combine(begins.date(), self.ends, begins.tzinfo)
        return begins, ends + timedelta(days=1) if self.ends < self.begins else ends


def held_until(letter: Letter, quiet: QuietHours, now: datetime) -> datetime | None:
    """Until when a letter waits at `now`; None when it goes out. Nobody is told of an outage after it has begun to spare them the night."""
    end = None if urgent(letter) else quiet.until(now)
    starts = (letter.body.get("outage") or {}).get("starts")
    return None if end is not None and starts is not None and datetime.fromisoformat(starts) <= end else end


def urgent(letter: Letter) -> bool:
    """Whether a letter goes out at any hour, see the module."""
    if letter.audience is not Audience.CUSTOMER:
        return True
    if letter.ticket_no is None:
        return False
    ticket = letter.body.get("ticket") or {}
    return ticket.get("kind") == Kind.REPAIR.value or letter.body["event"]["type"] not in _CAN_WAIT
