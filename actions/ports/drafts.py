"""The port of half-filled forms that a customer put off, kept by the account that was verified, for any channel and day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

DRAFT_KEPT = timedelta(days=7)
"""How long a form that was put off can be taken up again."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it was left. `body` is plain JSON data, and personal."""

    account_no: str
    flow: str
    body: Mapping[str, Any]
    saved_at: datetime


class DraftStore(Protocol):
    """Where they are kept. Called from many threads."""

    def save(self, draft: Draft) -> None:
        """Keep a form, in place of an earlier one of the same account and flow."""
        ...

    def drafts(self, account_no: str, since: datetime) -> tuple[Draft, ...]:
        """The forms of an account saved at or after a moment, latest first."""
        ...

    def drop(self, account_no: str, flow: str) -> None:
        """Delete a form; none is nothing."""
        ...

    def forget(self, before: datetime) -> int:
        """Delete what was saved before a moment; how many there were."""
        ...
