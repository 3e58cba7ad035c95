"""The service's database, for the service and for commands that need nothing else of it."""

from __future__ import annotations

from sqlalchemy import Engine

from actions.ports.sql import connect, migrate
from bot.gateway.assistant_process import data_keys
from bot.gateway.settings import Settings


def open_database(settings: Settings) -> Engine:
    """The service's database, its tables up to date."""
    engine = connect(settings.database_url, data_keys(settings))
    migrate(engine)
    return engine
