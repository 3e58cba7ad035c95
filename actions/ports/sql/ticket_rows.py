"""Tickets, clocks and events as rows of their tables, and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping

from actions.desk.tickets import Area, EventType, Kind, Priority, Status, Ticket, TicketClock, TicketEvent


def fixed(ticket: Ticket) -> dict[str, Any]:
    """What never changes."""
    return {
        "ticket_no": ticket.ticket_no,
        "kind": ticket.kind.value,
        "channel": ticket.channel,
        "conversation_id": ticket.conversation_id,
        "account_no": ticket.account_no,
        "contact_name": ticket.contact_name,
        "contact_phone": ticket.contact_phone,
        "address": ticket.address,
        "area": ticket.area.value,
        "description": ticket.description,
        "business": ticket.business,
        "created_at": ticket.created_at,
    }


def moving(ticket: Ticket) -> dict[str, Any]:
    """What commands change."""
    return {
        "category": list(ticket.category),
        "review": ticket.review,
        "priority": ticket.priority.value,
        "status": ticket.status.value,
        "parent_ticket_no": ticket.parent_ticket_no,
        "version": ticket.version,
        "last_event": len(ticket.events),
        "paused_at": ticket.paused_at,
    }


def clock_row(ticket: Ticket, at: int) -> dict[str, Any]:
    """The row of the clock at this place of the ticket."""
    clock = ticket.clocks[at]
    return {
        "ticket_no": ticket.ticket_no,
        "ordinal": at,
        "step": clock.step,
        "started_at": clock.started_at,
        "warn_at": clock.warn_at,
        "due_at": clock.due_at,
        "finished_at": clock.finished_at,
        "cancelled": clock.cancelled,
        "warned_at": clock.warned_at,
        "breached_at": clock.breached_at,
        "rings_at": clock.rings_at,
        "paused_at": clock.paused_at,
    }


def event_row(ticket_no: str, event: TicketEvent) -> dict[str, Any]:
    """The row of an event."""
    return {
        "ticket_no": ticket_no,
        "seq": event.seq,
        "at": event.at,
        "type": event.type.value,
        "actor": event.actor,
        "note": event.note,
        "status_before": None if event.status_before is None else event.status_before.value,
        "status_after": event.status_after.value,
        "request_id": event.request_id,
        "data": dict(event.data),
    }


def new_repair(ticket: Ticket) -> dict[str, Any]:
    """The row of the hub's record of a new repair: to be looked at now."""
    return {
        "ticket_no": ticket.ticket_no,
        "opened_at": ticket.created_at,
        "next_at": ticket.created_at,
        "placed": False,
        "asked": [],
        "is_over": False,
    }


def to_ticket(row: RowMapping, clocks: list[TicketClock], events: list[TicketEvent]) -> Ticket:
    """The ticket of a row, its clocks and its log."""
    return Ticket(
        ticket_no=row["ticket_no"],
        kind=Kind(row["kind"]),
        category=tuple(row["category"]),
        priority=Priority(row["priority"]),
        status=Status(row["status"]),
        channel=row["channel"],
        conversation_id=row["conversation_id"],
        account_no=row["account_no"],
        contact_name=row["contact_name"],
        contact_phone=row["contact_phone"],
        address=row["address"],
        area=Area(row["area"]),
        description=row["description"],
        business=row["business"],
        created_at=row["created_at"],
        parent_ticket_no=row["parent_ticket_no"],
        version=row["version"],
        as_of=events[-1].at,
        paused_at=row["paused_at"],
        review=row["review"],
        clocks=tuple(clocks),
        events=tuple(events),
    )


def to_clock(row: RowMapping) -> TicketClock:
    """The clock of a row."""
    return TicketClock(
        step=row["step"],
        started_at=row["started_at"],
        warn_at=row["warn_at"],
        due_at=row["due_at"],
        finished_at=row["finished_at"],
        cancelled=row["cancelled"],
        warned_at=row["warned_at"],
        breached_at=row["breached_at"],
        paused_at=row["paused_at"],
    )


def to_event(row: RowMapping) -> TicketEvent:
    """The event of a row."""
    before = row["status_before"]
    return TicketEvent(
        seq=row["seq"],
        at=row["at"],
        type=EventType(row["type"]),
        actor=row["actor"],
        note=row["note"],
        status_before=None if before is None else Status(before),
        status_after=Status(row["status_after"]),
        request_id=row["request_id"],
        data=row["data"],
    )
