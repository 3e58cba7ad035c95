"""The heart of the gateway: a turn goes in, is worked on once and in its place, and its reply comes out.

    journal (accept) → lane of the conversation → person, assistant or holding line → journal (answer) → listeners

* The same (conversation, message id) is one job, however many callers bring it at once; later ones find it in the
  journal.
* A caller waits at most `turn_seconds`. What is not answered by then gets a holding line and its answer as a push.
* A turn whose request stays open (assistant away, action failed) goes to the backlog and is worked on again
  (`replay.py` says when), always before anything newer of the same conversation that comes while it is due.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from actions.desk.handoffs import Handoff
from actions.desk.tickets import Priority
from bot.gateway.assistant import Assistant
from bot.gateway.backlog import Backlog, Kept
from bot.gateway.handoff import announce, customer_said
from bot.gateway.journal import Accepted, Journal, as_body
from bot.gateway.lanes import Lanes
from bot.gateway.metrics import Metrics
from bot.gateway.problems import UnavailableError
from bot.gateway.push import Hub
from bot.gateway.responder import Outcome, Responder, Response
from bot.gateway.turn import Reply, Turn, new_id
from bot.gateway.words import words

log = logging.getLogger("dianda.gateway")

MOST_ATTEMPTS = 5
CLOSING_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Result:
    """The reply of a turn as stored (the JSON of /api/v1/chat), its seq, and whether an earlier call had brought it."""

    turn: Turn
    body: dict[str, Any]
    seq: int
    repeated: bool = False


@dataclass(slots=True)
class Job:
    """A turn under way in this process.

    `known`: it is in the journal. `held`: the holding line that is written once the deadline has passed.
    """

    turn: Turn
    accepted: asyncio.Future[Turn]
    done: asyncio.Future[Result]
    began: float = field(default_factory=monotonic)
    working: bool = False
    concluding: bool = False
    held: asyncio.Task[None] | None = None
    known: bool = False

    def accept(self, accepted: Accepted) -> None:
        """The turn is in the journal, perhaps with its reply."""
        self.turn, self.known = accepted.turn, True
        if not self.accepted.done():
            self.accepted.set_result(accepted.turn)
        if accepted.reply is not None and accepted.seq is not None:
            self.settle(accepted.reply, accepted.seq, repeated=True)

    def fail(self, error: BaseException) -> None:
        """Tell whoever waits; that nobody may be waiting is no fault."""
        for future in (self.accepted, self.done):
            if not future.done():
                future.set_exception(error)
                future.exception()

    def settle(self, body: dict[str, Any], seq: int, *, repeated: bool = False) -> None:
        """Give the reply to everybody who waits for this turn."""
        if not self.done.done():
            self.done.set_result(Result(self.turn, body, seq, repeated))


class Conversations:
    """Takes turns. `most` turns are with the assistant at a time, places going round the conversations."""

    def __init__(
        self,
        *,
        journal: Journal,
        assistant: Assistant,
        responder: Responder,
        backlog: Backlog,
        hub: Hub,
        metrics: Metrics,
        turn_seconds: float = 15.0,
        most: int = 16,
    ) -> None:
        self._journal = journal
        self._assistant = assistant
        self._responder = responder
        self._backlog = backlog
        self._hub = hub
        self._metrics = metrics
        self._turn_seconds = turn_seconds
        # The assistant may take longer than a caller waits: asked again it would do the same work a second time.
        self._patience = 2 * turn_seconds
        self._lanes = Lanes()
        self._seats = asyncio.Semaphore(most)
        self._jobs: dict[tuple[str, str], Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        metrics.deferred.set_function(lambda: len(backlog))

    async def take(self, turn: Turn, *, on_accepted: Callable[[], None] | None = None) -> Result:
        """Work on a turn and return its reply; a turn known already gives the reply it had.

        `on_accepted` is called once the turn is in the journal. That the caller goes away stops nothing.
        Raises UnavailableError (store_unavailable) when the turn or its reply cannot be stored.
        """
        if not turn.message_id:
            turn = turn.model_copy(update={"message_id": new_id()})
        job = self._jobs.get(turn.key)
        joined = job is not None
        if job is None:
            job = self._begin(turn)
        if on_accepted is not None:
            await asyncio.shield(job.accepted)
            on_accepted()
        result = await asyncio.shield(job.done)
        return replace(result, repeated=True) if joined else result

    async def replay(self, conversation_id: str) -> None:
        """Work on the kept turns of a conversation that are due, in their place among newer ones."""
        async with self._lanes.of(conversation_id) as lane, lane.line_up():
            await self._work_on_kept(conversation_id)

    async def close(self) -> None:
        """Give turns under way a moment, then drop them: they are in the journal and the next start finds them."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSING_SECONDS)
        for task in tuple(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task

    def __len__(self) -> int:
        """Turns under way."""
        return len(self._jobs)

    # -- one turn ----------------------------------------------------------------------------------

    def _begin(self, turn: Turn) -> Job:
        loop = asyncio.get_running_loop()
        job = Job(turn, loop.create_future(), loop.create_future())
        self._jobs[turn.key] = job
        self._spawn(self._run(job), turn.key)
        return job

    def _spawn(self, work: Any, key: tuple[str, str] | None = None) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)

        def over(_: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if key is not None:
                self._jobs.pop(key, None)

        task.add_done_callback(over)
        return task

    async def _run(self, job: Job) -> None:
        overdue = asyncio.get_running_loop().call_later(self._turn_seconds, self._overdue, job)
        try:
            async with self._lanes.of(job.turn.conversation_id) as lane:
                async with lane.accepting:
                    accepted = await self._journal.accept(job.turn)
                    job.accept(accepted)
                    place = lane.line_up()
                waited = place.waits
                async with place:
                    if waited and not accepted.fresh and not job.done.done():
                        # A replay may have answered it while this job stood behind it.
                        job.accept(await self._journal.accept(job.turn))
                    if not job.done.done() or job.held is not None:
                        await self._work(job, accepted, waited=waited)
        except asyncio.CancelledError:
            job.fail(UnavailableError())
            raise
        except Exception as error:
            if not isinstance(error, UnavailableError):
                log.exception("turn %s failed", job.turn.turn_id)
            job.fail(error)
            if job.known:
                self._backlog.add(job.turn, told=job.held is not None, failed=True)
        finally:
            overdue.cancel()

    async def _work(self, job: Job, accepted: Accepted, *, waited: bool) -> None:
        turn = job.turn
        # Left over from a crash and asked for again before the replay came to it: it is this job's now.
        self._backlog.drop(turn)
        if self._backlog.due(turn.conversation_id):
            waited = await self._work_on_kept(turn.conversation_id) or waited
        # What was read at acceptance may be old after a wait: an agent may have come or gone.
        handoff = await self._journal.handoff_of(turn.conversation_id) if waited else accepted.handoff
        if handoff is not None:
            customer_said(self._hub, handoff, turn)
        async with self._seats:
            job.working = True
            response = await self._responder.respond(turn, handoff, timeout=self._patience)
        job.concluding = True
        await self._follow(turn, handoff, response)
        if job.held is not None:
            await job.held
            await self._conclude_late(Kept(turn, told=True), response)
        else:
            await self._conclude(job, response)

    async def _conclude(self, job: Job, response: Response) -> None:
        seconds = monotonic() - job.began
        response.reply.trace.elapsed_ms.total = round(seconds * 1000, 1)
        body = as_body(response.reply)
        if response.keep:
            seq = await self._journal.defer(job.turn, body)
            self._backlog.add(job.turn, told=True, failed=response.tried)
        else:
            seq = await self._journal.answer(job.turn, body)
        self._metrics.turn(job.turn, response.reply, response.outcome, seconds)
        job.settle(body, seq)

    def _overdue(self, job: Job) -> None:
        """The caller has waited long enough: say so, and let the work go on."""
        if not job.known:
            job.fail(UnavailableError("store_unavailable"))
        elif not job.concluding and not job.done.done():
            job.held = self._spawn(self._hold(job))

    async def _hold(self, job: Job) -> None:
        outcome, line = (Outcome.SLOW, words().holding.slow) if job.working else (Outcome.BUSY, words().holding.busy)
        reply = self._responder.say(job.turn, line)
        body = as_body(reply)
        try:
            seq = await self._journal.defer(job.turn, body)
        except Exception as error:
            job.fail(error)
            return
        self._metrics.turn(job.turn, reply, outcome, monotonic() - job.began)
        job.settle(body, seq)

    # -- turns worked on again ---------------------------------------------------------------------

    async def _work_on_kept(self, conversation_id: str) -> bool:
        """Work on what is due, oldest first, until something has to wait again. Returns whether anything was done."""
        kept_turns = self._backlog.due(conversation_id)
        for kept in kept_turns:
            if not self._assistant.up:
                break
            handoff = await self._journal.handoff_of(conversation_id)
            async with self._seats:
                response = await self._responder.respond(kept.turn, handoff, timeout=self._patience)
            await self._follow(kept.turn, handoff, response)
            await self._conclude_late(kept, response)
            if response.keep:
                break
        return bool(kept_turns)

    async def _conclude_late(self, kept: Kept, response: Response) -> None:
        turn = kept.turn
        if response.keep and not kept.told:
            await self._journal.defer(turn, as_body(response.reply))
            kept.told = True
        if response.keep and response.tried and kept.attempts + 1 >= MOST_ATTEMPTS:
            await self._give_up(kept)
        elif response.keep:
            self._keep_again(kept, tried=response.tried)
        else:
            await self._journal.answer(turn, as_body(response.reply), late=kept.told)
            self._backlog.drop(turn)
            self._count_late(turn, response.reply, Outcome.LATE)

    def _keep_again(self, kept: Kept, *, tried: bool) -> None:
        if tried:
            kept.failed(self._backlog.clock())
        self._backlog.put(kept)

    async def _give_up(self, kept: Kept) -> None:
        """Automatic work has failed for good: a person gets the request, and the customer hears so."""
        turn = kept.turn
        log.error("turn %s given up after %d attempts", turn.turn_id, MOST_ATTEMPTS)
        handoff = await self._journal.ensure_handoff(
            turn.conversation_id, "unanswered", turn.words[:200], f"{turn.turn_id}:unanswered", Priority.URGENT
        )
        reply = self._responder.say(turn, words().late.gave_up, handoff="queued")
        await self._journal.answer(turn, as_body(reply), late=True)
        self._backlog.drop(turn)
        self._count_late(turn, reply, Outcome.GAVE_UP)
        announce(self._hub, self._metrics, "queued", handoff)

    def _count_late(self, turn: Turn, reply: Reply, outcome: Outcome) -> None:
        self._metrics.turns.labels(turn.channel, reply.trace.intent.name or "none", outcome).inc()

    # -- hand-offs a turn brings about -------------------------------------------------------------

    async def _follow(self, turn: Turn, before: Handoff | None, response: Response) -> None:
        """Carry out what the turn did to the hand-off: asked for one, or ended it.

        Before the reply is out, so that the customer's next words already go to the right one.
        """
        if response.outcome is Outcome.LEFT_AGENT and before is not None:
            closed = await self._journal.close_handoff(before.handoff_id)
            announce(self._hub, self._metrics, "left", closed)
        elif before is None and response.reply.trace.handoff == "queued" and not response.keep:
            handoff = await self._journal.ensure_handoff(
                turn.conversation_id, "customer_request", turn.words[:200], f"{turn.turn_id}:handoff"
            )
            announce(self._hub, self._metrics, "queued", handoff)
            customer_said(self._hub, handoff, turn)
