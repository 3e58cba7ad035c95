"""What must never stand in a log."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gateway.masking import STRUCK, MaskingFilter, mask

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=12)
AROUND = st.one_of(HAN, st.sampled_from(["", " ", ",", "。", ":", "\n", "tel", "a"]))
PHONES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
ACCOUNTS = st.one_of(*(st.from_regex(rf"[0-9]{{{size}}}", fullmatch=True) for size in (10, 12, 13, 16)))
IDS = st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True)


@given(AROUND, st.one_of(PHONES, ACCOUNTS, IDS), AROUND)
def test_no_number_survives(before: str, number: str, after: str) -> None:
    masked = mask(before + number + after)
    assert number not in masked
    assert number[-4:] not in masked.replace(before, "", 1).replace(after, "", 1)


@given(AROUND, PHONES, AROUND, st.sampled_from([" ", "-", "—", "·", "  "]))
def test_no_grouped_number_survives(before: str, phone: str, after: str, gap: str) -> None:
    grouped = gap.join((phone[:3], phone[3:7], phone[7:]))
    assert phone[-4:] not in mask(before + "号码" + grouped + "好" + after).replace(before, "").replace(after, "")


@given(PHONES)
def test_no_full_width_or_spoken_number_survives(phone: str) -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in phone)
    spoken = "".join("零幺二三四五六七八九"[int(digit)] for digit in phone)
    assert wide[-4:] not in mask(f"我的电话{wide}。")
    assert spoken[-4:] not in mask(f"打{spoken}，谢谢")


@given(st.text(max_size=60))
def test_masking_twice_changes_nothing(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@given(st.text(st.characters(exclude_categories=["Nd", "Cs"], exclude_characters="零〇一二三四五六七八九幺两洞拐勾@"), max_size=40))
def test_what_is_not_personal_stays(text: str) -> None:
    if not any(word in text for word in ("我叫", "名字", "姓名", "联系人", "户主", "称呼", "姓")):
        assert mask(text) == text


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("我叫王敏，停电了", "我叫***，停电了"),
        ("姓名：阿依古丽·买买提", "姓名：***"),
        ("联系人 陈桂兰", "联系人 ***"),
        ("安澜市城东区人民路66号5栋301", "安澜市城东区人民路***"),
        ("滨江区望江路88号桂花园3栋2单元501，停电", "滨江区望江路***，停电"),
        ("东风镇红星村二组17号", "东风镇红星村***"),
        ("幸福小区12号楼3单元502室漏电", "幸福小区***漏电"),
        ("户号3201556677的电费", "户号32***的电费"),
        ("someone@example.com", "***@example.com"),
        ("工单GD20261122000001到哪了", "工单GD20261122000001到哪了"),
        ("三楼跳闸,第2次了", "三楼跳闸,第2次了"),
        ("2026-11-22 09:30:00 turn took 12.5ms", "2026-11-22 09:30:00 turn took 12.5ms"),
        ("用了420度电,一百二十块", "用了420度电,一百二十块"),
    ],
)
def test_examples(said: str, logged: str) -> None:
    assert mask(said) == logged


def test_every_record_of_a_handler_is_masked(capsys: pytest.CaptureFixture[str]) -> None:
    handler = logging.StreamHandler()
    handler.addFilter(MaskingFilter())
    log = logging.getLogger("dianda.test.masking")
    log.addHandler(handler)
    log.propagate = False
    try:
        log.warning("call %s of %s", "13800138000", {"name": "我叫王敏"})
        log.warning("a wrong %d call", "13800138000")
        try:
            raise ValueError("bad phone 13800138000")
        except ValueError:
            log.exception("failed")
    finally:
        log.removeHandler(handler)
    shown = capsys.readouterr().err
    assert "13800138000" not in shown
    assert "王敏" not in shown
    assert shown.count(STRUCK) >= 4
    assert "ValueError" in shown
