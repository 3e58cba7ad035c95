"""Addresses and phones told in pieces, or corrected in part, as old and hurried customers tell them."""

from __future__ import annotations

import pytest

from tests.unit.handlers.conversing import Customer


def at_the_phone(address: str) -> Customer:
    customer = Customer({"我家停电了": "report_outage"})
    customer.say("我家停电了")
    customer.say(address)
    assert customer.asking == "phone"
    return customer


def address(customer: Customer) -> str:
    assert customer.state is not None
    return customer.state.values["address"]


@pytest.mark.parametrize(
    ("first", "then", "whole"),
    [
        ("安澜市滨江区望江路88号桂花园", ("3栋", "2单元", "501"), "安澜市滨江区望江路88号桂花园3栋2单元501"),
        ("桂花园3栋2单元501", ("不对，是五栋",), "桂花园五栋2单元501"),
        ("东风镇红星村二组", ("哦不是 是三组 8号",), "东风镇红星村三组8号"),
        ("东风镇红星村三组", ("8号 老槐树旁边那家",), "东风镇红星村三组8号老槐树旁边那家"),
    ],
)
def test_pieces_come_together_in_one_address(first: str, then: tuple[str, ...], whole: str) -> None:
    customer = at_the_phone(first)
    for words in then:
        assert "没听明白" not in customer.say(words)
    assert address(customer).replace(" ", "") == whole
    customer.say("13800138000")
    assert customer.asking == "confirm" and whole in customer.last.bubbles[-1].text.replace(" ", "")


def test_what_is_beside_is_no_piece_of_the_own_address() -> None:
    customer = at_the_phone("桂花园3栋2单元")
    customer.say("十三号楼对面那栋")
    assert address(customer) == "桂花园3栋2单元（十三号楼对面那栋）"


def test_a_phone_is_put_together_from_its_pieces() -> None:
    customer = at_the_phone("桂花园3栋2单元501")
    assert "还差8位" in customer.say("电话我念嘛 138")
    assert "还差4位" in customer.say("1234")
    customer.say("5678")
    assert customer.state is not None and customer.state.values["phone"] == "13812345678"


def test_the_last_digits_alone_correct_the_phone_before_it_is_filed() -> None:
    customer = at_the_phone("桂花园3栋2单元501")
    customer.say("13800138000")
    assert "13800133333" in customer.say("打错了 尾号是3333")
    assert customer.asking == "confirm"


def test_a_dialect_yes_is_no_address() -> None:
    customer = at_the_phone("桂花园3栋2单元501")
    customer.say("13800138000")
    customer.say("恩")
    assert customer.state is None and customer.last.trace["ticket"]


def test_another_option_said_later_corrects_the_choice() -> None:
    customer = Customer({"我要新装": "apply_new_service", "不是店铺，是工厂": "deny"})
    for words in ("我要新装", "店铺", "不是店铺，是工厂"):
        customer.say(words)
    assert customer.state is not None and customer.state.values["kind"] == "factory"


def test_a_wrong_name_is_corrected_by_the_word_everybody_uses_for_it() -> None:
    customer = Customer({"我要新装": "apply_new_service"})
    for words in ("我要新装", "居民住宅", "安澜市城东区人民路66号5栋301", "王建国 13500001111"):
        customer.say(words)
    assert customer.asking == "confirm"
    assert "王建军" in customer.say("名字写错了 是王建军")
