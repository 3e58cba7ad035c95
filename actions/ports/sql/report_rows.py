"""Rows for reports: whole numbers and plain words straight from the tables, no objects made of a million tickets.

What a customer is known again by comes as it is stored: fingerprints. Rows are taken from the driver as it has them, and what a
table says of a ticket more than once is gathered by the database, in one walk over it.
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
)
from sqlalchemy.types import String

from actions.desk.tickets import EventType, Kind
from actions.ports.sql import schema
from actions.ports.sql.engine import reading
from actions.ports.sql.surveys_schema import surveys

Rows = Sequence[Sequence[Any]]

_T, _C, _E = schema.tickets.c, schema.ticket_clocks.c, schema.ticket_events.c
_FIRST = ("dispatched", "acknowledged", "contacted", "en_route", "on_site")
_LAST = ("resolved", "called_back", "closed")
_TAKES = ("acknowledged", "en_route", "on_site")
_CAME_BACK_SECONDS = 7 * 86400

TICKETS = (
    "no", "kind", "first", "second", "area", "priority", "status", "business", "phone", "account", "address", "review", "accepted",
)  # fmt: skip
MOVES = ("no", *_FIRST, *_LAST, "owner")
STEPS = ("no", "step", "start", "warn", "due", "end")
CONVERSATIONS = ("channel", "handed", "chased", "came_back")
SURVEYS = ("kind", "score", "reason", "channel")


class ReportRows:
    """Reads of one moment each. `begin` and `end` are aware or None (open); times come as seconds since 1970, UTC."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def tickets(self, begin: datetime | None, end: datetime | None) -> Rows:
        """`TICKETS`, of those accepted in the time. `address` only of complaints: others are not held against each other."""
        with reading(self._engine) as connection:
            query = select(
                _T.ticket_no, _T.kind, _T.category[0].as_string(), _T.category[1].as_string(), _T.area, _T.priority, _T.status, _T.business,
                _T.phone_fingerprint, _T.account_no, case((_T.kind == Kind.COMPLAINT.value, _T.address_fingerprint)), cast(_T.review, Integer),
                _seconds(connection, _T.created_at),
            )  # fmt: skip
            return _plain(connection, query.where(_within(_T.created_at, begin, end)))

    def moves(self, begin: datetime | None, end: datetime | None) -> Rows:
        """`MOVES`: when a ticket first went out, and was last done; who last took it by name."""
        with reading(self._engine) as connection:
            at = {name: case((_E.type == name, _E.at)) for name in (*_FIRST, *_LAST)}
            when = [*(func.min(at[name]) for name in _FIRST), *(func.max(at[name]) for name in _LAST)]
            # The last of them is the one with the greatest number before its name.
            taker = func.max(case((_E.type.in_(_TAKES), _numbered(connection, _E.seq) + _E.actor)))
            query = select(_E.ticket_no, *(_seconds(connection, each) for each in when), func.substr(taker, _DIGITS + 1))
            if begin is not None or end is not None:
                query = query.join(schema.tickets, _T.ticket_no == _E.ticket_no).where(_within(_T.created_at, begin, end))
            return _plain(connection, query.group_by(_E.ticket_no))

    def steps(self, begin: datetime | None, end: datetime | None) -> Rows:
        """`STEPS`: every clock that was not cancelled; one that stands still has no limit to be late for, and is left out."""
        with reading(self._engine) as connection:
            times = [_seconds(connection, column) for column in (_C.started_at, _C.warn_at, _C.due_at, _C.finished_at)]
            query = select(_C.ticket_no, _C.step, *times).where(~_C.cancelled)
            if begin is not None or end is not None:
                query = query.join(schema.tickets, _T.ticket_no == _C.ticket_no).where(_within(_T.created_at, begin, end))
            return _plain(connection, query.where(or_(_C.paused_at.is_(None), _C.breached_at.is_not(None))))

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


_DIGITS = 6
_WORK_MEM = "256MB"


def _plain(connection: Connection, query: Select[Any]) -> Rows:
    """What the driver has, without a row object for each of a million tickets."""
    if connection.dialect.name == "postgresql":
        # Gathering a million tickets' steps in the usual 4 MB goes over the disk several times.
        connection.execute(text(f"SET LOCAL work_mem = '{_WORK_MEM}'"))
    cursor = connection.execute(query).cursor
    return [] if cursor is None else cursor.fetchall()


def _seconds(connection: Connection, moment: Any) -> ColumnElement[int]:
    """A moment as whole seconds since 1970, reckoned by the database."""
    if connection.dialect.name == "sqlite":
        return cast(func.strftime("%s", moment, type_=String), Integer)
    # Not EXTRACT: that reckons in NUMERIC, digit by digit.
    return cast(func.floor(func.date_part("epoch", moment)), BigInteger)


def _numbered(connection: Connection, number: Any) -> ColumnElement[str]:
    """A number as text that sorts as it counts."""
    if connection.dialect.name == "sqlite":
        return func.printf(f"%0{_DIGITS}d", number, type_=String)
    # By bytes: the order of some language would be asked for each of millions.
    return func.lpad(cast(number, String), _DIGITS, "0", type_=String).collate("C")


def _within(column: Any, begin: datetime | None, end: datetime | None) -> ColumnElement[bool]:
    return (null().is_(None) if begin is None else column >= begin) & (null().is_(None) if end is None else column < end)
