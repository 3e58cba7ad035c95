"""The assistant's memory of conversations, as the service's own housekeeping reaches it.

The assistant writes it itself (bot/assistant/tracker_store.py, docs/architecture.md): beside the embedded database, else in the
same one. One encrypted row a conversation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Engine, create_engine, inspect, text

from bot.gateway.settings import Settings

TRACKERS = "assistant_trackers"
_BATCH = 100


@contextmanager
def tracker_store(engine: Engine, settings: Settings) -> Iterator[Engine | None]:
    """The database that holds `TRACKERS`, or None when there are none yet. `engine`: the service's own."""
    own = settings.home / "db" / "trackers.db"
    embedded = engine.dialect.name == "sqlite"
    if embedded and not own.exists():
        yield None
        return
    store = create_engine(f"sqlite:///{own}", connect_args={"timeout": 20}) if embedded else engine
    try:
        yield store if inspect(store).has_table(TRACKERS) else None
    finally:
        if embedded:
            store.dispose()


def rotate_trackers(store: Engine, keys: Sequence[str]) -> tuple[int, int]:
    """Write every tracker that is not under the first key anew: (renewed, unreadable). What the assistant writes meanwhile stays.

    One that changed in between is left to the next call: call until nothing is renewed.
    """
    first, every = Fernet(keys[0]), MultiFernet([Fernet(key) for key in keys])
    renewed = unreadable = 0
    page = text(f"SELECT conversation_id, body FROM {TRACKERS} WHERE conversation_id > :last ORDER BY conversation_id LIMIT {_BATCH}")
    change = text(f"UPDATE {TRACKERS} SET body = :body WHERE conversation_id = :id AND body = :was")
    last = ""
    while True:
        with store.connect() as connection:
            rows = connection.execute(page, {"last": last}).all()
        if not rows:
            return renewed, unreadable
        last = rows[-1][0]
        fresh = []
        for name, body in ((row[0], bytes(row[1])) for row in rows):
            try:
                first.extract_timestamp(body)
            except InvalidToken:
                try:
                    fresh.append({"id": name, "body": every.rotate(body), "was": body})
                except InvalidToken:
                    unreadable += 1
        if fresh:
            with store.begin() as connection:
                for row in fresh:
                    connection.execute(change, row)
            renewed += len(fresh)
