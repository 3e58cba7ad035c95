"""The port of what is kept of customers: a profile a subject, which is a chat user or a verified account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from actions.desk.profiles import Profile


class ProfileStore(Protocol):
    """Where profiles are kept. Called from many threads."""

    def profile(self, subject: str) -> Profile:
        """What is kept of a subject; an empty profile when nothing is."""
        ...

    def change(self, subject: str, step: Callable[[Profile], Profile], at: datetime) -> Profile:
        """Put what `step` makes of the profile in its place, no other change in between; an empty one is deleted."""
        ...

    def forget(self, before: datetime) -> int:
        """Delete every statement and every consent made before a moment; of how many subjects."""
        ...


def of_user(user: str) -> str:
    """The subject of a chat user (customer id, else conversation id)."""
    return f"user:{user}"


def of_account_no(account_no: str) -> str:
    """The subject of an account whose number and phone were verified."""
    return f"account:{account_no}"
