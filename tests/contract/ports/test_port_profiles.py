"""What is kept of customers, in memory and in both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from actions.desk.clock import FixedClock
from actions.desk.profiles import Consent, Fact, Profile, Trait
from actions.ports.memory import MemoryProfiles
from actions.ports.profiles import ProfileStore, of_account_no, of_user
from actions.ports.sql import SqlProfiles

WANG = of_user("wang")


@pytest.fixture
def profiles(backend: Engine | None) -> ProfileStore:
    return MemoryProfiles() if backend is None else SqlProfiles(backend)


def said(trait: Trait, at: datetime, value: str = "", words: str = "我家六口人") -> Fact:
    return Fact(trait=trait, value=value, words=words, noted_at=at)


def agreed(at: datetime, *named: Trait, yes: bool = True) -> Consent:
    return Consent(agreed=yes, named=frozenset(named), at=at)


def test_a_profile_comes_back_as_it_was_kept(profiles: ProfileStore, clock: FixedClock) -> None:
    now = clock.now()
    kept = Profile(
        facts=(said(Trait.LIFE_SUPPORT, now, words="我妈在家用呼吸机"), said(Trait.HOUSEHOLD, now, "6")),
        consent=agreed(now, Trait.LIFE_SUPPORT, Trait.HOUSEHOLD),
    )
    assert profiles.change(WANG, lambda _: kept, now) == kept == profiles.profile(WANG)
    assert profiles.profile(of_account_no("wang")).empty, "an account is another subject than a chat user"


def test_a_later_statement_takes_the_place_of_the_earlier(profiles: ProfileStore, clock: FixedClock) -> None:
    now = clock.now()
    profiles.change(WANG, lambda p: p.with_facts([said(Trait.HOUSEHOLD, now, "5")]), now)
    profiles.change(WANG, lambda p: p.with_facts([said(Trait.HOUSEHOLD, now, "6"), said(Trait.EV, now)]), now)
    assert {f.trait: f.value for f in profiles.profile(WANG).facts} == {Trait.HOUSEHOLD: "6", Trait.EV: ""}
    profiles.change(WANG, lambda p: p.without(Trait.EV), now)
    assert [f.people for f in profiles.profile(WANG).facts] == [6]


def test_deleted_is_gone_and_a_refusal_stays(profiles: ProfileStore, clock: FixedClock) -> None:
    now = clock.now()
    profiles.change(WANG, lambda p: p.with_facts([said(Trait.EV, now)]), now)
    profiles.change(WANG, lambda _: Profile(), now)
    assert profiles.profile(WANG).empty
    profiles.change(WANG, lambda p: replace(p, consent=agreed(now, yes=False)), now)
    assert not profiles.profile(WANG).covers(Trait.EV) and not profiles.profile(WANG).may_ask(Trait.EV)


def test_what_is_too_old_goes_and_the_rest_stays(profiles: ProfileStore, clock: FixedClock) -> None:
    now = clock.now()
    old = now - timedelta(days=400)
    profiles.change(WANG, lambda p: p.with_facts([said(Trait.EV, old), said(Trait.PV, now)]), now)
    profiles.change(of_user("li"), lambda _: Profile(facts=(said(Trait.EV, old),), consent=agreed(old)), now)
    profiles.change(of_user("zhao"), lambda _: Profile(consent=agreed(old, yes=False)), now)
    before = now - timedelta(days=365)
    assert profiles.forget(before) == 3 and profiles.forget(before) == 0
    assert [f.trait for f in profiles.profile(WANG).facts] == [Trait.PV]
    assert profiles.profile(of_user("li")).empty and profiles.profile(of_user("zhao")).empty


def test_statements_at_the_same_time_are_all_kept(profiles: ProfileStore, clock: FixedClock) -> None:
    now = clock.now()

    def keep(trait: Trait) -> None:
        profiles.change(WANG, lambda p: p.with_facts([said(trait, now)]), now)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(keep, list(Trait)))
    assert {fact.trait for fact in profiles.profile(WANG).facts} == set(Trait)


def test_even_the_kind_of_what_is_known_is_ciphertext(engine: Engine, clock: FixedClock) -> None:
    fact = said(Trait.LIFE_SUPPORT, clock.now(), words="我妈在家用呼吸机")
    SqlProfiles(engine).change(WANG, lambda p: p.with_facts([fact]), clock.now())
    with engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM profiles")).all()
    assert "呼吸机" not in str(row) and "life_support" not in str(row)


@pytest.mark.parametrize(
    ("named", "trait", "covered", "may_ask"),
    [
        ((Trait.EV,), Trait.PV, True, False),
        ((Trait.EV,), Trait.LIFE_SUPPORT, False, True),
        ((Trait.LIFE_SUPPORT,), Trait.LIFE_SUPPORT, True, False),
    ],
)
def test_a_consent_covers_health_only_when_it_named_it(
    clock: FixedClock, named: tuple[Trait, ...], trait: Trait, covered: bool, may_ask: bool
) -> None:
    profile = Profile(consent=agreed(clock.now(), *named))
    assert (profile.covers(trait), profile.may_ask(trait)) == (covered, may_ask)
