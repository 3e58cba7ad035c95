"""Asking back: two or three buttons in plain words, never a silent guess, and a person after two failures in a row."""

from __future__ import annotations

import pytest

from tests.unit.handlers.conversing import Customer, FakeHit, FakeKnowledge

NEAR = "户号3201556677那个电费"
CLOSE = [("query_bill", 0.42), ("dispute_bill", 0.38), ("query_usage", 0.02)]
LATE = FakeHit("bill-late-fee", "逾期违约金", "按天加收")


def test_two_near_wishes_are_both_offered_in_plain_words() -> None:
    customer = Customer({NEAR: CLOSE})
    customer.say(NEAR)
    assert customer.flow is None and customer.buttons == ["查电费", "电费异议", "都不是"]
    assert customer.last.bubbles[0].speech is not None and "还是" in customer.last.bubbles[0].speech


@pytest.mark.parametrize("pick", ["/query_bill", "第一个", "查电费", "前面那个"])
def test_the_pick_keeps_what_was_said_already(pick: str) -> None:
    customer = Customer({NEAR: CLOSE})
    customer.say(NEAR)
    customer.say(pick)
    assert customer.flow == "bill" and customer.asking == "phone_last4", "the account was told and is not asked again"


def test_the_second_can_be_picked_in_words() -> None:
    customer = Customer({NEAR: CLOSE})
    customer.say(NEAR)
    customer.say("第二个")
    assert customer.flow == "dispute"


def test_none_of_these_is_taken_and_the_second_failure_brings_a_person() -> None:
    customer = Customer({NEAR: CLOSE, "都不是": "deny"})
    customer.say(NEAR)
    customer.say("都不是")
    assert "理解错了" in customer.last.bubbles[0].text and customer.flow is None
    customer.say(NEAR)
    assert "转人工" in customer.buttons and "查电费" in customer.buttons
    assert "没听懂" in customer.say("都不是") and "转人工" in customer.buttons


def test_two_turns_in_a_row_that_say_nothing_bring_a_person() -> None:
    vague = [("ask_capabilities", 0.2), ("query_bill", 0.06)]
    customer = Customer({"那个啥呢这个": vague, "就是那个嘛": vague, "哎呀就那个": vague})
    customer.say("那个啥呢这个")
    customer.say("就是那个嘛")
    assert "转人工" in customer.buttons
    assert "没听懂" in customer.say("哎呀就那个")


def test_something_understood_in_between_starts_the_count_anew() -> None:
    customer = Customer({NEAR: CLOSE, "你好": "greet"})
    customer.say(NEAR)
    customer.say("你好")
    customer.say(NEAR)
    assert "转人工" not in customer.buttons


@pytest.mark.parametrize("other", ["out_of_scope", "thank", "deny"])
def test_a_wish_near_something_that_is_none_is_confirmed_and_not_guessed(other: str) -> None:
    customer = Customer({"那个电费": [("query_bill", 0.45), (other, 0.42)], "是的": "affirm"})
    assert "查电费”吗" in customer.say("那个电费")
    assert customer.flow is None and customer.buttons == ["查电费", "都不是"]
    customer.say("是的")
    assert customer.flow == "bill"


def test_a_question_near_a_wish_is_offered_by_the_title_of_its_answer() -> None:
    mind = [("query_balance", 0.45), ("faq", 0.40)]
    customer = Customer({"晚交违约金的事": mind}, FakeKnowledge([(("违约金",), LATE)]))
    customer.say("晚交违约金的事")
    assert customer.buttons == ["查余额欠费", "想问：逾期违约金", "都不是"]
    assert "按天加收" in customer.press("想问")


def test_a_topic_can_be_picked_in_words_too() -> None:
    mind = [("query_balance", 0.45), ("faq", 0.40)]
    customer = Customer({"晚交违约金的事": mind}, FakeKnowledge([(("违约金",), LATE)]))
    customer.say("晚交违约金的事")
    assert "按天加收" in customer.say("第二个")


def test_hurried_words_about_an_outage_are_not_held_up_by_a_question() -> None:
    customer = Customer({"又停了，赶紧派人": [("report_outage", 0.31), ("query_outage", 0.23)]})
    customer.say("又停了，赶紧派人")
    assert customer.flow == "repair" and customer.asking == "address"


def test_danger_is_never_asked_back_about() -> None:
    customer = Customer({"好像有点不对劲": [("report_hazard", 0.4), ("report_outage", 0.39)]})
    customer.say("好像有点不对劲")
    assert customer.flow == "hazard"
