"""One suite per port, run for every adapter: in memory, on SQLite, on a real PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from actions.desk.clock import SHANGHAI, FixedClock
from actions.ports.sql import connect, generate_key, migrate
from actions.ports.sql.engine import writing
from actions.ports.sql.schema import metadata
from tests import servers

KEY = generate_key()
DATABASES = ("sqlite", "postgresql")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in red what a skip would whisper."""
    if servers.postgres_binaries() is None:
        terminalreporter.write_line(servers.NO_POSTGRES, red=True, bold=True)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server for the whole run."""
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    """The server's database, migrated once."""
    engine = connect(postgres_url, [KEY], pool_size=12)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    engine = connect(f"sqlite:///{path}", [KEY])
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite_engine(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """A SQLite database of the test's own."""
    path = tmp_path / "dianda.db"
    shutil.copy(sqlite_template, path)
    engine = connect(f"sqlite:///{path}", [KEY])
    yield engine
    engine.dispose()


def open_engine(request: pytest.FixtureRequest, name: str) -> Engine:
    """The empty database of that name."""
    engine: Engine = request.getfixturevalue("postgres_engine" if name == "postgresql" else "sqlite_engine")
    if name == "postgresql":
        with writing(engine) as connection:
            tables = ", ".join(f'"{table}"' for table in metadata.tables)
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    return engine


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """An empty, migrated database."""
    return open_engine(request, request.param)


@pytest.fixture(params=("memory", *DATABASES))
def backend(request: pytest.FixtureRequest) -> Engine | None:
    """An empty database, or None for the adapters in memory."""
    return None if request.param == "memory" else open_engine(request, request.param)


@pytest.fixture
def key() -> str:
    """What the databases of the fixtures are encrypted with."""
    return KEY


@pytest.fixture
def clock() -> FixedClock:
    """Sunday morning."""
    return FixedClock(datetime(2026, 11, 22, 9, 0, tzinfo=SHANGHAI))
