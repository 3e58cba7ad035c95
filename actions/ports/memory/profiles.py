"""Profiles in memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Lock

from actions.desk.profiles import Profile
from actions.ports.profile_json import aged


class MemoryProfiles:
    """`ProfileStore` in memory."""

    def __init__(self) -> None:
        """Nothing kept yet."""
        self._lock = Lock()
        self._profiles: dict[str, Profile] = {}

    def profile(self, subject: str) -> Profile:
        """See `ProfileStore.profile`."""
        with self._lock:
            return self._profiles.get(subject, Profile())

    def change(self, subject: str, step: Callable[[Profile], Profile], at: datetime) -> Profile:
        """See `ProfileStore.change`."""
        with self._lock:
            changed = step(self._profiles.get(subject, Profile()))
            self._put(subject, changed)
            return changed

    def forget(self, before: datetime) -> int:
        """See `ProfileStore.forget`."""
        with self._lock:
            old = {s: left for s, profile in self._profiles.items() if (left := aged(profile, before)) != profile}
            for subject, left in old.items():
                self._put(subject, left)
            return len(old)

    def _put(self, subject: str, profile: Profile) -> None:
        if profile.empty:
            self._profiles.pop(subject, None)
        else:
            self._profiles[subject] = profile
