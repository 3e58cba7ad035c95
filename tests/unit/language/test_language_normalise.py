"""The regular form of a text, and the way back to what was written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.normalise import normalise

SPOKEN = st.text(alphabet="零一二三四五六七八九幺两洞拐勾个杠，,。 呃嗯那个1380GD户号电话０１电費", max_size=40)


@pytest.mark.parametrize(
    ("said", "regular"),
    [
        ("幺三八零零零一零零零一", "13800010001"),
        ("一三八 零零零一 零零零一", "13800010001"),
        ("三二零一，五五六六，七七", "3201,5566,77"),
        ("三二零幺五五，嗯，六六七七", "320155,6677"),
        ("幺三八三个零幺三个零幺", "13800010001"),
        ("零五一二杠六六二七四四一零", "0512-66274410"),
        ("洞两拐勾洞五五", "0279055"),
        ("要三八零零零一零零零一", "13800010001"),
        ("海珠區江南大道中88號冇電", "海珠区江南大道中88号冇电"),
        ("３２０１５５６６７７", "3201556677"),
        ("尾号五六七八", "尾号5678"),
        ("二零二六年一月", "2026年一月"),
        ("嗯嗯", "嗯嗯"),
        ("唔係", "唔系"),
        ("", ""),
    ],
)
def test_numbers_and_characters_become_regular(said: str, regular: str) -> None:
    assert normalise(said).text == regular


@pytest.mark.parametrize(
    "said", ["三栋二单元五零一", "一百二十块五", "三千两百四十五度", "三个零件", "两三个人", "第一二三条"]
)
def test_numbers_with_a_unit_stay_as_they_were_said(said: str) -> None:
    assert normalise(said).text == said


def test_a_span_leads_back_to_the_raw_text() -> None:
    regular = normalise("户号 三二零一 五五六六 七七 哦")
    start = regular.text.index("3")
    begin, end = regular.span(start, start + 10)
    assert regular.raw[begin:end] == "三二零一 五五六六 七七"


@given(st.one_of(st.text(max_size=60), SPOKEN))
@settings(max_examples=150, deadline=None)
def test_every_character_knows_where_it_came_from(raw: str) -> None:
    regular = normalise(raw)
    assert len(regular.origin) == len(regular.text)
    assert all(0 <= at < len(raw) for at in regular.origin)
    assert list(regular.origin) == sorted(regular.origin)
    for start in range(0, len(regular.text), 7):
        begin, end = regular.span(start, len(regular.text))
        assert 0 <= begin < end <= len(raw)


@given(SPOKEN)
@settings(max_examples=150, deadline=None)
def test_a_regular_text_is_left_alone(raw: str) -> None:
    once = normalise(raw).text
    assert normalise(once).text == once
