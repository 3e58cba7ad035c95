"""Settings lead to the utility's own systems, and refuse what cannot be signed."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.desk.clock import SystemClock
from actions.ports.couriers import DatabaseCourier, LogCourier, SplitCourier, WebhookCourier
from actions.ports.http import UtilityCustomers
from actions.ports.sql import SqlCustomers
from bot.gateway.assemble import _courier, _customers
from bot.gateway.database import open_database
from bot.gateway.settings import Settings

SECRET = "sixteen letters!"


def settings(home: Path, **given: str) -> Settings:
    return Settings(home=home, **given)


@pytest.mark.parametrize("name", ["outbox", "tickets", "customers"])
def test_a_line_without_a_secret_is_refused_at_start(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=f"DIANDA_{name.upper()}_SECRET"):
        settings(tmp_path, **{f"{name}_url": "https://crm.example/v1", f"{name}_secret": "short"})
    settings(tmp_path, **{f"{name}_url": "https://crm.example/v1", f"{name}_secret": SECRET})


async def test_letters_go_where_they_are_sent(tmp_path: Path) -> None:
    hook = {"outbox_url": "https://sms.example/in", "outbox_secret": SECRET}
    split = {"tickets_url": "https://tickets.example/in", "tickets_secret": SECRET}
    for given, kind in (({}, LogCourier), (hook, WebhookCourier), ({"outbox_url": f"sqlite:///{tmp_path}/theirs.db"}, DatabaseCourier), (hook | split, SplitCourier)):
        courier = _courier(settings(tmp_path, **given), SystemClock())
        assert isinstance(courier, kind)
        await courier.close()


def test_customers_are_asked_for_where_they_are(tmp_path: Path) -> None:
    engine = open_database(settings(tmp_path))
    own = SqlCustomers(engine)
    assert _customers(settings(tmp_path), own, SystemClock()) is own
    line = settings(tmp_path, customers_url="https://crm.example/v1", customers_secret=SECRET)
    assert isinstance(_customers(line, own, SystemClock()), UtilityCustomers)
    engine.dispose()
