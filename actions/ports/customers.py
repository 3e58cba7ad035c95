"""The port of the utility's customer system, and that of its network directory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from actions.desk.customers import Account, Bill, Outage, Payment, Similar
from actions.desk.places import Crew, Place


class Accounts(Protocol):
    """Accounts by their number."""

    def account(self, account_no: str) -> Account | None:
        """The account of this number (digits only), or None."""
        ...


class CustomerSystem(Accounts, Protocol):
    """Accounts, money and outages, and which account a chat user has bound. Whether the caller may see them is asked elsewhere.

    A system at the other end of a line raises CustomersAway when it does not answer, or not as agreed (docs/systems.md).
    """

    def bills(self, account_no: str) -> tuple[Bill, ...]:
        """Its bills, newest month first; empty for an unknown account."""
        ...

    def bill(self, account_no: str, month: str) -> Bill | None:
        """Its bill of a month (`YYYY-MM`), or None."""
        ...

    def similar_usage(self, account_no: str, month: str) -> Similar | None:
        """What other accounts of its kind used in a month (`YYYY-MM`); None of fewer than `SIMILAR_LEAST` households."""
        ...

    def payments(self, account_no: str) -> tuple[Payment, ...]:
        """Its payments, newest first; empty for an unknown account."""
        ...

    def outages(self, now: datetime) -> tuple[Outage, ...]:
        """Every outage that is not over at `now`, announced ones too, by start."""
        ...

    def outages_at(self, address: str, now: datetime) -> tuple[Outage, ...]:
        """Those of `outages(now)` whose stretch covers the address, see `places.covers`."""
        ...

    def bind(self, customer_id: str, account_no: str, at: datetime) -> None:
        """Link an account to a chat user; again is nothing. Raises UnknownAccount."""
        ...

    def unbind(self, customer_id: str, account_no: str) -> bool:
        """Remove the link; whether there was one."""
        ...

    def bindings(self, customer_id: str) -> tuple[str, ...]:
        """The account numbers linked to a chat user, first linked first."""
        ...

    def find_accounts(self, phone: str) -> tuple[Account, ...]:
        """The accounts with this phone number (digits only) on file, by number."""
        ...


class AccountMirror(Protocol):
    """Where accounts of the utility's own system are copied that something of ours refers to."""

    def put_account(self, account: Account) -> None:
        """Store an account in the place of the one with its number."""
        ...


class OutageBook(Protocol):
    """Where outages are put that come from elsewhere: plans out of a spreadsheet."""

    def outages_of(self, numbers: Iterable[str]) -> dict[str, Outage]:
        """The outages of these numbers, also those that are over, by number."""
        ...

    def put_outages(self, outages: Iterable[Outage]) -> None:
        """Store outages, each in the place of the one with its number; all or none."""
        ...


class CrewBook(Protocol):
    """Where crews are put that come from elsewhere: out of a spreadsheet."""

    def put_crews(self, crews: Iterable[Crew]) -> None:
        """Store crews, each in the place of the one with its number; all or none."""
        ...


class Directory(Protocol):
    """The parts of the supply area and the crews that serve it."""

    def places(self) -> tuple[Place, ...]:
        """Every known place, by name."""
        ...

    def crews(self) -> tuple[Crew, ...]:
        """Every crew, by number."""
        ...
