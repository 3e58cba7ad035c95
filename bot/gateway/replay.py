"""When kept turns are worked on again: at start, when the assistant comes back, and as their waiting time ends."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from bot.gateway.assistant import Assistant
from bot.gateway.backlog import Backlog
from bot.gateway.conversation import Conversations
from bot.gateway.journal import Journal

log = logging.getLogger("dianda.replay")

AT_A_TIME = 4
MOST_AT_START = 10_000
# A store that fails during a replay is asked again after this long, in seconds.
PAUSE = 1.0
SHORTEST_WAIT = 0.05


class Replayer:
    """Drives the backlog. Nothing is worked on while the assistant is away."""

    def __init__(self, conversations: Conversations, backlog: Backlog, journal: Journal, assistant: Assistant) -> None:
        self._conversations = conversations
        self._backlog = backlog
        self._journal = journal
        self._assistant = assistant
        self._task: asyncio.Task[None] | None = None
        self._at_work: dict[str, asyncio.Task[None]] = {}
        self._seats = asyncio.Semaphore(AT_A_TIME)
        assistant.on_change(lambda _: backlog.changed.set())

    async def start(self) -> None:
        """Read what an earlier run left open, then keep at it in the background."""
        for turn, told in await self._journal.open_turns(MOST_AT_START):
            self._backlog.add(turn, told=told)
        if len(self._backlog):
            log.info("%d turns are still to be answered", len(self._backlog))
        self._task = asyncio.create_task(self._run(), name="replay")

    async def close(self) -> None:
        """Stop; what is kept stays in the journal."""
        for task in (self._task, *self._at_work.values()):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _run(self) -> None:
        while True:
            self._backlog.changed.clear()
            if self._assistant.up:
                for conversation_id in self._backlog.due_conversations():
                    self._begin(conversation_id)
            wait = self._backlog.next_due() if self._assistant.up else None
            if wait is not None:
                wait = max(wait, SHORTEST_WAIT)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._backlog.changed.wait(), wait)

    def _begin(self, conversation_id: str) -> None:
        if conversation_id in self._at_work:
            return
        task = self._at_work[conversation_id] = asyncio.create_task(self._replay(conversation_id))

        def over(_: asyncio.Task[None]) -> None:
            self._at_work.pop(conversation_id, None)
            self._backlog.changed.set()

        task.add_done_callback(over)

    async def _replay(self, conversation_id: str) -> None:
        async with self._seats:
            try:
                await self._conversations.replay(conversation_id)
            except Exception:  # the next round tries again; one conversation must not stop the others
                log.exception("a replay failed")
                await asyncio.sleep(PAUSE)
