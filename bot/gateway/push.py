"""Live delivery to whoever is listening.

A push is stored first and sent here afterwards, so nothing is lost when nobody listens or a listener goes away: it
reads on from the last `seq` it has shown.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

log = logging.getLogger("dianda.push")

STAFF = "\x00staff"  # a topic no conversation id can be: ids hold no control characters
MOST_WAITING = 256

Event = dict[str, Any]
Listener = Callable[[str, Event], None]


class Subscription:
    """One listener's queue of events. A listener too slow to keep up is cut off and comes back with its `seq`."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue(MOST_WAITING)
        self.cut_off = False

    def offer(self, event: Event) -> None:
        """Queue an event, or cut the listener off when its queue is full."""
        if self.cut_off:
            return
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self.close()

    def close(self) -> None:
        """End the iteration, after a cut at once."""
        if self._queue.full():
            self._queue.get_nowait()
        self.cut_off = True
        self._queue.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[Event]:
        """Events in the order they were published."""
        while (event := await self._queue.get()) is not None:
            yield event


class Hub:
    """Subscribers by conversation, and those who hear everything (channels that push on their own wire)."""

    def __init__(self) -> None:
        self._topics: dict[str, set[Subscription]] = {}
        self._listeners: list[Listener] = []

    @contextmanager
    def subscribe(self, topic: str) -> Iterator[Subscription]:
        """Listen to a conversation (or to STAFF) for the length of a `with`."""
        subscription = Subscription()
        self._topics.setdefault(topic, set()).add(subscription)
        try:
            yield subscription
        finally:
            subscribers = self._topics.get(topic, set())
            subscribers.discard(subscription)
            if not subscribers:
                self._topics.pop(topic, None)

    def listen(self, listener: Listener) -> None:
        """Call `listener(conversation_id, event)` for every event of every conversation; it must not block."""
        self._listeners.append(listener)

    def publish(self, topic: str, event: Event) -> None:
        """Hand an event that is already stored to everybody who listens. Never raises, never waits."""
        for subscription in tuple(self._topics.get(topic, ())):
            subscription.offer(event)
        if topic == STAFF:
            return
        for listener in self._listeners:
            try:
                listener(topic, event)
            except Exception:  # a channel's fault must not undo a stored reply
                log.exception("a push listener failed")

    def close(self) -> None:
        """End every subscription; used at shutdown."""
        for subscribers in tuple(self._topics.values()):
            for subscription in tuple(subscribers):
                subscription.close()

    def __len__(self) -> int:
        """Topics with at least one subscriber."""
        return len(self._topics)
