"""Stop orders in the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, RowMapping, and_, delete, not_, or_, select, update

from actions.desk.customers import PaymentMode
from actions.desk.notices import Step
from actions.desk.outbox import Letter
from actions.desk.stops import OPEN, Protected, StopOrder, StopState
from actions.ports.sql import outbox as letterbox
from actions.ports.sql import schema
from actions.ports.sql.engine import insert_into, reading, writing
from actions.ports.sql.notices import NoticeWrites
from actions.ports.sql.schema_notices import notices
from actions.ports.sql.stop_schema import stop_orders as table

_C = table.c
_ACCOUNTS = schema.accounts.c
_NOTHING = Decimal(0)
_STILL = [state.value for state in sorted(OPEN)]


class SqlStops:
    """`StopStore` in the database."""

    def __init__(self, engine: Engine) -> None:
        """`engine` as of `engine.connect`, migrated."""
        self._engine = engine

    @contextmanager
    def transaction(self) -> Iterator[_Transaction]:
        """See `StopStore.transaction`."""
        with writing(self._engine) as connection:
            yield _Transaction(connection)

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """See `StopStore.due`."""
        query = select(_C.order_no).where(_C.next_at <= now).order_by(_C.next_at, _C.order_no).limit(limit)
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query))

    def paid(self, limit: int) -> tuple[str, ...]:
        """See `StopStore.paid`."""
        prepaid = _ACCOUNTS.payment_mode == PaymentMode.PREPAID.value
        owes = or_(and_(prepaid, _ACCOUNTS.balance < _NOTHING), and_(~prepaid, _ACCOUNTS.arrears > _NOTHING))
        query = (
            select(_C.order_no)
            .join(schema.accounts, _ACCOUNTS.account_no == _C.account_no)
            .where(_C.state.in_(_STILL), _C.paid_at.is_(None), not_(owes))
            .order_by(_C.order_no)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query))

    def listed(self, limit: int) -> tuple[StopOrder, ...]:
        """See `StopStore.listed`."""
        still = select(table).where(_C.state.in_(_STILL)).order_by(_C.planned_at, _C.order_no).limit(limit)
        over = select(table).where(_C.state.not_in(_STILL)).order_by(_C.created_at.desc(), _C.order_no)
        with reading(self._engine) as connection:
            found = connection.execute(still).mappings().all()
            rest = connection.execute(over.limit(limit - len(found))).mappings().all()
        return tuple(_order(row) for row in (*found, *rest))

    def forget(self, before: datetime) -> int:
        """Delete orders that ended before a moment, with the notes of who was told of them; how many those were."""
        with writing(self._engine) as connection:
            old = list(connection.scalars(select(_C.order_no).where(_C.ended_at < before)))
            connection.execute(delete(notices).where(notices.c.subject.in_([f"stop:{number}" for number in old])))
            connection.execute(delete(table).where(_C.order_no.in_(old)))
        return len(old)


class _Transaction(NoticeWrites):
    """`StopTransaction` on one connection."""

    def order(self, order_no: str) -> StopOrder | None:
        row = self._connection.execute(select(table).where(_C.order_no == order_no).with_for_update()).mappings().one_or_none()
        return None if row is None else _order(row)

    def open_order(self, account_no: str) -> StopOrder | None:
        # Held first, so that of two who order at once the second finds the first one's.
        self._connection.execute(select(_ACCOUNTS.account_no).where(_ACCOUNTS.account_no == account_no).with_for_update())
        mine = select(table).where(_C.account_no == account_no, _C.state.in_(_STILL)).limit(1)
        row = self._connection.execute(mine).mappings().one_or_none()
        return None if row is None else _order(row)

    def keep(self, order: StopOrder) -> None:
        row = {**asdict(order), "state": order.state.value, "protected": order.protected.value}
        add = insert_into(self._connection, table).values(row)
        self._connection.execute(add.on_conflict_do_update(index_elements=["order_no"], set_=row))

    def demanded(self, account_no: str) -> bool:
        query = select(notices.c.id).where(notices.c.account_no == account_no, notices.c.step == Step.BILL_DEMAND.value)
        return self._connection.execute(query.limit(1)).first() is not None

    def disconnect(self, account_no: str, off: bool) -> None:
        self._connection.execute(update(schema.accounts).where(_ACCOUNTS.account_no == account_no).values(disconnected=off))

    def post(self, letters: Iterable[Letter]) -> None:
        letterbox.post_once(self._connection, letters)


def _order(row: RowMapping) -> StopOrder:
    fields: dict[str, Any] = {**row, "state": StopState(row["state"]), "protected": Protected(row["protected"])}
    return StopOrder(**fields)
