"""One question to a utility's system: signed, bounded in time and size, and answered with JSON or not at all.

A system that fails is left alone for a moment: customers hear at once that it is away, instead of each waiting for it.
"""

from __future__ import annotations

import json
import time
from threading import Lock
from typing import Any

import httpx

from actions.desk.clock import Clock
from actions.desk.errors import CustomersAway
from actions.ports.couriers.signature import HEADER, sign

SECONDS = 3.0
"""The longest a question may take in all: a customer is waiting, perhaps on the phone."""

_MOST_ANSWER = 1024 * 1024
_FAILURES = 3
_REST_SECONDS = 5.0


class Line:
    """A line to one system. Called from many threads."""

    def __init__(self, url: str, secret: str, clock: Clock, *, seconds: float = SECONDS, rest: float = _REST_SECONDS) -> None:
        """`url` is the base; `secret` signs. After three failures in a row nobody is asked for `rest` seconds."""
        self._base = url.rstrip("/")
        self._secret = secret.encode()
        self._clock = clock
        self._seconds, self._rest = seconds, rest
        # A connection a question: what a confused system sends after its answer must not answer somebody else.
        self._client = httpx.Client(
            timeout=seconds, limits=httpx.Limits(max_keepalive_connections=0), follow_redirects=False, trust_env=False
        )
        self._lock = Lock()
        self._failures = 0
        self._asks_again_at = 0.0

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The JSON answer to GET `path`, or to POST with a `body`; None for 404. Raises CustomersAway for everything else."""
        with self._lock:
            if self._failures >= _FAILURES and time.monotonic() < self._asks_again_at:
                raise CustomersAway("left alone after failures")
        try:
            try:
                found = self._send(path, body)
            except (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError):
                # Hung up on, as by a system that restarts: reading twice does no harm.
                found = self._send(path, body)
        except (httpx.HTTPError, OSError, ValueError, RecursionError) as error:
            self._note(failed=True)
            # Only the kind of the error: its text may hold whom it was about.
            raise CustomersAway(str(error) if isinstance(error, _NotAnAnswer) else type(error).__name__) from None
        self._note(failed=False)
        return found

    def close(self) -> None:
        """Let go of the line."""
        self._client.close()

    def _send(self, path: str, body: dict[str, Any] | None) -> Any:
        method = "GET" if body is None else "POST"
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {HEADER: sign(self._secret, signed(method, path, raw), self._clock.now()), "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        until = time.monotonic() + self._seconds
        with self._client.stream(method, self._base + path, content=raw or None, headers=headers) as answer:
            if answer.status_code == httpx.codes.NOT_FOUND:
                return None
            if answer.status_code != httpx.codes.OK:
                raise _NotAnAnswer(f"HTTP {answer.status_code}")
            return json.loads(_whole(answer, until))

    def _note(self, *, failed: bool) -> None:
        with self._lock:
            self._failures = self._failures + 1 if failed else 0
            self._asks_again_at = time.monotonic() + self._rest


class _NotAnAnswer(ValueError):
    """Something came, and it is no answer."""


def signed(method: str, path: str, body: bytes) -> bytes:
    """What the signature of a question covers: `GET /accounts/3201556677`, a line feed, the body."""
    return f"{method} {path}\n".encode() + body


def _whole(answer: httpx.Response, until: float) -> bytes:
    """The body; a drip that would take longer than is left, or would never end, is none."""
    parts: list[bytes] = []
    size = 0
    for part in answer.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > _MOST_ANSWER or time.monotonic() > until:
            raise _NotAnAnswer("too long an answer")
    return b"".join(parts)
