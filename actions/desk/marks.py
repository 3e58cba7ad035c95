"""What a ticket's log says in short: when each step was first taken, or last done, and by whom the ticket was last taken.

Kept beside the ticket, so that a report over a million of them does not walk over seven million events.
"""

from __future__ import annotations

from datetime import datetime

from actions.desk.tickets import Ticket

FIRST = ("dispatched", "acknowledged", "contacted", "en_route", "on_site")
"""Steps that count from when they were first taken."""

LAST = ("resolved", "called_back", "closed")
"""Steps that count when they were last taken: one that was reopened was not done before."""

TAKES = ("acknowledged", "en_route", "on_site")
"""By which somebody takes a ticket, in their name."""


_MARKED = frozenset((*FIRST, *LAST))


def marked(ticket: Ticket, stored: int) -> bool:
    """Whether the events behind the first `stored` say anything new of them."""
    return any(event.type.value in _MARKED for event in ticket.events[stored:])


def marks(ticket: Ticket) -> dict[str, datetime | str | None]:
    """`<step>_at` for each of `FIRST` and `LAST`, and `taken_by`; None where it has not come to that."""
    found: dict[str, datetime | str | None] = dict.fromkeys((*(f"{step}_at" for step in (*FIRST, *LAST)), "taken_by"))
    for event in ticket.events:
        name = f"{event.type.value}_at"
        if event.type.value in LAST or (event.type.value in FIRST and found[name] is None):
            found[name] = event.at
        if event.type.value in TAKES:
            found["taken_by"] = event.actor
    return found
