"""Profiles in the database: one encrypted document a subject."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select, update

from actions.desk.profiles import Profile
from actions.ports.profile_json import aged, from_json, oldest, to_json
from actions.ports.sql.engine import insert_into, reading, writing
from actions.ports.sql.profile_schema import profiles as table


class SqlProfiles:
    """`ProfileStore` in the database."""

    def __init__(self, engine: Engine) -> None:
        """`engine` as of `engine.connect`, migrated."""
        self._engine = engine

    def profile(self, subject: str) -> Profile:
        """See `ProfileStore.profile`."""
        with reading(self._engine) as connection:
            body = connection.scalar(select(table.c.body).where(table.c.subject == subject))
        return from_json(body) if body else Profile()

    def change(self, subject: str, step: Callable[[Profile], Profile], at: datetime) -> Profile:
        """See `ProfileStore.change`."""
        with writing(self._engine) as connection:
            # The row first, so that there is one to lock: two turns of a customer must not lose each other's statement.
            empty = {"subject": subject, "body": to_json(Profile()), "oldest_at": None, "changed_at": at}
            connection.execute(insert_into(connection, table).values(empty).on_conflict_do_nothing())
            held = select(table.c.body).where(table.c.subject == subject).with_for_update()
            changed = step(from_json(connection.execute(held).scalar_one()))
            _put(connection, subject, changed, at)
            return changed

    def forget(self, before: datetime) -> int:
        """See `ProfileStore.forget`."""
        with reading(self._engine) as connection:
            old = list(connection.scalars(select(table.c.subject).where(table.c.oldest_at < before)))
        for subject in old:
            self.change(subject, lambda profile: aged(profile, before), before)
        return len(old)


def _put(connection: Connection, subject: str, profile: Profile, at: datetime) -> None:
    if profile.empty:
        connection.execute(delete(table).where(table.c.subject == subject))
        return
    row = {"body": to_json(profile), "oldest_at": oldest(profile), "changed_at": at}
    connection.execute(update(table).where(table.c.subject == subject).values(row))
