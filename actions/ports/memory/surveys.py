"""Surveys in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from threading import Lock

from actions.desk.surveys import Survey


class MemorySurveys:
    """`SurveyStore` in memory."""

    def __init__(self) -> None:
        """Nobody was asked."""
        self._lock = Lock()
        self._surveys: dict[str, Survey] = {}

    def ask(self, ticket_no: str, conversation_id: str | None, channel: str, at: datetime) -> Survey:
        """See `SurveyStore.ask`."""
        with self._lock:
            new = Survey(ticket_no=ticket_no, conversation_id=conversation_id, channel=channel, asked_at=at)
            return self._surveys.setdefault(ticket_no, new)

    def get(self, ticket_no: str) -> Survey | None:
        """See `SurveyStore.get`."""
        return self._surveys.get(ticket_no)

    def waiting(self, conversation_id: str, since: datetime) -> Survey | None:
        """See `SurveyStore.waiting`."""
        with self._lock:
            open_ = [
                one for one in self._surveys.values()
                if one.conversation_id == conversation_id and one.score is None and one.asked_at >= since
            ]  # fmt: skip
        return max(open_, key=lambda one: one.asked_at, default=None)

    def answer(self, ticket_no: str, score: int, by: str, at: datetime) -> bool:
        """See `SurveyStore.answer`."""
        with self._lock:
            found = self._surveys.get(ticket_no)
            if found is None or found.score is not None:
                return False
            self._surveys[ticket_no] = replace(found, score=score, answered_at=at, answered_by=by)
            return True

    def explain(self, ticket_no: str, reason: str | None, comment: str | None) -> None:
        """See `SurveyStore.explain`."""
        with self._lock:
            found = self._surveys.get(ticket_no)
            if found is not None and found.score is not None:
                self._surveys[ticket_no] = replace(found, reason=reason or found.reason, comment=comment or found.comment)
