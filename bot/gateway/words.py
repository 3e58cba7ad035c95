"""The gateway's own words to customers, read from `words.yml` beside this module."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from bot.gateway.turn import Button, Message


class Line(BaseModel):
    """One thing to say: `text` for the eye, `speech` for the ear."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    speech: str

    def message(self, **values: str) -> Message:
        """The line as a bubble, its {placeholders} filled from `values`."""
        return Message(text=self.text.format(**values), speech=self.speech.format(**values))


class Holding(BaseModel):
    """Lines for a turn that cannot be answered now."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    assistant_down: Line
    action_failed: Line
    slow: Line
    busy: Line
    safety_kept: Line


class Late(BaseModel):
    """Lines for a turn that was worked on again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    gave_up: Line


class Handoff(BaseModel):
    """Lines around a person taking over, and the customer's words that end it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    joined: Line
    closed: Line
    left: Line
    unqueued: Line
    leave: frozenset[str]
    leave_queue: str
    """Pattern of all of a sentence that gives up waiting."""


class Survey(Line):
    """The question how content a customer is; `scores` are the buttons, in their order."""

    scores: dict[int, str]

    def question(self, ticket_no: str) -> Message:
        """The question about a ticket. The answer goes through the dialogue (`actions.handlers.survey`)."""
        message = self.message(ticket_no=ticket_no)
        answers = {score: json.dumps({"choice": f"survey:{ticket_no}:{score}"}) for score in self.scores}
        message.buttons = [Button(title=title, payload=f"/inform{answers[score]}") for score, title in self.scores.items()]
        return message


class Words(BaseModel):
    """Everything in `words.yml`; a missing or unknown entry stops the start with its name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    holding: Holding
    late: Late
    handoff: Handoff
    notices: dict[str, Line]
    survey: Survey
    problems: dict[str, str]


@cache
def words() -> Words:
    """The words of this installation, read once. Raises pydantic.ValidationError when the file is wrong."""
    return Words.model_validate(yaml.safe_load(Path(__file__).with_name("words.yml").read_text(encoding="utf-8")))
