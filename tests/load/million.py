"""A database of very many tickets for measurements, written past the desk: rows as the desk would have left them.

What is ciphertext comes from a few thousand different values, so that filling does not take longer than what is measured; the
addresses of complaints, which reports read, are each their own.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Engine, text

from actions.desk.numbers import TicketNo
from actions.desk.tickets import Kind
from actions.ports.sql import schema, schema_hub
from actions.ports.sql.encrypted import cipher_of

CHUNK = 20_000
CLASSES = (("服务投诉", "服务行为"), ("服务投诉", "服务渠道"), ("营业投诉", "抄表催费"), ("停送电投诉", "抢修服务"), ("供电质量投诉", "电压质量"))
FAULTS = (("低压故障", "表后故障"), ("高压故障", "变压器故障"), ("电能质量", "电压低"), ("计量故障", "电表故障"))
ROAD = ("dispatched", "acknowledged", "contacted", "resolved", "called_back", "closed")
TABLES = (schema.tickets, schema.ticket_clocks, schema.ticket_events, schema_hub.repairs)


class Rows(NamedTuple):
    """The rows of one ticket, by column name, for the four tables."""

    ticket: dict[str, Any]
    clocks: list[dict[str, Any]]
    events: list[dict[str, Any]]
    repair: list[dict[str, Any]]


def fill(engine: Engine, made: Iterable[Rows]) -> None:
    """Write them all, and let the database look at what it has got (as it does by itself in the long run)."""
    source = iter(made)
    while chunk := list(islice(source, CHUNK)):
        parts = ([one.ticket for one in chunk], *([row for one in chunk for row in one[at]] for at in (1, 2, 3)))
        for table, rows in zip(TABLES, parts, strict=True):
            if rows:
                _write(engine, table.name, rows)
    _look(engine)


def _look(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"))


def _write(engine: Engine, table: str, rows: Sequence[dict[str, Any]]) -> None:
    names = list(rows[0])
    raw = engine.raw_connection()
    try:
        driver = raw.driver_connection
        if isinstance(driver, psycopg.Connection):
            with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row([row[name] for name in names])
        else:
            assert isinstance(driver, sqlite3.Connection)
            driver.execute("BEGIN IMMEDIATE")
            marks = ", ".join("?" * len(names))
            values = ([_plain(row[name]) for name in names] for row in rows)
            driver.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", values)
        driver.commit()
    finally:
        raw.close()


def _plain(value: Any) -> Any:
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, datetime) else value


def open_tickets(engine: Engine, count: int, due: int, now: datetime) -> Iterator[Rows]:
    """`count` tickets under way, of which `due` have a warning or a breach to write at `now`; the others ring in hours or days."""
    make, chance = _Maker(engine), random.Random(1)
    every = max(1, count // due) if due else 0
    for number in range(count):
        created = now - timedelta(seconds=chance.randrange(60, 4 * 86400))
        rows = make.ticket(number, created, steps=chance.randrange(3))
        late = bool(every) and number % every == 0 and number // every < due
        for nth, clock in enumerate(rows.clocks):
            ringing = late and nth == 0
            length = (now - created) * chance.uniform(0.7, 0.99) if ringing else (now - created) + timedelta(seconds=chance.randrange(3600, 6 * 86400))
            clock["warn_at"], clock["due_at"] = created + length * (1.0 if not ringing else 0.8), created + length * 1.25 * (1.0 if not ringing else 0.8)
            clock["rings_at"] = clock["warn_at"]
        yield rows


def fill_past(engine: Engine, count: int, now: datetime) -> None:
    """`count` tickets of the past year, nineteen of twenty of them closed, each step taking its own time, some late."""
    fill(engine, _past_tickets(engine, count, now))
    note = cipher_of(engine).encrypt("")
    postgres = engine.dialect.name == "postgresql"
    at = "created_at + :nth * interval '1 minute' * (12 + id % 468)" if postgres else "strftime('%Y-%m-%d %H:%M:%f000', created_at, (:nth * (12 + id % 468)) || ' minutes')"
    line = text(
        "INSERT INTO ticket_events (ticket_no, seq, at, type, actor, note, status_before, status_after, request_id, data) "
        f"SELECT ticket_no, :seq, {at}, :type, 'w' || (id % 400), :note, :before, :type, NULL, '{{}}' FROM tickets WHERE last_event >= :seq"
    )
    types = ("accepted", *ROAD)
    for seq, type_ in enumerate(types, 1):
        # The last ones first would do as well; a transaction a step keeps the journal of SQLite small.
        with engine.begin() as connection:
            connection.execute(line, {"seq": seq, "nth": seq - 1, "type": type_, "before": types[seq - 2] if seq > 1 else None, "note": note})
    _look(engine)


def _past_tickets(engine: Engine, count: int, now: datetime) -> Iterator[Rows]:
    make = _Maker(engine)
    for number in range(count):
        created = now - timedelta(seconds=(count - number) * 365 * 86400 // count + 60)
        closed = number % 20 != 0
        rows = make.ticket(number, created, steps=len(ROAD) if closed else 1)
        rows.events.clear()
        reached = range(1, len(ROAD) + 1) if closed else (1,)
        rows.ticket |= {f"{ROAD[nth - 1]}_at": created + timedelta(minutes=12 + (number + 1) % 468) * nth for nth in reached}
        rows.ticket["taken_by"] = f"w{(number + 1) % 400}" if closed else None
        for clock in rows.clocks:
            clock["warn_at"], clock["due_at"] = created + timedelta(hours=16), created + timedelta(hours=20)
            clock["rings_at"] = clock["warn_at"]
            if closed:
                clock |= {"rings_at": None, "finished_at": created + timedelta(minutes=12 + (number + 1) % 468) * 4}
        yield rows


class _Maker:
    def __init__(self, engine: Engine) -> None:
        cipher, chance = cipher_of(engine), random.Random(3)
        self._cipher, self._chance = cipher, chance
        self._names = [cipher.encrypt(f"客户{number}") for number in range(500)]
        self._words = [cipher.encrypt(f"我家停电了，请快来看看（{number}）") for number in range(500)]
        self._phones = [(cipher.encrypt(f"138{number:08d}"), cipher.fingerprint(f"138{number:08d}")) for number in range(20_000)]
        self._addresses = [cipher.encrypt(f"安澜市滨江区望江路{number}号") for number in range(5_000)]
        self._notes = [cipher.encrypt("") for _ in range(500)]
        self._bools = (True, False) if engine.dialect.name == "postgresql" else (1, 0)

    def ticket(self, number: int, created: datetime, *, steps: int) -> Rows:
        """A ticket that has gone so many steps of the road, each in six minutes."""
        chance, (true, false) = self._chance, self._bools
        kind = (Kind.REPAIR, Kind.REPAIR, Kind.REPAIR, Kind.COMPLAINT, Kind.SERVICE_REQUEST)[number % 5]
        complaint = kind is Kind.COMPLAINT
        no = str(TicketNo(created.date(), number + 1))
        phone, mark = chance.choice(self._phones)
        first, second = chance.choice(CLASSES if complaint else FAULTS)
        status = "accepted" if steps == 0 else ROAD[steps - 1]
        ticket = {
            "ticket_no": no, "request_id": f"load-{number}", "kind": kind.value, "category": f'["{first}", "{second}"]', "priority": "normal",
            "status": status, "channel": "web", "conversation_id": f"c-{number}", "account_no": f"32{number % 300_000:08d}",
            "contact_name": chance.choice(self._names), "contact_phone": phone, "phone_fingerprint": mark,
            "address": self._cipher.encrypt(f"安澜市云岭乡青石沟{number}号") if complaint else chance.choice(self._addresses),
            "address_fingerprint": self._cipher.fingerprint(f"{number}"), "area": chance.choice(("urban", "urban", "rural", "remote")), "description": chance.choice(self._words), "business": None,
            "created_at": created, "parent_ticket_no": None, "version": 1 + steps, "last_event": 1 + steps, "paused_at": None, "review": false,
            **dict.fromkeys(f"{step}_at" for step in ROAD), "taken_by": None,
        }  # fmt: skip
        clocks = [
            {
                "ticket_no": no, "ordinal": at, "step": step, "started_at": created, "warn_at": created, "due_at": created, "finished_at": None,
                "cancelled": false, "warned_at": None, "breached_at": None, "rings_at": None, "paused_at": None,
            }
            for at, step in enumerate(("reply", "total") if complaint else ("arrive",))
        ]  # fmt: skip
        types = ("accepted", *ROAD[:steps])
        events = [
            {
                "ticket_no": no, "seq": at + 1, "at": created + timedelta(minutes=6) * at, "type": type_, "actor": f"w{number % 400}",
                "note": chance.choice(self._notes), "status_before": types[at - 1] if at else None, "status_after": type_, "request_id": None, "data": "{}",
            }
            for at, type_ in enumerate(types)
        ]  # fmt: skip
        repair = {"ticket_no": no, "opened_at": created, "next_at": None, "placed": true, "asked": "[]", "is_over": true if steps == len(ROAD) else false}
        return Rows(ticket, clocks, events, [repair] if kind is Kind.REPAIR else [])
