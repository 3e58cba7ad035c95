"""The pid file of a child process: enough to recognise it later and never to hit a stranger.

A pid is used again by the system after its process has ended, so the process's start time is kept beside it.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

log = logging.getLogger("dianda.supervisor")


class PidFile:
    """Remembers one process, the leader of its own process group, in `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, pid: int) -> None:
        """Record `pid` with its start time."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps({"pid": pid, "started": start_time(pid)}), encoding="ascii")
        draft.replace(self._path)

    def clear(self) -> None:
        """Forget the process."""
        self._path.unlink(missing_ok=True)

    def end_orphan(self, patience: float) -> bool:
        """End the recorded process if it still is the one that was recorded: SIGTERM, SIGKILL after `patience` s.

        Returns whether there was one. Blocking.
        """
        try:
            record = json.loads(self._path.read_text(encoding="ascii"))
            pid, started = int(record["pid"]), record["started"]
        except (OSError, ValueError, KeyError, TypeError):
            return False
        found = started is not None and start_time(pid) == started
        if found:
            log.warning("ending the assistant that an earlier service left behind, pid %d", pid)
            _end_group(pid, started, patience)
        self.clear()
        return found


def _end_group(pid: int, started: str, patience: float) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGTERM)
    until = time.monotonic() + patience
    while time.monotonic() < until and start_time(pid) == started:
        time.sleep(0.05)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def start_time(pid: int) -> str | None:
    """When the running process `pid` began, as an opaque text; None when there is none (a zombie is none)."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            # The name in parentheses may hold anything; fields count from behind it: state is the first, start the 20th.
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] == "Z" else fields[19]
    shown = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)],
        capture_output=True, text=True,
        check=False,
    )
    return shown.stdout.strip() or None
