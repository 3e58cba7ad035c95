"""The assistant as a child process: started, watched, started again when it dies, stopped with the service.

Nothing here blocks the event loop: the child writes its log itself and is waited for asynchronously.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from bot.gateway.pidfile import PidFile

log = logging.getLogger("dianda.supervisor")

LOG_BYTES = 10_000_000


@dataclass(frozen=True)
class Patience:
    """How long the supervisor waits, in seconds."""

    backoff: float = 0.5
    """Before the first new start; doubled at each further one."""
    longest_backoff: float = 30.0
    healthy_after: float = 60.0
    """A child that lived this long resets the backoff."""
    terminate: float = 10.0
    """Between SIGTERM and SIGKILL."""
    start: float = 240.0
    """A child that is not ready by then is replaced."""
    hung: float = 60.0
    """A child that was ready and answers no probe for this long is replaced."""
    poll: float = 0.5


@dataclass
class Supervisor:
    """Keeps one child process alive.

    `command` and `environment` (added to ours) start it, in `folder`; its output goes to `log_file`; `pid_file`
    remembers it, so that the next service can end a child whose parent was killed. `ready` asks the child whether
    it works; `on_restart` is called at each start after the first.
    """

    command: Sequence[str]
    folder: Path
    log_file: Path
    pid_file: Path
    ready: Callable[[], bool] | Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)
    patience: Patience = Patience()
    on_restart: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._was_ready = asyncio.Event()
        self._record = PidFile(self.pid_file)
        self.starts = 0

    @property
    def pid(self) -> int | None:
        """Process id of the running child, or None."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self) -> None:
        """End an orphan of an earlier service, then keep a child running; returns before it is ready."""
        await asyncio.to_thread(self._record.end_orphan, self.patience.terminate)
        self._keeper = asyncio.create_task(self._keep(), name="assistant-supervisor")

    async def wait_ready(self) -> None:
        """Wait until the child has been ready once. No limit: bound it with `asyncio.timeout`."""
        await self._was_ready.wait()

    async def close(self) -> None:
        """Stop keeping and end the child: SIGTERM, then SIGKILL after `patience.terminate` seconds."""
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
        await self._end()

    async def _keep(self) -> None:
        backoff = self.patience.backoff
        while True:
            began = monotonic()
            try:
                await self._spawn()
                await self._attend()
            except OSError as error:
                log.error("assistant cannot be started: %s", error)
            await self._end()
            if monotonic() - began >= self.patience.healthy_after:
                backoff = self.patience.backoff
            log.warning("assistant starts again in %.1f s", backoff)
            await asyncio.sleep(backoff)
            backoff = min(self.patience.longest_backoff, backoff * 2)

    async def _spawn(self) -> None:
        """Start the child in a session of its own, so that it and what it starts can be ended together."""
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        if self.log_file.exists() and self.log_file.stat().st_size > LOG_BYTES:
            self.log_file.replace(self.log_file.with_suffix(self.log_file.suffix + ".1"))
        with self.log_file.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *self.command,
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        self.starts += 1
        if self.starts > 1:
            self.on_restart()
        log.info("assistant started, pid %d", self._process.pid)
        await asyncio.to_thread(self._record.write, self._process.pid)

    async def _attend(self) -> None:
        """Return when the child has ended, or is not (or no longer) ready and out of patience."""
        assert self._process is not None
        last_good, limit, seen = monotonic(), self.patience.start, False
        ended = asyncio.create_task(self._process.wait())
        try:
            while True:
                done, _ = await asyncio.wait({ended}, timeout=self.patience.poll)
                if done:
                    log.warning("assistant ended with status %s, see %s", ended.result(), self.log_file)
                    return
                if await self._is_ready():
                    last_good, limit, seen = monotonic(), self.patience.hung, True
                    self._was_ready.set()
                elif monotonic() - last_good > limit:
                    log.warning("assistant %s, replacing it", "answers no more" if seen else "did not get ready")
                    return
        finally:
            ended.cancel()

    async def _is_ready(self) -> bool:
        answer = self.ready()
        return answer if isinstance(answer, bool) else await answer

    async def _end(self) -> None:
        process = self._process
        if process is None:
            return
        _signal_group(process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), self.patience.terminate)
        except TimeoutError:
            log.warning("assistant ignored SIGTERM")
        # Also after a clean end: a grandchild may have outlived its parent.
        _signal_group(process.pid, signal.SIGKILL)
        await process.wait()
        self._process = None
        await asyncio.to_thread(self._record.clear)


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
