"""The ports of what leaves the house: where letters wait, and who carries them.

They are written by `TicketTransaction.post` (or `NoticeTransaction.tell`), together with the change that caused them. A letter is claimed for a time
(the lease), carried, and reported; a carrier that dies in between is forgotten when the lease ends, and the letter goes out
again under the same key: at least once, never lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from actions.desk.outbox import Letter, LetterPage, LetterState, StoredLetter


class OutboxStore(Protocol):
    """Letters and their fate. Called from many threads and processes."""

    def claim(self, now: datetime, limit: int, lease: timedelta) -> tuple[StoredLetter, ...]:
        """Up to `limit` letters that may be tried at `now`, longest due first, each with this try counted.

        Until `now` + `lease` nobody else gets them.
        """
        ...

    def delivered(self, key: str, at: datetime) -> None:
        """The letter has arrived; that holds whatever another carrier reports. An unknown key is nothing (it was deleted)."""
        ...

    def failed(self, key: str, attempt: int, error: str, next_at: datetime | None) -> None:
        """Try number `attempt` has failed; try again at `next_at`, or never (None: the letter is dead).

        A report of a try that is not the letter's last, or of a letter that has arrived, changes nothing.
        """
        ...

    def hold(self, key: str, attempt: int, until: datetime, why: str) -> None:
        """Put a claimed letter back untried until `until`; its claim does not count as a try. As in `failed`, only by its last carrier."""
        ...

    def get(self, key: str) -> StoredLetter | None:
        """The letter of this key, or None."""
        ...

    def find(self, state: LetterState | None, cursor: str | None, limit: int) -> LetterPage:
        """Up to `limit` letters, newest first, from where `cursor` (of the page before) left off. Raises InvalidCursor."""
        ...

    def retry(self, key: str, at: datetime) -> StoredLetter:
        """Let a letter be tried at `at`, its tries counted anew. Raises UnknownLetter, LetterDelivered."""
        ...

    def counts(self) -> Mapping[LetterState, int]:
        """How many letters there are in each state."""
        ...


class DeliveryFailed(Exception):
    """The letter did not arrive. Its text is short, English, and holds nothing of the letter."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        """`permanent`: the receiver has refused this very letter, another try would be refused too."""
        super().__init__(reason)
        self.permanent = permanent


class Courier(Protocol):
    """Carries letters to whoever they are for."""

    async def deliver(self, letter: Letter, text: str | None) -> None:
        """Carry one letter; `text` is what a person is to read, where there are words for its topic.

        Returns when the receiver has confirmed it. Raises DeliveryFailed. May be called again with the same letter.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


def wire(letter: Letter, text: str | None) -> dict[str, Any]:
    """A letter as receivers get it, see docs/operations.md."""
    return {
        "key": letter.key,
        "topic": letter.topic,
        "ticket_no": letter.ticket_no,
        **({} if letter.subject is None else {"subject": letter.subject}),
        "created_at": letter.created_at.isoformat(timespec="seconds"),
        **letter.body,
        **({} if text is None else {"text": text}),
    }
