"""kWh to money, as the lines one would write on paper. Every amount is exact; only the total, when shown, is rounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from knowledge_base.tariff.tariff import NotPublished, Tariff, TimeOfUse, Unknown, Use

CENT = Decimal("0.01")


class Kind(StrEnum):
    """What a line is for."""

    TIER = "tier"
    PEAK = "peak"
    VALLEY = "valley"
    SURCHARGE = "surcharge"
    SHARED = "shared"
    CHOICE = "choice"
    FREE = "free"


@dataclass(frozen=True)
class Line:
    """``kwh`` × ``price``. ``tier`` counts from 1; None where tiers play no part."""

    kind: Kind
    tier: int | None
    kwh: Decimal
    price: Decimal

    @property
    def amount(self) -> Decimal:
        """The money of this line, exact; less than zero for free energy."""
        return -self.kwh * self.price if self.kind is Kind.FREE else self.kwh * self.price


@dataclass(frozen=True)
class Quote:
    """The lines of a calculation."""

    lines: tuple[Line, ...]

    @property
    def exact(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        """The sum rounded to the cent, half up, as a bill is."""
        return self.exact.quantize(CENT, ROUND_HALF_UP)

    @property
    def tiers(self) -> tuple[int, ...]:
        """The tiers that the use lies in."""
        return tuple(sorted({line.tier for line in self.lines if line.tier is not None and line.kind is not Kind.FREE}))


def quote(tariff: Tariff, use: Use) -> Quote:
    """What `use` costs under `tariff`. Raises NotPublished for a figure the tariff does not have."""
    if use.shared:
        if tariff.shared is None:
            raise NotPublished(Unknown.SHARED)
        return Quote((Line(Kind.SHARED, None, use.kwh, tariff.shared),))
    parts = split(tariff.limits(use.month, use.people), use.before, use.kwh)
    if use.valley is None:
        lines = [Line(Kind.TIER, tier, kwh, tariff.prices[tier - 1]) for tier, kwh in parts]
    else:
        if tariff.time_of_use is None:
            raise NotPublished(Unknown.TIME_OF_USE)
        lines = list(_by_time(tariff, tariff.time_of_use, use, use.valley, parts))
    if use.low_income:
        lines.append(_free(tariff, use))
    return Quote(tuple(lines))


def flat_choice(tariff: Tariff, use: Use) -> Quote | None:
    """What the same use costs at the one price that a very large household may choose; None when it may not."""
    large = tariff.large_household
    if large is None or large.choice_from is None or large.choice_more is None or use.people < large.choice_from:
        return None
    return Quote((Line(Kind.CHOICE, None, use.kwh, tariff.prices[0] + large.choice_more),))


def split(limits: tuple[Decimal, ...], before: Decimal, kwh: Decimal) -> list[tuple[int, Decimal]]:
    """`kwh` after `before`, cut at the limits: (tier, kWh in it), tiers counted from 1. Zero kWh lie in one tier."""
    parts: list[tuple[int, Decimal]] = []
    floor = Decimal(0)
    for tier, ceiling in enumerate([*limits, None], start=1):
        top = before + kwh if ceiling is None else min(before + kwh, ceiling)
        inside = top - max(before, floor)
        if inside > 0:
            parts.append((tier, inside))
        if ceiling is not None:
            floor = ceiling
    return parts or [(1 + sum(before >= limit for limit in limits), Decimal(0))]


def _by_time(
    tariff: Tariff, prices: TimeOfUse, use: Use, valley: Decimal, parts: list[tuple[int, Decimal]]
) -> Iterator[Line]:
    tier = parts[0][0] if len(parts) == 1 else 1
    peak = use.kwh - valley
    if peak or not valley:
        yield Line(Kind.PEAK, tier, peak, prices.peak[tier - 1])
    if valley:
        yield Line(Kind.VALLEY, tier, valley, prices.valley[tier - 1])
    if len(parts) > 1:
        for crossed, kwh in parts:
            if crossed > 1:
                yield Line(Kind.SURCHARGE, crossed, kwh, tariff.prices[crossed - 1] - tariff.prices[0])


def _free(tariff: Tariff, use: Use) -> Line:
    """Free energy comes off the first tier, at its flat price; how it meets peak and valley prices is not published."""
    if tariff.free_a_month is None or use.valley is not None:
        raise NotPublished(Unknown.FREE_QUOTA)
    return Line(Kind.FREE, 1, min(use.kwh, tariff.free_a_month * use.months), tariff.prices[0])
