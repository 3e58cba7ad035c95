"""What is known of a customer at this turn: the account's file, what is kept with consent, what was said in this conversation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actions.desk.profiles import PROFILE_KEPT, Consent, Fact, Profile, Trait, of_account
from actions.handlers.forms.said import Said
from actions.handlers.profile.statements import Statements
from actions.handlers.profile.uses import Uses
from actions.handlers.services import Services
from actions.handlers.trusted import own_account, user_of
from actions.ports.profiles import ProfileStore, of_account_no, of_user

HEARD = "heard_of_me"
"""Memory: statements of this conversation that are not kept (yet), by trait: value, words, moment."""


@dataclass(frozen=True)
class CustomerProfiles:
    """Rules, uses and the store of profiles. Holds no state between calls."""

    statements: Statements
    uses: Uses
    store: ProfileStore

    # -- reading -------------------------------------------------------------------------------------------------------------

    def known(self, services: Services, said: Said, memory: dict[str, Any]) -> dict[Trait, Fact]:
        """Every fact by trait; the newest statement wins over what is kept, the account's file over both."""
        account = own_account(services, said, memory)
        facts = {fact.trait: fact for fact in self.kept(services, said, memory).facts}
        facts.update({fact.trait: fact for fact in self.heard(memory)})
        if account is not None:
            facts.update({fact.trait: fact for fact in of_account(account, said.now)})
        return facts

    def kept(self, services: Services, said: Said, memory: dict[str, Any]) -> Profile:
        """What is kept of this customer: as chat user, and as holder of the account they have shown to be theirs."""
        return self.kept_of(self._subjects(services, said, memory), said.now)

    def kept_of(self, subjects: Iterable[str], now: datetime) -> Profile:
        """What is kept of these subjects together, statements too old to keep left out. A no of any of them is a no."""
        found = [self.store.profile(subject).since(now - PROFILE_KEPT) for subject in subjects]
        whole = Profile()
        for profile in reversed(found):
            whole = whole.with_facts(profile.facts)
        consents = [profile.consent for profile in found if profile.consent is not None]
        if not consents:
            return whole
        consent = Consent(
            agreed=all(c.agreed for c in consents),
            named=frozenset[Trait]().union(*(c.named for c in consents)),
            refused=frozenset[Trait]().union(*(c.refused for c in consents)),
            at=max(c.at for c in consents),
        )
        return Profile(facts=whole.facts, consent=consent)

    @staticmethod
    def heard(memory: dict[str, Any]) -> tuple[Fact, ...]:
        """What was said in this conversation and is so."""
        return tuple(
            Fact(trait=Trait(name), value=raw["value"], words=raw["words"], noted_at=datetime.fromisoformat(raw["at"]))
            for name, raw in (memory.get(HEARD) or {}).items()
        )

    # -- writing -------------------------------------------------------------------------------------------------------------

    def listen(self, services: Services, said: Said, memory: dict[str, Any]) -> dict[str, Any]:
        """The memory with what this turn says; what it says is no longer so is forgotten at once, also where it is kept."""
        if not said.words:
            return memory
        heard = dict(memory.get(HEARD) or {})
        for one in self.statements.hear(said.words):
            if one.own and one.so:
                heard[one.trait.value] = {"value": one.value, "words": said.words[:200], "at": said.now.isoformat()}
            elif one.own:
                heard.pop(one.trait.value, None)
                if any(fact.trait is one.trait for fact in self.kept(services, said, memory).facts):
                    self.forget(services, said, memory, one.trait)
        return {**memory, HEARD: heard} if heard != (memory.get(HEARD) or {}) else memory

    def agree(self, services: Services, said: Said, memory: dict[str, Any], named: Iterable[Trait]) -> tuple[Fact, ...]:
        """Keep what was said of these traits, with the consent given now; returns what is kept."""
        traits = frozenset(named)
        facts = tuple(fact for fact in self.heard(memory) if fact.trait in traits)
        *others, home = self._subjects(services, said, memory)
        for subject in others:
            # The account's profile is the holder's; the chat user's remembers only the answer.
            self.store.change(subject, lambda profile: profile.agree(traits, said.now), said.now)
        self.store.change(home, lambda profile: profile.agree(traits, said.now).with_facts(facts), said.now)
        return facts

    def keep_covered(self, services: Services, said: Said, memory: dict[str, Any]) -> tuple[Fact, ...]:
        """Keep what was said and is covered by a consent given before; returns what is new."""
        kept = self.kept(services, said, memory)
        known = {(fact.trait, fact.value) for fact in kept.facts}
        new = tuple(f for f in self.heard(memory) if kept.covers(f.trait) and (f.trait, f.value) not in known)
        if new:
            self.store.change(self._home(services, said, memory), lambda profile: profile.with_facts(new), said.now)
        return new

    def refuse(self, services: Services, said: Said, memory: dict[str, Any], named: Iterable[Trait]) -> None:
        """Keep nothing of these traits, and remember not to ask again."""
        traits = frozenset(named)
        for subject in self._subjects(services, said, memory):
            self.store.change(subject, lambda profile: profile.refuse(traits, said.now), said.now)

    def forget_all(self, services: Services, said: Said, memory: dict[str, Any]) -> tuple[Fact, ...]:
        """Delete everything and keep nothing from now on; returns what there was."""
        there = self.kept(services, said, memory).facts
        for subject in self._subjects(services, said, memory):
            self.store.change(subject, lambda _: Profile().refuse((), said.now), said.now)
        return there

    def allow_again(self, services: Services, said: Said, memory: dict[str, Any]) -> None:
        """Take a no back: the customer may be asked again."""
        for subject in self._subjects(services, said, memory):
            self.store.change(subject, lambda profile: Profile(facts=profile.facts), said.now)

    def forget(self, services: Services, said: Said, memory: dict[str, Any], trait: Trait) -> None:
        """Delete one trait."""
        for subject in self._subjects(services, said, memory):
            self.store.change(subject, lambda profile: profile.without(trait), said.now)

    def _subjects(self, services: Services, said: Said, memory: dict[str, Any]) -> tuple[str, ...]:
        account = own_account(services, said, memory)
        own = (of_user(user_of(said)),)
        return (*own, of_account_no(account.account_no)) if account is not None else own

    def _home(self, services: Services, said: Said, memory: dict[str, Any]) -> str:
        return self._subjects(services, said, memory)[-1]
