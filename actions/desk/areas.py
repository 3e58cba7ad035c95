"""From an account or an address to the area that reports are gathered under, and to where that is."""

from __future__ import annotations

from collections.abc import Callable

from actions.desk.customers import Account
from actions.desk.errors import CustomersAway
from actions.desk.network import AreaName, Point, Served, TransformerArea, of_transformer, place_of, supplied_by
from actions.desk.places import covers
from actions.desk.tickets import Ticket
from actions.ports.customers import CustomerSystem, Directory
from actions.ports.network import Network

ReadArea = Callable[[str], AreaName | None]
"""The area of an address by its words, or None when it names none."""


class Areas:
    """What is known of the supply area, asked together."""

    def __init__(self, customers: CustomerSystem, directory: Directory, network: Network, read: ReadArea) -> None:
        """`read` knows how addresses are written; everything else is the utility's data."""
        self._customers = customers
        self._directory = directory
        self._network = network
        self._read = read

    def of(self, address: str | None, account_no: str | None) -> AreaName | None:
        """The account's transformer area when the address is the account's; else the one the address lies in; else its own words.

        An account number is what somebody said: it counts only as far as the address agrees with it.
        """
        said = self._read(address) if address else None
        account = self._account(account_no)
        if account is not None and (not address or _same(said, self._read(account.address))):
            transformer = self._network.area_of(account.account_no)
            if transformer is not None:
                return of_transformer(transformer)
        found = supplied_by(address, self._network.areas()) if address else None
        return said if found is None else of_transformer(found)

    def _account(self, account_no: str | None) -> Account | None:
        try:
            return self._customers.account(account_no) if account_no else None
        except CustomersAway:
            # The address tells the area too; a crew does not wait for a system that is away.
            return None

    def where(self, ticket: Ticket, area: AreaName | None) -> Point | None:
        """Where the crew has to go, as near as it is known: the transformer, else the part of the town."""
        transformer = self._transformer(area)
        if transformer is not None:
            return Point(transformer.lat, transformer.lon)
        return place_of(ticket.address or "", self._directory.places())

    def serves(self, area: AreaName, served: Served) -> bool:
        """Whether an account lies in an area."""
        transformer = self._transformer(area)
        if transformer is not None:
            return served.area_no == transformer.area_no or covers(transformer.stretch, served.account.address)
        return _same(self._read(served.account.address), area)

    def _transformer(self, area: AreaName | None) -> TransformerArea | None:
        if area is None:
            return None
        return next((one for one in self._network.areas() if of_transformer(one).key == area.key), None)


def _same(a: AreaName | None, b: AreaName | None) -> bool:
    return a is not None and b is not None and a.fits(b)
