"""The report of the orders: all tables over one set of tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from actions.reports.counting import TitleOf, areas, businesses, classes, overview, review, sub_classes
from actions.reports.orders import Orders
from actions.reports.period import Period
from actions.reports.repeated import repeated
from actions.reports.tables import Table
from actions.reports.timing import Timing

WINDOW = timedelta(days=30)
"""Within this time the same matter of the same customer is a repetition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to report on: a period, a kind (empty: all), and how near to each other repetitions are."""

    period: Period
    kind: str = ""
    window: timedelta = WINDOW


def order_tables(orders: Orders, wanted: Wanted, now: datetime, title_of: TitleOf = str) -> list[Table]:
    """Every table that has rows, of the tickets accepted in the period; `now` (aware) is what open ones are judged at.

    `title_of` names a business; by its own word when nothing better is known.
    """
    chosen = within(orders, wanted)
    timing = Timing(chosen, now)
    made = [
        overview(chosen), classes(chosen), sub_classes(chosen), businesses(chosen, title_of), areas(chosen), timing.stages(), timing.limits(), timing.whole(),
        timing.late_by_class(), timing.near(), repeated(chosen, wanted.window), timing.owners(), review(chosen),
    ]  # fmt: skip
    return [each for each in made if each.rows]


def within(orders: Orders, wanted: Wanted) -> Orders:
    """The orders of the period and kind, with their clocks."""
    here = wanted.period.holds(pl.col("accepted"))
    if wanted.kind:
        here = here & (pl.col("kind") == wanted.kind)
    tickets = orders.tickets.filter(here)
    return Orders(tickets, orders.steps.join(tickets.select("no"), on="no", how="semi"))
