"""The classifier's reading of tickets that were filed in a rush: beside the intake, a few at a time, each written once.

Who reads has them for a while (`TicketStore.unread`); when it dies another reads them again. What a person has said of the class
in the meantime stands.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from actions.desk.classes import Classified
from actions.desk.clock import Clock
from actions.desk.lifecycle import ENDED
from actions.desk.moves import SYSTEM, Book, Command, escalation
from actions.desk.outbox import letters
from actions.desk.tickets import EventType, Priority, Ticket
from actions.ports.classifier import Classifier
from actions.ports.store import TicketStore

LEASE = timedelta(minutes=2)
AT_ONCE = 20
PATIENCE = timedelta(seconds=30)
"""While the rush lasts some are read so often all the same; what rules find urgent was so from the start."""


class LateReading:
    """See the module. Called from many threads and processes."""

    def __init__(self, store: TicketStore, clock: Clock, book: Book, classifier: Classifier, rushed: Callable[[], bool] = lambda: False) -> None:
        """`classifier`: the one that takes its time. `rushed`: whether whoever files needs the processor now (`ServiceDesk.in_a_rush`)."""
        self._rushed = rushed
        self._read_at: datetime | None = None
        self._store, self._clock, self._book, self._classifier = store, clock, book, classifier

    def sweep(self) -> int:
        """Read some of what waits, the longest waiting first; how many that were, 0 when nothing waits, or has to while the rush lasts."""
        now = self._clock.now()
        if self._rushed() and self._read_at is not None and now - self._read_at < PATIENCE:
            return 0
        self._read_at = now
        waiting = self._store.unread(now, AT_ONCE, LEASE)
        # Outside of the transaction: reading takes longer than a writer may be kept waiting.
        said = [(ticket.ticket_no, self._classifier.classify(ticket.kind, ticket.description)) for ticket in waiting]
        for ticket_no, found in said:
            self._write(ticket_no, found)
        return len(said)

    def _write(self, ticket_no: str, found: Classified) -> None:
        with self._store.transaction() as tx:
            before = tx.lock(ticket_no)
            if before is None or not tx.is_read(ticket_no):
                return
            after = self._read(before, found)
            if after is not before:
                tx.save([(before, after)])
                tx.post(letters(before, after))

    def _read(self, ticket: Ticket, found: Classified) -> Ticket:
        now = self._clock.now()
        if found.category and not any(event.type is EventType.CLASSIFIED for event in ticket.events):
            ticket = self._book.read(ticket, found, now)
        if found.urgent and ticket.priority is Priority.NORMAL and ticket.status not in ENDED:
            command = Command(type=EventType.ESCALATED, actor=SYSTEM, note="按客户描述为紧急", data=escalation(ticket, Priority.URGENT))
            ticket = self._book.apply(ticket, command, now)
        return ticket
