"""No table is forgotten by the retention job: a row in each, all of it long over, and nobody can be found in any afterwards."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from actions.desk.clock import FixedClock
from actions.ports.sql.schema import metadata
from bot.gateway.retention import sweep_out
from bot.gateway.settings import Settings
from tests.contract.ports.every_table import fill, personal, stored

AS_LONG_AS_THE_CONTRACT = {"accounts", "bills", "payments", "bindings", "account_supply", "transformer_areas", "enterprise_contracts", "enterprise_months", "notice_choices", "notices", "account_streets", "account_street_marks"}
"""The utility's own books: who its customers are, and which chat user linked which account. What an
account wants to be told, and what it was told of its bills (nobody is reminded twice), stays with it too. They go when the customer goes."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, retention_days=180)


def test_everything_that_is_over_is_forgotten_in_every_table(engine: Engine, clock: FixedClock, settings: Settings) -> None:
    for n in (1, 2):
        fill(engine, clock.now(), n)
    clock.advance(timedelta(days=400))  # what customers said of themselves is kept for a year
    sweep_out(engine, settings, clock)
    left = {
        f"{table.name}.{name}": row[name]
        for table in metadata.sorted_tables
        if table.name not in AS_LONG_AS_THE_CONTRACT
        for row in stored(engine, table)
        for name in personal(table)
        if row[name] not in (None, "")
    }
    assert left == {}, "forget this in actions/ports/sql/retention.py"


def test_before_its_time_nothing_goes(engine: Engine, clock: FixedClock, settings: Settings) -> None:
    fill(engine, clock.now())
    clock.advance(timedelta(days=6))
    sweep_out(engine, settings, clock)
    assert all(len(stored(engine, table)) == 1 for table in metadata.sorted_tables)


def test_the_exceptions_are_tables_that_are_there() -> None:
    assert set(metadata.tables) >= AS_LONG_AS_THE_CONTRACT
