"""What is kept of a conversation's own customer, for that customer's page and for staff, and its deletion."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from actions.desk.clock import Clock, rfc3339
from actions.desk.profiles import PROFILE_KEPT, Fact, Profile, Source, Trait, of_account
from actions.handlers.profile.known import CustomerProfiles
from actions.handlers.profile.uses import Tile
from actions.ports.conversations import ConversationStore
from actions.ports.customers import CustomerSystem
from actions.ports.profiles import of_account_no, of_user


class ProfileDesk:
    """Reads and deletes; synchronous, to be called in the journal's threads."""

    def __init__(
        self, profiles: CustomerProfiles, customers: CustomerSystem, conversations: ConversationStore, clock: Clock
    ) -> None:
        self._profiles, self._customers, self._conversations, self._clock = profiles, customers, conversations, clock

    def view(self, conversation_id: str) -> dict[str, Any]:
        """What is kept of the customer of a conversation, and the tiles in their order."""
        now = self._clock.now()
        user, accounts = self._who(conversation_id)
        kept = self._profiles.kept_of(self._subjects(user, accounts), now)
        facts = list(kept.facts)
        for number in accounts:
            account = self._customers.account(number)
            facts += of_account(account, now) if account is not None else ()
        tiles = self._profiles.uses.tiles_for({fact.trait for fact in facts})
        return {
            "conversation_id": conversation_id,
            "consent": "none" if kept.consent is None else "given" if kept.consent.agreed else "refused",
            "facts": [self._fact(fact) for fact in facts],
            "tiles": [_tile(tile) for tile in tiles],
        }

    def forget(self, conversation_id: str, trait: Trait | None = None) -> None:
        """Delete one trait, or everything with no more kept from now on."""
        now = self._clock.now()
        for subject in self._subjects(*self._who(conversation_id)):
            if trait is not None:
                self._profiles.store.change(subject, lambda profile: profile.without(trait), now)
            else:
                self._profiles.store.change(subject, lambda _: Profile().refuse((), now), now)

    def _who(self, conversation_id: str) -> tuple[str, tuple[str, ...]]:
        """The chat user, and the account when exactly one is linked, as in the conversation."""
        user = self._conversations.customer_of(conversation_id) or conversation_id
        linked = self._customers.bindings(user)
        return user, linked if len(linked) == 1 else ()

    @staticmethod
    def _subjects(user: str, accounts: Iterable[str]) -> tuple[str, ...]:
        return (of_user(user), *(of_account_no(number) for number in accounts))

    def _fact(self, fact: Fact) -> dict[str, Any]:
        kept_until = None if fact.noted_at is None else rfc3339(fact.noted_at + PROFILE_KEPT)
        return {
            "trait": fact.trait.value,
            "title": self._profiles.statements.title(fact.trait, fact.value),
            "value": fact.value,
            "words": fact.words,
            "source": fact.source.value,
            "noted_at": None if fact.noted_at is None else rfc3339(fact.noted_at),
            "kept_until": kept_until,
            "deletable": fact.source is Source.STATEMENT,
        }


def _tile(tile: Tile) -> dict[str, str]:
    return {"title": tile.title, "say": tile.say, "icon": tile.icon}
