"""Unanswered questions in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, delete, select

from actions.ports.gaps import Gap, GapReason, merged
from actions.ports.sql.encrypted import cipher_of
from actions.ports.sql.engine import insert_into, reading, writing
from actions.ports.sql.schema import knowledge_gaps as table


class SqlGaps:
    """`GapStore` in the database. What masking may have missed is ciphertext; the same words meet by their fingerprint."""

    def __init__(self, engine: Engine) -> None:
        """`engine` as of `engine.connect`, migrated."""
        self._engine = engine

    def note(self, text: str, reason: GapReason, channel: str, nearest: str | None, at: datetime) -> None:
        """See `GapStore.note`."""
        row = {
            "fingerprint": cipher_of(self._engine).fingerprint(text),
            "reason": reason.value,
            "channel": channel,
            "text": text,
            "nearest": nearest,
            "times": 1,
            "first_at": at,
            "last_at": at,
        }
        with writing(self._engine) as connection:
            added = insert_into(connection, table).values(row)
            again = {"times": table.c.times + 1, "nearest": nearest, "last_at": at}
            keys = [table.c.fingerprint, table.c.reason, table.c.channel]
            connection.execute(added.on_conflict_do_update(index_elements=keys, set_=again))

    def gaps(self, *, since: datetime | None = None, limit: int = 1000) -> tuple[Gap, ...]:
        """See `GapStore.gaps`."""
        wanted = select(table).order_by(table.c.times.desc(), table.c.last_at.desc())
        if since is not None:
            wanted = wanted.where(table.c.last_at >= since)
        with reading(self._engine) as connection:
            # One question may have a row for each channel and reason; the factor is far above what there are of them.
            rows = connection.execute(wanted.limit(limit * 16)).all()
        kept = [
            (row.text, GapReason(row.reason), row.channel, row.times, row.nearest, row.first_at, row.last_at)
            for row in rows
        ]
        return merged(kept, limit)

    def forget(self, before: datetime) -> int:
        """See `GapStore.forget`."""
        with writing(self._engine) as connection:
            return connection.execute(delete(table).where(table.c.last_at < before)).rowcount
