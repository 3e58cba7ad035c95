"""Crews for repairs: chosen, asked, waited for, and the next one asked when one refuses or is silent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from actions.desk.areas import Areas
from actions.desk.clock import rfc3339
from actions.desk.customers import Outage
from actions.desk.dispatch import Choice, Leg, choose, skill_needed
from actions.desk.network import Point
from actions.desk.outbox import CALL, Audience, Letter
from actions.desk.pen import Pen
from actions.desk.places import Crew
from actions.desk.repairs import HubRules, Repair
from actions.desk.tickets import EventType, Priority, Status, Ticket
from actions.ports.customers import CustomerSystem, Directory
from actions.ports.maps.port import Map
from actions.ports.repairs import RepairTransaction

_WAITS = frozenset({Status.ACCEPTED, Status.RETURNED, Status.REOPENED})
_AFTER_OUTAGE = timedelta(minutes=15)
"""How long after a known outage should be over somebody asks whether it is."""


class CrewDesk:
    """Works inside the hub's transactions, on one ticket and its record at a time."""

    def __init__(
        self, pen: Pen, areas: Areas, customers: CustomerSystem, directory: Directory, roads: Map, rules: HubRules
    ) -> None:
        self._pen = pen
        self._areas = areas
        self._customers = customers
        self._directory = directory
        self._roads = roads
        self._rules = rules

    def see_to(
        self, tx: RepairTransaction, ticket: Ticket, repair: Repair, now: datetime
    ) -> tuple[Ticket, Repair]:
        """Ask a crew, wait for its answer, or ask the next one, as far as that is due; the record says when to look again."""
        if ticket.paused_at is not None or not self._rules.dispatch:
            return ticket, repair
        if repair.outage_no is not None and ticket.status in _WAITS:
            return self._after_outage(tx, ticket, repair, now)
        if ticket.status is Status.DISPATCHED:
            return self._awaited(tx, ticket, repair, now)
        if ticket.status not in _WAITS:
            return ticket, replace(repair, answer_by=None)
        begin = repair.opened_at + self._rules.grace
        if ticket.status is Status.ACCEPTED and ticket.priority is not Priority.EMERGENCY and now < begin:
            return ticket, replace(repair, next_at=begin)
        if ticket.status is Status.RETURNED and repair.crew_no is not None:
            repair = replace(repair, asked=(*repair.asked, repair.crew_no), crew_no=None, answer_by=None)
        return self._dispatch(tx, ticket, repair, now)

    def _awaited(
        self, tx: RepairTransaction, ticket: Ticket, repair: Repair, now: datetime
    ) -> tuple[Ticket, Repair]:
        sent = next((event for event in reversed(ticket.events) if event.type is EventType.DISPATCHED), None)
        if repair.answer_by is None or sent is None or sent.data.get("crew_no") != repair.crew_no:
            # A dispatcher has sent somebody by hand and sees to it.
            return ticket, replace(repair, crew_no=None, answer_by=None)
        if now < repair.answer_by:
            return ticket, replace(repair, next_at=repair.answer_by)
        minutes = round((repair.answer_by - sent.at).total_seconds() / 60)
        silent = repair.crew_no or ""
        ticket = self._pen.move(tx, ticket, EventType.RETURNED, now, note=f"{sent.data.get('crew')}{minutes}分钟未应答，改派")
        repair = replace(repair, asked=(*repair.asked, silent), crew_no=None, answer_by=None)
        return self._dispatch(tx, ticket, repair, now)

    def _dispatch(
        self, tx: RepairTransaction, ticket: Ticket, repair: Repair, now: datetime
    ) -> tuple[Ticket, Repair]:
        crews = self._directory.crews()
        if not crews:
            return ticket, repair
        choice = self._choose(tx, ticket, repair, crews)
        if choice.crew is None:
            ticket = self._pen.say(
                tx, ticket, EventType.NOTED, now, note=f"没有可派的班组：{choice.reason()}", data=choice.data()
            )
            tx.post_once([_to_staff(ticket, "no_crew", "dispatch_lead", None, now)])
            if ticket.priority is Priority.EMERGENCY:
                return self._nobody_for_danger(tx, ticket, repair, now)
            return ticket, repair
        emergency = ticket.priority is Priority.EMERGENCY
        answer_by = now + (self._rules.answer_emergency if emergency else self._rules.answer)
        data = {**choice.data(), "answer_by": rfc3339(answer_by)}
        ticket = self._pen.move(tx, ticket, EventType.DISPATCHED, now, note=choice.reason(), data=data)
        tx.post_once([_to_staff(ticket, "asked", "crew", choice.crew, now, answer_by=rfc3339(answer_by))])
        return ticket, replace(repair, crew_no=choice.crew.crew_no, answer_by=answer_by, next_at=answer_by)

    def _nobody_for_danger(
        self, tx: RepairTransaction, ticket: Ticket, repair: Repair, now: datetime
    ) -> tuple[Ticket, Repair]:
        """Every crew refused or was silent: the lead of dispatch rings the customer, who is told so, and all crews are asked again."""
        tx.post_once(no_crew_letters(ticket, now))
        if not repair.asked:
            return ticket, repair  # nobody is able at all: asking again would find nobody either
        return ticket, replace(repair, asked=(), crew_no=None, answer_by=None, next_at=now + self._rules.answer)

    def _choose(self, tx: RepairTransaction, ticket: Ticket, repair: Repair, crews: Iterable[Crew]) -> Choice:
        where = self._areas.where(ticket, repair.area)
        legs: dict[str, Leg] = {}
        for crew in crews if where is not None else ():
            leg = self._roads.road(Point(crew.lat, crew.lon), where) if where is not None else None
            if leg is not None:
                legs[crew.crew_no] = leg
        return choose(
            crews,
            skill=skill_needed(ticket, whole_area=repair.suspected_at is not None),
            priority=ticket.priority,
            loads=tx.loads(),
            legs=legs,
            asked=repair.asked,
        )

    def _after_outage(
        self, tx: RepairTransaction, ticket: Ticket, repair: Repair, now: datetime
    ) -> tuple[Ticket, Repair]:
        """A report that a known outage explains: no crew for it; when that should be over, somebody asks whether it is."""
        here = self._customers.outages_at(ticket.address, now) if ticket.address else ()
        outage = next((one for one in here if one.outage_no == repair.outage_no), None)
        end = None if outage is None else outage.ends or outage.estimated_restore
        if outage is not None and (end is None or end > now):
            return ticket, replace(repair, next_at=(end or now + timedelta(hours=1)) + _AFTER_OUTAGE)
        tx.post_once([_to_staff(ticket, "ask_restored", "dispatch", None, now)])
        return ticket, repair

    def known_outage(self, ticket: Ticket, now: datetime) -> Outage | None:
        """The known outage that is running where the ticket is."""
        here = self._customers.outages_at(ticket.address, now) if ticket.address else ()
        return next((one for one in here if one.starts <= now), None)


