"""Half-filled forms, in memory and in both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from actions.desk.clock import FixedClock
from actions.ports.drafts import Draft, DraftStore
from actions.ports.memory import MemoryDrafts
from actions.ports.sql import SqlDrafts


@pytest.fixture
def drafts(backend: Engine | None) -> DraftStore:
    return MemoryDrafts() if backend is None else SqlDrafts(backend)


def test_the_latest_form_of_a_business_is_kept_until_dropped(drafts: DraftStore, clock: FixedClock) -> None:
    now = clock.now()
    drafts.save(Draft("3201556677", "transfer", {"values": {"name": "王小明"}}, now - timedelta(hours=1)))
    drafts.save(Draft("3201556677", "transfer", {"values": {"name": "李大伟"}}, now))
    drafts.save(Draft("3201556677", "pv", {"values": {}}, now - timedelta(minutes=5)))
    found = drafts.drafts("3201556677", now - timedelta(days=7))
    assert [(d.flow, d.body) for d in found] == [("transfer", {"values": {"name": "李大伟"}}), ("pv", {"values": {}})]
    assert found[0].saved_at == now and drafts.drafts("3201889900", now - timedelta(days=7)) == ()
    drafts.drop("3201556677", "transfer")
    drafts.drop("3201556677", "transfer")
    assert [d.flow for d in drafts.drafts("3201556677", now - timedelta(days=7))] == ["pv"]


def test_old_forms_are_neither_shown_nor_kept(drafts: DraftStore, clock: FixedClock) -> None:
    now = clock.now()
    drafts.save(Draft("3201556677", "transfer", {}, now - timedelta(days=8)))
    assert drafts.drafts("3201556677", now - timedelta(days=7)) == ()
    assert drafts.forget(now - timedelta(days=7)) == 1 and drafts.forget(now) == 0


def test_what_was_filled_in_is_ciphertext(engine: Engine, clock: FixedClock) -> None:
    SqlDrafts(engine).save(Draft("3201556677", "transfer", {"values": {"phone": "13800138000"}}, clock.now()))
    with engine.connect() as connection:
        (body,) = connection.execute(text("SELECT body FROM drafts")).one()
    assert "13800138000" not in str(body)
