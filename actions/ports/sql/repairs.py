"""The hub's records in the database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select, func, select, text, update

from actions.desk.lifecycle import DONE
from actions.desk.network import AreaName
from actions.desk.outbox import Letter
from actions.desk.repairs import Incident, Repair
from actions.desk.tickets import Ticket
from actions.ports.sql import outbox as letterbox
from actions.ports.sql import schema
from actions.ports.sql.encrypted import cipher_of
from actions.ports.sql.engine import reading, writing
from actions.ports.sql.schema_hub import repairs as table
from actions.ports.sql.tickets import Transaction, whole

_C = table.c
_LEADS = (_C.area_key.is_not(None), _C.lead_no.is_(None), _C.is_over.is_(False))
_JOBS = (_C.is_over.is_(False), _C.crew_no.is_not(None), _C.lead_no.is_(None))
_NEWEST = (func.coalesce(_C.last_at, _C.opened_at).desc(), _C.ticket_no.desc())


class SqlRepairs:
    """`RepairStore` in the database."""

    def __init__(self, engine: Engine) -> None:
        """`engine` as of `engine.connect`, migrated."""
        self._engine = engine

    @contextmanager
    def transaction(self) -> Iterator[_RepairTransaction]:
        """See `RepairStore.transaction`."""
        with writing(self._engine) as connection:
            yield _RepairTransaction(connection)

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """See `RepairStore.due`."""
        query = select(_C.ticket_no).where(_C.next_at <= now).order_by(_C.next_at, _C.ticket_no).limit(limit)
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query))

    def get(self, ticket_no: str) -> Repair | None:
        """See `RepairStore.get`."""
        with reading(self._engine) as connection:
            return _get(connection, ticket_no)

    def incidents(self, area_key: str | None = None) -> tuple[Incident, ...]:
        """See `RepairStore.incidents`."""
        query = select(table).where(*_LEADS).order_by(*_NEWEST)
        if area_key is not None:
            query = query.where(_C.area_key.in_(cipher_of(self._engine).fingerprints(area_key)))
        counted = select(_C.lead_no, func.count()).where(_C.lead_no.is_not(None), _C.is_over.is_(False))
        with reading(self._engine) as connection:
            leads = _all(connection, query)
            rows = connection.execute(counted.group_by(_C.lead_no)).all()
        followers: dict[str, int] = {lead_no: count for lead_no, count in rows}
        return tuple(Incident(lead, followers.get(lead.ticket_no, 0) + 1) for lead in leads)

    def jobs(self) -> tuple[Repair, ...]:
        """See `RepairStore.jobs`."""
        with reading(self._engine) as connection:
            return _all(connection, select(table).where(*_JOBS).order_by(_C.opened_at, _C.ticket_no))


class _RepairTransaction(Transaction):
    """`RepairTransaction` on one connection."""

    def repair(self, ticket_no: str) -> Repair | None:
        found = _all(self._connection, select(table).where(_C.ticket_no == ticket_no).with_for_update())
        return found[0] if found else None

    def put(self, repair: Repair) -> None:
        self._connection.execute(update(table).where(_C.ticket_no == repair.ticket_no).values(_row(self._connection, repair)))

    def wake(self, ticket_no: str, reported_at: datetime, next_at: datetime) -> None:
        lead = update(table).where(_C.ticket_no == ticket_no)
        self._connection.execute(lead.values(last_at=reported_at, next_at=next_at))

    def open_leads(self, area_key: str) -> tuple[Repair, ...]:
        if self._connection.dialect.name == "postgresql":
            # SQLite has one writer; here the key itself is what is held.
            number = int.from_bytes(hashlib.sha256(area_key.encode()).digest()[:8], "big", signed=True)
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
        open_ones = select(table).join(schema.tickets, schema.tickets.c.ticket_no == _C.ticket_no)
        still = schema.tickets.c.status.not_in([status.value for status in DONE])
        here = _C.area_key.in_(cipher_of(self._connection).fingerprints(area_key))
        return _all(self._connection, open_ones.where(*_LEADS, here, still).order_by(*_NEWEST))

    def followers(self, lead_no: str) -> tuple[tuple[Ticket, ...], bool]:
        mine = (_C.lead_no == lead_no) & _C.is_over.is_(False)
        numbers = list(
            self._connection.scalars(select(_C.ticket_no).where(mine).order_by(_C.opened_at, _C.ticket_no))
        )
        held = (
            select(schema.tickets)
            .where(schema.tickets.c.ticket_no.in_(numbers))
            .order_by(schema.tickets.c.id)
            .with_for_update(skip_locked=True)
        )
        tickets = whole(self._connection, self._connection.execute(held).mappings().all()) if numbers else ()
        return tickets, len(tickets) == len(numbers)

    def loads(self) -> Mapping[str, int]:
        query = select(_C.crew_no, func.count()).where(*_JOBS).group_by(_C.crew_no)
        return {crew_no: count for crew_no, count in self._connection.execute(query) if crew_no is not None}

    def post_once(self, letters: Iterable[Letter]) -> int:
        return letterbox.post_once(self._connection, letters)


def _get(connection: Connection, ticket_no: str) -> Repair | None:
    found = _all(connection, select(table).where(_C.ticket_no == ticket_no))
    return found[0] if found else None


def _all(connection: Connection, query: Select[Any]) -> tuple[Repair, ...]:
    return tuple(_repair(row) for row in connection.execute(query).mappings())


def _row(connection: Connection, repair: Repair) -> dict[str, Any]:
    area = repair.area
    return {
        "next_at": repair.next_at,
        "placed": repair.placed,
        "area_key": None if area is None else cipher_of(connection).fingerprint(area.key),
        "area": None if area is None else {"key": area.key, "label": area.label, "within": list(area.within)},
        "lead_no": repair.lead_no,
        "last_at": repair.last_at,
        "crew_no": repair.crew_no,
        "answer_by": repair.answer_by,
        "asked": list(repair.asked),
        "outage_no": repair.outage_no,
        "suspected_at": repair.suspected_at,
        "restore_at": repair.restore_at,
        "is_over": repair.over,
    }


def _repair(row: RowMapping) -> Repair:
    plain = {name: row[name] for name in ("ticket_no", "opened_at", "next_at", "placed", "lead_no", "last_at")}
    rest = {name: row[name] for name in ("crew_no", "answer_by", "outage_no", "suspected_at", "restore_at")}
    area = None
    if row["area"] is not None:
        city, district, town = row["area"]["within"]
        area = AreaName(row["area"]["key"], row["area"]["label"], (city, district, town))
    return Repair(**plain, **rest, area=area, asked=tuple(row["asked"]), over=row["is_over"])
