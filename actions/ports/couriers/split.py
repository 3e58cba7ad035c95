"""Two couriers: the utility's ticket system gets every step with the whole ticket, somebody else what staff and customers are told."""

from __future__ import annotations

from actions.desk.outbox import Audience, Letter
from actions.ports.outbox import Courier


class SplitCourier:
    """`Courier` by audience."""

    def __init__(self, tickets: Courier, others: Courier) -> None:
        self._tickets, self._others = tickets, others

    async def deliver(self, letter: Letter, text: str | None) -> None:
        """See `Courier.deliver`."""
        await (self._tickets if letter.audience is Audience.UTILITY else self._others).deliver(letter, text)

    async def close(self) -> None:
        """See `Courier.close`."""
        await self._tickets.close()
        await self._others.close()
