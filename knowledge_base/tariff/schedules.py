"""Tariffs as written in ``profiles/*/tariff.yml`` under ``schedule``, with the values (and so the sources) they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from knowledge_base.article import first_reason
from knowledge_base.errors import ProfileError
from knowledge_base.figures import figures
from knowledge_base.profiles import SCHEDULE, Profile, load_profile, profile_names, read_marked
from knowledge_base.tariff.tariff import Cycle, LargeHousehold, Season, Tariff, TimeOfUse

_FILE = "tariff.yml"
_ALL_MONTHS = frozenset(range(1, 13))
Rate = Annotated[Decimal, Field(gt=0)]
Month = Annotated[int, Field(ge=1, le=12)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Limits(_Written):
    months: tuple[Month, ...] = tuple(sorted(_ALL_MONTHS))
    limits: tuple[Rate, ...]


class _TimeOfUse(_Written):
    peak: tuple[Rate, ...]
    valley: tuple[Rate, ...]


class _LargeHousehold(_Written):
    people: int
    more_a_month: Rate
    choice_from: int | None = None
    choice_more: Rate | None = None


class _Schedule(_Written):
    valid_from: date
    valid_to: date | None = None
    cycle: Cycle
    city: str | None = None
    limits: tuple[_Limits, ...]
    prices: tuple[Rate, ...]
    time_of_use: _TimeOfUse | None = None
    shared: Rate | None = None
    large_household: _LargeHousehold | None = None
    free_a_month: Rate | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> _Schedule:
        months = [month for limits in self.limits for month in limits.months]
        if sorted(months) != sorted(_ALL_MONTHS):
            raise ValueError("limits 要把12个月各写一次")
        rows = [self.prices, *([self.time_of_use.peak, self.time_of_use.valley] if self.time_of_use else [])]
        for limits in self.limits:
            if list(limits.limits) != sorted(set(limits.limits)) or any(
                len(row) != len(limits.limits) + 1 for row in rows
            ):
                raise ValueError("每档一个价，档位线从低到高，价比线多一个")
        if list(self.prices) != sorted(self.prices):
            raise ValueError("后一档的价不能比前一档低")
        return self

    def tariff(self) -> Tariff:
        """As a pure value."""
        use, large = self.time_of_use, self.large_household
        return Tariff(
            self.valid_from, self.cycle, tuple(Season(frozenset(s.months), s.limits) for s in self.limits), self.prices,
            self.valid_to, TimeOfUse(use.peak, use.valley) if use else None, self.shared,
            LargeHousehold(**large.model_dump()) if large else None, self.free_a_month, self.city,
        )  # fmt: skip


@dataclass(frozen=True)
class Province:
    """A profile with a tariff to calculate with."""

    profile: Profile
    tariffs: tuple[Tariff, ...]

    def on(self, day: date) -> Tariff | None:
        """The tariff in force on a day; the younger one where two are."""
        return max((t for t in self.tariffs if t.in_force(day)), key=lambda t: t.valid_from, default=None)


class Provinces:
    """All profiles with a tariff, and the one the house is set to."""

    def __init__(self, provinces: dict[str, Province], profile: Profile) -> None:
        """``profile``: the one the house is set to."""
        self._provinces = provinces
        self.profile = profile
        self.own = next((name for name in profile.lineage if name in provinces), None)
        """The province whose customers ask, or None for a company of many provinces."""

    @classmethod
    def load(cls, folder: Path, profile: str) -> Provinces:
        """Read all profiles under `folder`. Raises ProfileError with file, line and reason, or UnknownProfile."""
        found = {name: Province(load_profile(folder, name), schedule) for name, schedule in _schedules(folder)}
        return cls(found, load_profile(folder, profile))

    @property
    def names(self) -> tuple[str, ...]:
        """The profiles that have a tariff."""
        return tuple(self._provinces)

    def named(self, name: str | None) -> Province | None:
        """The province of a profile, or None."""
        return self._provinces.get(name or "")


def _schedules(folder: Path) -> Iterator[tuple[str, tuple[Tariff, ...]]]:
    for name in profile_names(folder):
        file = folder / name / _FILE
        if file.is_file() and (written := _read(file)):
            yield name, tuple(schedule.tariff() for schedule in written)


def _read(file: Path) -> list[_Schedule]:
    marks = read_marked(file)
    found = []
    for at, content in enumerate(marks.content.get(SCHEDULE) or []):
        try:
            found.append(_Schedule.model_validate(content))
        except ValidationError as error:
            place, reason = first_reason(error)
            raise ProfileError(file, marks.line((SCHEDULE, at, *place)), f"{SCHEDULE} {reason}") from error
    return found


def disagreements(folder: Path, name: str) -> Iterator[tuple[Path, int, str]]:
    """Figures of a profile's schedule that the words of the value it rests on do not name: file, line, reason."""
    file = folder / name / _FILE
    if not file.is_file():
        return
    marks, profile = read_marked(file), load_profile(folder, name)
    for at, schedule in enumerate(_read(file)):
        for key, value, unit, wanted in _grounds(schedule):
            known = {number for number, of in figures(profile[value].value) if of == unit}
            missing = [str(figure) for figure, *others in wanted if known.isdisjoint({figure, *others})]
            if missing:
                yield (
                    file,
                    marks.line((SCHEDULE, at, key)),
                    f"{key} 里的 {'、'.join(missing)} 在 {value} 的文字里找不到",
                )


def _grounds(schedule: _Schedule) -> Iterator[tuple[str, str, str, list[tuple[Decimal, ...]]]]:
    """Entry, value it rests on, unit, and its figures; a price may also be told as so much more than the first tier's."""

    def rates(row: tuple[Decimal, ...]) -> list[tuple[Decimal, ...]]:
        return [
            (row[0],),
            *((price, price - row[0], schedule.prices[at] - schedule.prices[0]) for at, price in enumerate(row) if at),
        ]

    use, large = schedule.time_of_use, schedule.large_household
    yield "prices", "tariff.price", "元", rates(schedule.prices)
    for limits in schedule.limits:
        yield "limits", "tariff.tier_limits", "度", [(limit,) for limit in limits.limits]
    if use is not None:
        # Where only the first pair is told, the others are that and the surcharge of the tier, told with the prices.
        pairs = [rates(row) for row in (use.peak, use.valley)]
        as_surcharge = all(
            row[at] - row[0] == more - schedule.prices[0]
            for row in (use.peak, use.valley)
            for at, more in enumerate(schedule.prices)
        )
        yield (
            "time_of_use",
            "tariff.tou_price",
            "元",
            [row for pair in pairs for row in (pair[:1] if as_surcharge else pair)],
        )
    if schedule.shared is not None:
        yield "shared", "tariff.shared_price", "元", [(schedule.shared,)]
    if large is not None:
        yield "large_household", "tariff.large_household", "度", [(large.more_a_month,)]
        if large.choice_more is not None:
            yield "large_household", "tariff.large_household", "元", [(large.choice_more,)]
    if schedule.free_a_month is not None:
        yield "free_a_month", "tariff.free_quota", "度", [(schedule.free_a_month,)]
