"""Token buckets: how fast one address or one conversation may call."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

MOST_KEYS = 50_000


class RateLimiter:
    """A bucket of `burst` calls a key, refilled at `rate` calls a second.

    At most `most_keys` keys are remembered; the longest unused goes first, which only ever favours a caller.
    Time is injected (`clock`, seconds, monotonic), so tests need not wait.
    """

    def __init__(
        self, rate: float, burst: int, *, clock: Callable[[], float] = monotonic, most_keys: int = MOST_KEYS
    ) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._clock = clock
        self._most_keys = most_keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Take one call for `key`. Returns 0 when it may go on, else the seconds until the next one may."""
        now = self._clock()
        tokens, last = self._buckets.pop(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - last) * self._rate)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self._rate
        self._buckets[key] = (tokens - 1 if tokens >= 1 else tokens, now)
        if len(self._buckets) > self._most_keys:
            self._buckets.popitem(last=False)
        return wait
