"""The handoff queue in the database."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, Engine, RowMapping, select, text, update

from actions.desk.errors import HandoffTaken, UnknownHandoff
from actions.desk.handoffs import Handoff, HandoffState
from actions.desk.tickets import Priority
from actions.ports.sql.engine import insert_into, reading, writing
from actions.ports.sql.schema import handoff_requests as requests
from actions.ports.sql.schema import handoffs as table


class SqlHandoffs:
    """`HandoffStore` in the database."""

    def __init__(self, engine: Engine) -> None:
        """`engine` as of `engine.connect`, migrated."""
        self._engine = engine

    def open(
        self, conversation_id: str, reason: str, summary: str, priority: Priority, at: datetime, request_id: str
    ) -> Handoff:
        """See `HandoffStore.open`."""
        said = {"reason": reason, "summary": summary, "priority": priority.value}
        with writing(self._engine) as connection:
            known = connection.scalar(select(requests.c.handoff_id).where(requests.c.request_id == request_id))
            if known is not None:
                return _known(connection, known)
            row = {"handoff_id": uuid4().hex, "conversation_id": conversation_id, "opened_at": at, **said}
            once = insert_into(connection, table).values(row)
            once = once.on_conflict_do_nothing(
                index_elements=["conversation_id"], index_where=text("closed_at IS NULL")
            )
            handoff = None
            # Of two at once the second waits in the insert for the first, and then finds its handoff; unless an agent
            # closes that in between, and then there is room for this one.
            while handoff is None:
                connection.execute(once)
                handoff = _active(connection, conversation_id, lock=True)
            if priority.rank > handoff.priority.rank:
                connection.execute(update(table).where(table.c.handoff_id == handoff.handoff_id).values(said))
            link = {"request_id": request_id, "handoff_id": handoff.handoff_id}
            connection.execute(insert_into(connection, requests).values(link).on_conflict_do_nothing())
            return _known(connection, handoff.handoff_id)

    def waiting(self) -> tuple[Handoff, ...]:
        """See `HandoffStore.waiting`."""
        queue = select(table).where(table.c.closed_at.is_(None), table.c.taken_at.is_(None)).order_by(table.c.opened_at)
        with reading(self._engine) as connection:
            handoffs = [_handoff(row) for row in connection.execute(queue).mappings()]
        return tuple(sorted(handoffs, key=lambda handoff: -handoff.priority.rank))

    def get(self, handoff_id: str) -> Handoff | None:
        """See `HandoffStore.get`."""
        with reading(self._engine) as connection:
            row = connection.execute(select(table).where(table.c.handoff_id == handoff_id)).mappings().one_or_none()
        return None if row is None else _handoff(row)

    def active(self, conversation_id: str) -> Handoff | None:
        """See `HandoffStore.active`."""
        with reading(self._engine) as connection:
            return _active(connection, conversation_id, lock=False)

    def take(self, handoff_id: str, agent: str, at: datetime) -> Handoff:
        """See `HandoffStore.take`."""
        with writing(self._engine) as connection:
            handoff = _known(connection, handoff_id)
            if handoff.state is HandoffState.WAITING:
                connection.execute(
                    update(table).where(table.c.handoff_id == handoff_id).values(agent=agent, taken_at=at)
                )
                return _known(connection, handoff_id)
            if handoff.state is HandoffState.CLOSED or handoff.agent != agent:
                raise HandoffTaken(f"handoff {handoff_id} is {handoff.state} with {handoff.agent}")
            return handoff

    def close(self, handoff_id: str, at: datetime) -> Handoff:
        """See `HandoffStore.close`."""
        with writing(self._engine) as connection:
            handoff = _known(connection, handoff_id)
            if handoff.closed_at is not None:
                return handoff
            connection.execute(update(table).where(table.c.handoff_id == handoff_id).values(closed_at=at))
            return _known(connection, handoff_id)


def _known(connection: Connection, handoff_id: str) -> Handoff:
    """The handoff, held until commit. Raises UnknownHandoff."""
    query = select(table).where(table.c.handoff_id == handoff_id).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise UnknownHandoff(f"no handoff {handoff_id}")
    return _handoff(row)


def _active(connection: Connection, conversation_id: str, *, lock: bool) -> Handoff | None:
    query = select(table).where(table.c.conversation_id == conversation_id, table.c.closed_at.is_(None))
    row = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    return None if row is None else _handoff(row)


def _handoff(row: RowMapping) -> Handoff:
    return Handoff(**{**row, "priority": Priority(row["priority"])})
