"""Bringing the tables of a database up to date."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from actions.ports.sql.engine import alone, writing

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(engine: Engine, revision: str = "head") -> None:
    """Upgrade to `revision`; nothing when it is there already.

    One transaction: a migration that fails half-way, or is killed, leaves the tables as they were. Of several processes
    that start at once one migrates and the others wait.
    """
    with writing(engine) as connection:
        alone(connection)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to `revision` (`base`: no tables). For tests and for a release taken back."""
    with writing(engine) as connection:
        alone(connection)
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
