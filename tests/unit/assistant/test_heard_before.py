"""Sentences heard before are not understood anew, and nobody's values are kept."""

from __future__ import annotations

from typing import Any

from bot.assistant.heard_before import HeardBefore


class Understanding:
    """Counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: list[str]) -> list[dict[str, Any]]:
        self.asked += texts
        return [{"text": t, "entities": [{"entity": "person_name"}] if "王敏" in t else []} for t in texts]


def test_a_sentence_of_every_day_is_understood_once() -> None:
    heard, understanding = HeardBefore(), Understanding()
    first = heard.through(["你好", "转人工", "你好"], understanding)
    again = heard.through(["转人工", "你好"], understanding)
    assert understanding.asked == ["你好", "转人工"]
    assert first == [*reversed(again), again[1]], "in the order asked"


def test_what_one_turn_does_to_its_result_the_next_does_not_see() -> None:
    heard, understanding = HeardBefore(), Understanding()
    heard.through(["你好"], understanding)[0]["entities"].append("changed")
    heard.through(["你好"], understanding)[0]["entities"].append("changed")
    assert heard.through(["你好"], understanding)[0]["entities"] == []


def test_values_and_stories_are_not_kept() -> None:
    heard, understanding = HeardBefore(), Understanding()
    said = ["我叫王敏", "尾号0001", "三二零一五五六六七七", "我住的地方昨天晚上开始就一直没有电了也没人管"]
    for _ in range(2):
        heard.through(said, understanding)
    assert understanding.asked == said * 2
