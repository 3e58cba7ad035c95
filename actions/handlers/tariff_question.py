"""Hears how much electricity a customer wants priced: kWh, peak and valley, season, household, province.

The words are data (``actions/words/heard/tariff.yml``). Questions about one's own past bill, about a unit price or about
a rule are not heard here: the business look-up and the articles answer those.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from actions.handlers.yaml_files import read_yaml
from bot.language.normalise import normalise
from bot.language.numerals import NUMERAL, to_int, to_number

_NUMBER = rf"(?:\d+(?:\.\d+)?[百千万]?\d?|{NUMERAL}+)"
_RANGE = re.compile(r"[一二三四五六七八九两]{2,}")
_WARM = Decimal(45)
"""Degrees that a room or a boiler may have: beside words of heat, so many 度 are no kWh."""
_MOST = Decimal(1_000_000)
_LONGEST = 60
_SUMMER, _WINTER = 7, 1
_CLOCK = r"(?![点时:：个月年.\d%])"


@dataclass(frozen=True)
class Asked:
    """A use to be priced; None where the customer did not say."""

    kwh: Decimal | None = None
    peak: Decimal | None = None
    valley: Decimal | None = None
    before: Decimal | None = None
    month: int | None = None
    months: int | None = None
    people: int | None = None
    many: bool | None = None
    low_income: bool | None = None
    shared: bool | None = None
    province: str | None = None
    elsewhere: str | None = None

    def with_more(self, more: Asked) -> Asked:
        """This with what was said later put over it."""
        later = {f.name: getattr(more, f.name) for f in fields(more) if getattr(more, f.name) is not None}
        if "kwh" in later and not {"peak", "valley"} & set(later):
            later |= {"peak": None, "valley": None}
        if {"province", "elsewhere"} & set(later):
            later = {"province": None, "elsewhere": None, **later}
        return replace(self, **later)

    @property
    def amount(self) -> Decimal | None:
        """All kWh together."""
        if self.kwh is not None or (self.peak is None and self.valley is None):
            return self.kwh
        return (self.peak or Decimal(0)) + (self.valley or Decimal(0))

    def to_json(self) -> dict[str, Any]:
        """For the conversation's memory."""
        return {k: str(v) if isinstance(v, Decimal) else v for k, v in asdict(self).items() if v is not None}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Asked:
        """Back from the conversation's memory."""
        decimals = ("kwh", "peak", "valley", "before")
        values: dict[str, Any] = {k: Decimal(v) if k in decimals else v for k, v in stored.items()}
        return cls(**values)


