"""Stop orders at work: taken in, decided on, told of, handed over, withdrawn when paid, and the supply brought back.

One look at an order is one transaction that writes what is told, the order, and when to look again; whether the account has paid is asked
in it every time. Cutting itself is done by people or by the metering system: they are told when they may (`utility.stop_due`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from actions.desk.clock import Clock, rfc3339
from actions.desk.desk import ServiceDesk
from actions.desk.errors import InvalidTicket, StopOver, UnknownStop
from actions.desk.network import Served
from actions.desk.notices import Recipient, Step, written
from actions.desk.outbox import Audience, Letter, said_time
from actions.desk.quiet import QuietHours
from actions.desk.stops import (
    AGAIN,
    OPEN,
    Due,
    Standing,
    StopOrder,
    StopReview,
    StopState,
    due,
    notice_at,
    order_of,
    owes,
    timely,
)
from actions.desk.tickets import Kind, NewTicket
from actions.ports.network import Network
from actions.ports.stops import StopStore, StopTransaction

log = logging.getLogger("dianda.stops")
AT_ONCE = 100
ROLE = "callback"
_RECONNECT = "request_reconnection"


class Stopper:
    """See the module. Holds no state besides its stores; called from many threads and processes."""

    def __init__(self, store: StopStore, clock: Clock, network: Network, desk: ServiceDesk, *, quiet: QuietHours) -> None:
        """`desk` keeps the ticket by which the supply is brought back, with its limit."""
        self._store, self._clock, self._network, self._desk, self._quiet = store, clock, network, desk, quiet

    def take(self, rows: Sequence[Mapping[str, Any]], *, by: str, first: int = 2) -> StopReview:
        """Review the rows of a sheet and store what is good; the same row again is nothing. Rows count from `first`."""
        new: list[StopOrder] = []
        unchanged: list[StopOrder] = []
        refused: list[tuple[int, str]] = []
        for at, row in enumerate(rows, start=first):
            try:
                order, fresh = self._take(row, by)
            except ValueError as error:
                refused.append((at, str(error)))
            else:
                (new if fresh else unchanged).append(order)
        return StopReview(tuple(new), tuple(order.order_no for order in unchanged), tuple(refused))

    def decide(self, order_no: str, allow: bool, *, by: str, note: str = "") -> StopOrder:
        """A person's decision on a protected customer's order. Raises UnknownStop, StopOver (it waits for none)."""
        with self._store.transaction() as tx:
            order, now = self._order(tx, order_no, {StopState.REVIEW}), self._clock.now()
            if not allow:
                return self._end(tx, replace(order, decided_by=by), note or "未批准", now)
            if not timely(order.planned_at, now, self._quiet):
                raise StopOver(order_no)
            standing = replace(order, state=StopState.STANDING, decided_by=by, note=note, next_at=notice_at(order.planned_at, now, self._quiet))
            tx.keep(standing)
            return standing

    def withdraw(self, order_no: str, *, by: str, note: str) -> StopOrder:
        """Call an order off before it is carried out; who was told is told. Raises UnknownStop, StopOver."""
        with self._store.transaction() as tx:
            order = self._order(tx, order_no, OPEN - {StopState.CUT})
            return self._end(tx, replace(order, decided_by=by), note, self._clock.now())

    def cut(self, order_no: str, *, by: str) -> StopOrder:
        """The supply was stopped. Raises UnknownStop, StopOver (it may not be, or is not to be any more, as it was paid)."""
        with self._store.transaction() as tx:
            order, now = self._order(tx, order_no, {StopState.HANDED}), self._clock.now()
            if not self._owes(order):
                raise StopOver(order_no)
            done = replace(order, state=StopState.CUT, cut_at=now, decided_by=by, next_at=None)
            tx.disconnect(order.account_no, True)
            tx.keep(done)
            return done

    def restored(self, order_no: str, *, by: str) -> StopOrder:
        """The supply is back. Raises UnknownStop, StopOver (it was not off)."""
        with self._store.transaction() as tx:
            order, now = self._order(tx, order_no, {StopState.CUT}), self._clock.now()
            done = replace(order, state=StopState.RESTORED, ended_at=now, decided_by=by, next_at=None)
            tx.disconnect(order.account_no, False)
            tx.keep(done)
            return done

    def orders(self, limit: int = 200) -> tuple[StopOrder, ...]:
        """The latest orders, those that have not ended first."""
        return self._store.listed(limit)

    def sweep(self) -> int:
        """Do what is due, and withdraw what was paid; how many orders that were."""
        paid = self._store.paid(AT_ONCE)
        for order_no in paid:
            self._paid(order_no)
        waiting = self._store.due(self._clock.now(), AT_ONCE)
        for order_no in waiting:
            self._look(order_no)
        return len(paid) + len(waiting)

    def _take(self, row: Mapping[str, Any], by: str) -> tuple[StopOrder, bool]:
        number, account_no = (str(row.get(name) or "").strip() for name in ("单号", "户号"))
        served = self._network.supply_of(account_no)
        with self._store.transaction() as tx:
            before = tx.order(number)
            known = Standing(served, tx.demanded(account_no), tx.open_order(account_no), before)
            order = order_of(row, known, self._clock.now(), self._quiet, by=by)
            if before is None:
                tx.keep(order)
            return order, before is None

    def _order(self, tx: StopTransaction, order_no: str, states: set[StopState] | frozenset[StopState]) -> StopOrder:
        order = tx.order(order_no)
        if order is None:
            raise UnknownStop(order_no)
        if order.state not in states:
            raise StopOver(order_no)
        return order

    def _owes(self, order: StopOrder) -> bool:
        served = self._network.supply_of(order.account_no)
        return served is not None and owes(served.account)

    def _look(self, order_no: str) -> None:
        with self._store.transaction() as tx:
            order, now = tx.order(order_no), self._clock.now()
            if order is None or order.next_at is None or order.next_at > now:
                return
            served = self._network.supply_of(order.account_no)
            if order.state is StopState.STANDING and served is not None and owes(served.account):
                self._step(tx, order, served, now)
            elif order.state is StopState.STANDING:
                self._end(tx, order, "已缴清", now)
        if order.state is StopState.CUT and order.paid_at is not None and order.ticket_no is None and served is not None:
            self._reconnect(order, served)

    def _step(self, tx: StopTransaction, order: StopOrder, served: Served, now: datetime) -> None:
        match due(order, now, self._quiet):
            case Due.NOTICE:
                self._say(tx, order, served, Step.STOP_AHEAD, now)
                tx.keep(replace(order, noticed_at=now, next_at=order.planned_at - AGAIN))
            case Due.LAST_NOTICE:
                self._say(tx, order, served, Step.STOP_SOON, now)
                tx.keep(replace(order, warned_at=now, next_at=order.planned_at))
            case Due.HAND:
                tx.post([_told("stop_due", order, now)])
                tx.keep(replace(order, state=StopState.HANDED, handed_at=now, next_at=None))
            case Due.MISSED:
                self._end(tx, order, "未能按期通知，需另定时间", now)
            case Due.NOTHING:
                tx.keep(replace(order, next_at=now + timedelta(minutes=1)))

    def _paid(self, order_no: str) -> None:
        with self._store.transaction() as tx:
            order, now = tx.order(order_no), self._clock.now()
            if order is None or order.state not in OPEN or order.paid_at is not None or self._owes(order):
                return
            if order.state is not StopState.CUT:
                self._end(tx, replace(order, paid_at=now), "已缴清", now)
                return
            limit = self._desk.promised(Kind.SERVICE_REQUEST, _RECONNECT)["reconnect"]
            back = replace(order, paid_at=now, restore_by=now + timedelta(hours=limit.amount), next_at=now)
            served = self._network.supply_of(order.account_no)
            if served is not None:
                self._say(tx, back, served, Step.STOP_RESTORE, now)
            tx.post([_told("restore_due", back, now)])
            tx.keep(back)

    def _reconnect(self, order: StopOrder, served: Served) -> None:
        """The ticket whose clock counts the time until the supply is back: made once, by its request."""
        account = served.account
        new = NewTicket(
            kind=Kind.SERVICE_REQUEST, description=f"欠费停电单{order.order_no}已缴清，请恢复供电", channel="system", account_no=account.account_no,
            contact_name=account.name, contact_phone=account.phone, address=account.address, area=account.area, business=_RECONNECT,
        )  # fmt: skip
        try:
            ticket_no: str | None = self._desk.accept(new, request_id=f"{order.subject}:reconnect", actor="system").ticket_no
        except InvalidTicket as error:
            # The utility's systems were told already; without a phone that can be called there is no such ticket.
            log.warning("no ticket to reconnect by order %s: %s", order.order_no, error)
            ticket_no = None
        with self._store.transaction() as tx:
            now_order = tx.order(order.order_no)
            if now_order is not None and now_order.state is StopState.CUT:
                tx.keep(replace(now_order, ticket_no=ticket_no, next_at=None))

    def _end(self, tx: StopTransaction, order: StopOrder, note: str, now: datetime) -> StopOrder:
        """Withdrawn: what still waits to be sent is taken back, who was told hears that it is off, and so does whoever was to do it."""
        taken_back = tx.withdraw(order.subject)
        heard = bool(tx.told(order.subject, [order.account_no]))
        served = self._network.supply_of(order.account_no)
        if heard and served is not None:
            self._say(tx, order, served, Step.STOP_OFF, now)
        if order.state is StopState.HANDED:
            tx.post([_told("stop_off", order, now)])
        log.info("stop order %s withdrawn, %d letters taken back", order.order_no, taken_back)
        ended = replace(order, state=StopState.WITHDRAWN, note=note[:300], ended_at=now, next_at=None)
        tx.keep(ended)
        return ended

    def _say(self, tx: StopTransaction, order: StopOrder, served: Served, step: Step, now: datetime) -> None:
        conversations = tx.conversations([order.account_no]).get(order.account_no, ())
        values = {"amount": f"{order.amount:.2f}", "time": said_time(order.planned_at)}
        if order.restore_by is not None:
            values["restore"] = said_time(order.restore_by)
        tx.tell([written(order.subject, 1, step, Recipient(served=served, conversations=conversations), now, values, role=ROLE)])


def _told(topic: str, order: StopOrder, now: datetime) -> Letter:
    """What the utility's own systems are told: no name, the account's number alone."""
    body = {
        "event": {"type": topic, "at": rfc3339(now)},
        "stop": {
            "order_no": order.order_no,
            "account_no": order.account_no,
            "amount": f"{order.amount:.2f}",
            "planned_at": rfc3339(order.planned_at),
            "protected": order.protected.value,
            "restore_by": None if order.restore_by is None else rfc3339(order.restore_by),
        },
    }
    return Letter(key=f"{order.subject}:{topic}", audience=Audience.UTILITY, topic=f"utility.{topic}", subject=order.subject, created_at=now, body=body)
