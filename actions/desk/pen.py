"""Writing on tickets inside somebody's transaction: the change, its events and its letters together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from actions.desk.clock import rfc3339
from actions.desk.errors import CustomersAway
from actions.desk.moves import SYSTEM, Book, Command, remark
from actions.desk.outbox import CALL, Audience, Letter, letters, said_time, tells_customer
from actions.desk.tickets import EventType, Ticket
from actions.ports.customers import Accounts
from actions.ports.store import TicketTransaction

_CREW = ("crew_no", "crew")


class Pen:
    """Moves and remarks for the desk's own services. Every method writes what it returns."""

    def __init__(self, book: Book, customers: Accounts) -> None:
        """`customers` tells for whom news is a call instead of a message."""
        self._book = book
        self._customers = customers

    def move(
        self,
        tx: TicketTransaction,
        ticket: Ticket,
        type_: EventType,
        now: datetime,
        *,
        actor: str = SYSTEM,
        note: str = "",
        data: Mapping[str, str] | None = None,
    ) -> Ticket:
        """Take a step. Raises IllegalMove, and then nothing was written."""
        after = self._book.apply(ticket, Command(type=type_, actor=actor, note=note, data=data or {}), now)
        self._write(tx, ticket, after)
        return after

    def follow(
        self, tx: TicketTransaction, ticket: Ticket, lead: Ticket, steps: Sequence[EventType], now: datetime
    ) -> Ticket:
        """Take the steps behind a lead, each in the name of who took it there. The customer hears where that leads, not every step."""
        taken = {event.type: event for event in lead.events}
        after = ticket
        for step in steps:
            before = taken.get(step)
            crew = {name: before.data[name] for name in _CREW if name in before.data} if before else {}
            command = Command(
                type=step,
                actor=before.actor if before else SYSTEM,
                note=f"随主单{lead.ticket_no}",
                data={"lead": lead.ticket_no, **crew},
            )
            after = self._book.apply(after, command, now)
        self._write(tx, ticket, after, news=steps[-1])
        return after

    def say(
        self,
        tx: TicketTransaction,
        ticket: Ticket,
        type_: EventType,
        now: datetime,
        *,
        actor: str = SYSTEM,
        note: str = "",
        data: Mapping[str, str] | None = None,
    ) -> Ticket:
        """Put a remark of the desk's own into the log, see `moves.remark`."""
        after = remark(ticket, Command(type=type_, actor=actor, note=note, data=data or {}), now)
        self._write(tx, ticket, after)
        return after

    def estimate(
        self, tx: TicketTransaction, ticket: Ticket, restore_at: datetime, now: datetime, *, actor: str, note: str
    ) -> Ticket:
        """Say when power is expected back."""
        said = note or f"预计{said_time(restore_at)}恢复"
        return self.say(
            tx, ticket, EventType.ESTIMATED, now, actor=actor, note=said, data={"restore_at": rfc3339(restore_at)}
        )

    def calls(self, ticket: Ticket) -> bool:
        """Whether news of this ticket is told by a person: somebody there lives on a machine."""
        return lives_on_a_machine(self._customers, ticket.account_no)

    def _write(self, tx: TicketTransaction, before: Ticket, after: Ticket, *, news: EventType | None = None) -> None:
        tx.save([(before, after)])
        by_person = tells_customer(before, after) and self.calls(after)
        told = letters(before, after, by_person=by_person)
        tx.post(one for one in told if news is None or not _is_news(one) or one.body["event"]["type"] == news.value)


def lives_on_a_machine(customers: Accounts, account_no: str | None) -> bool:
    """Whether somebody at the account does, or nobody can say now: a call too many does no harm.

    Asks for an account number nobody has checked.
    """
    try:
        account = customers.account(account_no) if account_no else None
    except CustomersAway:
        return True
    return account is not None and account.life_support


def _is_news(letter: Letter) -> bool:
    return letter.audience is Audience.CUSTOMER or letter.topic == CALL
