"""Rows for reports: whole numbers and plain words straight from the tables, no objects made of a million tickets.

What a customer is known again by comes as it is stored: fingerprints; nothing is decrypted. A ticket's times stand beside it
(`desk.marks`), and rows come put together as text, for a reader of columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Select,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    text,
    type_coerce,
)
from sqlalchemy.types import String

from actions.desk.marks import FIRST, LAST
from actions.desk.tickets import EventType, Kind
from actions.ports.sql import schema
from actions.ports.sql.engine import reading
from actions.ports.sql.surveys_schema import surveys

Rows = Sequence[Sequence[Any]]
Texts = Sequence[str]
"""Rows as text, many in each: a row a line, its fields `FIELD` apart, nothing where a field is null."""

_T, _C, _E = schema.tickets.c, schema.ticket_clocks.c, schema.ticket_events.c
_CAME_BACK_SECONDS = 7 * 86400

TICKETS = (
    "no", "kind", "category", "area", "priority", "status", "business", "phone", "account", "address", "review", "accepted", *FIRST, *LAST, "owner",
)  # fmt: skip
STEPS = ("no", "step", "start", "warn", "due", "end")
CONVERSATIONS = ("channel", "handed", "chased", "came_back")
SURVEYS = ("kind", "score", "reason", "channel")


class ReportRows:
    """Reads of one moment each. `begin` and `end` are aware or None (open); times come as seconds since 1970, UTC."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def tickets(self, begin: datetime | None, end: datetime | None) -> Texts:
        """`TICKETS`, of those accepted in the time. `address` only of complaints: others are not held against each other."""
        with reading(self._engine) as connection:
            times = [_seconds(connection, _T[f"{name}_at"]) for name in (*FIRST, *LAST)]
            fields = [
                _T.ticket_no, _T.kind, cast(type_coerce(_T.category, String), String), _T.area, _T.priority, _T.status, _kept(_T.business),
                _T.phone_fingerprint, _T.account_no, case((_T.kind == Kind.COMPLAINT.value, _T.address_fingerprint)), cast(_T.review, Integer),
                _seconds(connection, _T.created_at), *times, _kept(_T.taken_by),
            ]  # fmt: skip
            return _told(connection, fields, select().where(_within(_T.created_at, begin, end)))

    def steps(self, begin: datetime | None, end: datetime | None) -> Texts:
        """`STEPS`: every clock that was not cancelled; one that stands still has no limit to be late for, and is left out."""
        with reading(self._engine) as connection:
            times = [_seconds(connection, column) for column in (_C.started_at, _C.warn_at, _C.due_at, _C.finished_at)]
            query = select().select_from(schema.ticket_clocks).where(~_C.cancelled)
            if begin is not None or end is not None:
                query = query.join(schema.tickets, _T.ticket_no == _C.ticket_no).where(_within(_T.created_at, begin, end))
            return _told(connection, [_C.ticket_no, _C.step, *times], query.where(or_(_C.paused_at.is_(None), _C.breached_at.is_not(None))))

    def conversations(self, begin: datetime | None, end: datetime | None) -> Rows:
        """`CONVERSATIONS` begun in the time.

        Were they handed over, was a ticket of theirs urged or reopened, did the same customer (by its id in the channel)
        begin another within seven days.
        """
        table, again, handoffs = schema.conversations, schema.conversations.alias("again"), schema.handoffs
        with reading(self._engine) as connection:
            began, later = _seconds(connection, table.c.started_at), _seconds(connection, again.c.started_at)
            handed = select(literal(1)).where(handoffs.c.conversation_id == table.c.conversation_id).exists()
            chased = (
                select(literal(1))
                .where(_T.conversation_id == table.c.conversation_id, _E.ticket_no == _T.ticket_no)
                .where(_E.type.in_([EventType.URGED.value, EventType.REOPENED.value]))
                .exists()
            )
            same = (again.c.customer_id == table.c.customer_id) & (again.c.conversation_id != table.c.conversation_id)
            back = select(literal(1)).where(same, later >= began, later <= began + _CAME_BACK_SECONDS).exists()
            query = select(table.c.channel, handed, chased, back).where(table.c.turns > 0, _within(table.c.started_at, begin, end))
            return connection.execute(query).all()

    def handoff_reasons(self, begin: datetime | None, end: datetime | None) -> Iterator[str]:
        """The reason of every hand-over opened in the time."""
        table = schema.handoffs.c
        with reading(self._engine) as connection:
            yield from connection.scalars(select(table.reason).where(_within(table.opened_at, begin, end)))

    def surveys(self, begin: datetime | None, end: datetime | None) -> Rows:
        """`SURVEYS` asked in the time; without a score those that were not answered."""
        query = select(_T.kind, surveys.c.score, surveys.c.reason, surveys.c.channel).join(schema.tickets, _T.ticket_no == surveys.c.ticket_no)
        with reading(self._engine) as connection:
            return connection.execute(query.where(_within(surveys.c.asked_at, begin, end))).all()


FIELD = "\x1f"
_LINE = "\n"
_PARTS = 15


def _told(connection: Connection, fields: Sequence[ColumnElement[Any]], query: Select[Any]) -> Texts:
    """The rows as texts put together by the database: a reader of columns takes one apart in less time than a million tuples are made."""
    if connection.dialect.name == "sqlite":
        line: ColumnElement[Any] = cast(fields[0], String)
        for field in fields[1:]:
            line = line.op("||")(FIELD).op("||")(func.coalesce(cast(field, String), ""))
        wanted = query.add_columns(func.group_concat(line, _LINE))
    else:
        # Compiling takes longer than what is to be done, and the usual 4 MB go over the disk.
        connection.execute(text("SET LOCAL jit = off"))
        connection.execute(text(f"SET LOCAL work_mem = '{_WORK_MEM}'"))
        parts = [part for field in fields for part in (FIELD, field)][1:]
        # A text holds a gigabyte at most.
        wanted = query.add_columns(func.string_agg(func.concat(*parts), _LINE)).group_by(func.hashtext(fields[0]).op("&")(_PARTS))
    return [found for (found,) in connection.execute(wanted) if found]


_WORK_MEM = "256MB"


def _kept(words: ColumnElement[Any]) -> ColumnElement[str]:
    """Words without what would end a field or a line."""
    return func.replace(func.replace(words, _LINE, " "), FIELD, " ", type_=String)


def _seconds(connection: Connection, moment: Any) -> ColumnElement[int]:
    """A moment as whole seconds since 1970, reckoned by the database."""
    if connection.dialect.name == "sqlite":
        return cast(func.strftime("%s", moment, type_=String), Integer)
    # Not EXTRACT: that reckons in NUMERIC, digit by digit.
    return cast(func.floor(func.date_part("epoch", moment)), BigInteger)


def _within(column: Any, begin: datetime | None, end: datetime | None) -> ColumnElement[bool]:
    return (null().is_(None) if begin is None else column >= begin) & (null().is_(None) if end is None else column < end)
