"""The port of the network model: which transformer serves whom."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from actions.desk.network import Served, TransformerArea


class Network(Protocol):
    """Transformer areas and the accounts they serve, life-support customers apart. Called in threads."""

    def areas(self) -> tuple[TransformerArea, ...]:
        """Every transformer area, by number."""
        ...

    def area_of(self, account_no: str) -> TransformerArea | None:
        """The transformer area that serves an account, or None where it is not known."""
        ...

    def served(self, after: str, limit: int) -> tuple[Served, ...]:
        """Up to `limit` accounts behind the place `after` (of `place`; empty: from the first), life-support customers first."""
        ...

    def within(self, area_nos: Collection[str], words: Collection[str], subject: str, after: str, limit: int) -> tuple[Served, ...]:
        """Like `served`, without those that neither lie in the transformer areas, nor share a word (`desk.streets`), nor were told about the subject.

        May give more than that: the caller looks at each.
        """
        ...

    def supply_of(self, account_no: str) -> Served | None:
        """An account and its supply, or None."""
        ...

    def life_support(self) -> tuple[Served, ...]:
        """Every account on which somebody lives on a machine, by number."""
        ...


def place(served: Served) -> str:
    """The place of an account in the order of `Network.served`."""
    return f"{0 if served.account.life_support else 1}:{served.account.account_no}"
