"""What becomes of a satisfaction score: it is written down, and a low one reopens the ticket and orders a call-back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from actions.desk.clock import Clock
from actions.desk.desk import CUSTOMER, ServiceDesk
from actions.desk.errors import SurveyAnswered, UnknownSurvey
from actions.desk.surveys import LOW, OPEN_FOR, REASONS, Survey
from actions.desk.tickets import EventType
from actions.ports.surveys import SurveyStore

PHONE = "phone"
"""The channel of a survey that nobody was sent: the customer was asked on the phone."""


class Feedback:
    """Surveys over the desk. Holds no state besides its store."""

    def __init__(self, desk: ServiceDesk, surveys: SurveyStore, clock: Clock) -> None:
        self._desk, self._surveys, self._clock = desk, surveys, clock

    def of(self, ticket_no: str) -> Survey | None:
        """The survey of a ticket, or None. Raises UnknownTicket."""
        return self._surveys.get(self._desk.ticket(ticket_no).ticket_no)

    def ask(self, ticket_no: str, conversation_id: str, channel: str) -> None:
        """Note that the customer is being asked; again is nothing."""
        self._surveys.ask(ticket_no, conversation_id, channel, self._clock.now())

    def waiting(self, conversation_id: str) -> Survey | None:
        """The survey an answer in this conversation would be to, or None."""
        return self._surveys.waiting(conversation_id, self._clock.now() - OPEN_FOR)

    def answer(self, ticket_no: str, score: int, *, by: str = CUSTOMER) -> Survey:
        """Take a score of 1 to 5. Raises UnknownSurvey, SurveyAnswered; then nothing is changed."""
        return self._taken(ticket_no, score, by, lambda no, _: self._surveys.get(no))

    def called(self, ticket_no: str, score: int, *, by: str) -> Survey:
        """Take a score given on the phone, asked for in writing or not. Raises UnknownTicket, SurveyAnswered."""
        return self._taken(ticket_no, score, by, lambda no, at: self._surveys.ask(no, None, PHONE, at))

    def explain(self, ticket_no: str, reason: str | None, comment: str | None, *, by: str = CUSTOMER) -> Survey:
        """Add a reason (`REASONS`) and words to an answered survey; after a low score the ticket's log has them too.

        Raises UnknownSurvey.
        """
        plain = self._desk.ticket(ticket_no).ticket_no
        survey = self._surveys.get(plain)
        if survey is None:
            raise UnknownSurvey(plain)
        before = survey.comment or ""
        if (comment is None or comment in before) and (reason is None or reason == survey.reason):
            # Told before: a turn that is worked on again.
            return survey
        if comment and before and comment not in before:
            self._surveys.explain(plain, reason, f"{before}；{comment}")
        else:
            self._surveys.explain(plain, reason, comment)
        survey = self._surveys.get(plain)
        if survey is None:
            raise UnknownSurvey(plain)
        told = "；".join(words for words in (REASONS.get(reason or ""), comment) if words)
        if told and survey.score is not None and survey.score <= LOW:
            self._desk.move(plain, EventType.NOTED, actor=by, note=f"评价说明：{told}")
        return survey

    def _taken(self, ticket_no: str, score: int, by: str, find: Callable[[str, datetime], Survey | None]) -> Survey:
        plain, now = self._desk.ticket(ticket_no).ticket_no, self._clock.now()
        survey = find(plain, now)
        if survey is None:
            raise UnknownSurvey(plain)
        if survey.score is not None:
            raise SurveyAnswered(plain)
        if score <= LOW:
            # First the work, then the tick: whoever dies in between does it again, and the request id makes it once.
            self._desk.call_back(plain, score, actor=by, request_id=f"survey:{plain}")
        if not self._surveys.answer(plain, score, by, now):
            raise SurveyAnswered(plain)
        found = self._surveys.get(plain)
        if found is None:
            raise UnknownSurvey(plain)
        return found
