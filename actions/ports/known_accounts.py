"""Accounts with what their holders said and agreed to have kept: who lives on a machine is called by a person, listed or not."""

from __future__ import annotations

from dataclasses import replace

from actions.desk.clock import Clock
from actions.desk.customers import Account
from actions.desk.profiles import PROFILE_KEPT, Trait
from actions.ports.customers import Accounts
from actions.ports.profiles import ProfileStore, of_account_no


class KnownAccounts:
    """`Accounts` of the utility, marked for life support also by a kept statement. For urgency and calls, never to be shown."""

    def __init__(self, accounts: Accounts, profiles: ProfileStore, clock: Clock) -> None:
        """`accounts`: the utility's own."""
        self._accounts, self._profiles, self._clock = accounts, profiles, clock

    def account(self, account_no: str) -> Account | None:
        """See `Accounts.account`."""
        account = self._accounts.account(account_no)
        if account is None or account.life_support:
            return account
        kept = self._profiles.profile(of_account_no(account_no)).since(self._clock.now() - PROFILE_KEPT)
        said = any(fact.trait is Trait.LIFE_SUPPORT for fact in kept.facts)
        return replace(account, life_support=True) if said else account