class TariffWords:
    """The words by which such a question is known."""

    def __init__(self, words: dict[str, Any]) -> None:
        self._provinces: dict[str, list[str]] = words["provinces"]
        unit = "(?:" + "|".join(words["unit"]) + ")"
        self._parts: dict[str, re.Pattern[str]] = {}
        for name, written in words.items():
            if name != "provinces":
                pattern = written if isinstance(written, str) else "|".join(written)
                self._parts[name] = re.compile(pattern.replace("{n}", _NUMBER).replace("{c}", NUMERAL), re.I)
        peak, valley = (f"(?:{self._parts[side].pattern})" for side in ("peak", "valley"))
        gap = rf"(?:(?!{peak}|{valley}|{NUMERAL}).){{0,6}}?"
        number = rf"(?<!{NUMERAL})(?<!\.)({_NUMBER})"
        self._quantity = re.compile(rf"(?<!第){number}(?:多|来)? ?{unit}", re.I)
        self._sides = [(re.compile(f"{side}{gap}{number}{_CLOCK}(?: ?{unit})?", re.I),
                        re.compile(f"{number}(?: ?{unit})?(?:的|是)?{side}", re.I)) for side in (peak, valley)]  # fmt: skip
        self._before = re.compile(rf"(?:{self._parts['before'].pattern})[^度,，。;；]{{0,12}}?{number}(?:多|来)? ?{unit}", re.I)
        self._places = {word: name for name, known in self._provinces.items() for word in known}

    @classmethod
    def load(cls, path: Path) -> TariffWords:
        """Read the words."""
        return cls(read_yaml(path))

    @property
    def provinces(self) -> tuple[str, ...]:
        """The provinces that these words know, in the order in which they are offered."""
        return tuple(self._provinces)

    def title(self, province: str) -> str:
        """A province's name as customers say it."""
        return self._provinces[province][0]

    def question(self, words: str) -> Asked | None:
        """What is to be priced, when this sentence is such a question."""
        text = normalise(words[: _LONGEST * 2]).text
        if len(text) > _LONGEST or any(self._says(name, text) for name in ("past", "other", "rule")):
            return None
        asked, _ = self._heard(text)
        if asked.amount is None or not 1 < asked.amount < _MOST:
            return None  # what one kWh costs is a question about the price
        pair = asked.peak is not None and asked.valley is not None
        if not (pair or asked.shared or self._says("price", text)):
            return None
        if self._says("temperature", text) and asked.amount <= _WARM:
            return None
        return asked

    def addition(self, words: str) -> Asked | None:
        """What a short sentence adds to the question before it; None when it speaks of anything else."""
        text = normalise(words[: _LONGEST * 2]).text
        if len(text) > _LONGEST // 2 or any(self._says(name, text) for name in ("past", "other", "rule")):
            return None
        asked, rest = self._heard(text)
        rest = re.sub(r"[,，。.?？!！、\s]", "", self._parts["beside"].sub("", self._parts["price"].sub("", rest)))
        return asked if asked != Asked() and not rest else None

    def _says(self, name: str, text: str) -> bool:
        return self._parts[name].search(text) is not None

    def _heard(self, text: str) -> tuple[Asked, str]:
        """Everything that can be heard in `text`, and what is left of it."""
        taker = _Taker(text)
        peak, valley = self._peak_and_valley(taker)
        before = taker.number(self._before)
        kwh = taker.number(self._quantity)
        if kwh is None and peak is None and valley is None and before is not None and self._says("price", text):
            # 今年用了3000度要多少钱: the year so far is itself what is asked about.
            kwh, before = before, Decimal(0)
        each_month = self._says("each_month", text)
        months = self._months(taker)
        if kwh is not None and months and months > 1 and each_month:
            kwh *= months
        province = next((self._places[word] for word in self._places if taker.take(re.compile(word))), None)
        elsewhere = taker.take(self._parts["elsewhere"]) if province is None else None
        shared = True if taker.take(self._parts["shared"]) else None
        many = True if taker.take(self._parts["many"]) else None
        people = to_int(taker.take(self._parts["people"]) or "")
        low_income = True if taker.take(self._parts["low_income"]) else None
        month = self._month(taker)
        asked = Asked(kwh, peak, valley, before, month, months, people, many, low_income, shared, province, elsewhere)
        return asked, taker.text

    def _peak_and_valley(self, taker: _Taker) -> tuple[Decimal | None, Decimal | None]:
        """峰电200谷电150, or 200度峰电150度谷电: the order that gives both wins."""
        tried = []
        for order in (0, 1):
            attempt = _Taker(taker.text)
            tried.append((attempt, [attempt.number(side[order]) for side in self._sides]))
        pairs = [entry for entry in tried if None not in entry[1]]
        if not pairs and self._says("plain", taker.text):
            pairs = [entry for entry in tried if entry[1] != [None, None]]
        if not pairs:
            return None, None
        attempt, (peak, valley) = pairs[0]
        taker.text = attempt.text
        return peak, valley

    def _months(self, taker: _Taker) -> int | None:
        for name, months in (("half_year", 6), ("year", 12), ("quarter", 3)):
            if taker.take(self._parts[name]):
                return months
        said = to_int(taker.take(self._parts["months"]) or "")
        return said if said and said <= 24 else None

    def _month(self, taker: _Taker) -> int | None:
        for name, month in (("winter", _WINTER), ("summer", _SUMMER)):
            if taker.take(self._parts[name]):
                return month
        said = to_int(taker.take(self._parts["month"]) or "")
        return said if said and 1 <= said <= 12 else None


class _Taker:
    """Takes pieces out of a text, so that no number is heard twice."""

    def __init__(self, text: str) -> None:
        self.text = text

    def take(self, pattern: re.Pattern[str]) -> str | None:
        """The first match (its group when it has one), cut out of the text."""
        match = pattern.search(self.text)
        if match is None:
            return None
        self.text = f"{self.text[: match.start()]}，{self.text[match.end() :]}"
        found: Sequence[str | None] = match.groups()
        return next((group for group in found if group), match.group())

    def number(self, pattern: re.Pattern[str]) -> Decimal | None:
        """The number of the first match. 三四百 is a range and no number."""
        words = self.take(pattern)
        if words is None or (_RANGE.search(words) and re.search("[十百千万]", words)):
            return None
        return to_number(words)
