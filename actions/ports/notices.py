"""The port of the notices: outage plans, who was told what, what customers want to be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from actions.desk.customers import Account
from actions.desk.notices import Notice, Topic
from actions.desk.outbox import Letter
from actions.desk.plans import Plan

REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanState:
    """A plan and how many have been told: customers, those of them by a call, calls not yet made, letters that wait, letters given up."""

    plan: Plan
    told: int = 0
    calls: int = 0
    open_calls: int = 0
    waiting: int = 0
    dead: int = 0


class NoticeTransaction(Protocol):
    """What a writer may do between begin and commit: a plan, the notes of who was told, and the letters that tell, together."""

    def plans(self, numbers: Iterable[str]) -> dict[str, Plan]:
        """The plans of these numbers, held until commit."""
        ...

    def put(self, plan: Plan) -> None:
        """Store a plan in the place of the one with its number; conversations know it as an outage until it is cancelled."""
        ...

    def told(self, subject: str, accounts: Iterable[str]) -> Mapping[str, tuple[Notice, ...]]:
        """What these accounts were told about a subject, oldest first; accounts that were told nothing are absent."""
        ...

    def told_accounts(self, subject: str, after: str, limit: int) -> Sequence[str]:
        """Up to `limit` account numbers behind `after` that were told about a subject, by number."""
        ...

    def tell(self, told: Iterable[tuple[Notice, Letter]]) -> int:
        """Note and post those that were not noted before; how many that were.

        A call about a subject takes the place of one to the same account that was not made yet (`done_by` is `REPLACED`).
        """
        ...

    def withdraw(self, subject: str) -> int:
        """Take back the letters of a subject that nobody has tried to deliver yet, and their notes; how many that were."""
        ...

    def wants(self, accounts: Iterable[str]) -> Mapping[str, Mapping[Topic, bool]]:
        """What these accounts' customers have chosen; those who never chose are absent."""
        ...

    def conversations(self, accounts: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """The conversations in which these accounts' chat users read: of each who has bound the account, the latest one."""
        ...


class NoticeStore(Protocol):
    """Where notices live. Called from many threads and processes."""

    def transaction(self) -> AbstractContextManager[NoticeTransaction]:
        """A unit of work: committed when the block ends, undone when it raises."""
        ...

    def due(self, now: datetime, limit: int) -> tuple[Plan, ...]:
        """Up to `limit` plans whose round goes on by `now`, longest due first. Only a look: see `NoticeTransaction.plans`."""
        ...

    def plans(self, ends_after: datetime, limit: int) -> tuple[PlanState, ...]:
        """Up to `limit` plans that end after a moment, cancelled ones too, by start."""
        ...

    def notices(self, limit: int) -> tuple[Notice, ...]:
        """The latest notices, newest first."""
        ...

    def calls(self, limit: int) -> tuple[Notice, ...]:
        """Up to `limit` calls that are still to be made, oldest first."""
        ...

    def open_calls(self) -> int:
        """How many calls are still to be made."""
        ...

    def called(self, key: str, by: str, at: datetime) -> Notice:
        """Note that a call was made; again changes nothing. Raises UnknownCall."""
        ...

    def owing(self, low: Decimal, after: str, limit: int) -> tuple[Account, ...]:
        """Up to `limit` connected accounts behind the number `after` with a balance below `low` yuan or an overdue bill, by number."""
        ...

    def choose(self, account_no: str, topic: Topic, wanted: bool, by: str, at: datetime) -> None:
        """Note what a customer wants to be told. Raises UnknownAccount."""
        ...

    def choices(self, account_no: str) -> Mapping[Topic, bool]:
        """What an account's customer has chosen."""
        ...

    def forget(self, before: datetime) -> int:
        """Delete plans that were over before a moment, and the notes of who was told of them; how many plans that were."""
        ...
