"""Work on turns that are answered late: kept because the assistant was away or failed, or left open by a crash."""

from __future__ import annotations

import logging

from actions.desk.tickets import Priority
from bot.gateway.assistant import Assistant
from bot.gateway.backlog import Backlog, Kept
from bot.gateway.handoff import HandoffWatch
from bot.gateway.journal import Journal, as_body
from bot.gateway.metrics import Metrics
from bot.gateway.responder import Outcome, Responder, Response
from bot.gateway.words import words

log = logging.getLogger("dianda.replay")

MOST_ATTEMPTS = 5


class LateWork:
    """Works on kept turns. The caller holds the conversation's place, so that nothing else happens in it meanwhile."""

    def __init__(
        self,
        *,
        journal: Journal,
        assistant: Assistant,
        responder: Responder,
        handoffs: HandoffWatch,
        backlog: Backlog,
        metrics: Metrics,
    ) -> None:
        self._journal = journal
        self._assistant = assistant
        self._responder = responder
        self._handoffs = handoffs
        self._backlog = backlog
        self._metrics = metrics

    async def work(self, conversation_id: str) -> bool:
        """Work on what is due, oldest first, until something has to wait again. Returns whether anything was due.

        Raises UnavailableError when the store fails; what was at work then waits as after any failure.
        """
        kept_turns = self._backlog.due(conversation_id)
        for kept in kept_turns:
            if not self._assistant.up:
                break
            try:
                response = await self._again(kept)
            except Exception:
                self._keep(kept, tried=True)
                raise
            if response.keep:
                break
        return bool(kept_turns)

    async def conclude(self, kept: Kept, response: Response) -> None:
        """Answer a kept turn, keep it again, or give it up."""
        turn = kept.turn
        if not response.keep:
            await self._journal.answer(turn, as_body(response.reply), late=kept.told)
            self._backlog.drop(turn)
            self._metrics.turn(turn, response.reply, Outcome.LATE)
            return
        if not kept.told:
            await self._journal.defer(turn, as_body(response.reply))
            kept.told = True
        if response.tried and kept.attempts + 1 >= MOST_ATTEMPTS:
            await self._give_up(kept)
        else:
            self._keep(kept, tried=response.tried)

    async def _again(self, kept: Kept) -> Response:
        handoff = await self._journal.handoff_of(kept.turn.conversation_id)
        response = await self._responder.respond(kept.turn, handoff)
        await self._handoffs.follow(kept.turn, handoff, response)
        await self.conclude(kept, response)
        return response

    def _keep(self, kept: Kept, *, tried: bool) -> None:
        if tried:
            kept.failed(self._backlog.clock())
        self._backlog.put(kept)

    async def _give_up(self, kept: Kept) -> None:
        """Automatic work has failed for good: a person gets the request, and the customer hears so."""
        turn = kept.turn
        log.error("turn %s given up after %d attempts", turn.turn_id, MOST_ATTEMPTS)
        await self._handoffs.call_person(turn, "unanswered", Priority.URGENT)
        reply = self._responder.say(turn, words().late.gave_up, handoff="queued")
        await self._journal.answer(turn, as_body(reply), late=True)
        self._backlog.drop(turn)
        self._metrics.turn(turn, reply, Outcome.GAVE_UP)
