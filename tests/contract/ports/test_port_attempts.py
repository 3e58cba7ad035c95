"""What every `AttemptStore` does, seen through the verifier."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from actions.desk.clock import FixedClock
from actions.desk.errors import AccountLocked, VerificationError, VerificationFailed
from actions.desk.verification import Attempts
from actions.desk.verifier import Verifier
from actions.ports.memory import MemoryAttempts, MemoryCustomers
from actions.ports.sql import SqlAttempts
from actions.ports.verification import AttemptStore

KNOWN, OTHER, UNKNOWN = "3201556677", "3201889900", "9999999999"


@pytest.fixture
def attempts(backend: Engine | None) -> AttemptStore:
    return MemoryAttempts() if backend is None else SqlAttempts(backend)


@pytest.fixture
def verifier(attempts: AttemptStore, clock: FixedClock) -> Verifier:
    return Verifier(MemoryCustomers.demo(clock.now()), attempts, clock)


def tries(verifier: Verifier, account_no: str, digits: str, conversation: str = "c-1") -> tuple[str, object]:
    """The outcome of a try as the caller sees it."""
    try:
        return "verified", verifier.verify(account_no, digits, conversation_id=conversation).name
    except VerificationFailed as failed:
        return failed.code, failed.remaining
    except AccountLocked as locked:
        return locked.code, locked.locked_until


def test_the_right_digits(verifier: Verifier) -> None:
    assert tries(verifier, KNOWN, "0001") == ("verified", "陈桂兰")
    assert tries(verifier, " 3201 556677 ", " ０００１") == ("verified", "陈桂兰")


@pytest.mark.parametrize("account_no", [KNOWN, UNKNOWN, "not a number at all", "3" * 5000])
def test_five_failures_lock_for_fifteen_minutes_and_unknown_accounts_look_the_same(
    verifier: Verifier, clock: FixedClock, account_no: str
) -> None:
    outcomes = [tries(verifier, account_no, digits) for digits in ("0000", "", "12345", "十二三四", "1000")]
    end = clock.now() + timedelta(minutes=15)
    assert outcomes == [("verification_failed", left) for left in (4, 3, 2, 1)] + [("account_locked", end)]
    clock.advance(timedelta(minutes=14, seconds=59))
    assert tries(verifier, account_no, "0001") == ("account_locked", end)
    clock.advance(timedelta(seconds=1))
    assert tries(verifier, account_no, "9999") == ("verification_failed", 4)


def test_the_account_is_locked_for_everybody(verifier: Verifier, clock: FixedClock) -> None:
    for key in range(5):
        tries(verifier, KNOWN, "9999", f"c-{key}")
    assert tries(verifier, KNOWN, "0001", "fresh")[0] == "account_locked"
    assert tries(verifier, OTHER, "0002", "fresh") == ("verified", "周国平")
    clock.advance(timedelta(minutes=15))
    assert tries(verifier, KNOWN, "0001", "fresh") == ("verified", "陈桂兰")


def test_a_conversation_that_goes_through_accounts_is_locked(verifier: Verifier) -> None:
    for account in (KNOWN, OTHER, UNKNOWN, "3302114455"):
        assert tries(verifier, account, "9999")[0] == "verification_failed"
    # An account of one's own buys no new guesses.
    assert tries(verifier, OTHER, "0002") == ("verified", "周国平")
    assert tries(verifier, "3403007788", "9999")[0] == "account_locked"
    assert tries(verifier, OTHER, "0002")[0] == "account_locked"
    assert tries(verifier, OTHER, "0002", "c-2") == ("verified", "周国平")


def test_success_clears_the_account(verifier: Verifier) -> None:
    for key in range(4):
        tries(verifier, KNOWN, "9999", f"c-{key}")
    assert tries(verifier, KNOWN, "0001", "c-9") == ("verified", "陈桂兰")
    assert tries(verifier, KNOWN, "9999", "c-10") == ("verification_failed", 4)


def test_eight_guesses_at_once_are_eight_guesses(verifier: Verifier) -> None:
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda key: tries(verifier, KNOWN, f"{key:04}9"[-4:], f"c-{key % 3}"), range(16)))
    assert sorted(left for code, left in outcomes if code == "verification_failed") == [1, 2, 3, 4]
    assert sum(code == "account_locked" for code, _ in outcomes) == 12


def test_nothing_is_remembered_when_the_rule_fails(attempts: AttemptStore, clock: FixedClock) -> None:
    def rule(before: tuple[Attempts, ...]) -> tuple[Attempts, tuple[Attempts, ...]]:
        return before[0], (before[0].failed(clock.now()),)

    def broken(before: tuple[Attempts, ...]) -> tuple[None, tuple[Attempts, ...]]:
        raise VerificationError

    assert attempts.change(("k",), rule) == Attempts()
    with pytest.raises(VerificationError):
        attempts.change(("k",), broken)
    assert attempts.change(("k",), rule) == Attempts(1, clock.now(), None)
