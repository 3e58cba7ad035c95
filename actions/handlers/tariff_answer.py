"""Prices a use of electricity in a conversation: asks for the province where it is not known, shows the arithmetic."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from actions.handlers.forms.said import Said
from actions.handlers.forms.step import Outcome
from actions.handlers.services import Services
from actions.handlers.tariff_question import Asked
from actions.handlers.tariff_words import Teller, money, plain
from actions.handlers.words import Bubble, button
from knowledge_base.catalogue import read_catalogue
from knowledge_base.cite import citation
from knowledge_base.profiles import Profile
from knowledge_base.tariff.quote import Quote, flat_choice, quote
from knowledge_base.tariff.schedules import Province
from knowledge_base.tariff.tariff import Cycle, LargeHousehold, NotPublished, Tariff, Unknown, Use

REMEMBERED = timedelta(minutes=10)
"""How long 那夏天呢 still means the last question."""
CHOSEN = "tariff:"
_MEMORY = "tariff"
_TOPICS = {
    "tariff.price": "tariff-residential-price",
    "tariff.tier_limits": "tariff-tier-rules",
    "tariff.tou_price": "tariff-peak-valley",
    "tariff.shared_price": "tariff-shared-meter",
    "tariff.large_household": "tariff-large-household",
    "tariff.free_quota": "tariff-low-income-free",
}
"""Value → the article that tells it."""


def price_turn(services: Services, said: Said, memory: dict[str, Any]) -> Outcome | None:
    """The answer to a question about what some kWh cost, or to what is added to the last one; None for anything else."""
    last = _last(memory, said.now)
    chosen = said.value("choice") or ""
    if chosen.removeprefix(CHOSEN) in services.provinces.names and chosen.startswith(CHOSEN):
        if last is None:
            return Outcome([services.phrases.bubble("tariff_how_much")], {"knowledge": []})
        asked: Asked | None = last.with_more(Asked(province=chosen.removeprefix(CHOSEN)))
    elif not said.words or said.value("account_no") or said.intent == "report_hazard":
        return None
    else:
        asked = services.tariff_words.question(said.words)
        more = services.tariff_words.addition(said.words) if asked is None and last is not None else None
        if more is not None and last is not None:
            asked = last.with_more(more)
        elif asked is not None and last is not None and asked.province is None and asked.elsewhere is None:
            # The province was told a moment ago.
            asked = asked.with_more(Asked(province=last.province))
    if asked is None:
        return None
    outcome = price(services, asked, said.now.date())
    until = (said.now + REMEMBERED).replace(microsecond=0).isoformat()
    outcome.memory = {_MEMORY: {"asked": asked.to_json(), "until": until}}
    return outcome


def forgotten(memory: dict[str, Any]) -> dict[str, Any]:
    """The memory without the last such question: another business came in between."""
    return {key: value for key, value in memory.items() if key != _MEMORY}


def _last(memory: dict[str, Any], now: datetime) -> Asked | None:
    stored = memory.get(_MEMORY) or {}
    fresh = stored.get("until", "") > now.isoformat()
    return Asked.from_json(stored["asked"]) if fresh else None


def price(services: Services, asked: Asked, today: date) -> Outcome:
    """Price `asked` as of today, or say plainly what is missing."""
    phrases, words, provinces = services.phrases, services.tariff_words, services.provinces
    if asked.amount is None:
        return Outcome([phrases.bubble("tariff_how_much")], {"knowledge": []})
    if asked.elsewhere is not None:
        known = "、".join(words.title(name) for name in words.provinces)
        return Outcome([phrases.bubble("tariff_elsewhere", place=asked.elsewhere, known=known)], {"knowledge": []})
    name = asked.province or provinces.own
    province = provinces.named(name)
    tariff = province.on(today) if province else None
    if name is None:
        bubble = phrases.bubble("tariff_which_province", kwh=plain(asked.amount))
        bubble.buttons = [button(words.title(n), "/faq", choice=CHOSEN + n) for n in words.provinces]
        _cite(bubble, provinces.profile, _grounds(asked))
        return Outcome([bubble], {"knowledge": _trace(_grounds(asked))})
    if province is None or tariff is None:
        return Outcome([phrases.bubble("no_answer")], {"knowledge": []})
    return _Priced(services, asked, province, tariff, words.title(name), today).outcome()


def _grounds(asked: Asked) -> list[str]:
    """The values that the answer rests on, the decisive one first."""
    if asked.shared:
        return ["tariff.shared_price"]
    found = ["tariff.tier_limits", "tariff.price"]
    if asked.peak is not None or asked.valley is not None:
        found.insert(0, "tariff.tou_price")
    found += ["tariff.large_household"] if asked.many or (asked.people or 0) > 1 else []
    return [*found, "tariff.free_quota"] if asked.low_income else found


def _trace(grounds: list[str]) -> list[dict[str, Any]]:
    return [{"topic": _TOPICS[name], "score": 1.0} for name in grounds]


def _cite(bubble: Bubble, profile: Profile, grounds: list[str]) -> None:
    titles = read_catalogue().titles
    bubble.citations += [dict(citation(_TOPICS[name], titles[_TOPICS[name]], profile[name])) for name in grounds]


class _Priced:
    """One question under one tariff."""

    def __init__(
        self, services: Services, asked: Asked, province: Province, tariff: Tariff, place: str, today: date
    ) -> None:
        self._services, self._asked, self._province, self._tariff = services, asked, province, tariff
        self._place = place
        self._month = asked.month or today.month
        self._tell = Teller(services.phrases)
        self._notes: list[str] = []

    def outcome(self) -> Outcome:
        """The answer with its lines, notes and citations."""
        asked, grounds = self._asked, _grounds(self._asked)
        try:
            if self._tariff.cycle is Cycle.MONTH and (asked.months or 1) > 1 and not asked.shared:
                assert asked.amount is not None
                bubble = self._phrase("tariff_one_month", kwh=plain(asked.amount))
            else:
                bubble = self._bubble()
        except NotPublished as refused:
            bubble = self._phrase(f"tariff_unknown_{refused.what.value}")
            grounds = grounds[:1]
        _cite(bubble, self._province.profile, grounds)
        return Outcome([bubble], {"knowledge": _trace(grounds)})

    def _phrase(self, name: str, **values: str) -> Bubble:
        return self._services.phrases.bubble(name, place=self._place, **values)

    def _bubble(self) -> Bubble:
        use = self._use()
        found = self._quote(use)
        from_first = self._notes_on_tiers(use, found)
        self._notes_on_household(use)
        if self._tariff.city:
            self._note("tariff_note_city", city=self._tariff.city)
        self._note("tariff_note_end")
        told = self._tell.use(self._asked, use, self._place, self._season_named(use))
        return self._services.phrases.bubble(
            "tariff_quote", use=told, lines="\n".join(self._tell.lines(found)), total=self._tell.total(found),
            notes="\n".join(self._notes), spoken=plain(found.total),
            basis=self._services.phrases.text("tariff_basis_from_first") if from_first else "",
        )  # fmt: skip

    def _use(self) -> Use:
        asked = self._asked
        assert asked.amount is not None
        valley = asked.valley
        if asked.peak is not None or valley is not None:
            # Of a whole and one part, the other part is the rest.
            whole = asked.amount
            valley = valley if valley is not None else (whole - asked.peak if asked.kwh and asked.peak else Decimal(0))
            valley = min(valley, whole)
        people = asked.people or 0
        large = self._tariff.large_household
        if asked.many and large is not None:
            people = max(people, large.people)
        before = (asked.before or Decimal(0)) if self._tariff.cycle is Cycle.YEAR else Decimal(0)
        return Use(asked.amount, valley, self._month, before, asked.months or 1, people, bool(asked.shared), bool(asked.low_income))

    def _quote(self, use: Use) -> Quote:
        return quote(self._tariff, self._payable(use))

    def _payable(self, use: Use) -> Use:
        """The use with the free energy left out of account where it cannot be told; a note says so."""
        if not use.low_income:
            return use
        try:
            quote(self._tariff, use)
        except NotPublished as refused:
            if refused.what is not Unknown.FREE_QUOTA:
                raise
            note = self._services.phrases.text("tariff_note_free_unknown", place=self._place)
            if note not in self._notes:
                self._notes.append(note)
            return replace(use, low_income=False)
        return use

    def _notes_on_tiers(self, use: Use, found: Quote) -> bool:
        """Where in the tiers this lies; True when the start in the first tier is only assumed."""
        if use.shared:
            return False
        limits = "、".join(plain(limit) for limit in self._tariff.limits(use.month, use.people))
        if self._tariff.cycle is Cycle.MONTH:
            others = [
                self._services.phrases.text(
                    "tariff_note_other_season", season=self._tell.season(season.months),
                    total=money(self._quote(replace(use, month=min(season.months))).total),
                )
                for season in self._tariff.seasons if use.month not in season.months
            ]  # fmt: skip
            season = next(s for s in self._tariff.seasons if use.month in s.months)
            self._note("tariff_note_season", season=self._tell.season(season.months), limits=limits, others="，".join(others))
            if self._asked.before:
                self._note("tariff_note_before_no_matter")
            return False
        if self._asked.before:
            self._note("tariff_note_before", before=plain(self._asked.before), limits=limits)
            return False
        if self._asked.before is not None or use.months > 11:
            self._note("tariff_note_year", limits=limits)
            return False
        others = [
            self._services.phrases.text(
                "tariff_note_other_tier", tier=self._tell.tier(at), total=money(self._quote(replace(use, before=limit)).total)
            )
            for at, limit in enumerate(self._tariff.limits(use.month, use.people), start=2)
        ]
        self._note("tariff_note_from_first", limits=limits, others="，".join(others))
        return True

    def _notes_on_household(self, use: Use) -> None:
        asked, large = self._asked, self._tariff.large_household
        if use.shared or not (asked.many or (asked.people or 0) > 1):
            return
        if large is None:
            self._note("tariff_note_large_unknown")
        elif use.people < large.people:
            self._note("tariff_note_few_people", people=str(large.people))
        else:
            self._note("tariff_note_large", more=plain(large.more_a_month))
            self._note_on_choice(use, large)

    def _note_on_choice(self, use: Use, large: LargeHousehold) -> None:
        chosen = flat_choice(self._tariff, use) if use.valley is None else None
        if chosen is not None:
            line = self._tell.line(chosen.lines[0])
            self._note("tariff_note_choice", people=str(large.choice_from), line=line, total=money(chosen.total))

    def _season_named(self, use: Use) -> str | None:
        """The season, when the answer depends on it."""
        if self._tariff.cycle is Cycle.YEAR or use.shared:
            return None
        return self._tell.season(next(s.months for s in self._tariff.seasons if use.month in s.months))

    def _note(self, name: str, **values: str) -> None:
        self._notes.append(self._services.phrases.text(name, place=self._place, **values))
