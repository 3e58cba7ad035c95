"""The way to the action webhook: Rasa's endpoint with one session kept open, instead of a new connection for each call."""

from __future__ import annotations

import functools
from typing import Any, Optional

import aiohttp
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT
from rasa.shared.utils import common
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

# The service's server closes an idle connection after 75 s; we let go first.
KEEP_ALIVE = 30.0


class KeptConnection(EndpointConfig):
    """An endpoint without credentials on this machine. Belongs to one event loop; opened by its first call."""

    _session: Optional[aiohttp.ClientSession] = None

    @classmethod
    def of(cls, endpoint: EndpointConfig) -> KeptConnection:
        """The same address."""
        return cls(endpoint.url, endpoint.params, endpoint.headers, **endpoint.kwargs)

    async def request(
        self,
        method: str = "post",
        subpath: Optional[str] = None,
        content_type: Optional[str] = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Optional[Any]:
        """Send and return the answer's JSON. Raises ClientResponseError on an error status, as Rasa expects."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=32, keepalive_timeout=KEEP_ALIVE)
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT)
            )
        async with self._session.request(method, self.url, **kwargs) as response:
            if response.status >= 400:
                raise ClientResponseError(response.status, response.reason, await response.content.read())
            return await response.json()

    async def close(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()


def check_answers_briefly() -> None:
    """Look only at the shape of an action's answer.

    Rasa holds it against the schema of every kind of event, a tenth of a turn; Rasa's own reading of the events that
    follows refuses what is none.
    """

    def check(self: RemoteAction, result: Any) -> bool:
        lists = [result.get(name) or [] for name in ("events", "responses")] if isinstance(result, dict) else [[None]]
        if not all(isinstance(part, list) and all(isinstance(entry, dict) for entry in part) for part in lists):
            raise ValidationError(f"{self.name()} answered with no lists of events and responses")
        if not all(isinstance(event.get("event"), str) for event in lists[0]):
            raise ValidationError(f"{self.name()} answered with an event of no kind")
        return True

    RemoteAction._validate_action_result = check


def remember_event_types() -> None:
    """Let Rasa look for the kinds of events once: it walks the tree of classes for each event that it reads."""
    common.all_subclasses = functools.lru_cache(maxsize=None)(common.all_subclasses)
