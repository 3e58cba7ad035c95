"""Who answers for the step a ticket is at, and who stands one level above: whom warnings and breaches are addressed to.

Nobody owning a step is what complaints come from (paper 001), so there is always an owner: the person who took the step,
by the name in the log, or at least the post it lies with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from actions.desk.tickets import EventType, Kind, Status, Ticket


class Post(StrEnum):
    """Where a step lies."""

    DISPATCH = "dispatch"
    CREW = "crew"
    HANDLER = "handler"
    CALLBACK = "callback"
    DISPATCH_LEAD = "dispatch_lead"
    CREW_LEAD = "crew_lead"
    HANDLER_LEAD = "handler_lead"
    CALLBACK_LEAD = "callback_lead"


_ABOVE: Mapping[Post, Post] = MappingProxyType(
    {
        Post.DISPATCH: Post.DISPATCH_LEAD,
        Post.CREW: Post.CREW_LEAD,
        Post.HANDLER: Post.HANDLER_LEAD,
        Post.CALLBACK: Post.CALLBACK_LEAD,
    }
)

_IN_HAND = frozenset({Status.ACKNOWLEDGED, Status.CONTACTED, Status.EN_ROUTE, Status.ON_SITE})
_TAKES = frozenset({EventType.ACKNOWLEDGED, EventType.EN_ROUTE, EventType.ON_SITE})
_GIVES_UP = frozenset({EventType.DISPATCHED, EventType.RETURNED, EventType.REOPENED})


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers: the post, and the name of the person when somebody has taken the step."""

    post: Post
    name: str | None = None

    @property
    def above(self) -> Owner:
        """One level up: the post that leads this one."""
        return Owner(_ABOVE[self.post])


def owner(ticket: Ticket) -> Owner:
    """Who answers for the step `ticket` is at now.

    The dispatchers until somebody has acknowledged it; then that person (a crew for what is done in the field, else a
    handler); those who call back once it is resolved.
    """
    if ticket.status in _IN_HAND:
        field = ticket.kind in {Kind.REPAIR, Kind.SERVICE_REQUEST}
        return Owner(Post.CREW if field else Post.HANDLER, _taker(ticket))
    if ticket.status in {Status.RESOLVED, Status.CALLED_BACK, Status.CLOSED}:
        return Owner(Post.CALLBACK)
    return Owner(Post.DISPATCH)


def _taker(ticket: Ticket) -> str | None:
    for event in reversed(ticket.events):
        if event.type in _TAKES:
            return event.actor
        if event.type in _GIVES_UP:
            break
    return None
