"""Sends what waits in the outbox: claims, carries, reports; what fails is tried again, ever later, and given up at last."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from actions.desk.clock import Clock
from actions.desk.feedback import Feedback
from actions.desk.outbox import QUIET, Audience, Letter, StoredLetter, wait
from actions.desk.quiet import OFF, QuietHours, held_until
from actions.ports.conversations import Role
from actions.ports.outbox import Courier, DeliveryFailed, OutboxStore
from bot.gateway.journal import Journal
from bot.gateway.metrics import Metrics
from bot.gateway.turn import Message
from bot.gateway.words import Line, words

log = logging.getLogger("dianda.outbox")

AT_A_TIME = 16
LEASE = timedelta(minutes=2)
"""Longer than any delivery takes; a postman that dies gives its letters back after this."""

PAUSE = 1.0
"""Seconds until the outbox is looked into again when it was empty."""


class Postman:
    """Background work of the gateway. Several, in several processes, may share one outbox."""

    def __init__(
        self,
        outbox: OutboxStore,
        courier: Courier,
        journal: Journal,
        metrics: Metrics,
        clock: Clock,
        *,
        steps: Callable[[Letter], str] = lambda _: "",
        feedback: Feedback | None = None,
        quiet: QuietHours | None = None,
        pause: float = PAUSE,
        dice: Callable[[], float] = random.random,
    ) -> None:
        """`steps`: what the change means in the steps of the business, empty when it ends none. `quiet`: None for no quiet hours."""
        self._quiet = quiet or QuietHours.parse(OFF)
        self._steps = steps
        self._outbox = outbox
        self._courier = courier
        self._journal = journal
        self._metrics = metrics
        self._clock = clock
        self._feedback = feedback
        self._pause = pause
        self._dice = dice
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; what an earlier run left goes first."""
        self._task = asyncio.create_task(self._run(), name="postman")

    async def close(self) -> None:
        """Stop; a letter that is under way is sent again later."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._courier.close()

    async def round(self) -> int:
        """Carry what may be tried now, at most `AT_A_TIME` letters; returns how many there were."""
        claimed = await self._journal.write(lambda: self._outbox.claim(self._clock.now(), AT_A_TIME, LEASE))
        await asyncio.gather(*(self._carry(stored) for stored in claimed))
        return len(claimed)

    async def _run(self) -> None:
        while True:
            try:
                if await self.round():
                    continue
            except Exception:  # the store is away for a moment; letters keep
                log.exception("a round of the outbox failed; it is tried again")
            await asyncio.sleep(self._pause)

    async def _carry(self, stored: StoredLetter) -> None:
        letter, line = stored.letter, _line(stored.letter)
        # Asked when it is carried, not when it is written: a try put off into the night is not made there.
        until = held_until(letter, self._quiet, self._clock.now())
        if until is not None:
            await self._journal.write(lambda: self._outbox.hold(letter.key, stored.attempts, until, QUIET))
            return
        try:
            if line is not None:
                await self._show(letter, line)
            text = None if line is None else line.text.format(**_values(letter)) + self._steps(letter)
            await self._courier.deliver(letter, text)
        except DeliveryFailed as failure:
            await self._failed(stored, str(failure), permanent=failure.permanent)
        except Exception as error:  # a fault of ours; the other letters must not wait for it
            log.exception("letter %s could not be carried", letter.key)
            await self._failed(stored, type(error).__name__, permanent=False)
        else:
            self._metrics.letters.labels(letter.audience.value, "delivered").inc()
            await self._journal.write(lambda: self._outbox.delivered(letter.key, self._clock.now()))

    async def _show(self, letter: Letter, line: Line) -> None:
        """Into the customer's conversation; the key lets it appear once, however often the letter is tried."""
        to = letter.body["to"]
        # That it is accepted the customer has just read in the answer that made the ticket.
        if letter.body["event"]["type"] == "accepted":
            return
        # A ticket has one conversation; a notice goes to each in which somebody has linked the account.
        for conversation_id in to.get("conversations") or filter(None, [to.get("conversation_id")]):
            messages = [line.message(**_values(letter))]
            if steps := self._steps(letter):
                messages.append(Message(text=steps))
            messages += await self._survey(letter, conversation_id)
            await self._journal.push(conversation_id, Role.SYSTEM, messages, f"notice:{letter.key}")

    async def _survey(self, letter: Letter, conversation_id: str) -> list[Message]:
        """The question how content the customer is, when this news asks it: noted first, so that the answer finds it."""
        feedback, ticket_no = self._feedback, letter.ticket_no
        if feedback is None or ticket_no is None or not letter.body.get("survey"):
            return []
        channel = str(letter.body["channel"])
        await self._journal.write(lambda: feedback.ask(ticket_no, conversation_id, channel))
        return [words().survey.question(ticket_no)]

    async def _failed(self, stored: StoredLetter, reason: str, *, permanent: bool) -> None:
        pause = None if permanent else wait(stored.attempts, self._dice)
        next_at = None if pause is None else self._clock.now() + pause
        outcome = "dead" if next_at is None else "failed"
        self._metrics.letters.labels(stored.letter.audience.value, outcome).inc()
        log.log(
            logging.ERROR if next_at is None else logging.WARNING,
            "letter %s, try %d: %s; %s",
            stored.letter.key,
            stored.attempts,
            reason,
            "given up, see dianda outbox list --state dead" if next_at is None else f"again in {pause}",
        )
        await self._journal.write(lambda: self._outbox.failed(stored.letter.key, stored.attempts, reason, next_at))


def _line(letter: Letter) -> Line | None:
    return words().notices[letter.body["event"]["type"]] if letter.audience is Audience.CUSTOMER else None


def _values(letter: Letter) -> dict[str, str]:
    return {"ticket_no": letter.ticket_no or "", **letter.body.get("values", {})}
