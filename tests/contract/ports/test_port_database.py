"""The database under the ports: migrations, demo data, encryption, the ways to connect."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from cryptography.fernet import InvalidToken
from sqlalchemy import Engine, func, insert, inspect, select, text, update
from sqlalchemy.exc import StatementError

from actions.desk.clock import SHANGHAI, FixedClock
from actions.desk.desk import ServiceDesk
from actions.desk.errors import ForeignDatabase
from actions.desk.limits import profile
from actions.desk.tickets import Kind, NewTicket
from actions.ports.sql import (
    SqlConversations,
    SqlCustomers,
    SqlTicketStore,
    connect,
    generate_key,
    migrate,
    schema,
    seed_demo,
)
from actions.ports.sql.engine import reading, writing
from actions.ports.sql.migrate import downgrade

CHEN = "3201556677"


def test_the_migrated_tables_are_the_schemas(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, schema.metadata) == []


def test_the_comparison_would_notice(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("DROP INDEX ix_tickets_account_no"))
        connection.execute(text("ALTER TABLE bills ADD COLUMN extra INTEGER"))
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert {change[0] for change in compare_metadata(context, schema.metadata)} == {"add_index", "remove_column"}
        connection.rollback()


def test_up_and_down_and_up_again_and_by_several_at_once(postgres_url: str, tmp_path: Path) -> None:
    key = generate_key()
    on_postgres = connect(postgres_url, [key])
    with on_postgres.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE up_and_down"))
    on_postgres.dispose()
    for url in (f"sqlite:///{tmp_path / 'new' / 'x.db'}", postgres_url.replace("/postgres", "/up_and_down")):
        engine = connect(url, [key])
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _, engine=engine: migrate(engine), range(4)))
        assert set(inspect(engine).get_table_names()) == {*schema.metadata.tables, "alembic_version"}
        downgrade(engine, "base")
        assert inspect(engine).get_table_names() == ["alembic_version"]
        migrate(engine)
        seed_demo(engine, FixedClock(datetime(2026, 11, 22, tzinfo=SHANGHAI)), demo=True)
        migrate(engine)
        assert SqlCustomers(engine).account(CHEN) is not None
        engine.dispose()


def test_demo_data_only_when_asked(engine: Engine, clock: FixedClock) -> None:
    assert not seed_demo(engine, clock)
    assert SqlCustomers(engine).account(CHEN) is None
    assert seed_demo(engine, clock, demo=True)
    assert SqlCustomers(engine).account(CHEN) is not None


def test_demo_data_never_in_a_foreign_database(engine: Engine, clock: FixedClock) -> None:
    seed_demo(engine, clock, demo=True)
    with writing(engine) as connection:
        connection.execute(update(schema.accounts).where(schema.accounts.c.account_no == CHEN).values(demo=False))
    before = _counts(engine)
    clock.advance(timedelta(days=60))
    with pytest.raises(ForeignDatabase):
        seed_demo(engine, clock, demo=True)
    assert _counts(engine) == before


def test_seeding_again_changes_nothing_within_the_month(engine: Engine, clock: FixedClock) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: seed_demo(engine, clock, demo=True), range(4)))
    before = _counts(engine)
    assert (before["accounts"], before["bills"], before["outages"]) == (10, 10 * 13, 2)
    outages = SqlCustomers(engine).outages(clock.now())
    start = clock.now()
    clock.advance(timedelta(days=8))
    seed_demo(engine, clock, demo=True)
    assert _counts(engine) == before
    assert SqlCustomers(engine).outages(start) == outages


@pytest.mark.parametrize(
    "later", ["2026-12-01T00:00:01", "2026-12-03T08:00:00", "2027-02-15T12:00:00", "2028-03-01T12:00:00"]
)
def test_seeding_in_a_later_month_adds_its_bill_and_keeps_the_books_straight(
    engine: Engine, clock: FixedClock, later: str
) -> None:
    seed_demo(engine, clock, demo=True)
    customers = SqlCustomers(engine)
    first = set(customers.payments(CHEN))
    clock.set(datetime.fromisoformat(f"{later}+08:00"))
    for _ in range(2):
        seed_demo(engine, clock, demo=True)
        last_month = clock.now().replace(day=1) - timedelta(days=1)
        assert customers.bills(CHEN)[0].month == f"{last_month:%Y-%m}"
        for account_no in (CHEN, "3201889900", "3403007788"):
            account = customers.account(account_no)
            assert account is not None
            payments = customers.payments(account_no)
            assert (
                sum(b.amount for b in customers.bills(account_no)) - sum(p.amount for p in payments) == account.arrears
            )
            assert all(payment.paid_at < clock.now() and payment.amount > 0 for payment in payments)
    assert first <= set(customers.payments(CHEN))


def test_what_somebody_changed_stays(engine: Engine, clock: FixedClock) -> None:
    seed_demo(engine, clock, demo=True)
    mine = schema.accounts.c.account_no == CHEN
    with writing(engine) as connection:
        connection.execute(update(schema.accounts).where(mine).values(name="陈桂兰女士"))
    seed_demo(engine, clock, demo=True)
    account = SqlCustomers(engine).account(CHEN)
    assert account is not None
    assert account.name == "陈桂兰女士"


def test_personal_data_is_not_in_the_file(sqlite_engine: Engine, clock: FixedClock) -> None:
    seed_demo(sqlite_engine, clock, demo=True)
    repair = NewTicket(
        kind=Kind.REPAIR,
        description="我家停电了",
        channel="web",
        contact_phone="13800138000",
        contact_name="王敏",
        address="人民路66号",
    )
    desk = ServiceDesk(SqlTicketStore(sqlite_engine), clock, profile("state_grid"))
    desk.urge(desk.accept(repair, request_id="r").ticket_no, note="王敏又打电话", request_id="u")
    journal = SqlConversations(sqlite_engine)
    turn = journal.accept_turn("c", "m", "web", None, "我叫王敏，电话13800138000", None, clock.now())
    journal.answer_turn(turn.turn_id, {"messages": [{"text": "王敏您好"}]}, clock.now())
    sqlite_engine.dispose()
    path = Path(str(sqlite_engine.url.database))
    raw = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    assert b"GD20261122" in raw
    for secret in ("13800138000", "13800010001", "王敏", "人民路", "陈桂兰", "桂花园", "我家停电"):
        assert secret.encode() not in raw
        assert secret.encode("unicode_escape") not in raw


def test_keys_are_rotated_by_a_new_one_in_front(tmp_path: Path, clock: FixedClock) -> None:
    url, old, new = f"sqlite:///{tmp_path / 'x.db'}", generate_key(), generate_key()
    engine = connect(url, [old])
    migrate(engine)
    seed_demo(engine, clock, demo=True)
    both = SqlCustomers(connect(url, [new, old]))
    account = both.account(CHEN)
    assert account is not None
    assert account.phone == "13800010001"
    assert [found.account_no for found in both.find_accounts("13800010001")] == [CHEN]
    with pytest.raises(InvalidToken):
        SqlCustomers(connect(url, [new])).account(CHEN)


def test_money_and_time_are_stored_exactly_or_not_at_all(engine: Engine, clock: FixedClock) -> None:
    seed_demo(engine, clock, demo=True)
    with writing(engine) as connection:
        connection.execute(update(schema.bills).values(amount=Decimal("999999999999.99")))
        total = connection.scalar(select(func.sum(schema.bills.c.amount)))
        assert total == Decimal("999999999999.99") * 10 * 13
    with pytest.raises(StatementError, match="fen"), writing(engine) as connection:
        connection.execute(update(schema.bills).values(amount=Decimal("1.005")))
    with pytest.raises(StatementError, match="naive"), writing(engine) as connection:
        connection.execute(update(schema.outages).values(ends=datetime(2026, 11, 22)))
    moment = datetime(2026, 11, 22, 9, 0, 0, 123456, tzinfo=SHANGHAI)
    with writing(engine) as connection:
        connection.execute(update(schema.outages).values(ends=moment))
        assert set(connection.scalars(select(schema.outages.c.ends))) == {moment}


def test_a_writer_waits_for_a_writer_and_a_reader_for_nobody(sqlite_engine: Engine) -> None:
    row = {"name": "甲", "lat": 0.0, "lon": 0.0, "area": "urban"}
    entered = threading.Event()

    def second() -> int:
        entered.set()
        with writing(sqlite_engine) as connection:
            return connection.scalar(select(func.count()).select_from(schema.places)) or 0

    with ThreadPoolExecutor(1) as pool:
        with writing(sqlite_engine) as connection:
            connection.execute(insert(schema.places).values(row))
            waiting = pool.submit(second)
            entered.wait()
            with reading(sqlite_engine) as reader:
                assert reader.scalar(select(func.count()).select_from(schema.places)) == 0
            assert not waiting.done()
        assert waiting.result() == 1


def test_sqlite_is_set_up(sqlite_engine: Engine) -> None:
    with reading(sqlite_engine) as connection:
        asked = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert asked == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 20000}


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y"])
def test_databases_that_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"sqlite|SQLite"):
        connect(url, [generate_key()])


@pytest.mark.parametrize("keys", [[], ["short"]])
def test_keys_that_are_refused(tmp_path: Path, keys: list[str]) -> None:
    with pytest.raises(ValueError, match="key"):
        connect(f"sqlite:///{tmp_path / 'x.db'}", keys)


def _counts(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        tables = schema.metadata.sorted_tables
        return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
