"""Two articles that are about as likely: the customer says which one is meant."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from actions.handlers.articles import ask_knowledge
from actions.handlers.forms.flow import FlowBook
from actions.handlers.services import Stopwatch
from actions.handlers.words import Bubble, Phrases
from knowledge_base.knowledge import Hit, SearchResult
from tests.unit.handlers.worlds import ROOT


def bubble(first: float, second: float, *, doubt: bool) -> tuple[Bubble, list[Any]]:
    hits = [
        Hit("bill-cycle", "抄表日和账单日", first, "各户不一样。", "各户不一样。", (), "query_bill", ""),
        Hit("bill-refund", "余额退款", second, "可以申请。", "可以申请。", (), None, ""),
    ]
    services: Any = SimpleNamespace(
        knowledge=SimpleNamespace(search=lambda question, k: SearchResult(True, 0.9, doubt, hits)),
        flows=FlowBook.load(ROOT / "actions" / "flows"), phrases=Phrases.load(ROOT / "actions" / "words"),
    )  # fmt: skip
    outcome = ask_knowledge(services, "电费", Stopwatch())
    assert outcome is not None
    (only,) = outcome.bubbles
    return only, outcome.trace["knowledge"]


def test_as_likely_as_the_first_is_asked_about_before_anything_is_answered() -> None:
    asked, trace = bubble(0.5, 0.4, doubt=True)
    assert asked.text == "您是想问“抄表日和账单日”，还是“余额退款”？"
    assert ["topic:bill-cycle" in b["payload"] for b in asked.buttons] == [True, False]
    assert "topic:bill-refund" in asked.buttons[1]["payload"]
    assert [k["topic"] for k in trace] == ["bill-cycle", "bill-refund"]


@pytest.mark.parametrize(("second", "doubt", "buttons"), [(0.2, True, 2), (0.4, False, 1)])
def test_less_likely_it_is_a_button_beside_the_answer_or_nothing(second: float, doubt: bool, buttons: int) -> None:
    answered, _ = bubble(0.6, second, doubt=doubt)
    assert answered.text == "各户不一样。" and len(answered.buttons) == buttons
