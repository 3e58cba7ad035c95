"""The outbox in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, func, select, update

from actions.desk.errors import InvalidCursor, LetterDelivered, UnknownLetter
from actions.desk.outbox import Audience, Letter, LetterPage, LetterState, StoredLetter
from actions.ports.sql.bulk import insert_many
from actions.ports.sql.engine import insert_into, reading, writing
from actions.ports.sql.schema import outbox as table

_C = table.c


def post(connection: Connection, letters: Iterable[Letter]) -> None:
    """Write letters down in the transaction of the change that caused them."""
    insert_many(connection, table, _rows(letters))


def post_once(connection: Connection, letters: Iterable[Letter]) -> int:
    """Write those down whose key is not there yet; how many that were."""
    rows = _rows(letters)
    if not rows:
        return 0
    once = insert_into(connection, table).on_conflict_do_nothing(index_elements=["key"]).returning(_C.id)
    return sum(connection.scalar(once.values(row)) is not None for row in rows)


def _rows(letters: Iterable[Letter]) -> list[dict[str, Any]]:
    return [
        {
            "key": letter.key,
            "audience": letter.audience.value,
            "topic": letter.topic,
            "ticket_no": letter.ticket_no,
            "subject": letter.subject,
            "body": dict(letter.body),
            "created_at": letter.created_at,
            "state": LetterState.PENDING.value,
            "attempts": 0,
            "next_at": letter.created_at,
            "last_error": "",
            "held": "",
        }
        for letter in letters
    ]


class SqlOutbox:
    """`OutboxStore` in the database."""

    def __init__(self, engine: Engine) -> None:
        """`engine` as of `engine.connect`, migrated."""
        self._engine = engine

    def claim(self, now: datetime, limit: int, lease: timedelta) -> tuple[StoredLetter, ...]:
        """See `OutboxStore.claim`."""
        due = select(table).where(_C.next_at <= now).order_by(_C.next_at, _C.id).limit(limit)
        # Asked every second, mostly in vain: looking first keeps the one writer of SQLite free.
        with reading(self._engine) as connection:
            if connection.execute(due.with_only_columns(_C.id).limit(1)).first() is None:
                return ()
        with writing(self._engine) as connection:
            rows = connection.execute(due.with_for_update(skip_locked=True)).mappings().all()
            ours = update(table).where(_C.id.in_([row["id"] for row in rows]))
            connection.execute(ours.values(attempts=_C.attempts + 1, next_at=now + lease, held=""))
        claimed = {"next_at": now + lease, "held": ""}
        return tuple(_stored({**row, "attempts": row["attempts"] + 1, **claimed}) for row in rows)

    def delivered(self, key: str, at: datetime) -> None:
        """See `OutboxStore.delivered`."""
        first = update(table).where(_C.key == key, _C.delivered_at.is_(None))
        with writing(self._engine) as connection:
            connection.execute(
                first.values(state=LetterState.DELIVERED.value, next_at=None, delivered_at=at, last_error="")
            )

    def failed(self, key: str, attempt: int, error: str, next_at: datetime | None) -> None:
        """See `OutboxStore.failed`."""
        state = LetterState.DEAD if next_at is None else LetterState.PENDING
        last = update(table).where(_C.key == key, _C.attempts == attempt, _C.delivered_at.is_(None))
        with writing(self._engine) as connection:
            connection.execute(last.values(state=state.value, next_at=next_at, last_error=error))

    def hold(self, key: str, attempt: int, until: datetime, why: str) -> None:
        """See `OutboxStore.hold`."""
        ours = update(table).where(_C.key == key, _C.attempts == attempt, _C.delivered_at.is_(None))
        with writing(self._engine) as connection:
            connection.execute(ours.values(attempts=attempt - 1, next_at=until, held=why))

    def get(self, key: str) -> StoredLetter | None:
        """See `OutboxStore.get`."""
        with reading(self._engine) as connection:
            row = connection.execute(select(table).where(_C.key == key)).mappings().one_or_none()
        return None if row is None else _stored(row)

    def find(self, state: LetterState | None, cursor: str | None, limit: int) -> LetterPage:
        """See `OutboxStore.find`. The cursor is the row number of the last letter given."""
        query = select(table).order_by(_C.id.desc()).limit(limit + 1)
        if state is not None:
            query = query.where(_C.state == state.value)
        if cursor is not None:
            if not (cursor.isascii() and cursor.isdigit()):
                raise InvalidCursor(f"cursor {cursor!r}")
            query = query.where(_C.id < int(cursor))
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        page = rows[:limit]
        return LetterPage(tuple(map(_stored, page)), str(page[-1]["id"]) if len(rows) > limit else None)

    def retry(self, key: str, at: datetime) -> StoredLetter:
        """See `OutboxStore.retry`."""
        with writing(self._engine) as connection:
            row = connection.execute(select(table).where(_C.key == key).with_for_update()).mappings().one_or_none()
            if row is None:
                raise UnknownLetter(key)
            if row["state"] == LetterState.DELIVERED.value:
                raise LetterDelivered(key)
            again = {"state": LetterState.PENDING.value, "attempts": 0, "next_at": at, "held": ""}
            connection.execute(update(table).where(_C.key == key).values(again))
        return _stored({**row, **again})

    def counts(self) -> Mapping[LetterState, int]:
        """See `OutboxStore.counts`."""
        with reading(self._engine) as connection:
            found = connection.execute(select(_C.state, func.count()).group_by(_C.state)).all()
        return {state: 0 for state in LetterState} | {LetterState(state): count for state, count in found}


def _stored(row: Mapping[str, Any] | RowMapping) -> StoredLetter:
    letter = Letter(
        key=row["key"],
        audience=Audience(row["audience"]),
        topic=row["topic"],
        ticket_no=row["ticket_no"],
        subject=row["subject"],
        created_at=row["created_at"],
        body=row["body"],
    )
    return StoredLetter(
        letter=letter,
        state=LetterState(row["state"]),
        attempts=row["attempts"],
        next_at=row["next_at"],
        delivered_at=row["delivered_at"],
        last_error=row["last_error"],
        held=row["held"],
    )
