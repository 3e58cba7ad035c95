"""Half-filled forms in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, delete, select

from actions.ports.drafts import Draft
from actions.ports.sql.draft_schema import drafts as table
from actions.ports.sql.engine import insert_into, reading, writing


class SqlDrafts:
    """`DraftStore` in the database."""

    def __init__(self, engine: Engine) -> None:
        """`engine` as of `engine.connect`, migrated."""
        self._engine = engine

    def save(self, draft: Draft) -> None:
        """See `DraftStore.save`."""
        row = {"account_no": draft.account_no, "flow": draft.flow, "body": dict(draft.body), "saved_at": draft.saved_at}
        with writing(self._engine) as connection:
            added = insert_into(connection, table).values(row)
            again = {"body": dict(draft.body), "saved_at": draft.saved_at}
            connection.execute(
                added.on_conflict_do_update(index_elements=[table.c.account_no, table.c.flow], set_=again)
            )

    def drafts(self, account_no: str, since: datetime) -> tuple[Draft, ...]:
        """See `DraftStore.drafts`."""
        own = select(table).where(table.c.account_no == account_no, table.c.saved_at >= since)
        with reading(self._engine) as connection:
            rows = connection.execute(own.order_by(table.c.saved_at.desc())).all()
        return tuple(Draft(row.account_no, row.flow, row.body, row.saved_at) for row in rows)

    def drop(self, account_no: str, flow: str) -> None:
        """See `DraftStore.drop`."""
        with writing(self._engine) as connection:
            connection.execute(delete(table).where(table.c.account_no == account_no, table.c.flow == flow))

    def forget(self, before: datetime) -> int:
        """See `DraftStore.forget`."""
        with writing(self._engine) as connection:
            return connection.execute(delete(table).where(table.c.saved_at < before)).rowcount
