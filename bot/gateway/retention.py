"""The broom: erases personal data whose time is over, in the database and in the assistant's memory of conversations."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from sqlalchemy import Engine, text

from actions.desk.clock import Clock
from actions.desk.papers import UNUSED_KEPT
from actions.desk.profiles import PROFILE_KEPT
from actions.ports.drafts import DRAFT_KEPT
from actions.ports.papers import PaperStore, Vault
from actions.ports.sql import SqlDrafts, SqlGaps, SqlNotices, SqlPapers, SqlProfiles, SqlStops
from actions.ports.sql.retention import Erased, erase_before
from actions.ports.vault import FileVault
from bot.gateway.assistant_process import data_keys
from bot.gateway.settings import Settings
from bot.gateway.trackers import TRACKERS, tracker_store

log = logging.getLogger("dianda.retention")

SECONDS = 6 * 3600.0


def sweep_out(engine: Engine, settings: Settings, clock: Clock) -> tuple[Erased, int]:
    """Erase what is older than `DIANDA_RETENTION_DAYS`; returns what it was and how many of the assistant's trackers."""
    now = clock.now()
    before = now - timedelta(days=settings.retention_days)
    # A form put off is for a few days, whatever else is kept.
    SqlDrafts(engine).forget(now - DRAFT_KEPT)
    SqlProfiles(engine).forget(now - PROFILE_KEPT)
    SqlNotices(engine).forget(before)
    SqlStops(engine).forget(before)
    SqlGaps(engine).forget(before)
    erased = erase_before(engine, before, now)
    forget_papers(SqlPapers(engine), vault_of(settings), now)
    return erased, _trackers(engine, settings, before.timestamp())


def forget_papers(store: PaperStore, vault: Vault, now: datetime) -> int:
    """Delete papers that no application has used in time, and contents whose record was never written; returns how many."""
    unused = store.forget(now - UNUSED_KEPT)
    vault.drop(unused)
    kept = vault.ids(now - timedelta(days=1))
    strays = sorted(set(kept) - store.known(kept))
    vault.drop(strays)
    return len(unused) + len(strays)


def vault_of(settings: Settings) -> FileVault:
    """Where the contents of papers lie."""
    return FileVault(settings.home / "uploads", data_keys(settings))


def _trackers(engine: Engine, settings: Settings, before: float) -> int:
    with tracker_store(engine, settings) as store:
        if store is None:
            return 0
        with store.begin() as connection:
            old = text(f"DELETE FROM {TRACKERS} WHERE updated_at < :before")
            return connection.execute(old, {"before": before}).rowcount


class Retention:
    """Background work of the gateway: at start, then every few hours."""

    def __init__(self, engine: Engine, settings: Settings, clock: Clock, seconds: float = SECONDS) -> None:
        self._engine, self._settings, self._clock = engine, settings, clock
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name="retention")

    async def _run(self) -> None:
        while True:
            try:
                erased, trackers = await asyncio.to_thread(sweep_out, self._engine, self._settings, self._clock)
                log.info("erased as too old: %s, %d trackers", erased, trackers)
            except Exception:  # what was not erased now is next time; the service goes on
                log.exception("the retention job failed; it is tried again")
            await asyncio.sleep(self._seconds)

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
