"""Tells customers of planned outages and reminds them of money: takes plans in, walks over the accounts, writes each notice once.

A walk goes over the accounts in batches, one transaction each, and writes where it stands with what it told. So a walk that
dies goes on where it was, and of two processes that walk at once one finds each batch done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from actions.desk.clock import Clock
from actions.desk.customers import Account
from actions.desk.errors import PlanOver, UnknownAccount, UnknownPlan
from actions.desk.network import Served
from actions.desk.notices import Notice, Recipient, Topic, concerns, outage_letter, step_of, subject_of, written
from actions.desk.outbox import Letter
from actions.desk.plans import Known, Plan, Review, Round, numbers, review
from actions.desk.quiet import QuietHours
from actions.desk.reminders import Reminder, reminder_of, wanted
from actions.desk.streets import words_of_stretch
from actions.ports.customers import CustomerSystem, OutageBook
from actions.ports.network import Network, place
from actions.ports.notices import NoticeStore, NoticeTransaction, PlanState

AT_ONCE = 200
"""Accounts a transaction."""

LISTED = timedelta(days=7)
"""How long a plan is listed after its end."""

_ROUNDS = 50
_MOST_LISTED = 500


class Customers(CustomerSystem, OutageBook, Protocol):
    """What is needed of the customer system."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call to be made, and to whom."""

    notice: Notice
    account: Account


