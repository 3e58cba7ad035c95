"""Who answers a turn, and with what: a person, the assistant, or a holding line when neither can now."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from actions.desk.handoffs import Handoff, HandoffState
from actions.desk.tickets import Priority
from bot.gateway.assistant import (
    Assistant,
    AssistantDownError,
    AssistantError,
    AssistantSlowError,
)
from bot.gateway.turn import HandoffState as Shown
from bot.gateway.turn import Message, Reply, Trace, Turn
from bot.gateway.words import Line, words

_AROUND = " \t\r\n　。.!！~～,，"

log = logging.getLogger("dianda.gateway")

Hazard = Callable[[str], Reply | None]
"""Safety lines for a text that speaks of danger, else None. Fast, no I/O."""


class Outcome(StrEnum):
    """How a turn ended; the label of its metric."""

    ANSWERED = "answered"
    WITH_AGENT = "with_agent"
    LEFT_AGENT = "left_agent"
    ASSISTANT_DOWN = "assistant_down"
    SLOW = "slow"
    BUSY = "busy"
    FAULT = "fault"
    ACTION_FAILED = "action_failed"
    LATE = "late"
    GAVE_UP = "gave_up"


@dataclass(frozen=True, slots=True)
class Response:
    """A reply and what becomes of the turn.

    `keep`: the request itself is still open and will be worked on again. `tried`: the assistant was given the turn, so
    a further failure brings it nearer to being given up. `danger`: the guard spoke for an assistant that did not, and a
    person must know at once.
    """

    reply: Reply
    outcome: Outcome
    keep: bool = False
    tried: bool = True
    danger: bool = False


class Responder:
    """Decides one turn; raises nothing of the assistant's.

    `patience`: seconds the assistant is given for a turn. `most` turns are with it at a time; as a conversation has one
    turn at work, the places go round the conversations.
    """

    def __init__(
        self, assistant: Assistant, hazard: Hazard, *, hotline: str = "95598", patience: float = 30.0, most: int = 16
    ) -> None:
        self._assistant = assistant
        self._hazard = hazard
        self._hotline = hotline
        self._patience = patience
        self._seats = asyncio.Semaphore(most)
        self._leave = words().handoff.leave
        self._leave_queue = re.compile(words().handoff.leave_queue)

    async def respond(
        self, turn: Turn, handoff: Handoff | None, *, on_begin: Callable[[], None] = lambda: None
    ) -> Response:
        """Answer `turn`; `handoff` is the conversation's open one. `on_begin` is called when the assistant gets the turn."""
        if handoff is not None and self.leaves(turn):
            return Response(self.say(turn, words().handoff.left), Outcome.LEFT_AGENT)
        if handoff is not None and self.leaves_queue(turn, handoff):
            return Response(self.say(turn, words().handoff.unqueued), Outcome.LEFT_AGENT)
        if handoff is not None and handoff.state is HandoffState.ACTIVE:
            return Response(self._beside_agent(turn), Outcome.WITH_AGENT)
        queued: Shown = "none" if handoff is None else "queued"
        try:
            async with self._seats:
                on_begin()
                answer = await self._assistant.turn(turn, timeout=self._patience)
        except AssistantDownError as error:
            line = words().holding.assistant_down
            return self.hold(turn, Outcome.ASSISTANT_DOWN, line, handoff=queued, tried=error.sent)
        except AssistantSlowError:
            return self.hold(turn, Outcome.SLOW, words().holding.slow, handoff=queued)
        except AssistantError as error:
            log.warning("assistant failed on turn %s: %s", turn.turn_id, error)
            return self.hold(turn, Outcome.FAULT, words().holding.action_failed, handoff=queued)
        trace = answer.trace
        if trace.handoff == "none" and queued == "queued":
            trace = trace.model_copy(update={"handoff": queued})
        if answer.action_failed:
            # What the assistant did say stays; the safety lines may have been what failed.
            danger = None if any(said.priority == "emergency" for said in answer.messages) else self._danger(turn)
            said = [*(danger.messages if danger else []), *answer.messages, self._message(words().holding.action_failed)]
            return Response(_reply(turn, said, trace), Outcome.ACTION_FAILED, keep=True, danger=danger is not None)
        return Response(_reply(turn, answer.messages, trace), Outcome.ANSWERED)

    def leaves(self, turn: Turn) -> bool:
        """Whether the customer asks to be given back to the assistant."""
        return turn.words.strip(_AROUND) in self._leave

    def leaves_queue(self, turn: Turn, handoff: Handoff) -> bool:
        """Whether the customer gives up waiting for a person; nobody does who is in danger."""
        waits = handoff.state is HandoffState.WAITING and handoff.priority is not Priority.EMERGENCY
        return waits and bool(self._leave_queue.fullmatch(turn.words.strip(_AROUND)))

    def say(self, turn: Turn, line: Line, *, handoff: Shown = "none") -> Reply:
        """A reply of one line of our own."""
        return _reply(turn, [self._message(line)], Trace(handoff=handoff))

    def _message(self, line: Line) -> Message:
        return line.message(hotline=self._hotline)

    def _beside_agent(self, turn: Turn) -> Reply:
        """The agent answers; the bot keeps quiet unless there is danger."""
        danger = self._danger(turn)
        trace = danger.trace if danger is not None else Trace()
        return _reply(turn, danger.messages if danger else [], trace.model_copy(update={"handoff": "active"}))

    def hold(
        self, turn: Turn, outcome: Outcome, line: Line, *, handoff: Shown = "none", tried: bool = True
    ) -> Response:
        """Keep a turn for later with a holding line; where it speaks of danger, with the safety lines instead."""
        danger = self._danger(turn)
        if danger is None:
            return Response(self.say(turn, line, handoff=handoff), outcome, keep=True, tried=tried)
        messages = [*danger.messages, self._message(words().holding.safety_kept)]
        reply = _reply(turn, messages, danger.trace.model_copy(update={"handoff": "queued"}))
        return Response(reply, outcome, keep=True, tried=tried, danger=True)

    def _danger(self, turn: Turn) -> Reply | None:
        try:
            return self._hazard(turn.words)
        except Exception:  # a fault of the guard must not cost the customer the holding line
            log.exception("the danger guard failed")
            return None


def _reply(turn: Turn, messages: list[Message], trace: Trace) -> Reply:
    return Reply(conversation_id=turn.conversation_id, turn_id=turn.turn_id, messages=messages, trace=trace)
