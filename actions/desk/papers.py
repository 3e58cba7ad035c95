"""Papers that customers send: what is kept of each, what an application has got, and what it still waits for.

A paper belongs to the conversation it was sent in; used for an application it stays with its ticket, and one paper may be used
for several, so that nobody sends the same identity card twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from actions.desk.calendar import WorkingCalendar
from actions.desk.clock import Clock, rfc3339
from actions.desk.desk import CUSTOMER, ServiceDesk
from actions.desk.lifecycle import ENDED
from actions.desk.moves import SYSTEM
from actions.desk.tickets import Ticket, TicketFilter

if TYPE_CHECKING:
    from actions.ports.papers import PaperStore

UNUSED_KEPT = timedelta(days=7)
"""How long a paper is kept that no application uses: as long as a form that was put off."""

OTHER = "其他材料"
"""What a paper counts for when nothing on the list fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A photo or PDF as it was taken. `name` is the customer's own name for the file, and personal."""

    paper_id: str
    conversation_id: str
    message_id: str | None
    name: str
    media_type: str
    pages: int
    width: int
    height: int
    size: int
    sent_at: datetime

    def to_json(self) -> dict[str, Any]:
        """The API's object, without the conversation it came in."""
        return {
            "upload_id": self.paper_id,
            "name": self.name,
            "media_type": self.media_type,
            "pages": self.pages,
            "width": self.width,
            "height": self.height,
            "size": self.size,
            "sent_at": rfc3339(self.sent_at),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A material that an application needs. `due_at`: by when it is to come; None: it is looked at when the papers are checked."""

    material: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A paper used for an application, and what it counts for there."""

    paper_id: str
    ticket_no: str
    material: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Folder:
    """The papers of one application: what it needs, and what has come."""

    needs: tuple[Due, ...]
    has: tuple[tuple[Paper, Use], ...]

    @property
    def owed(self) -> tuple[Due, ...]:
        """What has not come yet, in the order of the list."""
        come = {use.material for _, use in self.has}
        return tuple(need for need in self.needs if need.material not in come)


class Papers:
    """Puts papers to applications. Called from many threads; every step may be done again."""

    def __init__(self, store: PaperStore, desk: ServiceDesk, clock: Clock, calendar: WorkingCalendar) -> None:
        self._store, self._desk, self._clock, self._calendar = store, desk, clock, calendar

    def of(self, conversation_id: str, paper_id: str) -> Paper | None:
        """The paper, when it was sent in this conversation."""
        found = self._store.paper(paper_id)
        return found if found is not None and found.conversation_id == conversation_id else None

    def folder(self, ticket_no: str) -> Folder:
        """What an application needs and has."""
        return self._store.folder(ticket_no)

    def file(
        self,
        ticket: Ticket,
        given: Mapping[str, str],
        need: Sequence[str],
        later: Sequence[str],
        within: int,
        first: Sequence[str] = (),
        first_within: int = 0,
    ) -> Folder:
        """Open the folder of a new application: `given` (paper → material) is in it, the rest of `need` and `later` is owed.

        What is in `later` may follow within `within` working days of the acceptance. While anything of `first` is missing the
        application is kept open for it, at most `first_within` working days, and nobody begins.
        """
        due_at = self._calendar.add_working_days(ticket.created_at, within) if within else None
        first_at = self._calendar.add_working_days(ticket.created_at, first_within) if first_within else None
        needs = [Due(material=m, due_at=first_at if m in first else None) for m in need]
        needs += [Due(material=m, due_at=due_at) for m in later]
        uses = [Use(paper_id=p, ticket_no=ticket.ticket_no, material=m, added_at=ticket.created_at) for p, m in given.items()]
        self._store.open_folder(ticket.ticket_no, needs, uses)
        folder = self.folder(ticket.ticket_no)
        missing = [need.material for need in folder.owed if need.material in first]
        if missing and first_at is not None and ticket.status not in ENDED:
            self._desk.wait_for(ticket.ticket_no, missing, first_at)
        return folder

    def add(self, ticket_no: str, paper: Paper, material: str) -> Folder:
        """A later addition: into the folder, into the ticket's log, and a letter to whoever answers for it now.

        Raises UnknownTicket, IllegalMove (the application has ended).
        """
        # The log first: it refuses what has ended. Done again, both say the same thing once.
        self._desk.supplement(ticket_no, material, paper.paper_id)
        self._store.use(Use(paper_id=paper.paper_id, ticket_no=ticket_no, material=material, added_at=self._clock.now()))
        folder = self.folder(ticket_no)
        awaited = self._desk.ticket(ticket_no).waits_for
        if awaited and not any(need.material in awaited for need in folder.owed):
            self._desk.begin_after_wait(ticket_no, note="要先交的材料已补齐", actor=CUSTOMER)
        return folder

    def give_up_waiting(self) -> tuple[str, ...]:
        """The applications whose papers have not come in time go on to whoever works on them, who asks the customer; their numbers."""
        now, cursor, late = self._clock.now(), None, []
        while True:
            page = self._desk.tickets(TicketFilter(paused=True), cursor, limit=200)
            late += [t.ticket_no for t in page.tickets if t.waits_until is not None and t.waits_until <= now]
            if (cursor := page.next_cursor) is None:
                break
        for ticket_no in late:
            self._desk.begin_after_wait(ticket_no, note="到期没有补交，请联系客户", actor=SYSTEM)
        return tuple(late)

    def waiting(self, tickets: Sequence[Ticket]) -> list[tuple[Ticket, Folder]]:
        """Of these tickets the open ones that something is owed to, in the order given."""
        running = [(ticket, self.folder(ticket.ticket_no)) for ticket in tickets if ticket.status not in ENDED]
        return [(ticket, folder) for ticket, folder in running if folder.owed]
