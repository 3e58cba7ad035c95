"""The profile over HTTP: the conversation's own customer sees and deletes it, staff leave a trace in the audit log."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from actions.desk.clock import SystemClock
from actions.desk.profiles import Fact, Trait
from actions.ports.memory import MemoryCustomers, MemoryProfiles
from actions.ports.profiles import of_user
from bot.gateway.app import Parts
from bot.gateway.profiles import ProfileDesk
from tests.unit.gateway.fakes import STAFF, House
from tests.unit.handlers.conversing import STATEMENTS, USES, CustomerProfiles

PATH = "/api/v1/conversations/c1/profile"


class Known(House):
    """A house that keeps what its customers agreed to."""

    def parts(self) -> Parts:
        self.store = MemoryProfiles()
        self.customers = MemoryCustomers.demo(datetime.now(UTC))
        profiles = CustomerProfiles(STATEMENTS, USES, self.store)
        desk = ProfileDesk(profiles, self.customers, self.conversations, SystemClock())
        return replace(super().parts(), profiles=desk)

    def keep(self, user: str, *facts: Fact) -> None:
        self.store.change(of_user(user), lambda p: p.agree([f.trait for f in facts], now()).with_facts(facts), now())

    async def seen(self, method: str = "GET", path: str = PATH, **headers: str) -> dict[str, Any]:
        response = await self.client.request(method, path, headers=headers)
        assert response.status == 200
        return dict(await response.json())


def now() -> datetime:
    return datetime.now(UTC)


def said(trait: Trait, value: str = "") -> Fact:
    return Fact(trait=trait, value=value, words="我家六口人", noted_at=now())


@pytest.fixture
async def known(tmp_path: Any) -> Any:
    house = Known(tmp_path)
    await house.assistant.start()
    await house.open()
    yield house
    await house.close()
    await house.assistant.kill()


async def test_the_customer_sees_what_is_kept_from_when_until_when_and_deletes_one_or_all(known: Known) -> None:
    known.keep("c1", said(Trait.HOUSEHOLD, "6"), said(Trait.FARMER))
    view = await known.seen()
    assert view["consent"] == "given" and [f["title"] for f in view["facts"]] == ["家里6口人", "种植、养殖"]
    first = view["facts"][0]
    kept = datetime.fromisoformat(first["kept_until"]) - datetime.fromisoformat(first["noted_at"])
    assert first["words"] == "我家六口人" and kept == timedelta(days=365) and first["deletable"]
    assert "农业电价" in [tile["title"] for tile in view["tiles"]]
    left = await known.seen("DELETE", PATH + "/farmer")
    assert [f["trait"] for f in left["facts"]] == ["household"]
    gone = await known.seen("DELETE")
    assert gone["facts"] == [] and gone["consent"] == "refused" and known.store.profile(of_user("c1")).facts == ()


async def test_another_conversation_sees_nothing_of_it_but_the_same_customer_does(known: Known) -> None:
    known.keep("wang", said(Trait.EV))
    assert (await known.seen())["facts"] == []
    await known.chat("你好", "c1", customer_id="wang")
    await known.chat("你好", "c2", customer_id="li")
    assert [f["trait"] for f in (await known.seen())["facts"]] == ["ev"]
    assert (await known.seen(path=PATH.replace("c1", "c2")))["facts"] == []


async def test_a_linked_account_counts_and_its_file_cannot_be_deleted(known: Known) -> None:
    known.customers.bind("c1", "4101234567890", now())
    view = await known.seen("DELETE")
    assert {f["trait"]: f["deletable"] for f in view["facts"]} == {"elder": False, "life_support": False}
    assert [t["title"] for t in view["tiles"]][:2] == ["停电报修", "转人工"]


async def test_staff_who_look_are_written_down_without_what_they_saw(known: Known, caplog: pytest.LogCaptureFixture) -> None:
    known.keep("c1", said(Trait.LOW_INCOME))
    with caplog.at_level(logging.INFO, "dianda.audit"):
        await known.seen()
        assert not caplog.records, "the customer's own look is nobody's business"
        await known.seen(**STAFF)
    (line,) = [record.getMessage() for record in caplog.records if record.name == "dianda.audit"]
    assert "staff read the profile" in line and "low_income" not in line and "c1" not in line


async def test_what_there_is_not(known: Known, shut: House) -> None:
    assert (await known.client.delete(PATH + "/nothing")).status == 404
    assert (await known.client.post(PATH, json={})).status == 405
    await shut.assistant.start()
    await shut.open()
    assert (await shut.client.get(PATH)).status == 404
