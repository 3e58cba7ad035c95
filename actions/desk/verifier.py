"""Verification as a service: the pure rule over the customer system and the counters."""

from __future__ import annotations

import hashlib

from actions.desk.clock import Clock
from actions.desk.customers import Account
from actions.desk.errors import AccountLocked, VerificationFailed
from actions.desk.intake import plain_account_no
from actions.desk.verification import Attempts, Verdict, judge
from actions.ports.customers import CustomerSystem
from actions.ports.verification import AttemptStore


class Verifier:
    """Says whose account may be shown to whom, and counts the failures. Called from many threads."""

    def __init__(self, customers: CustomerSystem, attempts: AttemptStore, clock: Clock) -> None:
        """Cheap; holds no state of its own."""
        self._customers = customers
        self._attempts = attempts
        self._clock = clock

    def verify(self, account_no: str, last_four: str, *, conversation_id: str) -> Account:
        """The account, when `last_four` are the last digits of its phone.

        Raises VerificationFailed (with the tries left) or AccountLocked (with the moment it ends), the same for an account
        that does not exist.
        """
        number = plain_account_no(account_no)
        account = None if number is None else self._customers.account(number)
        now = self._clock.now()

        def rule(before: tuple[Attempts, ...]) -> tuple[Verdict, tuple[Attempts, ...]]:
            of_account, of_conversation = before
            verdict = judge(account, last_four, of_account, of_conversation, now)
            return verdict, (verdict.of_account, verdict.of_conversation)

        verdict = self._attempts.change(
            (_key("account", number or account_no), _key("conversation", conversation_id)), rule
        )
        if verdict.locked_until is not None:
            raise AccountLocked(verdict.locked_until)
        if not verdict.verified or account is None:
            raise VerificationFailed(verdict.remaining)
        return account


def _key(what: str, value: str) -> str:
    # Hashed: what a stranger typed may be anything, of any length, and is nothing to keep.
    return f"{what}:{hashlib.sha256(value.encode()).hexdigest()}"
