"""Money, and what is not money."""

from __future__ import annotations

from datetime import date

import pytest

from bot.language.entities import find_entities
from bot.language.numerals import to_number


def amounts(text: str) -> list[str]:
    return [e.value for e in find_entities(text, date(2026, 11, 22)) if e.entity == "amount"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("120块", "120.00"), ("一百二十块五", "120.50"), ("300元", "300.00"), ("三百多", "300.00"), ("一千五", "1500.00"), ("3百", "300.00"),
        ("¥88.5", "88.50"), ("两毛", "0.20"), ("五毛六一度", "0.56"), ("一块二毛五", "1.25"), ("1,286.50元", "1286.50"), ("1.2万", "12000.00"),
        ("我充了三千二", "3200.00"), ("欠了一百八十三块六", "183.60"), ("一百零二块", "102.00"), ("余额还有五十", "50.00"),
    ],
)  # fmt: skip
def test_amounts(text: str, value: str) -> None:
    assert amounts(text) == [value]


@pytest.mark.parametrize(
    "text",
    ["用了三百度电", "三百千瓦时", "电压只有一百六", "只剩一百八十伏", "一块电表", "装两块表", "几百块", "三四百块", "打95598", "十几户没电", "二单元", "元旦停电", "平时一百多度"],
)  # fmt: skip
def test_other_counts_are_no_money(text: str) -> None:
    assert amounts(text) == []


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("一百二", 120),
        ("一百零二", 102),
        ("两万三", 23000),
        ("三千零五", 3005),
        ("十二", 12),
        ("3万5", 35000),
        ("十", 10),
        ("一二零", 120),
    ],
)
def test_numerals_as_they_are_spoken(words: str, number: int) -> None:
    assert to_number(words) == number


@pytest.mark.parametrize("words", ["", "百", "块", "十十", "一百一百", "万"])
def test_what_is_no_numeral(words: str) -> None:
    assert to_number(words) is None
