"""The courier to a utility's own systems: one signed HTTP POST a letter. The receiver's side is in docs/operations.md.

A letter has arrived when, and only when, the receiver says so: 2xx with the letter's own key in the answer. A proxy's
friendly page, half an answer, somebody else's key are failures, and the letter is sent again under the same key.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp

from actions.desk.clock import Clock
from actions.desk.outbox import Letter
from actions.ports.couriers.signature import HEADER, sign
from actions.ports.outbox import DeliveryFailed, wire

SECONDS = 10.0
_MOST_ANSWER = 64 * 1024
_KNOWN_ALREADY = 409
_REFUSED = frozenset({400, 410, 413, 415, 422})
"""The letter itself is refused: another try would be too. Everything else (also 401, 404: settings) may be mended."""


class WebhookCourier:
    """`Courier` over HTTP. Make and use it on one event loop."""

    def __init__(self, url: str, secret: str, clock: Clock, *, seconds: float = SECONDS) -> None:
        """`secret` signs; `seconds` is the longest a delivery may take in all."""
        self._url = url
        self._secret = secret.encode()
        self._clock = clock
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._session: aiohttp.ClientSession | None = None

    async def deliver(self, letter: Letter, text: str | None) -> None:
        """See `Courier.deliver`."""
        body = json.dumps(wire(letter, text), ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": letter.key,
            HEADER: sign(self._secret, body, self._clock.now()),
        }
        try:
            # Not followed: a signed letter goes where it is addressed and nowhere else.
            async with self._open().post(self._url, data=body, headers=headers, allow_redirects=False) as answer:
                await self._judge(answer, letter.key)
        except TimeoutError:
            raise DeliveryFailed("no answer in time") from None
        except (aiohttp.ClientError, asyncio.IncompleteReadError, OSError, ValueError) as error:
            # Only the kind of the error: its text may hold what was sent.
            raise DeliveryFailed(type(error).__name__) from error

    async def close(self) -> None:
        """See `Courier.close`."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _judge(self, answer: aiohttp.ClientResponse, key: str) -> None:
        if answer.status == _KNOWN_ALREADY:
            return
        if not 200 <= answer.status < 300:
            raise DeliveryFailed(f"HTTP {answer.status}", permanent=answer.status in _REFUSED)
        if _receipt(await answer.content.read(_MOST_ANSWER)) != key:
            raise DeliveryFailed(f"HTTP {answer.status} without a receipt")

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            # A connection a letter: what a confused receiver sends after its answer must not answer the next letter.
            connector = aiohttp.TCPConnector(force_close=True, limit=16)
            self._session = aiohttp.ClientSession(connector=connector, timeout=self._timeout)
        return self._session


def _receipt(raw: bytes) -> Any:
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return said.get("key") if isinstance(said, dict) else None
