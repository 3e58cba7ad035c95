"""The network model in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from actions.desk.network import Served, TransformerArea
from actions.ports.demo import network as demo
from actions.ports.memory.customers import MemoryCustomers
from actions.ports.network import place


class MemoryNetwork:
    """`Network` over the accounts of a `MemoryCustomers`."""

    def __init__(
        self,
        customers: MemoryCustomers,
        areas: Iterable[TransformerArea] = (),
        supply: Iterable[tuple[str, str, bool]] = (),
    ) -> None:
        """`supply`: (account number, area number, important user)."""
        self._customers = customers
        self._areas = {area.area_no: area for area in areas}
        self._supply = {account_no: (area_no, important) for account_no, area_no, important in supply}

    @classmethod
    def demo(cls, customers: MemoryCustomers) -> MemoryNetwork:
        """The demo utility's."""
        return cls(customers, demo.areas(), demo.supply())

    def areas(self) -> tuple[TransformerArea, ...]:
        """See `Network.areas`."""
        return tuple(self._areas[area_no] for area_no in sorted(self._areas))

    def area_of(self, account_no: str) -> TransformerArea | None:
        """See `Network.area_of`."""
        area_no, _ = self._supply.get(account_no, (None, False))
        return self._areas.get(area_no or "")

    def served(self, after: str, limit: int) -> tuple[Served, ...]:
        """See `Network.served`."""
        found = sorted(self._all(), key=place)
        return tuple(one for one in found if place(one) > after)[:limit]

    def within(self, area_nos: Collection[str], words: Collection[str], subject: str, after: str, limit: int) -> tuple[Served, ...]:
        """See `Network.within`: everybody may, in so small a network."""
        return self.served(after, limit)

    def supply_of(self, account_no: str) -> Served | None:
        """See `Network.supply_of`."""
        return next((one for one in self._all() if one.account.account_no == account_no), None)

    def life_support(self) -> tuple[Served, ...]:
        """See `Network.life_support`."""
        return tuple(one for one in self._all() if one.account.life_support)

    def _all(self) -> list[Served]:
        every = []
        for account in self._customers.accounts():
            area_no, important = self._supply.get(account.account_no, (None, False))
            every.append(Served(account=account, area_no=area_no, important=important))
        return every
