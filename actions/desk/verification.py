"""Whether a caller may see an account's figures: its number together with the last four digits of the phone on file.

Pure rule. Five failures, counted per account and per conversation, lock for 15 minutes. An unknown account and wrong
digits take the same way and give the same answer; so does an unknown account that is tried too often.
"""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from actions.desk.customers import Account

TRIES = 5
"""Failures until the lock."""

LOCK = timedelta(minutes=15)
"""How long nothing is compared."""

FORGET = timedelta(hours=24)
"""A failure older than this no longer counts: a slip each month is no attack."""

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Attempts:
    """What is remembered of one account or conversation."""

    failures: int = 0
    last_failed_at: datetime | None = None
    locked_until: datetime | None = None

    def current(self, now: datetime) -> Attempts:
        """What of it still counts at `now`: a lock that is over and failures long ago are forgotten."""
        if self.locked_until is not None:
            return self if now < self.locked_until else Attempts()
        if self.last_failed_at is not None and now - self.last_failed_at >= FORGET:
            return Attempts()
        return self

    def failed(self, now: datetime) -> Attempts:
        """After one more failure at `now`."""
        failures = self.failures + 1
        return Attempts(failures, now, now + LOCK if failures >= TRIES else None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one try led to, and what is to be remembered of it.

    `remaining`: tries left (0 when locked). `locked_until`: set when locked, whether just now or before.
    """

    verified: bool
    remaining: int
    locked_until: datetime | None
    of_account: Attempts
    of_conversation: Attempts


def judge(
    account: Account | None, last_four: str, of_account: Attempts, of_conversation: Attempts, now: datetime
) -> Verdict:
    """One try at `now`. `account` is None when the number given is no account's.

    A try against a lock is not compared and does not lengthen the lock. A success clears the account's failures but not
    the conversation's: else one's own account would buy five more guesses at each of the neighbours'.
    """
    of_account, of_conversation = of_account.current(now), of_conversation.current(now)
    locks = [attempts.locked_until for attempts in (of_account, of_conversation) if attempts.locked_until is not None]
    if locks:
        return Verdict(False, 0, max(locks), of_account, of_conversation)
    if _same_digits(account, last_four):
        return Verdict(True, TRIES, None, Attempts(), of_conversation)
    of_account, of_conversation = of_account.failed(now), of_conversation.failed(now)
    locked_until = of_account.locked_until or of_conversation.locked_until
    remaining = TRIES - max(of_account.failures, of_conversation.failures)
    return Verdict(False, remaining, locked_until, of_account, of_conversation)


def _same_digits(account: Account | None, last_four: str) -> bool:
    given = "".join(unicodedata.normalize("NFKC", last_four).split())
    # The comparison is made in any case and in constant time, so that no stopwatch tells an unknown account.
    on_file = account.phone[-_DIGITS:] if account is not None else "0000"
    same = hmac.compare_digest(on_file.encode(), given.encode())
    return same and account is not None and len(on_file) == _DIGITS
