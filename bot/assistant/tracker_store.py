"""Where conversations are kept between turns: one encrypted row each, bounded in length.

Rasa's own SQL store keeps every event for ever and sends all of them with every action call, so that a long conversation
grows slower turn by turn. Here the last turns are kept whole; what came before survives as the values of its slots.
"""

from __future__ import annotations

import json
import os
import time
from collections import OrderedDict
from typing import Any, Iterable, List, Optional, Tuple

import sqlalchemy as sa
from cryptography.fernet import Fernet, MultiFernet
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

LONGEST = 6
"""Customer turns after which a conversation is cut…"""
KEPT = 3
"""…to this many."""
AT_HAND = 256
"""Conversations that are kept as they were left, so that the next turn need not read them from their row."""

_metadata = sa.MetaData()
_trackers = sa.Table(
    "assistant_trackers",
    _metadata,
    sa.Column("conversation_id", sa.String(160), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("updated_at", sa.Float, nullable=False, index=True),
)
# Written out once: SQLAlchemy would put each together anew for every turn.
_WHEN = sa.text("SELECT updated_at FROM assistant_trackers WHERE conversation_id = :id")
_BODY = sa.text("SELECT body FROM assistant_trackers WHERE conversation_id = :id")
_CHANGE = sa.text("UPDATE assistant_trackers SET body = :body, updated_at = :now WHERE conversation_id = :id")
_ADD = sa.text("INSERT INTO assistant_trackers (conversation_id, body, updated_at) VALUES (:id, :body, :now)")


class BoundedTrackerStore(TrackerStore):
    """A tracker store over SQLite or PostgreSQL; ``url`` is an SQLAlchemy address."""

    def __init__(
        self, host: str, domain: Optional[Domain] = None, event_broker: Optional[EventBroker] = None, **kwargs: Any
    ) -> None:
        """Open the database; the table is made when absent."""
        super().__init__(domain or Domain.empty(), event_broker, **kwargs)
        keys = os.environ.get("DIANDA_DATA_KEYS", "").split(",")
        self._cipher = MultiFernet([Fernet(key.strip()) for key in keys if key.strip()])
        if host.startswith("sqlite"):
            # A file's connection would be closed after each use, and the last close of a WAL database writes it all back.
            pool = {"poolclass": sa.pool.QueuePool, "pool_size": 2, "connect_args": {"check_same_thread": False}}
        else:
            pool = {"pool_pre_ping": True}
        self._engine = sa.create_engine(host, **pool)
        self._at_hand: OrderedDict[str, Tuple[float, DialogueStateTracker]] = OrderedDict()
        if host.startswith("sqlite"):
            sa.event.listen(self._engine, "connect", _tune_sqlite)
        _metadata.create_all(self._engine)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the conversation, cut to its last turns."""
        await self.stream_events(tracker)
        whole = list(tracker.events)
        events = bounded(whole, tracker)
        plain = json.dumps([event.as_dict() for event in events], ensure_ascii=False).encode()
        row = {"id": tracker.sender_id, "body": self._cipher.encrypt(plain), "now": time.time()}
        with self._engine.begin() as connection:
            if connection.execute(_CHANGE, row).rowcount == 0:
                connection.execute(_ADD, row)
        if events is whole:
            self._at_hand[tracker.sender_id] = row["now"], tracker
            while len(self._at_hand) > AT_HAND:
                self._at_hand.popitem(last=False)

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The conversation, or None when it is new."""
        # Taken away, not looked at: a turn that fails in the middle leaves nothing half done here.
        when, kept = self._at_hand.pop(sender_id, (None, None))
        with self._engine.connect() as connection:
            # The row decides: it may have been erased or written by another process meanwhile.
            if kept is not None and connection.execute(_WHEN, {"id": sender_id}).scalar() == when:
                return kept
            body = connection.execute(_BODY, {"id": sender_id}).scalar()
        if body is None:
            return None
        events = json.loads(self._cipher.decrypt(bytes(body)))
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)

    async def keys(self) -> Iterable[str]:
        """All conversation ids."""
        with self._engine.connect() as connection:
            return [row[0] for row in connection.execute(sa.select(_trackers.c.conversation_id))]


def bounded(events: List[Event], tracker: DialogueStateTracker) -> List[Event]:
    """The last turns of a long conversation behind a short preface that restores slots and the running form."""
    turns = [at for at, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(turns) <= LONGEST:
        return events
    cut = turns[-KEPT]
    loop = None
    for event in events[:cut]:
        if isinstance(event, ActiveLoop):
            loop = event.name
    slots: List[Event] = [SlotSet(s.name, s.value) for s in tracker.slots.values() if s.value is not None]
    preface: List[Event] = [ActionExecuted("action_session_start"), SessionStarted(), *slots]
    if loop:
        preface.append(ActiveLoop(loop))
    return [*preface, ActionExecuted("action_listen"), *events[cut:]]


def _tune_sqlite(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA busy_timeout=5000")
