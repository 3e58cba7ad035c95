"""Account numbers, phones and ticket numbers as customers write and say them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.entities import find_entities
from bot.language.normalise import SPOKEN_DIGITS

TODAY = date(2026, 11, 22)
KINDS = ("account_no", "phone", "ticket_no")


def codes(text: str) -> list[tuple[str, str]]:
    return [(e.entity, e.value) for e in find_entities(text, TODAY) if e.entity in KINDS]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("户号是3201-5566-77", "account_no", "3201556677"),
        ("编号 ４１０１２３４５６７８９０ 的账单", "account_no", "4101234567890"),
        ("户号三二零一，五五六六，七七", "account_no", "3201556677"),
        ("我念啊，三二零幺五五，嗯，六六七七", "account_no", "3201556677"),
        ("户号051266274410", "account_no", "051266274410"),
        ("0301200045671123", "account_no", "0301200045671123"),
        ("3201556677八月份电费", "account_no", "3201556677"),
        ("三二零一五五六六七七八月份电费", "account_no", "3201556677"),
        ("13800010001八点以后联系", "phone", "13800010001"),
        ("打我电话 +86 138 0001 0001", "phone", "13800010001"),
        ("手机号要三八零零零一零零零一", "phone", "13800010001"),
        ("座机零五一二杠六六二七四四一零", "phone", "051266274410"),
        ("(0512)66274410", "phone", "051266274410"),
        ("138-0001-0001是我手机号", "phone", "13800010001"),
        ("查 gd 2026 1122 000001", "ticket_no", "GD20261122000001"),
        ("工单号20261122000001催一下", "ticket_no", "GD20261122000001"),
        ("几滴二零二六一一二二零零零零一七", "ticket_no", "GD20261122000017"),
        ("基地20261122000017", "ticket_no", "GD20261122000017"),
        ("G D 2026，1122，000017", "ticket_no", "GD20261122000017"),
    ],
)
def test_numbers_are_found_with_their_kind(text: str, kind: str, value: str) -> None:
    assert codes(text) == [(kind, value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3201556677 不对是 3201556678", "3201556678"),
        ("三二零一五五六六八八，尾号不是八八，是七七", "3201556677"),
        ("户号3201556667，尾号不是六七，是七七", "3201556677"),
        ("三二零一五五六六七七，哦，说错了，六六七八", "3201556678"),
        ("三二零一，五五六七，不对，五五六六，七七", "3201556677"),
        ("我的户号不是3201556677，是3201556678", "3201556678"),
        ("手机一三八，零零零一，零零零二，哦不对，最后是零零零一", "13800010001"),
    ],
)
def test_a_correction_counts(text: str, value: str) -> None:
    assert [found for _, found in codes(text)] == [value]


def test_two_numbers_are_two_numbers() -> None:
    assert codes("3201556677,13800010001") == [("account_no", "3201556677"), ("phone", "13800010001")]
    assert codes("户号3201116622交错了，应该交3201116623") == [
        ("account_no", "3201116622"),
        ("account_no", "3201116623"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "拨打4008208820没人接", "打了95598三遍", "电话3201556677", "身份证320102199001011234", "32010219900101123X",
        "银行卡6222021234567890", "2026-11-03 12:30停的", "表号3201556677889", "电费从1200,1300,10块", "用了3201556677度",
    ],
)  # fmt: skip
def test_other_numbers_are_none_of_these(text: str) -> None:
    assert codes(text) == []


@given(st.sampled_from([10, 12, 13, 16]), st.data())
@settings(max_examples=60, deadline=None)
def test_any_account_number_is_read_whole_however_it_is_grouped(length: int, data: st.DataObject) -> None:
    number = data.draw(st.sampled_from("23567")) + "".join(
        data.draw(st.lists(st.sampled_from("0123456789"), min_size=length - 1, max_size=length - 1))
    )
    cut = data.draw(st.integers(2, length - 2))
    separator = data.draw(st.sampled_from(["", " ", "-", "，"]))
    assert codes(f"户号{number[:cut]}{separator}{number[cut:]}") == [("account_no", number)]


@given(st.text(alphabet="0123456789", min_size=8, max_size=8))
@settings(max_examples=60, deadline=None)
def test_a_spoken_mobile_number_is_read(rest: str) -> None:
    spoken = {figure: word for word, figure in SPOKEN_DIGITS.items() if word in "零幺二三四五六七八九"}
    text = "".join(spoken[figure] for figure in "138" + rest)
    assert codes(f"电话{text}") == [("phone", "138" + rest)]
