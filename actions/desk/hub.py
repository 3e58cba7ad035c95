"""The repair hub: gathers reports by area, sends crews and sees that they answer, and takes followers along with their lead.

It works from its own records (`desk.repairs`), which the ticket store marks whenever a repair is made or moves. Looking at a
record is one transaction: what is found due is done and the time of the next look is written with it. So a look that dies
half-way is done again, and a second process that looks at the same time finds nothing left to do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from actions.desk.areas import Areas, ReadArea
from actions.desk.clock import Clock, local, rfc3339
from actions.desk.crews import CrewDesk
from actions.desk.errors import IllegalMove, InvalidTicket, UnknownTicket
from actions.desk.lifecycle import DONE, FINAL, allowed
from actions.desk.moves import SYSTEM, Book
from actions.desk.network import AreaName, Served
from actions.desk.outbox import CALL, Audience, Letter
from actions.desk.pen import Pen
from actions.desk.places import Crew
from actions.desk.repairs import SUSPECT_AT, HubRules, Incident, Repair, reporters, steps_after
from actions.desk.scope import one_house
from actions.desk.tickets import EventType, Priority, Status, Ticket
from actions.ports.customers import Accounts, CustomerSystem, Directory
from actions.ports.maps.port import Map
from actions.ports.network import Network
from actions.ports.repairs import RepairStore, RepairTransaction

_AT_ONCE = 500
_ROUNDS = 20
_SOON = timedelta(seconds=2)



@dataclass(frozen=True, slots=True)
class CrewState:
    """A crew and what it has: tickets it was asked for and has taken or not yet answered."""

    crew: Crew
    jobs: tuple[Repair, ...]


class RepairHub:
    """See the module. Holds no state besides its stores; called from many threads and processes."""

    def __init__(
        self,
        store: RepairStore,
        clock: Clock,
        book: Book,
        *,
        customers: CustomerSystem,
        accounts: Accounts | None = None,
        directory: Directory,
        network: Network,
        roads: Map,
        read_area: ReadArea,
        rules: HubRules | None = None,
    ) -> None:
        """`book`: the limits and calendar that tickets are moved by, the desk's own."""
        self._store = store
        self._clock = clock
        self._directory = directory
        self._network = network
        self._areas = Areas(customers, directory, network, read_area)
        self._pen = Pen(book, accounts or customers)
        self._rules = rules or HubRules()
        self._crews = CrewDesk(self._pen, self._areas, customers, directory, roads, self._rules)

    # -- asked ---------------------------------------------------------------------------------------------------------

    def incident_at(self, address: str, account_no: str | None = None) -> Incident | None:
        """The open incident that a report from here would join now, or None."""
        area = self._areas.of(address, account_no)
        if area is None:
            return None
        now = self._clock.now()
        found = self._store.incidents(area.key)
        return next((one for one in found if self._joins(one.lead, area, now)), None)

    def incidents(self) -> tuple[Incident, ...]:
        """Every open incident and single report of a known area, newest report first."""
        return self._store.incidents()

    def crews(self) -> tuple[CrewState, ...]:
        """Every crew with its open jobs."""
        jobs = self._store.jobs()
        return tuple(
            CrewState(crew, tuple(job for job in jobs if job.crew_no == crew.crew_no))
            for crew in self._directory.crews()
        )

    # -- told ----------------------------------------------------------------------------------------------------------

    def answer(self, ticket_no: str, crew_no: str, *, accepts: bool, note: str = "") -> Ticket:
        """A crew takes the job it was asked for, or refuses it; then the next one is asked.

        Raises UnknownTicket, IllegalMove (nobody is asked now), InvalidTicket (another crew is asked); nothing is changed then.
        """
        crew = next((one for one in self._directory.crews() if one.crew_no == crew_no), None)
        with self._store.transaction() as tx:
            ticket, repair = self._held(tx, ticket_no)
            if ticket.status is not Status.DISPATCHED or repair.crew_no is None:
                raise IllegalMove("a crew's answer", ticket.status.value, allowed(ticket.kind, ticket.status))
            if crew is None or repair.crew_no != crew_no:
                raise InvalidTicket([("crew_no", "invalid")])
            now = self._clock.now()
            if accepts:
                taken = self._pen.move(tx, ticket, EventType.ACKNOWLEDGED, now, actor=crew.name, note=note)
                self._look(tx, taken, self._again(tx, repair), now)
                return taken
            refused = self._pen.move(tx, ticket, EventType.RETURNED, now, actor=crew.name, note=note or "班组拒单")
            return self._look(tx, refused, self._again(tx, repair), now)

    def estimate(self, ticket_no: str, restore_at: datetime, *, actor: str, note: str = "") -> Ticket:
        """Say when power is expected back; customers of the ticket and of its followers are told.

        Raises UnknownTicket, IllegalMove (it is over), InvalidTicket (a moment that has passed).
        """
        with self._store.transaction() as tx:
            ticket, repair = self._held(tx, ticket_no)
            now = self._clock.now()
            if ticket.status in DONE:
                raise IllegalMove("an estimate", ticket.status.value, allowed(ticket.kind, ticket.status))
            if local(restore_at) <= now:
                raise InvalidTicket([("restore_at", "invalid")])
            told = self._pen.estimate(tx, ticket, restore_at, now, actor=actor, note=note)
            repair = replace(self._again(tx, repair), restore_at=local(restore_at))
            self._look(tx, told, repair, now)
            return told

    def sweep(self) -> int:
        """Do what has come due; returns how many records were looked at."""
        looked = 0
        for _ in range(_ROUNDS):
            # What one look sets going, a lead with a new follower say, is looked at in the next round.
            due = self._store.due(self._clock.now(), _AT_ONCE)
            done = sum(self._look_at(ticket_no) for ticket_no in due)
            looked += done
            if not done:
                break
        return looked

    # -- looking -------------------------------------------------------------------------------------------------------

    def _look_at(self, ticket_no: str) -> bool:
        with self._store.transaction() as tx:
            ticket, repair = tx.lock(ticket_no), tx.repair(ticket_no)
            now = self._clock.now()
            if ticket is None or repair is None or repair.next_at is None or repair.next_at > now:
                return False
            self._look(tx, ticket, repair, now)
            return True

    def _look(self, tx: RepairTransaction, ticket: Ticket, repair: Repair, now: datetime) -> Ticket:
        """Do what is due with one ticket, and write when to look again."""
        repair = replace(repair, next_at=None)
        if ticket.status in DONE:
            tx.put(self._end(tx, ticket, replace(repair, over=True), now))
            return ticket
        if repair.over:
            # Reopened: it is a job of its own again, and every crew may be asked anew.
            repair = replace(repair, over=False, lead_no=None, asked=(), crew_no=None, answer_by=None, outage_no=None)
        if repair.placed and repair.lead_no is None and repair.area is not None and one_house(ticket):
            # Said after the report was placed.
            repair = replace(repair, area=None)
        if not repair.placed:
            ticket, repair = self._place(tx, ticket, repair, now)
        if repair.lead_no is None:
            ticket, repair = self._crews.see_to(tx, ticket, repair, now)
            tx.put(repair)
            return self._take_along(tx, ticket, repair, now)
        tx.put(repair)
        return ticket

    def _end(self, tx: RepairTransaction, ticket: Ticket, repair: Repair, now: datetime) -> Repair:
        tx.put(repair)
        if repair.lead_no is not None:
            return repair
        if ticket.status in FINAL:
            return self._hand_on(tx, ticket, repair, now)
        self._take_along(tx, ticket, repair, now)
        again = tx.repair(ticket.ticket_no)
        return again or repair

    def _hand_on(self, tx: RepairTransaction, ticket: Ticket, repair: Repair, now: datetime) -> Repair:
        """The lead is withdrawn: the oldest that followed it leads now, with the crew that is on the job."""
        followers, all_of_them = tx.followers(ticket.ticket_no)
        if not all_of_them:
            return replace(repair, next_at=now + _SOON)
        heir = followers[0] if followers else None
        for follower in followers:
            record = tx.repair(follower.ticket_no)
            if heir is None or record is None:
                continue
            if follower is heir:
                tx.put(replace(repair, ticket_no=record.ticket_no, opened_at=record.opened_at, over=False, next_at=now))
                continue
            self._pen.say(
                tx, follower, EventType.JOINED, now,
                note=f"主单{ticket.ticket_no}已撤销，改随{heir.ticket_no}", data={"parent_ticket_no": heir.ticket_no},
            )  # fmt: skip
            tx.put(replace(record, lead_no=heir.ticket_no))
        return repair

    # -- placing -------------------------------------------------------------------------------------------------------

    def _place(
        self, tx: RepairTransaction, ticket: Ticket, repair: Repair, now: datetime
    ) -> tuple[Ticket, Repair]:
        repair = replace(repair, placed=True, last_at=ticket.created_at)
        if ticket.priority is Priority.EMERGENCY:
            # Danger is a place of its own: it neither waits for another report's crew nor leads others astray.
            return ticket, repair
        outage = self._crews.known_outage(ticket, now)
        if outage is not None:
            ticket = self._pen.say(
                tx, ticket, EventType.NOTED, now,
                note=f"地址在已知停电范围内：{outage.outage_no}（{outage.reason}），未自动派单", data={"outage_no": outage.outage_no},
            )  # fmt: skip
            return ticket, replace(repair, outage_no=outage.outage_no)
        if one_house(ticket):
            # A house alone is no area: it joins nobody, and nobody joins it.
            return ticket, repair
        area = self._areas.of(ticket.address, ticket.account_no)
        if area is None:
            return ticket, repair
        repair = replace(repair, area=area)
        lead = next(
            (one for one in tx.open_leads(area.key) if one.ticket_no != ticket.ticket_no and self._joins(one, area, now)),
            None,
        )
        if lead is None:
            return ticket, repair
        ticket = self._pen.say(
            tx, ticket, EventType.JOINED, now,
            note=f"{area.label}已有报修，随主单{lead.ticket_no}处理", data={"parent_ticket_no": lead.ticket_no},
        )  # fmt: skip
        # The lead is not locked here: it is only told to look again, and its own look finds the new follower.
        tx.wake(lead.ticket_no, ticket.created_at, now)
        return ticket, replace(repair, lead_no=lead.ticket_no)

    def _joins(self, lead: Repair, area: AreaName, now: datetime) -> bool:
        last = lead.last_at or lead.opened_at
        return lead.area is not None and lead.area.fits(area) and now - last <= self._rules.window

    # -- followers -----------------------------------------------------------------------------------------------------

    def _take_along(self, tx: RepairTransaction, ticket: Ticket, repair: Repair, now: datetime) -> Ticket:
        """Bring the followers to where their lead is, those on life support first; see whether the whole area is out."""
        followers, all_of_them = tx.followers(ticket.ticket_no)
        if followers:
            ticket, repair = self._suspected(tx, ticket, repair, followers, now)
        for follower in sorted(followers, key=lambda one: not self._pen.calls(one)):
            self._bring(tx, follower, ticket, repair, now)
        if not all_of_them:
            repair = replace(repair, next_at=now + _SOON)
        tx.put(repair)
        return ticket

    def _bring(self, tx: RepairTransaction, follower: Ticket, lead: Ticket, repair: Repair, now: datetime) -> None:
        done_at = next((event.at for event in lead.events if event.type is EventType.RESOLVED), None)
        if done_at is not None and follower.created_at >= done_at and lead.status in DONE:
            # Reported when the lead was just being finished: for this customer it is not over.
            record = tx.repair(follower.ticket_no)
            if record is not None:
                tx.put(replace(record, lead_no=None, placed=False, next_at=now))
            return
        steps = steps_after(follower, lead)
        possible = {*allowed(follower.kind, follower.status, reachable=follower.contact_phone is not None)}
        if steps and follower.paused_at is None and steps[0] in possible:
            follower = self._pen.follow(tx, follower, lead, steps, now)
        record = tx.repair(follower.ticket_no)
        if record is None:
            return
        if repair.restore_at is not None and record.restore_at != repair.restore_at and follower.status not in DONE:
            self._pen.estimate(tx, follower, repair.restore_at, now, actor=SYSTEM, note=f"随主单{lead.ticket_no}")
        tx.put(replace(record, restore_at=repair.restore_at, over=follower.status in DONE, next_at=None))

    def _suspected(
        self, tx: RepairTransaction, ticket: Ticket, repair: Repair, followers: tuple[Ticket, ...], now: datetime
    ) -> tuple[Ticket, Repair]:
        households = reporters([ticket, *followers])
        if repair.suspected_at is not None or repair.area is None or households < SUSPECT_AT:
            return ticket, repair
        ticket = self._pen.say(
            tx, ticket, EventType.SUSPECTED, now,
            note=f"{repair.area.label}已有{households}户报修，疑似片区停电",
            data={"reports": str(households)},
        )  # fmt: skip
        told = {one.account_no for one in (ticket, *followers)}
        calls = [one for one in self._network.life_support() if one.account.account_no not in told]
        here = [one for one in calls if self._areas.serves(repair.area, one)]
        tx.post_once(_call(ticket, one, repair.area, now) for one in here)
        return ticket, replace(repair, suspected_at=now)

    # -- writing -------------------------------------------------------------------------------------------------------

    def _held(self, tx: RepairTransaction, ticket_no: str) -> tuple[Ticket, Repair]:
        ticket, repair = tx.lock(ticket_no), tx.repair(ticket_no)
        if ticket is None or repair is None:
            raise UnknownTicket(ticket_no)
        return ticket, repair

    @staticmethod
    def _again(tx: RepairTransaction, repair: Repair) -> Repair:
        """The record as it is after a move in this transaction."""
        return tx.repair(repair.ticket_no) or repair


def _call(ticket: Ticket, served: Served, area: AreaName, now: datetime) -> Letter:
    """A call to somebody who lives on a machine where power is out, though they have not reported anything."""
    account = served.account
    whom = {"name": account.name, "phone": account.phone, "account_no": account.account_no, "address": account.address}
    return Letter(
        key=f"{ticket.ticket_no}:area:{account.account_no}:call",
        audience=Audience.STAFF,
        topic=CALL,
        ticket_no=ticket.ticket_no,
        created_at=now,
        body={
            "event": {"type": "suspected", "at": rfc3339(now), "area": area.label},
            "to": {"role": "dispatch", "name": None, "call": whom},
        },
    )
