"""Danger words. The sentences in data/ were written for these tests and are in no training file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.hazards import danger, vetted

DATA = Path(__file__).parent / "data"
KINDS = {"fallen_wire", "shock", "fire", "flood", "overvoltage", "pole", "leakage", "life_support", "exposed", "other"}


def sentences(name: str) -> list[str]:
    return (DATA / name).read_text(encoding="utf-8").splitlines()


def test_dangers_are_heard() -> None:
    dangers = sentences("dangers.txt")
    missed = [text for text in dangers if danger(text) is None]
    assert len(missed) <= len(dangers) * 0.01, missed


def test_harmless_sentences_raise_no_alarm() -> None:
    assert [text for text in sentences("harmless.txt") if danger(text)] == []


def test_strangers_dangers_are_heard() -> None:
    """Typed in fear, misheard, in dialect: written by somebody else than the rules' first test set."""
    dangers = sentences("strangers_dangers.txt")
    missed = [text for text in dangers if danger(text) is None]
    assert len(dangers) >= 300
    assert len(missed) <= len(dangers) * 0.01, missed


def test_what_only_sounds_dangerous_raises_no_alarm() -> None:
    harmless = sentences("strangers_harmless.txt")
    alarms = [text for text in harmless if danger(text)]
    assert len(harmless) >= 350
    assert len(alarms) <= len(harmless) * 0.005, alarms


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("大货车把架空线刮断了", "fallen_wire"), ("小孩被电了一下", "shock"), ("插座里往外喷火星", "fire"), ("配电箱被水泡了", "flood"),
        ("灯突然贼亮，灯泡一个个爆", "overvoltage"), ("电杆斜得厉害", "pole"), ("我摸水龙头麻手", "leakage"), ("家里停电了，我妈在用呼吸机", "life_support"),
        ("接头没包，露在外面", "exposed"), ("出人命了", "other"),
    ],
)  # fmt: skip
def test_kinds(text: str, kind: str) -> None:
    found = danger(text)
    assert found is not None
    assert found.kind == kind
    assert found.kind in KINDS
    assert found.evidence


@pytest.mark.parametrize(
    ("misheard", "meant"),
    [("电先断了掉地上", "电线断"), ("变压器毛烟了", "冒烟"), ("有人处电了", "触电"), ("电箱找火了", "着火"), ("家里水管楼电了", "漏电"), ("变鸭起着火", "着火"), ("chudian了快来", "触电")],
)  # fmt: skip
def test_misheard_words_are_heard_by_their_sound(misheard: str, meant: str) -> None:
    found = danger(misheard)
    assert found is not None
    assert meant in found.evidence


@pytest.mark.parametrize(
    ("danger_now", "none"),
    [
        ("着火了怎么办啊快来", "着火了怎么办"), ("我家插座冒烟了怎么办", "插座冒烟先拉闸还是先跑"), ("电线掉下来了你们能不能来看看", "遇到断线该怎么办"),
        ("漏电了，摸着麻", "电费这么高是不是漏电"), ("现在冒烟了", "没有冒烟"), ("昨晚变压器爆炸了到现在还冒烟", "去年变压器爆炸过一次"),
        ("电线着火了", "气得我都着火了"), ("线断了在地上", "网线断了"), ("家里停电了，病人靠制氧机", "制氧机用电有补贴吗"), ("电视冒烟了", "昨天电视冒烟坏了要赔"),
        ("电线断了三天没人管，现在还垂着", "之前报的电线断了修好了"),
    ],
)  # fmt: skip
def test_the_same_words_as_danger_and_as_none(danger_now: str, none: str) -> None:
    assert danger(danger_now) is not None
    assert danger(none) is None


@given(
    st.one_of(
        st.text(max_size=80), st.text(alphabet="电线断掉火烟麻了没在上漏触被着冒杆倒，。吗怎么办快来", max_size=30)
    )
)
@settings(max_examples=120, deadline=None)
def test_no_text_breaks_it(text: str) -> None:
    found = danger(text)
    assert found is None or found.kind in KINDS


@pytest.mark.parametrize(
    "words", ["我小时候叫电打过，到现在都怕换灯泡", "上个礼拜歪了的那根杆子已经扶正了，多谢", "勿是漏电，是毛衣静电", "线底下能盖个鸡窝吗"]
)
def test_what_is_over_or_asked_is_not_the_models_danger_either(words: str) -> None:
    assert vetted(words, [("report_hazard", 0.8), ("faq", 0.1), ("thank", 0.05)], "report_hazard")[0][0] == "faq"


@pytest.mark.parametrize("words", ["修好的线又在冒火了", "昨天换过的表箱现在冒烟", "上次那根线又掉地上了，快来人"])
def test_what_comes_back_is_a_danger_again(words: str) -> None:
    assert vetted(words, [("report_hazard", 0.8), ("faq", 0.1)], "report_hazard")[0][0] == "report_hazard"


@pytest.mark.parametrize("words", ["水泥桩歪了要压到房子", "那个铁塔上有个娃趴上去了", "洗澡的时候龙头边上人麻倒了"])
def test_dangers_in_country_words_and_half_heard(words: str) -> None:
    assert danger(words) is not None
