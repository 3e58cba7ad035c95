"""Keys are changed for good: everything is written anew, in pieces, beside the service, and then the old key may go."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from actions.desk.clock import FixedClock
from actions.ports.gaps import GapReason
from actions.ports.sql import SqlCustomers, SqlGaps, SqlRepairs, connect, generate_key, seed_demo
from actions.ports.sql.engine import reading, writing
from actions.ports.sql.rotation import encrypted_columns, encrypted_tables, rotate
from tests.contract.ports.every_table import SECRET, fill, stored

NEW = generate_key()
PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture
def reopen(engine: Engine) -> Iterator[object]:
    """The same database under other keys."""
    made: list[Engine] = []

    def opened(*keys: str) -> Engine:
        made.append(connect(engine.url.render_as_string(hide_password=False), keys))
        return made[-1]

    yield opened
    for each in made:
        each.dispose()


def ciphertexts(engine: Engine) -> list[str]:
    """Everything encrypted, as it lies in the database."""
    found: list[str] = []
    with reading(engine) as connection:
        for table in encrypted_tables():
            for column in encrypted_columns(table):
                found += connection.scalars(text(f"SELECT {column.name} FROM {table.name} WHERE {column.name} IS NOT NULL"))
    return found


def test_every_encrypted_column_of_every_table_is_renewed(engine: Engine, clock: FixedClock, reopen: object, key: str) -> None:
    rows = {n: fill(engine, clock.now(), n) for n in (1, 2, 3)}
    before = ciphertexts(engine)
    done = rotate(reopen(NEW, key))  # type: ignore[operator]
    assert done.done
    assert done.renewed == {table.name: 3 for table in encrypted_tables()}
    assert not done.unreadable
    assert not set(before) & set(ciphertexts(engine))
    alone = reopen(NEW)  # type: ignore[operator]
    for table in encrypted_tables():
        kept = stored(alone, table)
        assert len(kept) == 3
        for column in encrypted_columns(table):
            assert sorted(str(row[column.name]) for row in kept) == sorted(str(rows[n][table.name][column.name]) for n in rows)
    again = rotate(alone)
    assert (again.renewed, again.done) == ({}, True)


def test_what_is_found_by_a_fingerprint_is_found_under_the_new_key_alone(engine: Engine, clock: FixedClock, reopen: object, key: str) -> None:
    seed_demo(engine, clock, demo=True)
    rows = fill(engine, clock.now())
    rotate(reopen(NEW, key))  # type: ignore[operator]
    alone = reopen(NEW)  # type: ignore[operator]
    assert [account.account_no for account in SqlCustomers(alone).find_accounts("13800010001")] == ["3201556677"]
    with SqlRepairs(alone).transaction() as tx:
        tx.open_leads(rows["repairs"]["area"]["key"])
    with reading(alone) as connection:
        for table, column in (("tickets", "phone_fingerprint"), ("repairs", "area_key"), ("knowledge_gaps", "fingerprint")):
            assert connection.scalar(text(f"SELECT {column} FROM {table}")) != rows[table][column]


def test_a_question_asked_before_and_after_the_new_key_is_one(engine: Engine, clock: FixedClock, reopen: object, key: str) -> None:
    both = reopen(NEW, key)  # type: ignore[operator]
    for on in (engine, both, both):
        SqlGaps(on).note("峰谷电怎么算", next(iter(GapReason)), "web", None, clock.now())
        clock.advance(timedelta(minutes=1))
    assert rotate(both).done
    (gap,) = SqlGaps(reopen(NEW)).gaps()  # type: ignore[operator]
    assert (gap.count, gap.last_at - gap.first_at) == (3, timedelta(minutes=2))


def test_what_no_key_reads_is_counted_and_left_alone(engine: Engine, clock: FixedClock, reopen: object) -> None:
    fill(engine, clock.now())
    stranger = generate_key()
    with writing(engine) as connection:
        lost = connection.scalar(text("SELECT contact_name FROM tickets"))
    done = rotate(reopen(NEW, stranger))  # type: ignore[operator]
    assert not done.done
    assert done.unreadable == {table.name: 1 for table in encrypted_tables()}
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT contact_name FROM tickets")) == lost


def test_killed_half_way_nothing_is_lost_and_the_next_run_finishes(engine: Engine, clock: FixedClock, reopen: object, key: str) -> None:
    seed_demo(engine, clock, demo=True)
    with writing(engine) as connection:
        for table in ("drafts", "handoffs"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0
    for n in range(1, 9):
        fill(engine, clock.now(), n)
    _many_drafts(engine, clock, 900)
    url = engine.url.render_as_string(hide_password=False)
    code = "import sys; from actions.ports.sql import connect; from actions.ports.sql.rotation import rotate; rotate(connect(sys.argv[1], sys.argv[2:]), lambda t, n: print(t, n, flush=True))"
    with subprocess.Popen([sys.executable, "-c", code, url, NEW, key], cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("drafts"):
                process.send_signal(signal.SIGKILL)
                break
    both = reopen(NEW, key)  # type: ignore[operator]
    kept = [stored(both, table) for table in encrypted_tables()]
    assert all(SECRET in str(rows) or rows for rows in kept)
    newest = [rotate(both).renewed["drafts"] for _ in range(2)]
    assert 0 < newest[0] < 908 and newest[1] == 0
    alone = reopen(NEW)  # type: ignore[operator]
    assert [sorted(map(str, stored(alone, table))) for table in encrypted_tables()] == [sorted(map(str, _now(rows, alone, table))) for rows, table in zip(kept, encrypted_tables(), strict=True)]


def _now(rows: list[dict[str, object]], engine: Engine, table: object) -> list[dict[str, object]]:
    """The rows with the fingerprints they have now: those change with the key."""
    from actions.ports.sql.encrypted import cipher_of, source_of

    for row in rows:
        for column in table.c:  # type: ignore[attr-defined]
            if (source := source_of(column)) is not None and row[source[0]] is not None:
                plain = row[source[0]] if source[1] is None else row[source[0]][source[1]]  # type: ignore[index]
                row[column.name] = cipher_of(engine).fingerprint(str(plain))
    return rows


def _many_drafts(engine: Engine, clock: FixedClock, count: int) -> None:
    from sqlalchemy import insert

    from actions.ports.sql.draft_schema import drafts

    with writing(engine) as connection:
        connection.execute(insert(drafts), [{"account_no": f"33{at:05}", "flow": "transfer", "body": {"name": f"{SECRET}{at}"}, "saved_at": clock.now()} for at in range(count)])
