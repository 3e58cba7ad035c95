"""Outage plans, notices and customers' choices in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from actions.desk.customers import Account, PaymentMode
from actions.desk.errors import UnknownAccount, UnknownCall
from actions.desk.notices import Notice, Topic, subject_of
from actions.desk.outbox import Letter, LetterState
from actions.desk.plans import Plan
from actions.ports.conversations import ConversationStore
from actions.ports.memory.customers import MemoryCustomers
from actions.ports.memory.tickets import MemoryTicketStore
from actions.ports.notices import REPLACED, PlanState

_MOST_TALKS = 10_000


class MemoryNotices:
    """`NoticeStore` in memory. Its letters are in the outbox of `store`, whose lock holds for everything."""

    def __init__(
        self, store: MemoryTicketStore, customers: MemoryCustomers, conversations: ConversationStore | None = None
    ) -> None:
        """No plans, nobody told, nothing chosen."""
        self.store, self.customers, self.talks = store, customers, conversations
        self.known: dict[str, Plan] = {}
        self.noted: dict[str, Notice] = {}
        self.chosen: dict[str, dict[Topic, bool]] = {}

    @contextmanager
    def transaction(self) -> Iterator[NoticeWrites]:
        """See `NoticeStore.transaction`."""
        with self.store.transaction():
            before = dict(self.known), dict(self.noted)
            try:
                yield NoticeWrites(self)
            except BaseException:
                self.known, self.noted = before
                raise

    def due(self, now: datetime, limit: int) -> tuple[Plan, ...]:
        """See `NoticeStore.due`."""
        with self.store.lock:
            waiting = [(plan.next_at, plan.outage_no) for plan in self.known.values() if plan.next_at is not None]
            return tuple(self.known[number] for at, number in sorted(waiting) if at <= now)[:limit]

    def plans(self, ends_after: datetime, limit: int) -> tuple[PlanState, ...]:
        """See `NoticeStore.plans`."""
        with self.store.lock:
            found = sorted(self.known.values(), key=lambda plan: (plan.outage.starts, plan.outage_no))
            return tuple(self._state(plan) for plan in found if plan.ends > ends_after)[:limit]

    def _state(self, plan: Plan) -> PlanState:
        subject = subject_of(plan.outage_no)
        mine = [notice for notice in self.noted.values() if notice.subject == subject]
        states = [one.state for one in self.store.outbox.letters.values() if one.letter.subject == subject]
        return PlanState(
            plan=plan,
            told=len({notice.account_no for notice in mine}),
            calls=len({notice.account_no for notice in mine if notice.by_person}),
            open_calls=sum(notice.by_person and notice.done_at is None for notice in mine),
            waiting=states.count(LetterState.PENDING),
            dead=states.count(LetterState.DEAD),
        )

    def notices(self, limit: int) -> tuple[Notice, ...]:
        """See `NoticeStore.notices`."""
        with self.store.lock:
            return tuple(self.noted.values())[::-1][:limit]

    def calls(self, limit: int) -> tuple[Notice, ...]:
        """See `NoticeStore.calls`."""
        with self.store.lock:
            return tuple(one for one in self.noted.values() if one.by_person and one.done_at is None)[:limit]

    def open_calls(self) -> int:
        """See `NoticeStore.open_calls`."""
        return len(self.calls(len(self.noted)))

    def called(self, key: str, by: str, at: datetime) -> Notice:
        """See `NoticeStore.called`."""
        with self.store.lock:
            notice = self.noted.get(key)
            if notice is None or not notice.by_person:
                raise UnknownCall(key)
            if notice.done_at is None:
                self.noted[key] = notice = replace(notice, done_at=at, done_by=by)
            return notice

    def owing(self, low: Decimal, after: str, limit: int) -> tuple[Account, ...]:
        """See `NoticeStore.owing`."""
        return tuple(one for one in self.customers.accounts() if one.account_no > after and _owes(one, low))[:limit]

    def choose(self, account_no: str, topic: Topic, wanted: bool, by: str, at: datetime) -> None:
        """See `NoticeStore.choose`."""
        if self.customers.account(account_no) is None:
            raise UnknownAccount(account_no)
        with self.store.lock:
            self.chosen.setdefault(account_no, {})[topic] = wanted

    def choices(self, account_no: str) -> Mapping[Topic, bool]:
        """See `NoticeStore.choices`."""
        return dict(self.chosen.get(account_no, {}))

    def forget(self, before: datetime) -> int:
        """See `NoticeStore.forget`."""
        with self.store.lock:
            old = {subject_of(number): number for number, plan in self.known.items() if plan.ends < before}
            self.noted = {key: one for key, one in self.noted.items() if one.subject not in old}
            self.known = {number: plan for number, plan in self.known.items() if number not in old.values()}
            return len(old)


class NoticeWrites:
    """`NoticeTransaction` under the store's lock."""

    def __init__(self, notices: MemoryNotices) -> None:
        self._all = notices

    def plans(self, numbers: Iterable[str]) -> dict[str, Plan]:
        """See `NoticeTransaction.plans`."""
        return {number: self._all.known[number] for number in numbers if number in self._all.known}

    def put(self, plan: Plan) -> None:
        """See `NoticeTransaction.put`."""
        self._all.known[plan.outage_no] = plan
        if plan.cancelled_at is None:
            self._all.customers.put_outages([plan.outage])
        else:
            self._all.customers.drop_outage(plan.outage_no)

    def told(self, subject: str, accounts: Iterable[str]) -> Mapping[str, tuple[Notice, ...]]:
        """See `NoticeTransaction.told`."""
        found: dict[str, list[Notice]] = {}
        wanted = set(accounts)
        for notice in self._all.noted.values():
            if notice.subject == subject and notice.account_no in wanted:
                found.setdefault(notice.account_no, []).append(notice)
        return {account_no: tuple(heard) for account_no, heard in found.items()}

    def told_accounts(self, subject: str, after: str, limit: int) -> Sequence[str]:
        """See `NoticeTransaction.told_accounts`."""
        found = {one.account_no for one in self._all.noted.values() if one.subject == subject and one.account_no > after}
        return sorted(found)[:limit]

    def tell(self, told: Iterable[tuple[Notice, Letter]]) -> int:
        """See `NoticeTransaction.tell`."""
        fresh = [(notice, letter) for notice, letter in told if notice.key not in self._all.noted]
        for notice, _ in fresh:
            for key, old in self._all.noted.items():
                same = old.by_person and (old.subject, old.account_no) == (notice.subject, notice.account_no)
                if same and old.done_at is None:
                    self._all.noted[key] = replace(old, done_at=notice.at, done_by=REPLACED)
            self._all.noted[notice.key] = notice
        self._all.store.outbox.post(letter for _, letter in fresh)
        return len(fresh)

    def withdraw(self, subject: str) -> int:
        """See `NoticeTransaction.withdraw`."""
        letters = self._all.store.outbox.letters
        keys = [
            key
            for key, one in letters.items()
            if one.letter.subject == subject and one.state is LetterState.PENDING and one.attempts == 0
        ]
        for key in keys:
            del letters[key]
            self._all.noted.pop(key, None)
        return len(keys)

    def wants(self, accounts: Iterable[str]) -> Mapping[str, Mapping[Topic, bool]]:
        """See `NoticeTransaction.wants`."""
        return {number: dict(self._all.chosen[number]) for number in accounts if number in self._all.chosen}

    def conversations(self, accounts: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """See `NoticeTransaction.conversations`."""
        talks = self._all.talks.conversations(_MOST_TALKS) if self._all.talks is not None else ()
        latest: dict[str, str] = {}
        for talk in reversed(talks):
            latest[talk.conversation_id] = talk.conversation_id
        for talk in reversed(talks):
            if talk.customer_id:
                latest[talk.customer_id] = talk.conversation_id
        found = {}
        for number in accounts:
            here = dict.fromkeys(latest[user] for user in self._all.customers.bound_to(number) if user in latest)
            if here:
                found[number] = tuple(here)
        return found


def _owes(account: Account, low: Decimal) -> bool:
    if account.disconnected:
        return False
    if account.payment_mode is PaymentMode.PREPAID:
        return account.balance < low or account.balance <= 0
    return account.arrears > 0 and account.arrears_days >= 1
