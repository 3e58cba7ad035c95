"""A household tariff and a use of electricity, as pure values. Money and energy are exact decimals throughout."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

MONTHS_A_YEAR = 12


class Cycle(StrEnum):
    """Over what time the use is added up to find its tier."""

    YEAR = "year"
    MONTH = "month"


class Unknown(StrEnum):
    """What a province's published figures, as far as we have them, do not tell."""

    TIME_OF_USE = "time_of_use"
    SHARED = "shared"
    LARGE_HOUSEHOLD = "large_household"
    FREE_QUOTA = "free_quota"


class NotPublished(LookupError):
    """The quote needs a figure that this tariff does not have."""

    def __init__(self, what: Unknown) -> None:
        super().__init__(what.value)
        self.what = what


@dataclass(frozen=True)
class Season:
    """The tier limits of some months of the year; a limit is the last kWh of its tier."""

    months: frozenset[int]
    limits: tuple[Decimal, ...]


@dataclass(frozen=True)
class TimeOfUse:
    """Peak and valley price of each tier.

    They hold for a use that lies in one tier. A use that crosses a limit is priced with the first tier's pair, and each
    kWh beyond a limit costs as much more as the flat price of its tier does.
    """

    peak: tuple[Decimal, ...]
    valley: tuple[Decimal, ...]


@dataclass(frozen=True)
class LargeHousehold:
    """More room in the tiers for many people on one meter: all limits are moved up, the tiers above keep their width."""

    people: int
    more_a_month: Decimal
    choice_from: int | None = None
    """From so many people on, one flat price may be chosen instead…"""
    choice_more: Decimal | None = None
    """…so much above the first tier's price."""


@dataclass(frozen=True)
class Tariff:
    """A province's residential tariff that holds from ``valid_from`` to ``valid_to`` (its last day, or open)."""

    valid_from: date
    cycle: Cycle
    seasons: tuple[Season, ...]
    prices: tuple[Decimal, ...]
    valid_to: date | None = None
    time_of_use: TimeOfUse | None = None
    shared: Decimal | None = None
    large_household: LargeHousehold | None = None
    free_a_month: Decimal | None = None
    city: str | None = None
    """The city whose prices these are, where cities of a province differ."""

    def in_force(self, day: date) -> bool:
        """Whether the tariff holds on this day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def limits(self, month: int, people: int = 0) -> tuple[Decimal, ...]:
        """The tier limits of one cycle, moved up for a large household."""
        season = next(season for season in self.seasons if month in season.months)
        large = self.large_household
        if large is None or people < large.people:
            return season.limits
        months = MONTHS_A_YEAR if self.cycle is Cycle.YEAR else 1
        return tuple(limit + large.more_a_month * months for limit in season.limits)


@dataclass(frozen=True)
class Use:
    """How much was used, and by whom."""

    kwh: Decimal
    valley: Decimal | None = None
    """The part used in the valley hours, when peak and valley are metered apart."""
    month: int = 1
    before: Decimal = Decimal(0)
    """What the same cycle had used before this."""
    months: int = 1
    """Over how many months (it matters for free energy, which is given by the month)."""
    people: int = 0
    """People on the household register, when they were named."""
    shared: bool = False
    """Several households behind one meter."""
    low_income: bool = False

    def __post_init__(self) -> None:
        if self.kwh < 0 or self.before < 0 or not Decimal(0) <= (self.valley or Decimal(0)) <= self.kwh:
            raise ValueError("a use cannot be negative, and its valley part cannot be larger than the whole")