def no_crew_letters(ticket: Ticket, now: datetime) -> Iterable[Letter]:
    """Of an emergency that no crew has taken: a call to be made by a person, and, the first time, word to the customer."""
    to = {"name": ticket.contact_name, "phone": ticket.contact_phone, "conversation_id": ticket.conversation_id}
    outline = {"ticket_no": ticket.ticket_no, "priority": ticket.priority.value, "status": ticket.status.value}
    event = {"type": "no_crew", "at": rfc3339(now), "seq": len(ticket.events)}
    key = f"{ticket.ticket_no}:{len(ticket.events)}"
    lead = {"role": "dispatch_lead", "name": None, "call": to}
    yield Letter(
        key=f"{key}:no_crew_call", audience=Audience.STAFF, topic=CALL, ticket_no=ticket.ticket_no, created_at=now,
        body={"event": event, "to": lead, "ticket": outline},
    )  # fmt: skip
    if ticket.conversation_id or ticket.contact_phone:
        yield Letter(
            key=f"{ticket.ticket_no}:no_crew:customer", audience=Audience.CUSTOMER, topic="customer.no_crew",
            ticket_no=ticket.ticket_no, created_at=now, body={"event": event, "to": to, "ticket": outline},
        )  # fmt: skip


def _to_staff(
    ticket: Ticket, what: str, role: str, crew: Crew | None, now: datetime, **more: str
) -> Letter:
    """A letter to staff about a ticket: the crew that is asked needs the place and whom to call, the others only the number."""
    body = {
        "event": {"type": what, "at": rfc3339(now), "seq": len(ticket.events), **more},
        "to": {"role": role, "name": None if crew is None else crew.name},
        "ticket": {
            "ticket_no": ticket.ticket_no,
            "category": list(ticket.category),
            "priority": ticket.priority.value,
            "status": ticket.status.value,
            "area": ticket.area.value,
        },
    }
    if crew is not None:
        site = {"address": ticket.address, "contact_name": ticket.contact_name, "contact_phone": ticket.contact_phone}
        body["to"] = {"role": role, "name": crew.name, "crew_no": crew.crew_no}
        body["site"] = {**site, "description": ticket.description}
    key = f"{ticket.ticket_no}:{len(ticket.events)}:{what}"
    return Letter(
        key=key, audience=Audience.STAFF, topic=f"staff.{what}", ticket_no=ticket.ticket_no, created_at=now, body=body
    )
