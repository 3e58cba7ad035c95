"""The heart of the gateway: a turn goes in, is worked on once and in its place, and its reply comes out.

    journal (accept) → lane of the conversation → person, assistant or holding line → journal (answer) → listeners

* The same (conversation, message id) is one job, however many callers bring it at once; later ones find it in the
  journal.
* A caller waits at most `turn_seconds`. What is not answered by then gets a holding line and its answer as a push.
* A turn whose request stays open (assistant away, action failed) goes to the backlog and is worked on again
  (`replay.py` says when, `late.py` how), always before anything newer of the same conversation that comes while it is due.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from bot.gateway.backlog import Backlog, Kept
from bot.gateway.handoff import HandoffWatch
from bot.gateway.journal import Accepted, Journal, as_body
from bot.gateway.lanes import Lanes
from bot.gateway.late import LateWork
from bot.gateway.metrics import Metrics
from bot.gateway.problems import UnavailableError
from bot.gateway.responder import Outcome, Responder, Response
from bot.gateway.turn import Turn, new_id
from bot.gateway.words import words

log = logging.getLogger("dianda.gateway")

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
    """Takes turns, from every channel. A caller waits at most `turn_seconds` for a reply."""

    def __init__(
        self,
        *,
        journal: Journal,
        responder: Responder,
        handoffs: HandoffWatch,
        late: LateWork,
        backlog: Backlog,
        metrics: Metrics,
        turn_seconds: float = 15.0,
    ) -> None:
        self._journal = journal
        self._responder = responder
        self._handoffs = handoffs
        self._late = late
        self._backlog = backlog
        self._metrics = metrics
        self._turn_seconds = turn_seconds
        self._lanes = Lanes()
        self._jobs: dict[tuple[str, str], Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()

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
            await self._late.work(conversation_id)

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
            waited = await self._late.work(turn.conversation_id) or waited
        # What was read at acceptance may be old after a wait: an agent may have come or gone.
        handoff = await self._journal.handoff_of(turn.conversation_id) if waited else accepted.handoff
        self._handoffs.heard(handoff, turn)

        def working() -> None:
            job.working = True

        response = await self._responder.respond(turn, handoff, on_begin=working)
        job.concluding = True
        await self._handoffs.follow(turn, handoff, response)
        if job.held is not None:
            await job.held
            await self._late.conclude(Kept(turn, told=True), response)
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
        response = self._responder.hold(job.turn, outcome, line)
        body = as_body(response.reply)
        try:
            await self._handoffs.follow(job.turn, None, response)
            seq = await self._journal.defer(job.turn, body)
        except Exception as error:
            job.fail(error)
            return
        self._metrics.turn(job.turn, response.reply, outcome, monotonic() - job.began)
        job.settle(body, seq)
