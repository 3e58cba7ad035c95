"""Letters into a table of the utility's, and to two receivers by what they are about."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from actions.desk.clock import SHANGHAI
from actions.desk.outbox import Audience, Letter
from actions.ports.couriers import DatabaseCourier, SplitCourier
from actions.ports.outbox import Courier, DeliveryFailed

LETTER = Letter(
    key="GD20261122000011:1:customer", audience=Audience.CUSTOMER, topic="customer.accepted", ticket_no="GD20261122000011",
    created_at=datetime(2026, 11, 22, 9, 0, tzinfo=SHANGHAI), body={"event": {"type": "accepted", "seq": 1}, "to": {"name": "陈桂兰", "phone": "13800010001"}},
)  # fmt: skip


@pytest.fixture(params=("sqlite", "postgresql"))
def theirs(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database that is not ours."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/theirs.db"
    url: str = request.getfixturevalue("postgres_url")
    with create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS theirs"))
        connection.execute(text("CREATE DATABASE theirs"))
    return url.replace("/postgres", "/theirs")


async def test_each_letter_is_one_row_however_often_it_comes_and_by_whom(theirs: str) -> None:
    couriers = [DatabaseCourier(theirs) for _ in range(3)]
    await couriers[0].deliver(LETTER, "已受理")
    await asyncio.gather(*(courier.deliver(LETTER, "已受理") for courier in couriers for _ in range(4)))
    for courier in couriers:
        await courier.close()
    engine = create_engine(theirs.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        (row,) = connection.execute(text("SELECT key, topic, ticket_no, body FROM dianda_letters")).all()
    engine.dispose()
    assert row[:3] == (LETTER.key, "customer.accepted", "GD20261122000011")
    assert json.loads(row[3])["text"] == "已受理" and json.loads(row[3])["to"]["name"] == "陈桂兰"


@pytest.mark.parametrize("url", ["postgresql://x:y@127.0.0.1:9/z", "sqlite:////nowhere/at/all.db"])
async def test_a_database_that_is_away_is_a_failure_that_tells_nothing(url: str) -> None:
    courier = DatabaseCourier(url)
    with pytest.raises(DeliveryFailed) as failure:
        await courier.deliver(LETTER, None)
    await courier.close()
    assert str(failure.value) == "OperationalError" and not failure.value.permanent


async def test_the_ticket_system_gets_the_tickets_and_the_other_one_the_news() -> None:
    class Noting:
        def __init__(self) -> None:
            self.topics: list[str] = []

        async def deliver(self, letter: Letter, text: str | None) -> None:
            self.topics.append(letter.topic)

        async def close(self) -> None:
            self.topics.append("closed")

    tickets, others = Noting(), Noting()
    split: Courier = SplitCourier(tickets, others)
    for audience in Audience:
        await split.deliver(Letter(key=audience.value, audience=audience, topic=f"{audience.value}.accepted", ticket_no="G", created_at=LETTER.created_at), None)
    await split.close()
    assert (tickets.topics, others.topics) == (["utility.accepted", "closed"], ["staff.accepted", "customer.accepted", "closed"])
