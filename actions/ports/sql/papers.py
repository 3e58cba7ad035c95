"""Papers of customers in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, delete, exists, or_, select

from actions.desk.papers import Due, Folder, Paper, Use
from actions.ports.sql.encrypted import cipher_of
from actions.ports.sql.engine import insert_into, reading, writing
from actions.ports.sql.paper_schema import paper_needs, paper_uses
from actions.ports.sql.paper_schema import papers as table


class SqlPapers:
    """`PaperStore` in the database."""

    def __init__(self, engine: Engine) -> None:
        """`engine` as of `engine.connect`, migrated."""
        self._engine = engine

    def sent_before(self, conversation_id: str, message_id: str | None, digest: str) -> Paper | None:
        """See `PaperStore.sent_before`."""
        prints = cipher_of(self._engine).fingerprints(digest)
        same: ColumnElement[bool] = table.c.fingerprint.in_(prints)
        if message_id is not None:
            same = or_(same, table.c.message_id == message_id)
        with reading(self._engine) as connection:
            row = connection.execute(select(table).where(table.c.conversation_id == conversation_id, same).limit(1)).first()
        return None if row is None else _paper(row)

    def add(self, paper: Paper, digest: str) -> Paper:
        """See `PaperStore.add`."""
        row = {**{name: getattr(paper, name) for name in _COLUMNS}, "fingerprint": cipher_of(self._engine).fingerprint(digest)}
        with writing(self._engine) as connection:
            # Both keys of a paper may be taken already: whichever it is, the first one stays.
            adding = insert_into(connection, table).values(row).on_conflict_do_nothing().returning(table.c.paper_id)
            added = connection.scalar(adding)
        if added is not None:
            return paper
        before = self.sent_before(paper.conversation_id, paper.message_id, digest)
        if before is None:
            raise RuntimeError("a paper clashes with one that is not there")
        return before

    def paper(self, paper_id: str) -> Paper | None:
        """See `PaperStore.paper`."""
        with reading(self._engine) as connection:
            row = connection.execute(select(table).where(table.c.paper_id == paper_id)).first()
        return None if row is None else _paper(row)

    def of_conversation(self, conversation_id: str) -> tuple[Paper, ...]:
        """See `PaperStore.of_conversation`."""
        own = select(table).where(table.c.conversation_id == conversation_id).order_by(table.c.sent_at, table.c.paper_id)
        with reading(self._engine) as connection:
            return tuple(_paper(row) for row in connection.execute(own))

    def open_folder(self, ticket_no: str, needs: Sequence[Due], uses: Sequence[Use]) -> None:
        """See `PaperStore.open_folder`."""
        wanted = [
            {"ticket_no": ticket_no, "material": need.material, "place": at, "due_at": need.due_at} for at, need in enumerate(needs)
        ]
        with writing(self._engine) as connection:
            if wanted:
                connection.execute(insert_into(connection, paper_needs).on_conflict_do_nothing(), wanted)
            if uses:
                connection.execute(insert_into(connection, paper_uses).on_conflict_do_nothing(), [_row(use) for use in uses])

    def use(self, use: Use) -> None:
        """See `PaperStore.use`."""
        with writing(self._engine) as connection:
            connection.execute(insert_into(connection, paper_uses).values(_row(use)).on_conflict_do_nothing())

    def folder(self, ticket_no: str) -> Folder:
        """See `PaperStore.folder`."""
        needs = select(paper_needs).where(paper_needs.c.ticket_no == ticket_no).order_by(paper_needs.c.place)
        has = (
            select(table, paper_uses.c.ticket_no, paper_uses.c.material, paper_uses.c.added_at)
            .join(paper_uses, paper_uses.c.paper_id == table.c.paper_id)
            .where(paper_uses.c.ticket_no == ticket_no)
            .order_by(paper_uses.c.added_at, table.c.sent_at, table.c.paper_id)
        )
        with reading(self._engine) as connection:
            wanted = tuple(Due(material=row.material, due_at=row.due_at) for row in connection.execute(needs))
            come = tuple((_paper(row), _use(row)) for row in connection.execute(has))
        return Folder(wanted, come)

    def forget(self, unused_before: datetime) -> tuple[str, ...]:
        """See `PaperStore.forget`."""
        used = exists().where(paper_uses.c.paper_id == table.c.paper_id)
        with writing(self._engine) as connection:
            old = list(connection.scalars(select(table.c.paper_id).where(table.c.sent_at < unused_before, ~used)))
            connection.execute(delete(table).where(table.c.paper_id.in_(old)))
        return tuple(sorted(old))

    def known(self, paper_ids: Collection[str]) -> frozenset[str]:
        """See `PaperStore.known`."""
        with reading(self._engine) as connection:
            return frozenset(connection.scalars(select(table.c.paper_id).where(table.c.paper_id.in_(list(paper_ids)))))


_COLUMNS = tuple(column.name for column in table.columns if column.name != "fingerprint")


def _paper(row: Row[Any]) -> Paper:
    return Paper(**{name: getattr(row, name) for name in _COLUMNS})


def _use(row: Row[Any]) -> Use:
    return Use(paper_id=row.paper_id, ticket_no=row.ticket_no, material=row.material, added_at=row.added_at)


def _row(use: Use) -> dict[str, Any]:
    return {"ticket_no": use.ticket_no, "paper_id": use.paper_id, "material": use.material, "added_at": use.added_at}
