"""Real servers for tests: started here, on loopback, thrown away afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_USER = "postgres"
"""PostgreSQL refuses to run as root; Debian's package brings this user."""


NO_POSTGRES = "PostgreSQL is not installed (apt-get install postgresql): the tests on it were NOT run"


def postgres_binaries() -> Path | None:
    """The folder of the newest PostgreSQL of Debian's packages, or None."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda path: float(path.parent.name), default=None)


@contextmanager
def postgres(*, durable: bool = False, settings: str = "") -> Iterator[str]:
    """A PostgreSQL server of its own; yields the URL of its database. Skips the test, loudly, where it is not installed.

    `durable`: commits reach the disk, as in production; tests do without. `settings`: more of `-c name=value`.
    """
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip(NO_POSTGRES)
    as_user = _USER if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="dianda-postgres-"))
    try:
        if as_user:
            shutil.chown(folder, as_user, as_user)
        data, port, password = folder / "data", free_port(), folder / "password"
        password.write_text("test")
        password.chmod(0o644)

        def run(program: str, *arguments: str) -> None:
            command = [str(binaries / program), *arguments]
            # Not a pipe: the server inherits it and would keep it open as long as it lives.
            with (folder / "log").open("ab") as log:
                if subprocess.run(command, user=as_user, cwd=folder, stdout=log, stderr=log, check=False).returncode:
                    raise RuntimeError(f"{program} failed:\n{(folder / 'log').read_text()[-2000:]}")

        run(
            "initdb",
            "-D",
            str(data),
            "-U",
            "test",
            "--pwfile",
            str(password),
            "-A",
            "scram-sha-256",
            "-E",
            "UTF8",
            "--no-sync",
        )
        # Durability is not what most tests ask of the server; speed is.
        fast = "" if durable else "-c fsync=off -c full_page_writes=off"
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' {fast} {settings}"
        run("pg_ctl", "-D", str(data), "-w", "-t", "60", "-o", options, "start")
        try:
            yield f"postgresql://test:test@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A TCP port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def milvus_lite(folder: Path) -> Iterator[tuple[str, int]]:
    """A milvus-lite server with its data under `folder`; yields its address and process id."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    port = free_port()
    with (folder / "log").open("ab") as log:
        command = [str(Path(sys.executable).parent / "milvus-lite"), "server", "--data-dir", str(folder / "data"), "--port", str(port)]
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until = time.monotonic() + 90
        while not _listens(port):
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"milvus-lite does not start:\n{(folder / 'log').read_text()[-2000:]}")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        server.terminate()
        server.wait(30)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
