"""Migrations back and forth over a database with something in every table: what both releases know stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from actions.desk.clock import FixedClock
from actions.ports.sql import connect, migrate, schema
from actions.ports.sql.migrate import downgrade
from tests.contract.ports.every_table import fill, stored

EARLIER = ("0006", "0005", "0004", "0003", "0002", "0001")


@pytest.fixture(params=("sqlite", "postgresql"))
def own(request: pytest.FixtureRequest, tmp_path: Path, key: str) -> Iterator[Engine]:
    """A database of the test's own, migrated: other tests share theirs."""
    url = f"sqlite:///{tmp_path}/own.db"
    if request.param == "postgresql":
        server: str = request.getfixturevalue("postgres_url")
        with create_engine(server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS migrated_data"))
            connection.execute(text("CREATE DATABASE migrated_data"))
        url = server.replace("/postgres", "/migrated_data")
    engine = connect(url, [key])
    migrate(engine)
    yield engine
    engine.dispose()


def test_one_release_back_and_forth_loses_nothing_that_both_know(own: Engine, clock: FixedClock) -> None:
    for n in (1, 2, 3):
        fill(own, clock.now(), n)
    before = {table.name: stored(own, table) for table in schema.metadata.sorted_tables}
    for revision in EARLIER:
        downgrade(own, revision)
        kept = {table: {column["name"] for column in inspect(own).get_columns(table)} for table in inspect(own).get_table_names()}
        migrate(own)
        for table in schema.metadata.sorted_tables:
            known = kept.get(table.name, set()) - {"id"}
            after = stored(own, table)
            assert [{name: row[name] for name in known} for row in after] == [{name: row[name] for name in known} for row in before[table.name]] or not known
    # By then the fingerprints of addresses had gone and come back, made from the addresses.
    prints = {row["ticket_no"]: row["address_fingerprint"] for row in before["tickets"]}
    assert {row["ticket_no"]: row["address_fingerprint"] for row in stored(own, schema.tickets)} == prints
    assert None not in prints.values()
