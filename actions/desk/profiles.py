"""Who the customer is, as far as it changes what is done for them: from the account's file, and from what they said and agreed to.

What is said is kept only with consent (PIPL Art. 13–17), for a year at most (Art. 19). Health is sensitive and needs a consent
that names it (Art. 28–29); hardship is treated alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from actions.desk.clock import local
from actions.desk.customers import Account, AccountKind

PROFILE_KEPT = timedelta(days=365)
"""How long a statement is kept after it was made."""
ELDER_FROM = 60
"""Years of age (老年人权益保障法 Art. 2)."""


class Trait(StrEnum):
    """What may be known of a customer."""

    ELDER = "elder"
    LIFE_SUPPORT = "life_support"
    LOW_INCOME = "low_income"
    HOUSEHOLD = "household"
    TENANT = "tenant"
    LANDLORD = "landlord"
    SHOP = "shop"
    ENTERPRISE = "enterprise"
    FARMER = "farmer"
    PV = "pv"
    EV = "ev"


SENSITIVE = frozenset({Trait.LIFE_SUPPORT, Trait.LOW_INCOME})
"""A consent covers these only when it named them."""


class Source(StrEnum):
    """Where it is known from."""

    ACCOUNT = "account"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing known. `value`: the number of people of a household, else empty. `words`: the customer's own sentence.

    `noted_at`: when it was said; None for what the account's file says.
    """

    trait: Trait
    value: str = ""
    words: str = ""
    source: Source = Source.STATEMENT
    noted_at: datetime | None = None

    @property
    def people(self) -> int:
        """How many the household is; 0 when that is not what this says."""
        return int(self.value) if self.trait is Trait.HOUSEHOLD and self.value.isdigit() else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the customer answered to the one question, which traits it named, and when.

    `refused`: sensitive traits asked about later on and declined, while the rest may be kept.
    """

    agreed: bool
    named: frozenset[Trait]
    at: datetime
    refused: frozenset[Trait] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is kept of one customer: a fact a trait, and the consent it rests on."""

    facts: tuple[Fact, ...] = ()
    consent: Consent | None = None

    def with_facts(self, facts: Iterable[Fact]) -> Profile:
        """With these in the place of what was known of the same traits."""
        every = {fact.trait: fact for fact in (*self.facts, *facts)}
        return replace(self, facts=tuple(every[trait] for trait in Trait if trait in every))

    def without(self, *traits: Trait) -> Profile:
        """Without what is known of these traits."""
        return replace(self, facts=tuple(fact for fact in self.facts if fact.trait not in traits))

    def since(self, moment: datetime) -> Profile:
        """Without what was said before a moment."""
        return replace(self, facts=tuple(f for f in self.facts if f.noted_at is None or f.noted_at >= moment))

    @property
    def empty(self) -> bool:
        """Whether there is nothing to keep."""
        return not self.facts and self.consent is None

    def covers(self, trait: Trait) -> bool:
        """Whether the customer has agreed that this is kept."""
        consent = self.consent
        if consent is None or not consent.agreed or trait in consent.refused:
            return False
        return trait not in SENSITIVE or trait in consent.named

    def may_ask(self, trait: Trait) -> bool:
        """Whether the customer may be asked about this: never twice, and never after a no."""
        consent = self.consent
        if consent is None:
            return True
        return consent.agreed and trait in SENSITIVE and trait not in consent.named | consent.refused

    def agree(self, named: Iterable[Trait], at: datetime) -> Profile:
        """With a yes to these traits, beside what was agreed to before."""
        before = self.consent.named if self.consent is not None and self.consent.agreed else frozenset()
        return replace(self, consent=Consent(agreed=True, named=before | frozenset(named), at=at))

    def refuse(self, named: Iterable[Trait], at: datetime) -> Profile:
        """With a no to these traits: the first no is one to everything, a later one to what it was about."""
        consent, traits = self.consent, frozenset(named)
        if consent is None or not consent.agreed:
            return Profile(consent=Consent(agreed=False, named=frozenset(), at=at))
        return replace(self.without(*traits), consent=replace(consent, refused=consent.refused | traits))


def of_account(account: Account, now: datetime) -> tuple[Fact, ...]:
    """What an account's own file tells."""
    found = []
    if account.birth_year is not None and local(now).year - account.birth_year >= ELDER_FROM:
        found.append(Trait.ELDER)
    if account.life_support:
        found.append(Trait.LIFE_SUPPORT)
    of_kind = {
        AccountKind.BUSINESS: Trait.SHOP,
        AccountKind.INDUSTRY: Trait.ENTERPRISE,
        AccountKind.FARMING: Trait.FARMER,
    }
    if account.kind in of_kind:
        found.append(of_kind[account.kind])
    return tuple(Fact(trait=trait, source=Source.ACCOUNT) for trait in found)
