"""Who lies in a stretch is found by the words of the address: nobody is missed that `covers` finds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.desk.places import covers
from actions.desk.streets import words_of, words_of_stretch

CITY = st.sampled_from(["", "安澜市", "江苏省安澜市"])
DISTRICT = st.sampled_from(["", "滨江区", "云岭县", "东风镇", "滨江区临河街道"])
ROAD = st.sampled_from(["望江路", "新望江路", "人民大道", "里弄堂路", "里弄", "学府街", "望江路红星巷"])
PLACE = st.sampled_from(["红星村", "新红星村", "桂花小区", "桂花园", "桂花花园", "大桥旁红星村", "老槐树下"])
HOUSE = st.sampled_from(["", "8号", "88号桂花园3栋2单元501", "1号至60号", "沿线", "3组", "12号红星村5组"])


@settings(max_examples=1500, deadline=None)
@given(CITY, DISTRICT, st.one_of(ROAD, PLACE), HOUSE, CITY, DISTRICT, st.one_of(ROAD, PLACE, st.just("")), HOUSE)
def test_nobody_is_missed(a: str, b: str, c: str, d: str, e: str, f: str, g: str, h: str) -> None:
    stretch, address = a + b + c + d, e + f + g + h
    if not stretch or not covers(stretch, address):
        return
    found = words_of_stretch(stretch)
    assert found is None or found & words_of(address), (stretch, address, found, words_of(address))


@pytest.mark.parametrize("stretch", ["安澜市", "安澜市东风镇", "安澜市滨江区望江路1号至60号、东风镇", "老槐树下"])
def test_a_whole_town_or_what_has_no_name_is_not_looked_up(stretch: str) -> None:
    assert words_of_stretch(stretch) is None


def test_a_stretch_of_several_roads_has_a_word_for_each() -> None:
    assert words_of_stretch("安澜市滨江区望江路1号至60号、学府街沿线、东风镇红星村") == {"望江路", "学府街", "红星村"}
