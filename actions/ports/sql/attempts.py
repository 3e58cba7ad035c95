"""Verification counters in the database."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Engine, select, update

from actions.desk.verification import Attempts
from actions.ports.sql.engine import insert_into, writing
from actions.ports.sql.schema import verification_attempts as table
from actions.ports.verification import Change

T = TypeVar("T")


class SqlAttempts:
    """`AttemptStore` in the database."""

    def __init__(self, engine: Engine) -> None:
        """`engine` as of `engine.connect`, migrated."""
        self._engine = engine

    def change(self, keys: tuple[str, ...], rule: Change[T]) -> T:
        """See `AttemptStore.change`."""
        with writing(self._engine) as connection:
            # A row that is not there cannot be locked, so it is made first; in one order, so that two tries with the
            # same keys never wait for each other.
            fresh = [{"key": key, "failures": 0} for key in sorted(keys)]
            for row in fresh:
                connection.execute(insert_into(connection, table).values(row).on_conflict_do_nothing())
            held = select(table).where(table.c.key.in_(keys)).order_by(table.c.key).with_for_update()
            rows = {
                row.key: Attempts(row.failures, row.last_failed_at, row.locked_until)
                for row in connection.execute(held)
            }
            answer, after = rule(tuple(rows[key] for key in keys))
            for key, attempts in zip(keys, after, strict=True):
                connection.execute(
                    update(table)
                    .where(table.c.key == key)
                    .values(
                        failures=attempts.failures,
                        last_failed_at=attempts.last_failed_at,
                        locked_until=attempts.locked_until,
                    )
                )
            return answer
