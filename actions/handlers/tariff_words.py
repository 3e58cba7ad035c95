"""A priced use of electricity in words (``actions/words/tariff.yml``)."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from actions.handlers.tariff_question import Asked
from actions.handlers.words import Phrases
from knowledge_base.tariff.quote import Line, Quote
from knowledge_base.tariff.tariff import MONTHS_A_YEAR, Use

_HALF_A_YEAR = 6


def plain(number: Decimal) -> str:
    """A number as one writes it: 420, 0.538, 225.96."""
    written = f"{number:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def money(amount: Decimal) -> str:
    """Money with its cents, and what lies beyond them where a line has more: 370.40, 185.056."""
    return f"{amount:.2f}" if amount == round(amount, 2) else plain(amount)


class Teller:
    """Puts lines, totals and uses into the phrases."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases

    def tier(self, number: int) -> str:
        """一, 二, 三."""
        return self._phrases.text("tariff_tier_names")[number - 1]

    def line(self, line: Line) -> str:
        """One line of the calculation."""
        return self._phrases.text(
            f"tariff_line_{line.kind.value}", tier=self.tier(line.tier or 1), kwh=plain(line.kwh), price=plain(line.price),
            amount=money(line.amount),
        )  # fmt: skip

    def lines(self, quote: Quote) -> list[str]:
        """All lines."""
        return [self.line(line) for line in quote.lines]

    def total(self, quote: Quote) -> str:
        """The sum, written out; rounded at the very end and only then."""
        sum_of = "".join(f"{'-' if line.amount < 0 else '+'}{money(abs(line.amount))}" for line in quote.lines)
        name = "tariff_total" if quote.exact == quote.total else "tariff_total_rounded"
        name += "_one" if len(quote.lines) == 1 else ""
        written = sum_of.removeprefix("+").replace("+", " + ").replace("-", " - ")
        return self._phrases.text(name, sum=written, exact=money(quote.exact), total=money(quote.total))

    def season(self, months: Collection[int]) -> str:
        """5月到10月, or 11月到次年4月."""
        first = next(m for m in sorted(months) if (m - 2) % MONTHS_A_YEAR + 1 not in months)
        last = next(m for m in sorted(months) if m % MONTHS_A_YEAR + 1 not in months)
        return self._phrases.text("tariff_season" if first <= last else "tariff_season_over_new_year", first=first, last=last)

    def use(self, asked: Asked, use: Use, place: str, season: str | None) -> str:
        """What is priced: 浙江用420度."""
        when = self._when(use.months) or (self._phrases.text("tariff_when_season", season=season) if season else "")
        told = {"place": place, "kwh": plain(use.kwh), "when": when, "who": self._who(asked)}
        if use.shared:
            return self._phrases.text("tariff_use_shared", **told)
        if use.valley is None:
            return self._phrases.text("tariff_use", **told)
        if use.valley in (0, use.kwh):
            return self._phrases.text("tariff_use_valley" if use.valley else "tariff_use_peak", **told)
        return self._phrases.text("tariff_use_peak_valley", **told, peak=plain(use.kwh - use.valley), valley=plain(use.valley))

    def _when(self, months: int) -> str:
        if months == MONTHS_A_YEAR:
            return self._phrases.text("tariff_when_year")
        if months == _HALF_A_YEAR:
            return self._phrases.text("tariff_when_half")
        return self._phrases.text("tariff_when_months", n=months) if months > 1 else ""

    def _who(self, asked: Asked) -> str:
        low = self._phrases.text("tariff_who_low_income") if asked.low_income else ""
        if (asked.people or 0) > 1:
            return low + self._phrases.text("tariff_who_people", n=asked.people)
        return low + (self._phrases.text("tariff_who_many") if asked.many else "")
