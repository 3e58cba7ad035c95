"""Lets the classifier read, in the background, the tickets that were filed in a rush."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor

from actions.desk.late_reading import LateReading

log = logging.getLogger("dianda.reading")
READ_SECONDS = 1.0
NICENESS = 15
"""Of the thread that reads: whoever files a ticket goes first (Linux counts niceness by thread; elsewhere it is not asked)."""


def step_back() -> None:
    """Let all other threads go before this one."""
    if hasattr(os, "setpriority") and os.uname().sysname == "Linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


class Reading:
    """Background work of the gateway. Several, in several processes, do no harm: each has tickets of its own for a while."""

    def __init__(self, reading: LateReading, seconds: float = READ_SECONDS) -> None:
        self._reading = reading
        self._seconds = seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reading", initializer=step_back)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; what waited while the service was down goes first."""
        self._task = asyncio.create_task(self._run(), name="late-reading")

    async def _run(self) -> None:
        while True:
            try:
                while await asyncio.get_running_loop().run_in_executor(self._thread, self._reading.sweep):
                    pass
            except Exception:
                log.exception("reading what was filed in a rush failed; it is tried again")
            await asyncio.sleep(self._seconds)

    async def close(self) -> None:
        """Stop; what is being read is written first."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._thread.shutdown()
