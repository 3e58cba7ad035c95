"""A profile as plain JSON data, and how it ages."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from actions.desk.profiles import Consent, Fact, Profile, Source, Trait


def to_json(profile: Profile) -> dict[str, Any]:
    """For the encrypted column."""
    facts = [
        {"trait": f.trait.value, "value": f.value, "words": f.words, "source": f.source.value, "at": _text(f.noted_at)}
        for f in profile.facts
    ]
    consent = profile.consent
    agreed = consent and {
        "agreed": consent.agreed,
        "named": sorted(consent.named),
        "refused": sorted(consent.refused),
        "at": consent.at.isoformat(),
    }
    return {"facts": facts, "consent": agreed}


def from_json(raw: dict[str, Any]) -> Profile:
    """From the encrypted column."""
    facts = (
        Fact(
            trait=Trait(f["trait"]), value=f["value"], words=f["words"], source=Source(f["source"]), noted_at=_moment(f["at"])
        )
        for f in raw["facts"]
    )  # fmt: skip
    consent = raw["consent"] and Consent(
        agreed=raw["consent"]["agreed"],
        named=frozenset(Trait(name) for name in raw["consent"]["named"]),
        refused=frozenset(Trait(name) for name in raw["consent"]["refused"]),
        at=datetime.fromisoformat(raw["consent"]["at"]),
    )
    return Profile(facts=tuple(facts), consent=consent or None)


def aged(profile: Profile, before: datetime) -> Profile:
    """Without the statements and the consent made before a moment. A consent lives as long as something rests on it."""
    left = profile.since(before)
    stale = left.consent is not None and left.consent.at < before and not left.facts
    return replace(left, consent=None) if stale else left


def oldest(profile: Profile) -> datetime | None:
    """The moment from which on `aged` would take something away."""
    said = [fact.noted_at for fact in profile.facts if fact.noted_at is not None]
    if profile.consent is not None and not profile.facts:
        said.append(profile.consent.at)
    return min(said, default=None)


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
