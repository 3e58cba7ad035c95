"""What is kept no longer than needed (PIPL Art. 19, 47): personal data goes when its time is over, figures stay.

A ticket that has ended keeps kind, category, area, times and log, so that reports of past years still add up; who it was
about, their words and the notes are erased. Conversations, hand-offs, letters and counters of failed checks go altogether.
What is still under way is not touched, however old.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, Select, delete, exists, literal, or_, select, update

from actions.desk.lifecycle import ENDED
from actions.desk.outbox import LetterState
from actions.ports.sql import schema, schema_hub
from actions.ports.sql.engine import reading, writing
from actions.ports.sql.paper_schema import paper_needs, paper_uses
from actions.ports.sql.surveys_schema import surveys

_BATCH = 200
"""Rows a transaction: customers' tickets must not wait for the broom."""

_TICKETS = schema.tickets.c
_EVENTS = schema.ticket_events.c
_ERASED = {
    "conversation_id": None,
    "account_no": None,
    "contact_name": None,
    "contact_phone": None,
    "phone_fingerprint": None,
    "address": None,
    "address_fingerprint": None,
    "description": "",
}


@dataclass(frozen=True, slots=True)
class Erased:
    """How many of each were erased."""

    tickets: int
    conversations: int
    handoffs: int
    letters: int
    attempts: int


def erase_before(engine: Engine, before: datetime, now: datetime) -> Erased:
    """Erase what was over before `before` (aware). Again is nothing; killed in between, the rest is done next time."""
    letters, handoffs, attempts = schema.outbox, schema.handoffs, schema.verification_attempts
    arrived = letters.c.state != LetterState.PENDING.value
    # First the letters: of a ticket erased nothing may still be on the way to the log of somebody else.
    gone = _delete(engine, letters.c.id, select(letters.c.id).where(arrived, letters.c.created_at < before))
    return Erased(
        letters=gone,
        tickets=_each_batch(engine, _old_tickets(before), lambda connection, keys: _erase_tickets(connection, keys, now)),
        conversations=_delete(engine, schema.conversations.c.conversation_id, _old_conversations(before)),
        handoffs=_delete(engine, handoffs.c.handoff_id, select(handoffs.c.handoff_id).where(handoffs.c.closed_at < before)),
        attempts=_delete(
            engine,
            attempts.c.key,
            select(attempts.c.key).where(
                attempts.c.last_failed_at < before,
                or_(attempts.c.locked_until.is_(None), attempts.c.locked_until < before),
            ),
        ),
    )


def _old_tickets(before: datetime) -> Select[Any]:
    last = (_EVENTS.ticket_no == _TICKETS.ticket_no) & (_EVENTS.seq == _TICKETS.last_event)
    return (
        select(_TICKETS.ticket_no)
        .join(schema.ticket_events, last)
        .where(
            # One that was reopened since, and has ended again, has new words to forget.
            or_(_TICKETS.erased_at.is_(None), _TICKETS.erased_at < _EVENTS.at),
            _TICKETS.status.in_([status.value for status in ENDED]),
            _EVENTS.at < before,
            # Its news must have gone out, or been given up, before the address is forgotten.
            ~exists(literal(1))
            .where(schema.outbox.c.ticket_no == _TICKETS.ticket_no, schema.outbox.c.state == LetterState.PENDING.value)
            .correlate(schema.tickets),
        )
    )


def _old_conversations(before: datetime) -> Select[Any]:
    table, handoffs = schema.conversations, schema.handoffs
    waiting = (
        exists(literal(1))
        .where(handoffs.c.conversation_id == table.c.conversation_id, handoffs.c.closed_at.is_(None))
        .correlate(table)
    )
    return select(table.c.conversation_id).where(table.c.last_at < before, ~waiting)


def _erase_tickets(connection: Connection, numbers: list[Any], now: datetime) -> None:
    # The request id holds the conversation's; it must stay unique, so the ticket's own number takes its place.
    record = {**_ERASED, "request_id": literal("erased:").concat(_TICKETS.ticket_no), "erased_at": now}
    connection.execute(update(schema.tickets).where(_TICKETS.ticket_no.in_(numbers)).values(record))
    connection.execute(delete(schema_hub.repairs).where(schema_hub.repairs.c.ticket_no.in_(numbers)))
    # The papers themselves go when no other application uses them (`sweep_out`).
    for table in (paper_uses, paper_needs):
        connection.execute(delete(table).where(table.c.ticket_no.in_(numbers)))
    log = update(schema.ticket_events).where(_EVENTS.ticket_no.in_(numbers))
    connection.execute(log.values(note="", request_id=None))
    asked = update(surveys).where(surveys.c.ticket_no.in_(numbers))
    connection.execute(asked.values(conversation_id=None, comment=None))


def _delete(engine: Engine, key: Any, wanted: Select[Any]) -> int:
    def step(connection: Connection, keys: list[Any]) -> CursorResult[Any]:
        return connection.execute(delete(key.table).where(key.in_(keys)))

    return _each_batch(engine, wanted, step)


def _each_batch(engine: Engine, wanted: Select[Any], step: Callable[[Connection, list[Any]], Any]) -> int:
    """Do `step` for what is `wanted`, a batch a transaction, until there is none; returns how many there were."""
    total = 0
    while True:
        # Looked for outside the transaction: a long search keeps no writer of SQLite waiting.
        with reading(engine) as connection:
            found = list(connection.scalars(wanted.limit(_BATCH)))
        if not found:
            return total
        with writing(engine) as connection:
            # Asked again: meanwhile a ticket may have been reopened, a conversation gone on.
            column = wanted.selected_columns[0]
            keys = list(connection.scalars(wanted.where(column.in_(found))))
            if keys:
                step(connection, keys)
        total += len(keys)
