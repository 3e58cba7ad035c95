"""Rings the tickets' clocks in the background."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from actions.desk.clock import Clock
from actions.desk.desk import ServiceDesk
from actions.desk.hub import RepairHub
from actions.desk.notifier import Notifier
from actions.desk.papers import Papers
from actions.desk.stopper import Stopper

log = logging.getLogger("dianda.sweep")
SWEEP_SECONDS = 5.0


class Sweep:
    """Background work of the gateway. Several, in several processes, do no harm: each clock rings in one transaction."""

    def __init__(self, desk: ServiceDesk, seconds: float = SWEEP_SECONDS) -> None:
        self._desk = desk
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; the first sweep catches up what came due while the service was down."""
        self._task = asyncio.create_task(self._run(), name="clock-sweep")

    async def _run(self) -> None:
        while True:
            try:
                for rung in await asyncio.to_thread(self._desk.sweep):
                    log.warning(
                        "ticket %s: clock %s %s, to %s",
                        rung.ticket.ticket_no,
                        rung.event.data.get("step"),
                        rung.event.type.value,
                        rung.event.data.get("role"),
                    )
            except Exception:
                log.exception("the clock sweep failed; it is tried again")
            await asyncio.sleep(self._seconds)

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


HUB_SECONDS = 2.0


class HubSweep:
    """Lets the repair hub do what has come due, in the background."""

    def __init__(self, hub: RepairHub, seconds: float = HUB_SECONDS) -> None:
        self._hub = hub
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; what came due while the service was down goes first."""
        self._task = asyncio.create_task(self._run(), name="hub-sweep")

    async def _run(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._hub.sweep)
            except Exception:
                log.exception("the repair hub's sweep failed; it is tried again")
            await asyncio.sleep(self._seconds)

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


PAPER_SECONDS = 3600.0


class PaperSweep:
    """Looks once an hour which applications have waited for their papers long enough."""

    def __init__(self, papers: Papers, seconds: float = PAPER_SECONDS) -> None:
        self._papers = papers
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; what came due while the service was down goes first."""
        self._task = asyncio.create_task(self._run(), name="paper-sweep")

    async def _run(self) -> None:
        while True:
            try:
                for ticket_no in await asyncio.to_thread(self._papers.give_up_waiting):
                    log.info("ticket %s: its papers have not come in time", ticket_no)
            except Exception:
                log.exception("the look for late papers failed; it is tried again")
            await asyncio.sleep(self._seconds)

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


NOTICE_SECONDS = 3.0
REMIND_EVERY = timedelta(hours=1)


class NoticeSweep:
    """Goes on telling of outage plans, and looks once an hour who is to be reminded of money."""

    def __init__(self, notifier: Notifier, clock: Clock, seconds: float = NOTICE_SECONDS) -> None:
        self._notifier = notifier
        self._clock = clock
        self._seconds = seconds
        self._remind_at: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; what came due while the service was down goes first."""
        self._task = asyncio.create_task(self._run(), name="notice-sweep")

    async def _run(self) -> None:
        while True:
            try:
                written = await asyncio.to_thread(self._notifier.sweep)
                now = self._clock.now()
                if self._remind_at is None or now >= self._remind_at:
                    written += await asyncio.to_thread(self._notifier.remind)
                    self._remind_at = now + REMIND_EVERY
                if written:
                    log.info("%d notices written", written)
            except Exception:
                log.exception("the notices' sweep failed; it is tried again")
            await asyncio.sleep(self._seconds)

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


STOP_SECONDS = 5.0


class StopSweep:
    """Does what stop orders ask for, and withdraws at once what was paid."""

    def __init__(self, stopper: Stopper, seconds: float = STOP_SECONDS) -> None:
        self._stopper = stopper
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; what came due while the service was down goes first."""
        self._task = asyncio.create_task(self._run(), name="stop-sweep")

    async def _run(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._stopper.sweep)
            except Exception:
                log.exception("the stop orders' sweep failed; it is tried again")
            await asyncio.sleep(self._seconds)

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
