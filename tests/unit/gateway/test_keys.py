"""A new key for the personal data, from the command line to the last conversation the assistant remembers."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from actions.desk.clock import SystemClock
from actions.ports.sql import SqlConversations, generate_key
from bot.cli.main import app
from bot.gateway.assistant_process import data_keys
from bot.gateway.database import open_database
from bot.gateway.settings import Settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with a conversation, and what the assistant remembers of it."""
    monkeypatch.setenv("DIANDA_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "300")
    engine = open_database(Settings())
    SqlConversations(engine).accept_turn("c-1", "m-1", "web", None, "我叫陈桂兰", None, SystemClock().now())
    engine.dispose()
    with sqlite3.connect(tmp_path / "db" / "trackers.db") as trackers:
        trackers.execute("CREATE TABLE assistant_trackers (conversation_id TEXT PRIMARY KEY, body BLOB, updated_at FLOAT)")
        body = Fernet(data_keys(Settings())[0]).encrypt("[陈桂兰]".encode())
        trackers.executemany("INSERT INTO assistant_trackers VALUES (?, ?, 1)", [(f"c-{n}", body) for n in range(250)])
    trackers.close()
    return tmp_path


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["keys", *words])
    return done.exit_code, done.output


def remembered(home: Path) -> list[bytes]:
    trackers = sqlite3.connect(home / "db" / "trackers.db")
    try:
        return [row[0] for row in trackers.execute("SELECT body FROM assistant_trackers")]
    finally:
        trackers.close()


def test_a_generated_key_is_replaced(home: Path) -> None:
    (old,) = data_keys(Settings())
    assert run("new")[0] == 0
    new, still = data_keys(Settings())
    assert still == old and new != old
    assert (home / "keys" / "data.key").stat().st_mode & 0o777 == 0o600
    refused, told = run("retire")
    assert refused == 1 and "rotate" in told
    code, told = run("rotate")
    assert code == 0, told
    code, told = run("retire")
    assert code == 0, told
    assert data_keys(Settings()) == (new,)
    assert {Fernet(new).decrypt(body).decode() for body in remembered(home)} == {"[陈桂兰]"}
    (conversation,) = SqlConversations(open_database(Settings())).conversations(9)
    assert conversation.last_text == "我叫陈桂兰"


def test_files_are_written_anew_and_keep_their_age(home: Path) -> None:
    paper = home / "uploads" / "ab" / "abcdefgh.paper"
    paper.parent.mkdir(parents=True)
    paper.write_bytes(Fernet(data_keys(Settings())[0]).encrypt(b"a deed"))
    os.utime(paper, (1, 1_700_000_000))
    run("new")
    code, told = run("rotate")
    assert code == 0 and "uploads 1" in told
    assert Fernet(data_keys(Settings())[0]).decrypt(paper.read_bytes()) == b"a deed"
    assert paper.stat().st_mtime == 1_700_000_000
    assert list(paper.parent.iterdir()) == [paper]


def test_keys_of_the_settings_are_the_operators_to_change(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (old,), new = data_keys(Settings()), generate_key()
    monkeypatch.setenv("DIANDA_DATA_KEYS", old)
    code, told = run("new")
    assert code == 0 and "DIANDA_DATA_KEYS" in told
    monkeypatch.setenv("DIANDA_DATA_KEYS", f"{new},{old}")
    code, told = run("rotate")
    assert code == 0 and "assistant_trackers 250" in told, told
    monkeypatch.setenv("DIANDA_DATA_KEYS", new)
    assert run("rotate") == (0, run("rotate")[1])


def test_a_key_that_is_lost_is_told_and_nothing_is_dropped(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = remembered(home)
    monkeypatch.setenv("DIANDA_DATA_KEYS", generate_key())
    code, told = run("rotate")
    assert code == 1 and "assistant_trackers 250" in told and "turns 1" in told
    assert remembered(home) == before
