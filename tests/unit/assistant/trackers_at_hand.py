"""Run by Rasa's interpreter: a conversation that is kept at hand is what its row says, at any moment."""

from __future__ import annotations

import asyncio
import os
import sys

import sqlalchemy as sa
from cryptography.fernet import Fernet
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

os.environ["DIANDA_DATA_KEYS"] = Fernet.generate_key().decode()

from bot.assistant.tracker_store import BoundedTrackerStore  # the key must be set before

NAME = "c-1"


def said(tracker: DialogueStateTracker) -> list[str]:
    """The customer's words that the conversation remembers."""
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


async def turn(store: BoundedTrackerStore, text: str) -> DialogueStateTracker:
    """One turn, as Rasa works on it."""
    tracker = await store.retrieve(NAME) or DialogueStateTracker(NAME, store.domain.slots)
    tracker.update(UserUttered(text))
    tracker.update(ActionExecuted("action_listen"))
    await store.save(tracker)
    return tracker


async def main(url: str) -> None:
    """Raises AssertionError with the first thing that is wrong."""
    store, other = (BoundedTrackerStore(url, Domain.empty()) for _ in range(2))
    for at in range(9):
        await turn(store, f"第{at}句")
        kept, read = await store.retrieve(NAME), await other.retrieve(NAME)
        assert kept is not None and read is not None
        assert list(kept.events) == list(read.events), f"after turn {at} what is at hand differs from the row"
        await store.save(kept)

    failed = await store.retrieve(NAME)
    assert failed is not None
    failed.update(UserUttered("没办成的一句"))
    again = await store.retrieve(NAME)
    assert again is not None and "没办成的一句" not in said(again), "a turn that failed left something behind"
    await store.save(again)

    await turn(other, "别的进程说的")
    changed = await store.retrieve(NAME)
    assert changed is not None and said(changed)[-1] == "别的进程说的", "another process's turn was not seen"
    await store.save(changed)

    with sa.create_engine(url).begin() as connection:
        connection.execute(sa.text("DELETE FROM assistant_trackers"))
    assert await store.retrieve(NAME) is None, "an erased conversation came back"


asyncio.run(main(sys.argv[1]))
