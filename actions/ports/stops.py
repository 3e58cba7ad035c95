"""The port of the stop orders. Their notices, letters and the orders themselves change together."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from actions.desk.outbox import Letter
from actions.desk.stops import StopOrder
from actions.ports.notices import NoticeTransaction


class StopTransaction(NoticeTransaction, Protocol):
    """What a writer may do between begin and commit."""

    def order(self, order_no: str) -> StopOrder | None:
        """The order of this number, held until commit, or None."""
        ...

    def open_order(self, account_no: str) -> StopOrder | None:
        """The account's order that has not ended, or None. Two writers of one account go one after the other."""
        ...

    def keep(self, order: StopOrder) -> None:
        """Store an order in the place of the one with its number."""
        ...

    def demanded(self, account_no: str) -> bool:
        """Whether the account was sent a demand for an overdue bill."""
        ...

    def disconnect(self, account_no: str, off: bool) -> None:
        """Note that the account's supply is off, or on again."""
        ...

    def post(self, letters: Iterable[Letter]) -> None:
        """Put letters into the outbox whose key is not there yet."""
        ...


class StopStore(Protocol):
    """Where stop orders live. Called from many threads and processes."""

    def transaction(self) -> AbstractContextManager[StopTransaction]:
        """A unit of work: committed when the block ends, undone when it raises."""
        ...

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """The numbers of up to `limit` orders to look at by `now`, longest due first."""
        ...

    def paid(self, limit: int) -> tuple[str, ...]:
        """The numbers of up to `limit` orders, not ended and not known to be paid, whose account owes nothing any more."""
        ...

    def listed(self, limit: int) -> tuple[StopOrder, ...]:
        """Up to `limit` orders: those that have not ended by planned time, then those that have, newest first."""
        ...
