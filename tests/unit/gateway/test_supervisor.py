"""The child process: started, started again, stopped, and never confused with a stranger."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.gateway.pidfile import PidFile, start_time
from bot.gateway.supervisor import Patience, Supervisor
from tests.unit.gateway.fakes import until

QUICK = Patience(backoff=0.05, longest_backoff=0.2, healthy_after=60, terminate=0.5, start=5, hung=0.3, poll=0.02)
SLEEPS = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
DIES = "print('no', flush=True); raise SystemExit(3)"

Make = Callable[..., Supervisor]


def alive(pid: int | None) -> bool:
    return pid is not None and start_time(pid) is not None


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Make]:
    made: list[Supervisor] = []

    def build(script: str, **given: object) -> Supervisor:
        options = {"ready": lambda: True, "patience": QUICK} | given
        made.append(
            Supervisor(
                command=[sys.executable, "-c", script],
                folder=tmp_path,
                log_file=tmp_path / "logs" / "assistant.log",
                pid_file=tmp_path / "run" / "assistant.pid",
                **options,  # type: ignore[arg-type]
            )
        )
        return made[-1]

    yield build
    for each in made:
        await each.close()


async def test_it_runs_and_is_stopped(make: Make, tmp_path: Path) -> None:
    supervisor = make(SLEEPS, environment={"X": "1"})
    await supervisor.start()
    await asyncio.wait_for(supervisor.wait_ready(), 5)
    pid = supervisor.pid
    assert alive(pid)
    assert json.loads((tmp_path / "run" / "assistant.pid").read_text())["pid"] == pid
    await until(lambda: "up" in (tmp_path / "logs" / "assistant.log").read_text())
    await supervisor.close()
    assert not alive(pid)
    assert supervisor.pid is None
    assert not (tmp_path / "run" / "assistant.pid").exists()


async def test_killed_it_is_started_again(make: Make) -> None:
    again: list[int] = []
    supervisor = make(SLEEPS, on_restart=lambda: again.append(1))
    await supervisor.start()
    await until(lambda: supervisor.pid)
    first = supervisor.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await until(lambda: supervisor.pid not in (None, first))
    assert (supervisor.starts, again) == (2, [1])


async def test_one_that_keeps_dying_is_given_more_and_more_time(make: Make) -> None:
    supervisor = make(DIES)
    await supervisor.start()
    await asyncio.sleep(1.0)
    # 0.05, 0.1, 0.2, 0.2 … besides the time python itself takes
    assert 2 <= supervisor.starts <= 7


async def test_one_that_cannot_be_started_does_not_stop_the_service(make: Make) -> None:
    supervisor = make(SLEEPS)
    supervisor.command = ["/none/such"]
    await supervisor.start()
    await asyncio.sleep(0.1)
    assert supervisor.pid is None
    supervisor.command = [sys.executable, "-c", SLEEPS]
    await until(lambda: supervisor.pid)


async def test_one_that_ignores_sigterm_is_killed(make: Make, tmp_path: Path) -> None:
    supervisor = make(STUBBORN)
    await supervisor.start()
    await until(lambda: (tmp_path / "logs" / "assistant.log").exists() and "up" in (tmp_path / "logs" / "assistant.log").read_text())
    pid = supervisor.pid
    await supervisor.close()
    assert not alive(pid)


async def test_what_it_started_itself_ends_with_it(make: Make, tmp_path: Path) -> None:
    script = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {SLEEPS!r}]); print(p.pid, flush=True); p.wait()"
    supervisor = make(script)
    await supervisor.start()
    log = tmp_path / "logs" / "assistant.log"
    await until(lambda: log.exists() and log.read_text().strip())
    grandchild = int(log.read_text().split()[0])
    assert alive(grandchild)
    await supervisor.close()
    await until(lambda: not alive(grandchild))


async def test_one_that_hangs_is_replaced(make: Make) -> None:
    answers = True

    async def ready() -> bool:
        return answers

    supervisor = make(SLEEPS, ready=ready)
    await supervisor.start()
    await asyncio.wait_for(supervisor.wait_ready(), 5)
    first, answers = supervisor.pid, False
    await until(lambda: supervisor.pid not in (None, first))


async def test_the_loop_is_never_blocked(make: Make) -> None:
    gaps: list[float] = []

    async def watch() -> None:
        loop = asyncio.get_running_loop()
        last = loop.time()
        while True:
            await asyncio.sleep(0.005)
            gaps.append(loop.time() - last)
            last = loop.time()

    watcher = asyncio.create_task(watch())
    supervisor = make(STUBBORN)
    await supervisor.start()
    await asyncio.wait_for(supervisor.wait_ready(), 5)
    await supervisor.close()
    watcher.cancel()
    assert sorted(gaps)[int(len(gaps) * 0.9)] < 0.1


async def test_an_orphan_is_ended_by_the_next_service(make: Make, tmp_path: Path) -> None:
    orphan = subprocess.Popen([sys.executable, "-c", STUBBORN], start_new_session=True)  # noqa: ASYNC220
    try:
        PidFile(tmp_path / "run" / "assistant.pid").write(orphan.pid)
        supervisor = make(SLEEPS)
        await supervisor.start()
        await asyncio.to_thread(orphan.wait, 5)
        await until(lambda: supervisor.pid)
    finally:
        orphan.kill()


def test_a_stranger_with_the_same_pid_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", SLEEPS], start_new_session=True)
    try:
        path = tmp_path / "x.pid"
        for record in ({"pid": stranger.pid, "started": "1"}, {"pid": stranger.pid, "started": None}, {"pid": 2**22 + 1, "started": "1"}):
            path.write_text(json.dumps(record))
            assert not PidFile(path).end_orphan(1)
        assert stranger.poll() is None
        for nonsense in ("", "[]", "x", '{"pid": "a", "started": "1"}'):
            path.write_text(nonsense)
            assert not PidFile(path).end_orphan(1)
        assert not PidFile(tmp_path / "none").end_orphan(1)
    finally:
        stranger.kill()
        stranger.wait()


async def test_a_log_that_has_grown_is_put_aside(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.gateway.supervisor.LOG_BYTES", 10)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "assistant.log").write_text("x" * 11)
    supervisor = make(SLEEPS)
    await supervisor.start()
    await until(lambda: supervisor.pid)
    assert (tmp_path / "logs" / "assistant.log.1").read_text() == "x" * 11