class Notifier:
    """See the module. Holds no state besides its stores; called from many threads and processes."""

    def __init__(
        self,
        store: NoticeStore,
        clock: Clock,
        customers: Customers,
        network: Network,
        *,
        quiet: QuietHours,
        low_balance: Decimal,
    ) -> None:
        """`low_balance`: yuan; a prepaid balance below it is low."""
        self._store = store
        self._clock = clock
        self._customers = customers
        self._network = network
        self._quiet = quiet
        self._low = low_balance

    # -- plans ---------------------------------------------------------------------------------------------------------

    def take(self, rows: Sequence[Mapping[str, Any]], *, first: int = 2) -> Review:
        """Review the rows of a sheet and store what is good; the same sheet again is nothing. Rows count from `first`."""
        wanted_numbers = numbers(rows)
        outages, areas = self._customers.outages_of(wanted_numbers), self._network.areas()
        with self._store.transaction() as tx:
            known = Known(tx.plans(wanted_numbers), outages, areas)
            found = review(rows, known, self._clock.now(), self._quiet, first=first)
            for plan in found.new:
                tx.put(plan)
            for plan in found.changed:
                if plan.revision != known.plans[plan.outage_no].revision:
                    # What still waits, over night say, would tell what does not hold any more.
                    tx.withdraw(subject_of(plan.outage_no))
                tx.put(plan)
        return found

    def cancel(self, outage_no: str, reason: str) -> Plan:
        """Call a plan off; who was told of it is told. Raises UnknownPlan, PlanOver (it has begun, or was cancelled before)."""
        with self._store.transaction() as tx:
            plan = tx.plans([outage_no]).get(outage_no)
            if plan is None:
                raise UnknownPlan(outage_no)
            now = self._clock.now()
            if plan.cancelled_at is not None or plan.outage.starts <= now:
                raise PlanOver(outage_no)
            tx.withdraw(subject_of(outage_no))
            off = replace(plan, cancelled_at=now, cancel_reason=reason, round=Round.CANCEL, cursor="", next_at=now)
            tx.put(off)
        return off

    def plans(self) -> tuple[PlanState, ...]:
        """The plans to come, running, and of the last week, with how many were told."""
        return self._store.plans(self._clock.now() - LISTED, _MOST_LISTED)

    # -- customers' choices ----------------------------------------------------------------------------------------------

    def choose(self, account_no: str, topics: Iterable[Topic], wanted: bool, *, by: str) -> None:
        """Switch notices of an account on or off. Raises UnknownAccount."""
        for topic in topics:
            self._store.choose(account_no, topic, wanted, by, self._clock.now())

    def choices(self, account_no: str) -> Mapping[Topic, bool]:
        """What an account's customer has chosen; a topic that is absent was never asked about. Raises UnknownAccount."""
        if self._customers.account(account_no) is None:
            raise UnknownAccount(account_no)
        return self._store.choices(account_no)

    # -- calls and records -------------------------------------------------------------------------------------------------

    def calls(self, limit: int) -> tuple[Call, ...]:
        """Up to `limit` calls that are to be made, oldest first, with whom."""
        found = ((notice, self._customers.account(notice.account_no)) for notice in self._store.calls(limit))
        return tuple(Call(notice, account) for notice, account in found if account is not None)

    def open_calls(self) -> int:
        """How many calls are still to be made."""
        return self._store.open_calls()

    def called(self, key: str, by: str) -> Notice:
        """A call was made. Raises UnknownCall."""
        return self._store.called(key, by, self._clock.now())

    def notices(self, limit: int) -> tuple[Notice, ...]:
        """The latest notices, newest first."""
        return self._store.notices(limit)

    # -- walks -----------------------------------------------------------------------------------------------------------

    def sweep(self) -> int:
        """Go on with the walks that are due, some batches; returns how many notices were written."""
        written_now = 0
        for _ in range(_ROUNDS):
            due = self._store.due(self._clock.now(), 1)
            if not due:
                break
            written_now += self._batch(due[0])
        return written_now

    def _batch(self, seen: Plan) -> int:
        served = () if seen.round is Round.CANCEL else self._concerned(seen)
        with self._store.transaction() as tx:
            plan, now = tx.plans([seen.outage_no]).get(seen.outage_no), self._clock.now()
            if plan is None or plan.next_at is None or (plan.revision, plan.round, plan.cursor) != (seen.revision, seen.round, seen.cursor):
                return 0
            if plan.round is Round.CANCEL:
                numbers_told = tx.told_accounts(subject_of(plan.outage_no), plan.cursor, AT_ONCE)
                accounts = (self._customers.account(number) for number in numbers_told)
                served = tuple(Served(account=account) for account in accounts if account is not None)
                cursor, more = (numbers_told[-1] if numbers_told else ""), len(numbers_told) == AT_ONCE
            else:
                cursor, more = (place(served[-1]) if served else ""), len(served) == AT_ONCE
            count = self._tell(tx, plan, served, now)
            tx.put(replace(plan, cursor=cursor, next_at=now) if more else plan.walked(now, self._quiet))
        return count

    def _concerned(self, plan: Plan) -> tuple[Served, ...]:
        """The next accounts to look at: of a stretch that has words to look up by, only those who share one; else all."""
        words = words_of_stretch(plan.outage.area)
        if words is None:
            return self._network.served(plan.cursor, AT_ONCE)
        return self._network.within(plan.area_nos, words, subject_of(plan.outage_no), plan.cursor, AT_ONCE)

    def _tell(self, tx: NoticeTransaction, plan: Plan, served: Sequence[Served], now: datetime) -> int:
        told = tx.told(subject_of(plan.outage_no), [one.account.account_no for one in served])
        meant = [one for one in served if one.account.account_no in told or concerns(plan, one)]
        steps = []
        for recipient in _recipients(tx, meant):
            step = step_of(plan, recipient, told.get(recipient.served.account.account_no, ()), now)
            if step is not None:
                steps.append(outage_letter(plan, recipient, step, now))
        return tx.tell(steps)

    # -- money -----------------------------------------------------------------------------------------------------------

    def remind(self) -> int:
        """Write the reminders that are due, each once a bill and step; none in quiet hours, as much may be paid until morning."""
        if self._quiet.until(self._clock.now()) is not None:
            return 0
        count, after = 0, ""
        while owing := self._store.owing(self._low, after, AT_ONCE):
            now = self._clock.now()
            due = {}
            for account in owing:
                number = account.account_no
                bills, payments = self._customers.bills(number), self._customers.payments(number)
                reminder = reminder_of(account, bills, payments, now, low=self._low)
                if reminder is not None:
                    due[number] = reminder
            with self._store.transaction() as tx:
                to = _recipients(tx, [Served(account=account) for account in owing if account.account_no in due])
                count += tx.tell(_reminded(due[one.served.account.account_no], one, now) for one in to if _wants(due, one))
            after = owing[-1].account_no
        return count


def _wants(due: Mapping[str, Reminder], recipient: Recipient) -> bool:
    return wanted(due[recipient.served.account.account_no], recipient.wants)


def _reminded(reminder: Reminder, recipient: Recipient, now: datetime) -> tuple[Notice, Letter]:
    return written(reminder.subject, 1, reminder.step, recipient, now, reminder.values, role="callback")


def _recipients(tx: NoticeTransaction, served: Sequence[Served]) -> list[Recipient]:
    accounts = [one.account.account_no for one in served]
    wants, conversations = tx.wants(accounts), tx.conversations(accounts)
    return [
        Recipient(served=one, wants=wants.get(number, {}), conversations=conversations.get(number, ()))
        for one, number in zip(served, accounts, strict=True)
    ]
