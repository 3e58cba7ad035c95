"""Why a bill is what it is: the month beside last month, the same month of last year, similar households, tiers and season.

Pure: bills in, findings out. kWh whole, money Decimal yuan. Nothing here guesses: what the data do not tell is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from actions.desk.customers import Bill, Similar

COOLING, HEATING = frozenset({6, 7, 8, 9}), frozenset({12, 1, 2})
MILD = frozenset({4, 5, 10, 11})
"""Months in which homes neither cool nor heat much: what a household uses anyway."""
SEASONAL_SHARE = Decimal("1.3")
"""A month is put down to the season when it is this many times the household's own mild months."""
NOTABLE = Decimal("0.1")
"""A difference below this share is called about the same."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A month beside another figure. `more`: kWh above it, negative below; `share` of it."""

    with_: str
    kwh: int
    more: int
    share: Decimal

    @property
    def notable(self) -> bool:
        """Whether the difference is worth a word."""
        return abs(self.share) >= NOTABLE


@dataclass(frozen=True, slots=True)
class TierCrossing:
    """The tier that the month reached. `tier` from 2; `limit` kWh; `used` what counts towards it, by year or month."""

    tier: int
    limit: Decimal
    used: int
    by_year: bool
    crossed_now: bool


@dataclass(frozen=True, slots=True)
class BillStory:
    """What is to be told of a bill."""

    bill: Bill
    last_month: Comparison | None
    last_year: Comparison | None
    similar: Comparison | None
    households: int
    season: str | None
    """``cooling`` or ``heating`` when the month is well above the household's own mild months."""
    mild_kwh: int | None
    tier: TierCrossing | None
    estimated: bool
    estimated_before: bool
    """The month before was estimated, so that this one may hold part of its kWh."""


def story(
    bills: Sequence[Bill], month: str, similar: Similar | None, limits: Sequence[Decimal] = (), *, by_year: bool = True
) -> BillStory | None:
    """The story of the bill of a month (`YYYY-MM`); None when there is none.

    `bills`: all of the account. `limits`: the tier limits in kWh of the year up to December or of that month.
    """
    by_month = {bill.month: bill for bill in bills}
    bill = by_month.get(month)
    if bill is None:
        return None
    before = by_month.get(_back(month, 1))
    mild = [b.kwh for b in bills if int(b.month[5:]) in MILD and b.month != month]
    mild_kwh = round(sum(mild) / len(mild)) if mild else None
    return BillStory(
        bill=bill,
        last_month=_beside("last_month", bill, before.kwh if before else None),
        last_year=_beside("last_year", bill, by_month[_back(month, 12)].kwh if _back(month, 12) in by_month else None),
        similar=_beside("similar", bill, similar.kwh if similar else None),
        households=similar.households if similar else 0,
        season=_season(bill, mild_kwh),
        mild_kwh=mild_kwh,
        tier=_tier(by_month, bill, limits, by_year),
        estimated=bill.estimated,
        estimated_before=bool(before and before.estimated),
    )


def _beside(with_: str, bill: Bill, kwh: int | None) -> Comparison | None:
    if not kwh:
        return None
    return Comparison(with_, kwh, bill.kwh - kwh, Decimal(bill.kwh - kwh) / kwh)


def _season(bill: Bill, mild_kwh: int | None) -> str | None:
    month = int(bill.month[5:])
    if not mild_kwh or bill.kwh < mild_kwh * SEASONAL_SHARE:
        return None
    return "cooling" if month in COOLING else "heating" if month in HEATING else None


def _tier(by_month: dict[str, Bill], bill: Bill, limits: Sequence[Decimal], by_year: bool) -> TierCrossing | None:
    year, number = bill.month[:4], int(bill.month[5:])
    months = [f"{year}-{m:02d}" for m in range(1, number + 1)] if by_year else [bill.month]
    if not limits or any(m not in by_month for m in months):
        return None  # with a month missing the sum would be a guess
    used = sum(by_month[m].kwh for m in months)
    reached = [at for at, limit in enumerate(limits) if used > limit]
    if not reached:
        return None
    limit = limits[reached[-1]]
    return TierCrossing(reached[-1] + 2, limit, used, by_year, crossed_now=used - bill.kwh <= limit)


def _back(month: str, months: int) -> str:
    whole = int(month[:4]) * 12 + int(month[5:]) - 1 - months
    return f"{whole // 12:04d}-{whole % 12 + 1:02d}"
