"""The port of the satisfaction surveys: asked once a ticket, answered once."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from actions.desk.surveys import Survey


class SurveyStore(Protocol):
    """Where surveys are kept. Called from many threads and processes."""

    def ask(self, ticket_no: str, conversation_id: str | None, channel: str, at: datetime) -> Survey:
        """Note that the customer is asked; asked before, the survey as it stands."""
        ...

    def get(self, ticket_no: str) -> Survey | None:
        """The survey of a ticket, or None."""
        ...

    def waiting(self, conversation_id: str, since: datetime) -> Survey | None:
        """The latest survey asked in a conversation since then that has no score yet, or None."""
        ...

    def answer(self, ticket_no: str, score: int, by: str, at: datetime) -> bool:
        """Write the score (1–5) down; False when there is no survey, or it has its score already, which then stays."""
        ...

    def explain(self, ticket_no: str, reason: str | None, comment: str | None) -> None:
        """Add a reason and the customer's words to an answered survey; what is None stays as it is."""
        ...
