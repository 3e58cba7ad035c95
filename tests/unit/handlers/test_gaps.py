"""Questions without an answer are noted, and nobody is known by them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from actions.handlers.articles import answer_question
from actions.handlers.forms.flow import FlowBook
from actions.handlers.forms.said import Said
from actions.handlers.gaps import GapLog
from actions.handlers.services import Stopwatch
from actions.handlers.words import Phrases
from actions.ports.gaps import GapReason
from actions.ports.memory import MemoryGaps
from bot.gateway.masking import mask
from knowledge_base.knowledge import Hit, SearchResult
from tests.unit.handlers.worlds import ROOT

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def hit(topic: str) -> Hit:
    return Hit(topic, topic, 0.5, "答案", "答案", (), None, "")


@dataclass
class Knowledge:
    found: SearchResult

    def search(self, query: str, k: int = 5) -> SearchResult:
        return self.found

    def hit(self, topic: str) -> Hit:
        return hit(topic)


@dataclass
class House:
    found: SearchResult
    store: Any = field(default_factory=MemoryGaps)

    def ask(self, text: str, intent: str = "faq") -> list[str]:
        services = SimpleNamespace(
            knowledge=Knowledge(self.found), gaps=GapLog(self.store, mask), flows=FlowBook.load(ROOT / "actions" / "flows"),
            phrases=Phrases.load(ROOT / "actions" / "words", company="供电", hotline="95598"),
        )  # fmt: skip
        said = Said(text, intent, 0.9, NOW, channel="wechat")
        return [bubble.text for bubble in answer_question(services, said, Stopwatch()).bubbles]  # type: ignore[arg-type]


NOTHING = SearchResult(False, 0.1, False, [hit("bill-cycle")])
SURE = SearchResult(True, 0.9, False, [hit("bill-cycle"), hit("bill-refund")])
CLOSE = SearchResult(True, 0.9, True, [hit("bill-cycle"), hit("bill-refund")])


@pytest.mark.parametrize(
    ("found", "intent", "reason"),
    [(NOTHING, "faq", "unanswered"), (NOTHING, "out_of_scope", "out_of_scope"), (CLOSE, "faq", "doubt")],
)
def test_what_found_nothing_or_two_is_noted(found: SearchResult, intent: str, reason: str) -> None:
    house = House(found)
    house.ask("电费能用数字人民币交吗", intent)
    house.ask("电费能用数字人民币交吗", intent)
    (gap,) = house.store.gaps()
    assert (gap.text, gap.reason.value, gap.count, gap.nearest) == ("电费能用数字人民币交吗", reason, 2, "bill-cycle")
    assert dict(gap.channels) == {"wechat": 2}


def test_what_is_answered_is_not_noted_and_neither_is_a_button() -> None:
    house = House(SURE)
    assert house.ask("多久抄一次表") == ["答案"]
    House(NOTHING, house.store).ask('/faq{"choice": "topic:bill-cycle"}')
    assert house.store.gaps() == ()


@pytest.mark.parametrize(
    ("said", "secrets"),
    [
        ("我叫王小敏，住人民路88号3单元201，能换表吗", ["王小敏", "88号", "201"]),
        ("电话13800138000，户号3201556677，数字人民币能交吗", ["13800138000", "3201556677", "0138"]),
        ("幺三八零零幺三八零零零这个号能收短信吗", ["幺三八", "13800138000"]),
    ],
)
def test_nobody_is_known_by_it(said: str, secrets: list[str]) -> None:
    house = House(NOTHING)
    house.ask(said)
    (gap,) = house.store.gaps()
    assert not [secret for secret in secrets if secret in gap.text], gap.text
    assert "吗" in gap.text


def test_a_turn_is_answered_when_it_cannot_be_noted() -> None:
    class Broken:
        def note(self, *_: object) -> None:
            raise OSError("database is locked")

    assert House(NOTHING, Broken()).ask("暖气不热怎么办")


def test_reasons_are_told_in_the_command() -> None:
    from bot.cli.knowledge import REASONS

    assert set(REASONS) == {reason.value for reason in GapReason}
