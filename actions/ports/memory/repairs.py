"""The hub's records in memory, beside the tickets of a `MemoryTicketStore`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from actions.desk.lifecycle import DONE
from actions.desk.outbox import Letter
from actions.desk.repairs import Incident, Repair
from actions.desk.tickets import Ticket
from actions.ports.memory.tickets import MemoryTicketStore, Transaction


class MemoryRepairs:
    """`RepairStore` in memory."""

    def __init__(self, store: MemoryTicketStore) -> None:
        """The records are those of `store`."""
        self._store = store

    @contextmanager
    def transaction(self) -> Iterator[_RepairTransaction]:
        """See `RepairStore.transaction`."""
        with self._store.transaction():
            yield _RepairTransaction(self._store)

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """See `RepairStore.due`."""
        with self._store.lock:
            waiting = [(one.next_at, one.ticket_no) for one in self._store.repairs.values() if one.next_at is not None]
        return tuple(ticket_no for at, ticket_no in sorted(waiting) if at <= now)[:limit]

    def get(self, ticket_no: str) -> Repair | None:
        """See `RepairStore.get`."""
        with self._store.lock:
            return self._store.repairs.get(ticket_no)

    def incidents(self, area_key: str | None = None) -> tuple[Incident, ...]:
        """See `RepairStore.incidents`."""
        with self._store.lock:
            followers = Counter(one.lead_no for one in self._store.repairs.values() if not one.over)
            leads = _leads(self._store.repairs.values(), area_key)
        return tuple(Incident(lead, followers[lead.ticket_no] + 1) for lead in leads)

    def jobs(self) -> tuple[Repair, ...]:
        """See `RepairStore.jobs`."""
        with self._store.lock:
            return _jobs(self._store.repairs.values())


class _RepairTransaction(Transaction):
    """`RepairTransaction` under the store's lock."""

    def repair(self, ticket_no: str) -> Repair | None:
        return self.store.repairs.get(ticket_no)

    def put(self, repair: Repair) -> None:
        self.store.repairs[repair.ticket_no] = repair

    def wake(self, ticket_no: str, reported_at: datetime, next_at: datetime) -> None:
        self.put(replace(self.store.repairs[ticket_no], last_at=reported_at, next_at=next_at))

    def open_leads(self, area_key: str) -> tuple[Repair, ...]:
        found = _leads(self.store.repairs.values(), area_key)
        return tuple(one for one in found if self._tickets[one.ticket_no].status not in DONE)

    def followers(self, lead_no: str) -> tuple[tuple[Ticket, ...], bool]:
        found = [one for one in self.store.repairs.values() if one.lead_no == lead_no and not one.over]
        found.sort(key=lambda one: (one.opened_at, one.ticket_no))
        return tuple(ticket for one in found if (ticket := self.lock(one.ticket_no)) is not None), True

    def loads(self) -> Mapping[str, int]:
        return Counter(one.crew_no for one in _jobs(self.store.repairs.values()) if one.crew_no is not None)

    def post_once(self, letters: Iterable[Letter]) -> int:
        new = {letter.key: letter for letter in letters if letter.key not in self.store.outbox.letters}
        self.post(new.values())
        return len(new)


def _leads(repairs: Iterable[Repair], area_key: str | None) -> tuple[Repair, ...]:
    found = [
        one
        for one in repairs
        if one.area is not None and one.lead_no is None and not one.over and area_key in (None, one.area.key)
    ]
    return tuple(sorted(found, key=lambda one: (one.last_at or one.opened_at, one.ticket_no), reverse=True))


def _jobs(repairs: Iterable[Repair]) -> tuple[Repair, ...]:
    found = (one for one in repairs if one.crew_no is not None and one.lead_no is None and not one.over)
    return tuple(sorted(found, key=lambda one: (one.opened_at, one.ticket_no)))
