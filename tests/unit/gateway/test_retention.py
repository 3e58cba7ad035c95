"""The retention job as the service runs it."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from actions.desk.clock import FixedClock, SystemClock
from actions.desk.profiles import Fact, Trait
from actions.ports.sql import SqlConversations, SqlProfiles
from bot.cli.main import app
from bot.gateway.database import open_database
from bot.gateway.retention import Retention, sweep_out
from bot.gateway.settings import Settings
from tests.unit.gateway.fakes import until


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIANDA_HOME", str(tmp_path))
    monkeypatch.setenv("DIANDA_RETENTION_DAYS", "30")
    return tmp_path


def two_conversations(journal: SqlConversations) -> None:
    now = SystemClock().now()
    for name, at in (("old", now - timedelta(days=31)), ("new", now - timedelta(days=29))):
        journal.accept_turn(name, "m", "web", None, "你好", None, at)


async def test_the_service_erases_by_itself(home: Path) -> None:
    settings = Settings()
    engine = open_database(settings)
    journal = SqlConversations(engine)
    two_conversations(journal)
    job = Retention(engine, settings, FixedClock(SystemClock().now()))
    await job.start()
    await until(lambda: [each.conversation_id for each in journal.conversations(9)] == ["new"])
    await job.close()
    engine.dispose()


def test_by_hand_with_the_assistants_memory(home: Path) -> None:
    engine = open_database(Settings())
    two_conversations(SqlConversations(engine))
    engine.dispose()
    now = SystemClock().now().timestamp()
    trackers = sqlite3.connect(home / "db" / "trackers.db")
    trackers.execute("CREATE TABLE assistant_trackers (conversation_id TEXT PRIMARY KEY, body BLOB, updated_at FLOAT)")
    trackers.executemany(
        "INSERT INTO assistant_trackers VALUES (?, x'00', ?)", [("old", now - 31 * 86400), ("new", now - 29 * 86400)]
    )
    trackers.commit()
    done = CliRunner().invoke(app, ["retention"])
    assert done.exit_code == 0, done.output
    assert "删除对话 1（助手记忆 1）" in done.output
    assert trackers.execute("SELECT conversation_id FROM assistant_trackers").fetchall() == [("new",)]
    trackers.close()


async def test_what_customers_said_of_themselves_goes_after_a_year(home: Path) -> None:
    settings, now = Settings(), SystemClock().now()
    engine = open_database(settings)
    store = SqlProfiles(engine)
    for name, days in (("old", 366), ("new", 364)):
        fact = Fact(trait=Trait.EV, noted_at=now - timedelta(days=days))
        store.change(name, lambda profile, fact=fact: profile.with_facts([fact]), now)
    sweep_out(engine, settings, FixedClock(now))
    assert store.profile("old").empty and not store.profile("new").empty
    engine.dispose()
