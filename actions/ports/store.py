"""The port of the tickets: one unit of work for writers, plain reads for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Protocol

from actions.desk.outbox import Letter
from actions.desk.tickets import Page, Ticket, TicketFilter

Change = tuple[Ticket, Ticket]
"""A ticket as it was read under its lock, and as it is to be."""


class TicketTransaction(Protocol):
    """What a writer may do between begin and commit. Whatever is to leave the house with a change belongs in here too."""

    def next_sequence(self, day: date) -> int:
        """The next number of the day, from 1. Taken back when the transaction fails: a day's numbers have no gaps."""
        ...

    def add(self, ticket: Ticket, request_id: str) -> None:
        """Store a new ticket. Raises DuplicateRequest when the request has one already; the transaction is then lost."""
        ...

    def lock(self, ticket_no: str) -> Ticket | None:
        """The ticket, held against other writers until commit, or None."""
        ...

    def save(self, changes: Sequence[Change]) -> None:
        """Write, for each (before, after), what `after` changed: the record, clocks, and the events beyond those of `before`.

        Raises StaleVersion when a stored ticket is no longer its `before`; the transaction is then lost.
        """
        ...

    def due(self, now: datetime, limit: int) -> tuple[Ticket, ...]:
        """Up to `limit` tickets with a clock that has something to write (`TicketClock.rings_at` ≤ now), longest due first.

        Empty when there is none. Without name, phone, address, words and notes: a clock rings without them, and reading them takes
        longer than all the rest. They are held like those of `lock`; what another sweep holds is left to it.
        """
        ...

    def put_off(self, ticket_no: str, at: datetime) -> None:
        """Note of a ticket added in this transaction that the classifier is still to read it."""
        ...

    def is_read(self, ticket_no: str) -> bool:
        """Take that note away; False when there was none (any more)."""
        ...

    def post(self, letters: Iterable[Letter]) -> None:
        """Put letters into the outbox; they are there when, and only when, the change is."""
        ...


class TicketStore(Protocol):
    """Where tickets live. Called from many threads."""

    def transaction(self) -> AbstractContextManager[TicketTransaction]:
        """A unit of work: committed when the block ends, undone when it raises."""
        ...

    def unread(self, now: datetime, limit: int, lease: timedelta) -> tuple[Ticket, ...]:
        """Up to `limit` tickets that the classifier is still to read, oldest first. Nobody else is given them before the lease ends."""
        ...

    def get(self, ticket_no: str) -> Ticket | None:
        """The ticket of this number, in its plain form, or None."""
        ...

    def of_request(self, request_id: str) -> Ticket | None:
        """The ticket that was made for a request, or None."""
        ...

    def find(self, wanted: TicketFilter, cursor: str | None, limit: int) -> Page:
        """Up to `limit` tickets, newest first, from where `cursor` (of the page before) left off. Raises InvalidCursor."""
        ...
