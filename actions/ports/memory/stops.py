"""Stop orders in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from actions.desk.notices import Step
from actions.desk.outbox import Letter
from actions.desk.stops import OPEN, StopOrder, owes
from actions.ports.memory.notices import MemoryNotices, NoticeWrites


class MemoryStops:
    """`StopStore` in memory. Its notices are those of `notices`, whose store's lock holds for everything."""

    def __init__(self, notices: MemoryNotices) -> None:
        """No orders."""
        self.notices = notices
        self.known: dict[str, StopOrder] = {}

    @contextmanager
    def transaction(self) -> Iterator[_Transaction]:
        """See `StopStore.transaction`."""
        with self.notices.transaction():
            before = dict(self.known)
            try:
                yield _Transaction(self)
            except BaseException:
                self.known = before
                raise

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """See `StopStore.due`."""
        with self.notices.store.lock:
            waiting = sorted((one.next_at, one.order_no) for one in self.known.values() if one.next_at is not None and one.next_at <= now)
            return tuple(number for _, number in waiting)[:limit]

    def paid(self, limit: int) -> tuple[str, ...]:
        """See `StopStore.paid`."""
        with self.notices.store.lock:
            still = sorted(one.order_no for one in self.known.values() if one.state in OPEN and one.paid_at is None and not self._owes(one))
            return tuple(still)[:limit]

    def listed(self, limit: int) -> tuple[StopOrder, ...]:
        """See `StopStore.listed`."""
        with self.notices.store.lock:
            still = sorted((one for one in self.known.values() if one.state in OPEN), key=lambda one: (one.planned_at, one.order_no))
            over = sorted((one for one in self.known.values() if one.state not in OPEN), key=lambda one: one.created_at, reverse=True)
            return (*still, *over)[:limit]

    def _owes(self, order: StopOrder) -> bool:
        account = self.notices.customers.account(order.account_no)
        return account is not None and owes(account)


class _Transaction(NoticeWrites):
    """`StopTransaction` under the store's lock."""

    def __init__(self, stops: MemoryStops) -> None:
        super().__init__(stops.notices)
        self._stops = stops

    def order(self, order_no: str) -> StopOrder | None:
        return self._stops.known.get(order_no)

    def open_order(self, account_no: str) -> StopOrder | None:
        return next((one for one in self._stops.known.values() if one.account_no == account_no and one.state in OPEN), None)

    def keep(self, order: StopOrder) -> None:
        self._stops.known[order.order_no] = order

    def demanded(self, account_no: str) -> bool:
        return any(one.account_no == account_no and one.step is Step.BILL_DEMAND for one in self._stops.notices.noted.values())

    def disconnect(self, account_no: str, off: bool) -> None:
        self._stops.notices.customers.disconnect(account_no, off)

    def post(self, letters: Iterable[Letter]) -> None:
        outbox = self._stops.notices.store.outbox
        outbox.post(letter for letter in letters if letter.key not in outbox.letters)
