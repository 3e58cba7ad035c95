"""The port of the repair hub: its records beside the tickets, in the tickets' own transactions.

The ticket store opens a record for every new repair, and marks it to be looked at whenever its ticket's status changes;
so whoever moves a ticket, and however, the hub learns of it, also after a crash.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from actions.desk.outbox import Letter
from actions.desk.repairs import Incident, Repair
from actions.desk.tickets import Ticket
from actions.ports.store import TicketTransaction


class RepairTransaction(TicketTransaction, Protocol):
    """A ticket transaction that also keeps the hub's records. A ticket is locked before its record."""

    def repair(self, ticket_no: str) -> Repair | None:
        """The record of a ticket, held until commit; None when it is no repair."""
        ...

    def put(self, repair: Repair) -> None:
        """Write a record that is there."""
        ...

    def wake(self, ticket_no: str, reported_at: datetime, next_at: datetime) -> None:
        """A report has come that follows this lead: note when, and have it looked at at `next_at`. Nothing else is changed."""
        ...

    def open_leads(self, area_key: str) -> tuple[Repair, ...]:
        """The records under this area key that lead, newest report first; none whose ticket is resolved or has ended.

        Until commit nobody else gets an answer for this key: two first reports cannot both find none.
        """
        ...

    def followers(self, lead_no: str) -> tuple[tuple[Ticket, ...], bool]:
        """The open tickets that follow a lead, oldest first, locked; and whether those are all: what others hold is left out."""
        ...

    def loads(self) -> Mapping[str, int]:
        """How many open jobs each crew has, by crew number; crews without any are absent. A lead and its followers are one."""
        ...

    def post_once(self, letters: Iterable[Letter]) -> int:
        """Put those letters into the outbox whose key is not there yet; how many that were."""
        ...


class RepairStore(Protocol):
    """Where the records live. Called from many threads and processes."""

    def transaction(self) -> AbstractContextManager[RepairTransaction]:
        """A unit of work: committed when the block ends, undone when it raises."""
        ...

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Up to `limit` ticket numbers with something to do by `now`, longest due first. Only a look: see `repair` again."""
        ...

    def get(self, ticket_no: str) -> Repair | None:
        """The record of a ticket, or None."""
        ...

    def incidents(self, area_key: str | None = None) -> tuple[Incident, ...]:
        """The open leads, of one area or all, with the number of their reports, newest report first."""
        ...

    def jobs(self) -> tuple[Repair, ...]:
        """Every open record that has a crew and leads, oldest first."""
        ...
