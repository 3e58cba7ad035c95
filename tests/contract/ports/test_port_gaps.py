"""What every `GapStore` does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from actions.desk.clock import FixedClock
from actions.ports.gaps import GapReason, GapStore
from actions.ports.memory import MemoryGaps
from actions.ports.sql import SqlGaps

NONE, DOUBT = GapReason.UNANSWERED, GapReason.DOUBT


@pytest.fixture
def gaps(backend: Engine | None) -> GapStore:
    return MemoryGaps() if backend is None else SqlGaps(backend)


def test_the_same_question_is_counted_over_channels(gaps: GapStore, clock: FixedClock) -> None:
    first = clock.now()
    gaps.note("暖气不热", NONE, "web", "outage-check-how", first)
    gaps.note("水表坏了", NONE, "web", None, first)
    clock.advance(timedelta(hours=1))
    gaps.note("暖气不热", NONE, "voice", "meter-move", clock.now())
    gaps.note("暖气不热", DOUBT, "web", "meter-move", first)
    found = gaps.gaps()
    assert [(gap.text, gap.reason, gap.count) for gap in found[:1]] == [("暖气不热", NONE, 2)]
    assert dict(found[0].channels) == {"web": 1, "voice": 1}
    assert (found[0].first_at, found[0].last_at, found[0].nearest) == (first, clock.now(), "meter-move")
    assert {(gap.text, gap.reason) for gap in found} == {("暖气不热", NONE), ("水表坏了", NONE), ("暖气不热", DOUBT)}


def test_only_the_latest_and_only_so_many(gaps: GapStore, clock: FixedClock) -> None:
    gaps.note("旧问题", NONE, "web", None, clock.now())
    clock.advance(timedelta(days=40))
    for at in range(5):
        gaps.note(f"问题{at}", NONE, "web", None, clock.now())
    assert "旧问题" not in {gap.text for gap in gaps.gaps(since=clock.now() - timedelta(days=30))}
    assert len(gaps.gaps(limit=3)) == 3
    assert gaps.forget(clock.now() - timedelta(days=30)) == 1
    assert len(gaps.gaps()) == 5


def test_asked_at_once_nothing_is_lost(gaps: GapStore, clock: FixedClock) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: gaps.note("同一句", NONE, "web", None, clock.now()), range(20)))
    assert gaps.gaps()[0].count == 20


def test_the_words_are_not_in_the_file(sqlite_engine: Engine, clock: FixedClock) -> None:
    SqlGaps(sqlite_engine).note("张三丰家的表", NONE, "web", None, clock.now())
    sqlite_engine.dispose()
    path = Path(str(sqlite_engine.url.database))
    assert all("张三丰".encode() not in file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
