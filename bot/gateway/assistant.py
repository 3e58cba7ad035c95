"""The assistant as the gateway sees it: Rasa's HTTP endpoints of docs/architecture.md behind a small client.

The client also keeps watch: a probe of `/webhooks/dianda/ready` decides whether the assistant is `up`, so that
a turn never waits for a process that is known to be away, and whoever listens hears when it is back.

AssistantError
├── AssistantDownError     not reachable, not ready, or the connection broke
├── AssistantSlowError     no answer in time
└── AssistantFaultError    an answer that is an error or no answer at all
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, Protocol

import aiohttp
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.gateway.turn import Message, Trace, Turn

log = logging.getLogger("dianda.assistant")

RETRY_AFTER = 0.05
# sanic closes an idle connection after 5 s; we let go first, or a turn could be sent into a closing one.
KEEP_ALIVE = 3.0
PARSE_AT_ONCE = 32
"""Sentences that the assistant understands in one call."""


class AssistantError(Exception):
    """The assistant gave no usable answer."""


class AssistantDownError(AssistantError):
    """Nobody is there (`sent` false), or the connection broke before the answer (`sent` true)."""

    def __init__(self, why: str, *, sent: bool) -> None:
        self.sent = sent
        super().__init__(why)


class AssistantSlowError(AssistantError):
    """No answer within the time given."""


class AssistantFaultError(AssistantError):
    """An error status, or JSON of the wrong shape."""


class Answer(BaseModel):
    """What the assistant says to one turn; `action_failed` means that an action did not run and must be tried again."""

    model_config = ConfigDict(extra="ignore")

    messages: list[Message]
    trace: Trace = Trace()
    action_failed: bool = False


class Assistant(Protocol):
    """What the gateway needs of an assistant."""

    @property
    def up(self) -> bool:
        """Whether it answered its last probe or call."""

    def on_change(self, listener: Callable[[bool], None]) -> None:
        """Call `listener(up)` on the event loop whenever `up` changes."""

    async def turn(self, turn: Turn, *, timeout: float) -> Answer:
        """Work on a turn for at most `timeout` seconds. Raises AssistantError."""

    async def parse(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Understand `texts` without any conversation, one result a text, in order. Raises AssistantError."""

    async def start(self) -> None:
        """Open connections and begin to watch; returns at once."""

    async def close(self) -> None:
        """Stop watching and close connections."""


class AssistantClient:
    """The `Assistant` at `base_url`, over loopback HTTP.

    `probe_up` and `probe_down` are seconds between probes while it is up and while it is away.
    """

    def __init__(
        self, base_url: str, *, probe_up: float = 2.0, probe_down: float = 0.25, parse_timeout: float = 30.0
    ) -> None:
        self._base = f"{base_url.rstrip('/')}/webhooks/dianda/"
        self._probe_up, self._probe_down = probe_up, probe_down
        self._parse_timeout = parse_timeout
        self._session: aiohttp.ClientSession | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[bool], None]] = []
        self._up = False
        self._last_good = 0.0
        self._look_now = asyncio.Event()

    @property
    def up(self) -> bool:
        """Whether it answered its last probe or call."""
        return self._up

    def on_change(self, listener: Callable[[bool], None]) -> None:
        """Call `listener(up)` on the event loop whenever `up` changes."""
        self._listeners.append(listener)

    async def start(self) -> None:
        """Open the session and begin to probe."""
        connector = aiohttp.TCPConnector(limit=64, keepalive_timeout=KEEP_ALIVE)
        self._session = aiohttp.ClientSession(connector=connector)
        self._watcher = asyncio.create_task(self._watch(), name="assistant-watch")

    async def close(self) -> None:
        """Stop probing and close the session."""
        if self._watcher is not None:
            self._watcher.cancel()
            with suppress(asyncio.CancelledError):
                await self._watcher
        if self._session is not None:
            await self._session.close()

    async def turn(self, turn: Turn, *, timeout: float) -> Answer:
        """Have the assistant work on `turn` for at most `timeout` seconds.

        Raises AssistantDownError, AssistantSlowError or AssistantFaultError. A refused connection is tried once
        more; a broken one is not, for the assistant may already have acted on the turn.
        """
        body = {
            "conversation_id": turn.conversation_id,
            "turn_id": turn.turn_id,
            "text": turn.words,
            "channel": turn.channel,
            "elder": turn.elder,
        }
        if turn.customer_id is not None:
            body["customer_id"] = turn.customer_id
        data = await self._post("turn", body, timeout)
        try:
            return Answer.model_validate(data)
        except ValidationError as error:
            where = [".".join(map(str, item["loc"])) for item in error.errors(include_input=False)]
            raise AssistantFaultError(f"answer of the wrong shape at {where}") from None

    async def parse(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Understand `texts`, in order. Raises as `turn` does."""
        # In parts, so that customers' turns are worked on between them: Rasa is one loop.
        parts = [await self._parse(texts[at : at + PARSE_AT_ONCE]) for at in range(0, len(texts), PARSE_AT_ONCE)]
        return [result for part in parts for result in part]

    async def _parse(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        data = await self._post("parse", {"texts": list(texts)}, self._parse_timeout)
        results = data.get("results") if isinstance(data, dict) else None
        if not isinstance(results, list) or len(results) != len(texts):
            raise AssistantFaultError("parse gave another number of results than texts")
        return results

    async def _post(self, endpoint: str, body: dict[str, Any], timeout: float) -> Any:
        if not self._up or self._session is None:
            raise AssistantDownError("the assistant is away", sent=False)
        try:
            async with asyncio.timeout(timeout):
                try:
                    return await self._send(endpoint, body)
                except aiohttp.ClientConnectorError:
                    await asyncio.sleep(RETRY_AFTER)
                    return await self._send(endpoint, body)
        except TimeoutError:
            raise AssistantSlowError(f"no answer within {timeout:g} s") from None
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError) as error:
            self._set(False)
            self._look_now.set()
            raise AssistantDownError(type(error).__name__, sent=not isinstance(error, aiohttp.ClientConnectorError)) from None
        except (aiohttp.ClientError, ValueError) as error:
            raise AssistantFaultError(type(error).__name__) from None

    async def _send(self, endpoint: str, body: dict[str, Any]) -> Any:
        assert self._session is not None
        async with self._session.post(self._base + endpoint, json=body) as response:
            if response.status != 200:
                raise AssistantFaultError(f"status {response.status}")
            data = await response.json(content_type=None)
        self._last_good = monotonic()
        return data

    async def _watch(self) -> None:
        while True:
            started = monotonic()
            good = await self._probe()
            # A busy assistant may be too slow for the probe while it does answer turns: believe the turns.
            self._set(good or (self._up and self._last_good > started))
            self._look_now.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look_now.wait(), self._probe_up if self._up else self._probe_down)

    async def _probe(self) -> bool:
        assert self._session is not None
        # An answer that takes long is no sign of death: Rasa is one loop, and a big parse holds it for seconds.
        limit = aiohttp.ClientTimeout(total=10, connect=2)
        try:
            async with self._session.get(self._base + "ready", timeout=limit) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    def _set(self, up: bool) -> None:
        if up == self._up:
            return
        self._up = up
        log.info("assistant is %s", "up" if up else "away")
        for listener in self._listeners:
            listener(up)
