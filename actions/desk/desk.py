"""The service desk: every command on a ticket, each one transaction of the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from actions.desk.calendar import WorkingCalendar
from actions.desk.classes import CLASSES, Classified, Rules
from actions.desk.clock import Clock, local, rfc3339
from actions.desk.errors import (
    CustomersAway,
    DuplicateRequest,
    IllegalMove,
    InvalidTicket,
    InvalidTicketNo,
    StaleVersion,
    UnknownTicket,
)
from actions.desk.intake import check
from actions.desk.lifecycle import ENDED, allowed
from actions.desk.limits import Profile, Span
from actions.desk.moves import SYSTEM, Book, Command, escalation, remark, rung
from actions.desk.numbers import TicketNo, parse_ticket_no
from actions.desk.outbox import Letter, letters, tells_customer
from actions.desk.pen import lives_on_a_machine
from actions.desk.places import Place, area_beside
from actions.desk.rush import Rush
from actions.desk.tickets import Area, EventType, Kind, NewTicket, Page, Priority, Ticket, TicketEvent, TicketFilter
from actions.ports.classifier import Classifier
from actions.ports.customers import Accounts
from actions.ports.store import TicketStore, TicketTransaction

CUSTOMER = "customer"
"""The actor of what a customer asks for."""

_SWEEP_BATCH = 500
_PAGE_MAX = 200
_NO_DATA: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Alarm:
    """A clock that rang in a sweep: the ticket as it is now (as `TicketTransaction.due` gives it), and the `warned` or `breached` event (its step in `data`)."""

    ticket: Ticket
    event: TicketEvent


@dataclass(frozen=True, slots=True)
class _Known:
    """A checked ticket, what a classifier said of it, and whether the slower one is still to read it."""

    checked: NewTicket
    classified: Classified | None = None
    unread: bool = False


class ServiceDesk:
    """Tickets from acceptance to archive, in the name of one company's profile.

    What is to be told of a change (`outbox`) is written in the change's own transaction. Cheap to make; holds no state besides its store. Called from many threads.
    """

    def __init__(
        self,
        store: TicketStore,
        clock: Clock,
        profile: Profile,
        *,
        places: Sequence[Place] = (),
        calendar: WorkingCalendar | None = None,
        classifier: Classifier | None = None,
        first_look: Classifier | None = None,
        customers: Accounts | None = None,
    ) -> None:
        """`places`: the known parts of the supply area, by which an address is urban, rural or remote.

        `classifier`: by rules when none is given. `first_look`: the quick one to go by when several tickets come in at once; what it has
        filed waits for `LateReading`. None: the classifier is always waited for. `customers` tells whose news is a call by a person instead of a message;
        None: every customer gets messages.
        """
        self._classifier: Classifier = classifier or Rules()
        self._first_look = first_look
        self._rush = Rush(clock)
        self._store = store
        self._clock = clock
        self._book = Book(profile, calendar or WorkingCalendar())
        self._places = tuple(places)
        self._customers = customers

    def accept(self, new: NewTicket, *, request_id: str, actor: str = CUSTOMER) -> Ticket:
        """Make a ticket, or return the one this request made before, whatever it has become.

        Raises InvalidTicket, naming the fields at fault; nothing is stored then.
        """
        if not request_id:
            raise InvalidTicket([("request_id", "missing")])
        try:
            checked = check(self._placed(new), self._places)
        except InvalidTicket:
            # What was accepted stays accepted, whatever its repetition brings along.
            before = self._store.of_request(request_id)
            if before is None:
                raise
            return self._seen(before)
        try:
            with self._rush.filing() as alone:
                # Before the transaction: reading takes the classifier longer than a writer may be kept waiting.
                known = self._classified(checked, wait=alone or self._first_look is None)
                # Asked before, as it may be a system at the other end of a line: of a day's numbers the others wait for this one.
                by_person = self._customers is not None and lives_on_a_machine(self._customers, known.checked.account_no)
                with self._store.transaction() as tx:
                    return self._first(tx, known, by_person, request_id, actor)
        except DuplicateRequest:
            # Somebody else working on the same request was faster; theirs is committed by now.
            made = self._store.of_request(request_id)
            if made is None:
                raise
            return self._seen(made)

    def _placed(self, new: NewTicket) -> NewTicket:
        """With the area of the account where the address is one of the country that does not say which."""
        if self._customers is None or not new.account_no or new.area is not None or not new.address:
            return new
        try:
            account = self._customers.account(new.account_no)
        except CustomersAway:  # the ticket is taken all the same, with the shortest limits
            return new
        if account is None:
            return new
        return replace(new, area=area_beside(new.address, account.area, self._places))

    def in_a_rush(self) -> bool:
        """Whether tickets are being filed in this process at this moment, so that what can wait should."""
        return self._rush.on()

    def promised(self, kind: Kind, business: str | None, area: Area = Area.URBAN) -> dict[str, Span]:
        """The limits that a ticket of this kind and business will have, by step."""
        profile = self._book.profile
        return {
            rule.step: profile.limits[rule.key].span(area, Priority.NORMAL) for rule in profile.rules_for(kind, business)
        }

    def ticket(self, ticket_no: str) -> Ticket:
        """The ticket, its clocks judged now. Raises UnknownTicket, also for what is no ticket number."""
        plain = _plain(ticket_no)
        found = self._store.get(plain)
        if found is None:
            raise UnknownTicket(plain)
        return self._seen(found)

    def tickets(self, wanted: TicketFilter | None = None, cursor: str | None = None, limit: int = 50) -> Page:
        """A page of tickets, newest first. `limit` 1–200. Raises InvalidCursor."""
        page = self._store.find(wanted or TicketFilter(), cursor, min(max(limit, 1), _PAGE_MAX))
        return replace(page, tickets=tuple(self._seen(ticket) for ticket in page.tickets))

    def move(
        self,
        ticket_no: str,
        type: EventType | str,
        *,
        actor: str,
        note: str = "",
        expected_version: int | None = None,
        request_id: str | None = None,
        parent_ticket_no: str | None = None,
    ) -> Ticket:
        """Take a step, or leave a remark. `parent_ticket_no` is for `merged`.

        The same `request_id` on the same ticket acts once. Raises UnknownTicket, IllegalMove, StaleVersion (the ticket is not
        at `expected_version`), InvalidTicket (no such event type, no such parent, a pause without a reason in `note`);
        nothing is changed then.
        """
        try:
            wanted = EventType(type)
        except ValueError:
            raise InvalidTicket([("type", "invalid")]) from None
        data = _NO_DATA
        if parent_ticket_no is not None and wanted is EventType.MERGED:
            data = {"parent_ticket_no": self.ticket(parent_ticket_no).ticket_no}
        command = Command(type=wanted, actor=actor, note=note, request_id=request_id, data=data)
        return self._change(ticket_no, lambda _: command, request_id, expected_version)

    def urge(self, ticket_no: str, *, note: str, request_id: str, actor: str = CUSTOMER) -> Ticket:
        """Record that the customer is waiting. Raises UnknownTicket, IllegalMove (nothing left to hurry)."""
        return self.move(ticket_no, EventType.URGED, actor=actor, note=note, request_id=request_id)

    def withdraw(self, ticket_no: str, *, note: str, request_id: str, actor: str = CUSTOMER) -> Ticket:
        """Take the ticket back; its clocks are cancelled. Raises UnknownTicket, IllegalMove (too late for that)."""
        return self.move(ticket_no, EventType.WITHDRAWN, actor=actor, note=note, request_id=request_id)

    def classify(self, ticket_no: str, category: tuple[str, ...], *, actor: str, note: str = "") -> Ticket:
        """Correct the category of a complaint or repair, or confirm it. Raises UnknownTicket, InvalidTicket (no such class)."""
        plain = _plain(ticket_no)
        with self._store.transaction() as tx:
            before = tx.lock(plain)
            if before is None:
                raise UnknownTicket(plain)
            after = self._book.reclassify(before, category, actor, note, self._clock.now())
            tx.save([(before, after)])
            tx.post(letters(before, after))
            return after

    def supplement(self, ticket_no: str, material: str, paper_id: str, *, actor: str = CUSTOMER) -> Ticket:
        """Note in the log that a paper was added, and tell whoever answers for the step; the same paper again is nothing.

        Raises UnknownTicket, IllegalMove (the ticket has ended).
        """
        plain, request_id = _plain(ticket_no), f"{paper_id}:added"
        with self._store.transaction() as tx:
            before = tx.lock(plain)
            if before is None:
                raise UnknownTicket(plain)
            if any(event.request_id == request_id for event in before.events):
                return self._seen(before)
            if before.status in ENDED:
                raise IllegalMove(EventType.SUPPLEMENTED.value, before.status.value, (EventType.NOTED.value,))
            data = {"upload_id": paper_id, "material": material}
            command = Command(type=EventType.SUPPLEMENTED, actor=actor, note=f"补交材料：{material}", request_id=request_id, data=data)
            after = remark(before, command, self._clock.now())
            tx.save([(before, after)])
            tx.post(letters(before, after))
            return after

    def wait_for(self, ticket_no: str, materials: Sequence[str], until: datetime) -> Ticket:
        """Keep a new application open for papers without which nobody may begin; its clocks stand still. Done again: nothing.

        Raises UnknownTicket, IllegalMove (it has ended).
        """
        said = "、".join(materials)
        data = {"waits_for": "\n".join(materials), "until": rfc3339(until)}
        note = f"等客户补交：{said}（{until.month}月{until.day}日前）"
        request_id = f"{ticket_no}:waits"
        command = Command(type=EventType.PAUSED, actor=SYSTEM, note=note, request_id=request_id, data=data)
        return self._change(ticket_no, lambda ticket: None if ticket.paused_at else command, request_id, None)

    def begin_after_wait(self, ticket_no: str, *, note: str, actor: str) -> Ticket:
        """Let the work on an application begin that was kept open for papers; one that does not wait stays as it is.

        Raises UnknownTicket.
        """
        request_id = f"{ticket_no}:begins"
        command = Command(type=EventType.RESUMED, actor=actor, note=note, request_id=request_id)
        return self._change(ticket_no, lambda ticket: command if ticket.waits_for else None, request_id, None)

    def call_back(self, ticket_no: str, score: int, *, actor: str, request_id: str) -> Ticket:
        """Reopen a ticket whose customer is not content, for somebody to call; one that is reopened already is noted in its log.

        Raises UnknownTicket.
        """

        def command(ticket: Ticket) -> Command:
            phone = ticket.contact_phone is not None
            possible = allowed(ticket.kind, ticket.status, reachable=phone, paused=ticket.paused_at is not None)
            type_ = EventType.REOPENED if EventType.REOPENED in possible else EventType.NOTED
            data = {"score": str(score), "call_back": "true"}
            return Command(type=type_, actor=actor, note=f"客户评价{score}分，请回访", request_id=request_id, data=data)

        return self._change(ticket_no, command, request_id, None)

    def raise_priority(
        self,
        ticket_no: str,
        priority: Priority,
        *,
        actor: str,
        note: str = "",
        expected_version: int | None = None,
        request_id: str | None = None,
    ) -> Ticket:
        """Make a ticket more pressing; running clocks are drawn tighter, from their old start. To what it is already: nothing.

        Raises UnknownTicket, IllegalMove (a lower priority, or nothing left to hurry), StaleVersion.
        """

        def command(ticket: Ticket) -> Command | None:
            if priority is ticket.priority:
                return None
            data = escalation(ticket, priority)
            return Command(type=EventType.ESCALATED, actor=actor, note=note, request_id=request_id, data=data)

        return self._change(ticket_no, command, request_id, expected_version)

    def sweep(self, now: datetime | None = None) -> tuple[Alarm, ...]:
        """Write the warnings and breaches that have come due by `now` (the clock's when None), and return them.

        Each is written exactly once, however many sweeps run at once and however late they are.
        """
        now = self._clock.now() if now is None else local(now)
        alarms: list[Alarm] = []
        while True:
            with self._store.transaction() as tx:
                # A batch a transaction: a long sweep must not keep customers' tickets waiting.
                # Somebody may have acted since `now` was asked for; the log's times still follow its order.
                changes = [
                    (ticket, rung(ticket, max(now, ticket.events[-1].at))) for ticket in tx.due(now, _SWEEP_BATCH)
                ]
                tx.save(changes)
                tx.post(letter for before, after in changes for letter in letters(before, after))
            if not changes:
                return tuple(alarms)
            alarms += [Alarm(after, event) for before, after in changes for event in after.events[len(before.events) :]]

    def _classified(self, checked: NewTicket, *, wait: bool) -> _Known:
        """`checked` with the category of what was said, unless it brought its own, and what is urgent at least that."""
        if checked.category or checked.kind not in CLASSES:
            return _Known(checked)
        look = self._classifier if wait or self._first_look is None else self._first_look
        found = look.classify(checked.kind, checked.description)
        pressing = found.urgent and checked.priority is Priority.NORMAL
        read = replace(checked, category=found.category, priority=Priority.URGENT if pressing else checked.priority)
        return _Known(read, found, unread=look is not self._classifier)

    def _first(self, tx: TicketTransaction, known: _Known, by_person: bool, request_id: str, actor: str) -> Ticket:
        checked = known.checked
        # Whether the request made a ticket before is not asked: `add` knows, and nearly always it did not.
        if checked.parent_ticket_no is not None and tx.lock(checked.parent_ticket_no) is None:
            raise InvalidTicket([("parent_ticket_no", "invalid")])
        now = self._clock.now()
        number = TicketNo(now.date(), tx.next_sequence(now.date()))
        ticket = self._book.open(str(number), checked, actor, now, known.classified)
        tx.add(ticket, request_id)
        if known.unread:
            tx.put_off(ticket.ticket_no, now)
        tx.post(letters(None, ticket, by_person=by_person))
        return ticket

    def _change(
        self,
        ticket_no: str,
        decide: Callable[[Ticket], Command | None],
        request_id: str | None,
        expected_version: int | None,
    ) -> Ticket:
        plain = _plain(ticket_no)
        with self._store.transaction() as tx:
            before = tx.lock(plain)
            if before is None:
                raise UnknownTicket(plain)
            if request_id is not None and any(event.request_id == request_id for event in before.events):
                return self._seen(before)
            if expected_version is not None and before.version != expected_version:
                raise StaleVersion(plain, expected_version, before.version)
            command = decide(before)
            if command is None:
                return self._seen(before)
            # Asked for after the lock: the log's times then follow its order.
            after = self._book.apply(before, command, self._clock.now())
            tx.save([(before, after)])
            tx.post(self._letters(before, after))
            return after

    def _letters(self, before: Ticket, after: Ticket) -> tuple[Letter, ...]:
        by_person = (
            self._customers is not None and tells_customer(before, after) and lives_on_a_machine(self._customers, after.account_no)
        )
        return letters(before, after, by_person=by_person)

    def _seen(self, ticket: Ticket) -> Ticket:
        return replace(ticket, as_of=self._clock.now())


def _plain(ticket_no: str) -> str:
    try:
        return str(parse_ticket_no(ticket_no))
    except InvalidTicketNo:
        raise UnknownTicket(ticket_no) from None
