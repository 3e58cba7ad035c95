"""Order within a conversation: turns are accepted and worked on one at a time, in the order they came.

Different conversations do not wait for each other. As a conversation has at most one turn at work, a
semaphore shared by all hands out its places round robin: a long queue in one conversation starves nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType


class Place:
    """A place in a queue: entering waits until all earlier places have been left."""

    def __init__(self, before: asyncio.Future[None] | None, mine: asyncio.Future[None]) -> None:
        self._before = before
        self._mine = mine

    @property
    def waits(self) -> bool:
        """Whether somebody is still in front."""
        return self._before is not None and not self._before.done()

    async def __aenter__(self) -> None:
        """Wait for one's turn. When that is cancelled the place is passed on as soon as it would have come up."""
        try:
            if self._before is not None:
                await asyncio.shield(self._before)
        except asyncio.CancelledError:
            self.leave()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the next one in."""
        self.leave()

    def leave(self) -> None:
        """Give the place up, entered or not; the next one comes in once everybody before has left."""
        if self._mine.done():
            return
        if self._before is not None and not self._before.done():
            self._before.add_done_callback(lambda _: None if self._mine.done() else self._mine.set_result(None))
        else:
            self._mine.set_result(None)


class Lane:
    """One conversation: locks for what must happen one after the other, and a queue for the work.

    asyncio's locks are first come, first served. `accepting` orders the journal by arrival, `sending` keeps live
    delivery in the order of `seq`.
    """

    def __init__(self) -> None:
        self.accepting = asyncio.Lock()
        self.sending = asyncio.Lock()
        self.users = 0
        self._last: asyncio.Future[None] | None = None

    def line_up(self) -> Place:
        """Take the last place of the queue."""
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        place = Place(self._last, mine)
        self._last = mine
        return place


class Lanes:
    """The lanes in use, by conversation; an idle conversation takes no memory."""

    def __init__(self) -> None:
        self._lanes: dict[str, Lane] = {}

    @asynccontextmanager
    async def of(self, conversation_id: str) -> AsyncIterator[Lane]:
        """The lane of a conversation, kept as long as anyone is inside."""
        lane = self._lanes.setdefault(conversation_id, Lane())
        lane.users += 1
        try:
            yield lane
        finally:
            lane.users -= 1
            if not lane.users:
                del self._lanes[conversation_id]

    def __len__(self) -> int:
        """Conversations with a turn under way."""
        return len(self._lanes)
