"""The whole assistant as a user has it, started for tests: `dianda serve` on free ports over a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[1]
BUILT = Path(os.environ.get("DIANDA_HOME", ROOT / "var"))
"""Where set-up has built encoder, model and index; shared with the tests, never written by them."""


@dataclass
class RunningAssistant:
    """A started service. ``home`` holds its database and logs."""

    home: Path
    port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    token: str = "test-staff-token"
    root: Path = ROOT
    """The project whose code and articles are run."""

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, wait: float = 240) -> None:
        """Start and wait until it is ready."""
        self.home.mkdir(parents=True, exist_ok=True)
        for name in ("encoder", "models", "index"):
            link = self.home / name
            if not link.exists() and (BUILT / name).exists():
                link.symlink_to(BUILT / name)
        if "DIANDA_ASSISTANT_PORT" not in self.environment:
            self.environment |= {"DIANDA_ASSISTANT_PORT": str(free_port()), "DIANDA_ACTION_PORT": str(free_port())}
        env = {
            **os.environ,
            "DIANDA_HOME": str(self.home),
            "DIANDA_PORT": str(self.port),
            "DIANDA_STAFF_TOKEN": self.token,
            "PYTHONPATH": str(self.root),
            # The tests run at any hour; what waits at night has tests of its own.
            "DIANDA_QUIET_HOURS": "off",
            **self.environment,
        }
        with (self.home / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli.main", "serve"],
                cwd=self.root,
                env=env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if wait:
            self.wait_ready(wait)

    def wait_ready(self, seconds: float) -> None:
        """Until /readyz answers 200."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert self.process is not None
            if self.process.poll() is not None:
                raise RuntimeError("the service ended:\n" + (self.home / "serve.log").read_text()[-3000:])
            try:
                if self.call("GET", "/readyz")[0] == 200:
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                pass
            time.sleep(0.3)
        raise RuntimeError("the service did not get ready:\n" + (self.home / "serve.log").read_text()[-3000:])

    def stop(self) -> None:
        """End it the polite way."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        self.process = None

    def kill(self) -> None:
        """SIGKILL the service (the assistant it started is left to the next start)."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def call(
        self, method: str, path: str, body: Any = None, *, staff: bool = True, timeout: float = 60
    ) -> tuple[int, Any]:
        """One HTTP call; returns status and decoded body."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.token}"} if staff else {})
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        request = urllib.request.Request(self.base + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                status, raw = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, raw = error.code, error.read()
        try:
            return status, json.loads(raw)
        except ValueError:
            return status, raw.decode("utf-8", "replace")

    def talk(self, channel: str = "web") -> Conversation:
        """A new customer."""
        return Conversation(self, channel)


@dataclass
class Conversation:
    """One customer's conversation over the public API."""

    service: RunningAssistant
    channel: str = "web"
    conversation_id: str = field(default_factory=lambda: "test-" + uuid.uuid4().hex)
    last: dict[str, Any] = field(default_factory=dict)

    def say(self, text: str, **extra: Any) -> dict[str, Any]:
        """One turn; a text that begins with / is a button's payload."""
        said = {"payload": text} if text.startswith("/") else {"text": text}
        body = {
            "conversation_id": self.conversation_id,
            "channel": self.channel,
            "message_id": uuid.uuid4().hex,
            **said,
            **extra,
        }
        status, reply = self.service.call("POST", "/api/v1/chat", body)
        assert status == 200, (status, reply)
        self.last = reply
        return dict(reply)

    @property
    def text(self) -> str:
        """What the assistant just said."""
        return "\n".join(m["text"] for m in self.last["messages"])

    @property
    def trace(self) -> dict[str, Any]:
        return dict(self.last["trace"])

    def tickets(self) -> list[dict[str, Any]]:
        """The tickets of this conversation, newest first."""
        _, found = self.service.call("GET", f"/api/v1/tickets?conversation_id={self.conversation_id}")
        return list(found["tickets"])
