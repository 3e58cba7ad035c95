"""`CustomerSystem` of a utility with a system of its own: what is known of customers is asked there, the rest is ours."""

from __future__ import annotations

from datetime import datetime

from actions.desk.customers import Account, Bill, Outage, Payment, Similar
from actions.desk.errors import UnknownAccount
from actions.ports.customers import AccountMirror, CustomerSystem
from actions.ports.http.customers import HttpCustomers


class UtilityCustomers:
    """Accounts, bills and payments from the utility's system; outages and which chat user linked which account from our own.

    An account is copied into our own tables when it is linked, and looked up there by nobody but what links to it.
    """

    def __init__(self, remote: HttpCustomers, own: CustomerSystem, mirror: AccountMirror) -> None:
        """`own` holds outages and links; `mirror` the accounts that are linked (both the database)."""
        self._remote, self._own, self._mirror = remote, own, mirror

    def account(self, account_no: str) -> Account | None:
        """See `CustomerSystem.account`. Raises CustomersAway, as the next five do."""
        return self._remote.account(account_no)

    def bills(self, account_no: str) -> tuple[Bill, ...]:
        """See `CustomerSystem.bills`."""
        return self._remote.bills(account_no)

    def bill(self, account_no: str, month: str) -> Bill | None:
        """See `CustomerSystem.bill`."""
        return self._remote.bill(account_no, month)

    def similar_usage(self, account_no: str, month: str) -> Similar | None:
        """See `CustomerSystem.similar_usage`."""
        return self._remote.similar_usage(account_no, month)

    def payments(self, account_no: str) -> tuple[Payment, ...]:
        """See `CustomerSystem.payments`."""
        return self._remote.payments(account_no)

    def find_accounts(self, phone: str) -> tuple[Account, ...]:
        """See `CustomerSystem.find_accounts`."""
        return self._remote.find_accounts(phone)

    def bind(self, customer_id: str, account_no: str, at: datetime) -> None:
        """See `CustomerSystem.bind`. Raises UnknownAccount, CustomersAway."""
        account = self._remote.account(account_no)
        if account is None:
            raise UnknownAccount(account_no)
        self._mirror.put_account(account)
        self._own.bind(customer_id, account_no, at)

    def unbind(self, customer_id: str, account_no: str) -> bool:
        """See `CustomerSystem.unbind`."""
        return self._own.unbind(customer_id, account_no)

    def bindings(self, customer_id: str) -> tuple[str, ...]:
        """See `CustomerSystem.bindings`."""
        return self._own.bindings(customer_id)

    def outages(self, now: datetime) -> tuple[Outage, ...]:
        """See `CustomerSystem.outages`."""
        return self._own.outages(now)

    def outages_at(self, address: str, now: datetime) -> tuple[Outage, ...]:
        """See `CustomerSystem.outages_at`."""
        return self._own.outages_at(address, now)
