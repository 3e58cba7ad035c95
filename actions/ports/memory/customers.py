"""The customer system in memory, and the demo utility in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from threading import Lock

from actions.desk.customers import SIMILAR_LEAST, Account, Bill, Outage, Payment, Similar
from actions.desk.errors import UnknownAccount
from actions.desk.places import Crew, Place, covers
from actions.ports import demo


class MemoryCustomers:
    """`CustomerSystem` and `Directory` in memory."""

    def __init__(
        self,
        accounts: Iterable[Account] = (),
        bills: Iterable[Bill] = (),
        payments: Iterable[Payment] = (),
        outages: Iterable[Outage] = (),
        crews: Iterable[Crew] = (),
        places: Iterable[Place] = (),
    ) -> None:
        """Hold what is given."""
        self._accounts = {account.account_no: account for account in accounts}
        self._bills = sorted(bills, key=lambda bill: bill.month, reverse=True)
        self._payments = sorted(payments, key=lambda payment: payment.paid_at, reverse=True)
        self._outages = sorted(outages, key=lambda outage: (outage.starts, outage.outage_no))
        self._crews = tuple(sorted(crews, key=lambda crew: crew.crew_no))
        self._places = tuple(sorted(places, key=lambda place: place.name))
        self._bindings: dict[str, list[str]] = {}
        self._lock = Lock()

    @classmethod
    def demo(cls, now: datetime) -> MemoryCustomers:
        """The demo utility as it is when seeded at `now`."""
        accounts, bills = demo.accounts(), demo.bills(now)
        payments = [
            payment
            for account in accounts
            for payment in demo.payments(
                account, [bill for bill in bills if bill.account_no == account.account_no], (), now
            )
        ]
        return cls(accounts, bills, payments, demo.outages(now), demo.crews(), demo.places())

    def accounts(self) -> tuple[Account, ...]:
        """Every account, by number."""
        return tuple(self._accounts[number] for number in sorted(self._accounts))

    def account(self, account_no: str) -> Account | None:
        """See `CustomerSystem.account`."""
        return self._accounts.get(account_no)

    def bills(self, account_no: str) -> tuple[Bill, ...]:
        """See `CustomerSystem.bills`."""
        return tuple(bill for bill in self._bills if bill.account_no == account_no)

    def bill(self, account_no: str, month: str) -> Bill | None:
        """See `CustomerSystem.bill`."""
        return next((bill for bill in self.bills(account_no) if bill.month == month), None)

    def similar_usage(self, account_no: str, month: str) -> Similar | None:
        """See `CustomerSystem.similar_usage`."""
        own = self._accounts.get(account_no)
        others = {a.account_no for a in self._accounts.values() if own and a.kind is own.kind} - {account_no}
        used = [bill.kwh for bill in self._bills if bill.month == month and bill.account_no in others]
        if len(used) < SIMILAR_LEAST:
            return None
        return Similar(kwh=round(sum(used) / len(used)), households=len(used))

    def payments(self, account_no: str) -> tuple[Payment, ...]:
        """See `CustomerSystem.payments`."""
        return tuple(payment for payment in self._payments if payment.account_no == account_no)

    def outages(self, now: datetime) -> tuple[Outage, ...]:
        """See `CustomerSystem.outages`."""
        return tuple(outage for outage in self._outages if not outage.is_over(now))

    def outages_at(self, address: str, now: datetime) -> tuple[Outage, ...]:
        """See `CustomerSystem.outages_at`."""
        return tuple(outage for outage in self.outages(now) if covers(outage.area, address))

    def outages_of(self, numbers: Iterable[str]) -> dict[str, Outage]:
        """See `OutageBook.outages_of`."""
        wanted = set(numbers)
        return {outage.outage_no: outage for outage in self._outages if outage.outage_no in wanted}

    def put_outages(self, outages: Iterable[Outage]) -> None:
        """See `OutageBook.put_outages`."""
        with self._lock:
            every = {outage.outage_no: outage for outage in (*self._outages, *outages)}
            self._outages = sorted(every.values(), key=lambda outage: (outage.starts, outage.outage_no))

    def put_account(self, account: Account) -> None:
        """See `AccountMirror.put_account`."""
        with self._lock:
            self._accounts[account.account_no] = account

    def bind(self, customer_id: str, account_no: str, at: datetime) -> None:
        """See `CustomerSystem.bind`."""
        if account_no not in self._accounts:
            raise UnknownAccount(account_no)
        with self._lock:
            bound = self._bindings.setdefault(customer_id, [])
            if account_no not in bound:
                bound.append(account_no)

    def unbind(self, customer_id: str, account_no: str) -> bool:
        """See `CustomerSystem.unbind`."""
        with self._lock:
            bound = self._bindings.get(customer_id, [])
            if account_no not in bound:
                return False
            bound.remove(account_no)
            return True

    def bindings(self, customer_id: str) -> tuple[str, ...]:
        """See `CustomerSystem.bindings`."""
        with self._lock:
            return tuple(self._bindings.get(customer_id, ()))

    def bound_to(self, account_no: str) -> tuple[str, ...]:
        """The chat users who have linked an account."""
        with self._lock:
            return tuple(user for user, bound in self._bindings.items() if account_no in bound)

    def disconnect(self, account_no: str, off: bool) -> None:
        """Note that an account's supply is off, or on again."""
        with self._lock:
            self._accounts[account_no] = replace(self._accounts[account_no], disconnected=off)

    def drop_outage(self, outage_no: str) -> None:
        """Forget an outage."""
        with self._lock:
            self._outages = [outage for outage in self._outages if outage.outage_no != outage_no]

    def find_accounts(self, phone: str) -> tuple[Account, ...]:
        """See `CustomerSystem.find_accounts`."""
        return tuple(account for _, account in sorted(self._accounts.items()) if account.phone == phone)

    def places(self) -> tuple[Place, ...]:
        """See `Directory.places`."""
        return self._places

    def put_crews(self, crews: Iterable[Crew]) -> None:
        """See `CrewBook.put_crews`."""
        with self._lock:
            every = {crew.crew_no: crew for crew in (*self._crews, *crews)}
            self._crews = tuple(every[number] for number in sorted(every))

    def crews(self) -> tuple[Crew, ...]:
        """See `Directory.crews`."""
        return self._crews
