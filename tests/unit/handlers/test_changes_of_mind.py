"""What customers say when they change their mind, their words or their business, each understood at once."""

from __future__ import annotations

import pytest

from actions.desk.tickets import Ticket
from tests.unit.handlers.conversing import Customer

PLACE, PHONE = "安澜市城东区人民路66号5栋301", "13800138000"


def filed(customer: Customer) -> list[Ticket]:
    """What the customer has filed."""
    return list(customer.services.desk.tickets().tickets)


def at_confirmation(minds: dict[str, str] | None = None) -> Customer:
    """A customer whose outage report waits for the last word."""
    customer = Customer({"停电了": "report_outage", "确认": "affirm", **(minds or {})})
    customer.say("停电了")
    customer.say(PLACE)
    customer.say(PHONE)
    assert customer.asking == "confirm"
    return customer


@pytest.mark.parametrize("words", ["等下,楼号说错了,是6栋不是5栋", "不是5栋，是6栋", "楼号错了，应该是6栋"])
def test_one_piece_of_the_address_is_said_instead_of_another(words: str) -> None:
    customer = at_confirmation()
    assert "6栋301" in customer.say(words)
    customer.say("确认")
    assert filed(customer)[0].address == "安澜市城东区人民路66号6栋301"


def test_words_of_a_place_are_exchanged_while_the_phone_is_asked() -> None:
    customer = Customer({"停电了": "report_outage", "确认": "affirm"})
    customer.say("停电了")
    customer.say("红星村老砖厂西边第二排")
    customer.say("不是第二排，是第三排")
    customer.say(PHONE)
    customer.say("确认")
    assert filed(customer)[0].address == "红星村老砖厂西边第三排"


def test_who_comes_when_is_asked_of_the_ticket_just_filed() -> None:
    customer = at_confirmation({"大概几时有人来": "query_outage"})
    customer.say("确认")
    assert filed(customer)[0].ticket_no in customer.say("大概几时有人来")


@pytest.mark.parametrize("words", ["不急，我先问问儿子，先不办了", "那算了", "等我爱人回来，先不报了吧"])
def test_who_gives_the_reason_first_has_stopped_too(words: str) -> None:
    customer = at_confirmation()
    assert "没有提交" in customer.say(words)
    assert customer.flow is None and not filed(customer)


@pytest.mark.parametrize("words", ["我是问一下,现在没停", "我就是打听一下", "我家没停电"])
def test_who_only_asked_files_nothing(words: str) -> None:
    customer = Customer({"停电了怎么报": "report_outage"})
    customer.say("停电了怎么报")
    customer.say(words)
    assert customer.flow is None and not filed(customer)


def test_what_is_wanted_instead_is_begun_at_once() -> None:
    customer = Customer({"我要过户": "transfer_account", "哎算了": "cancel", "先查电费吧": "query_bill", "哎算了,先查电费吧": "cancel"})
    customer.say("我要过户")
    customer.say("哎算了,先查电费吧")
    assert customer.flow == "bill" and customer.asking == "account_no"


def test_a_wish_behind_a_greeting_is_a_wish() -> None:
    customer = Customer({"你好,我想查下电费": "greet", "你好": "greet", "我想查下电费": "query_bill"})
    customer.say("你好,我想查下电费")
    assert customer.flow == "bill"
