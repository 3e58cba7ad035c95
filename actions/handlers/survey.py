"""The answer to the question how content a customer is: a button, a number, 很满意; then a reason, in a button or in words.

Only what answers a survey of this very conversation is taken for an answer; everything else goes its usual way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from actions.desk.errors import SurveyAnswered, UnknownSurvey, UnknownTicket
from actions.desk.feedback import Feedback
from actions.desk.surveys import LOW, REASONS, SCORES
from actions.handlers.forms.heard import ASKS
from actions.handlers.forms.said import Said
from actions.handlers.words import Bubble, Phrases, button
from actions.handlers.yaml_files import read_yaml

EXPLAINS = "survey"
"""In the conversation's memory: the ticket whose survey the next words may explain."""

_SCORE, _REASON = "survey", "survey_reason"
_DIGITS = {**{str(score): score for score in SCORES}, **dict(zip("一二三四五", SCORES, strict=True)), "两": 2}
_NUMBER = re.compile(r"^(?:我|就|那)?(?:打|给|评|选)?(?:个|他|你们?|您)?([1-5一二两三四五])(?:个|颗)?(?:分|星)?(?:吧|了|啊|呀|咯)?$")
_POINTS = re.compile(r"^(?:我|就|那)?(?:打|给|评|选)?(?:个|他|你们?|您)?([1-5一二两三四五])(?:个|颗)?(?:分|星)(?:吧|了|啊|呀)?(?=[，,。；;！!\s])")
_LEAD = r"^(?:我|总体|整体|这次|服务)?(?:对.{0,12}?)?(?:觉得|感觉|表示|还是|都)?"
_MOST = 120
"""A longer text is a story of its own, not a score."""

_OTHER_BUSINESS = re.compile(r"^(?:query|apply|change|transfer|close|bind|unbind|update|manage|how|request|faq|human|ask)_?")
_SMALL = frozenset({"affirm", "deny", "thank", "goodbye", "greet", "cancel", "repeat", "bot_challenge", "switch_elderly_mode", "report_hazard", "cancel_ticket"})


@dataclass(frozen=True)
class ScoreWords:
    """How scores are said, from `actions/words/heard/survey.yml`."""

    patterns: tuple[tuple[re.Pattern[str], int], ...]

    @classmethod
    def load(cls, path: Path) -> ScoreWords:
        """Read the file. Raises re.error for a pattern that is none."""
        heard: dict[int, list[str]] = read_yaml(path)
        return cls(tuple((re.compile(f"{_LEAD}{_either(ways)}(?:的|了|吧|啊)?(?=$|[，,。；;！!\\s])"), score) for score, ways in heard.items()))

    def score(self, words: str, *, bare: bool = True) -> int | None:
        """The score that `words` give, or None; `bare`: a number alone is one too."""
        plain = unicodedata.normalize("NFKC", words).strip().rstrip("。！!~～. ")
        if not plain or len(plain) > _MOST:
            return None
        number = (_NUMBER.match(plain) if bare else None) or _POINTS.match(plain + "。" if bare else plain)
        if number:
            return _DIGITS[number[1]]
        return next((score for pattern, score in self.patterns if pattern.match(plain)), None)


def _either(ways: Iterable[str]) -> str:
    return "(?:" + "|".join(ways) + ")"


@dataclass
class SurveyTurn:
    """What came of an answer."""

    bubbles: list[Bubble]
    trace: dict[str, Any] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)


class SurveyAnswers:
    """Answers to surveys, of all conversations. Holds no state between calls."""

    def __init__(self, feedback: Feedback, heard: ScoreWords, phrases: Phrases) -> None:
        self._feedback, self._heard, self._phrases = feedback, heard, phrases

    def pressed(self, said: Said) -> SurveyTurn | None:
        """A survey's button, at any time; None for everything else."""
        name, _, rest = (said.value("choice") or "").partition(":") if said.pressed else ("", "", "")
        ticket_no, _, value = rest.partition(":")
        if name == _SCORE and value in _DIGITS:
            return self._scored(said, ticket_no, _DIGITS[value], "")
        if name == _REASON and value in REASONS:
            return self._explained(said, ticket_no, value, None)
        return None

    def spoken(self, said: Said, memory: dict[str, Any], *, choosing: bool) -> SurveyTurn | None:
        """A score in words, while a survey waits for one; or words that explain the score just given.

        `choosing`: something else was offered, so that a bare number may mean its place in the list.
        """
        if said.pressed or not said.words:
            return None
        if (ticket_no := memory.get(EXPLAINS)) and self._explains(said):
            return self._explained(said, ticket_no, None, said.words[:500])
        score = self._heard.score(said.words, bare=not choosing)
        if score is None or said.intent == "report_hazard":
            return None
        waiting = self._feedback.waiting(said.conversation_id)
        if waiting is None:
            return None
        return self._scored(said, waiting.ticket_no, score, said.words if len(said.words) > 6 else "")

    @staticmethod
    def _explains(said: Said) -> bool:
        """Whether words said after a score are its reason: no question, no other business, no small talk."""
        return not (said.intent in _SMALL or _OTHER_BUSINESS.match(said.intent) or ASKS.search(said.words))

    def _scored(self, said: Said, ticket_no: str, score: int, comment: str) -> SurveyTurn | None:
        phrases = self._phrases
        try:
            survey = self._feedback.of(ticket_no)
            if survey is None or survey.conversation_id != said.conversation_id:
                return None
            try:
                self._feedback.answer(ticket_no, score)
            except SurveyAnswered:
                # The same turn worked on again, or the same button pressed twice: said again, not refused.
                if survey.score != score:
                    return SurveyTurn([phrases.bubble("survey_again", score=survey.score or score)])
            if comment:
                self._feedback.explain(ticket_no, None, comment)
        except (UnknownTicket, UnknownSurvey):
            return None
        trace = {"survey": {"ticket_no": ticket_no, "score": score}}
        if score == max(SCORES) or (score > LOW + 1):
            return SurveyTurn([phrases.bubble("survey_thanks")], trace)
        asked = phrases.bubble("survey_low" if score <= LOW else "survey_why", ticket_no=ticket_no)
        asked.buttons = [button(words, "/inform", choice=f"{_REASON}:{ticket_no}:{name}") for name, words in REASONS.items()]
        return SurveyTurn([asked], trace, {EXPLAINS: ticket_no})

    def _explained(self, said: Said, ticket_no: str, reason: str | None, comment: str | None) -> SurveyTurn | None:
        try:
            survey = self._feedback.of(ticket_no)
            if survey is None or survey.score is None or survey.conversation_id != said.conversation_id:
                return None
            self._feedback.explain(ticket_no, reason, comment)
        except (UnknownTicket, UnknownSurvey):
            return None
        # A button first, words after it: both count.
        kept = {EXPLAINS: ticket_no} if reason else {}
        return SurveyTurn([self._phrases.bubble("survey_noted")], {"survey": {"ticket_no": ticket_no}}, kept)
