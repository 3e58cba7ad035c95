"""What is named only to be ruled out begins nothing and interrupts nothing; what is dropped by its own verb is dropped."""

from __future__ import annotations

import pytest

from tests.unit.handlers.conversing import Customer, FakeHit, FakeKnowledge


def test_not_wanted_in_the_middle_of_another_business_changes_nothing() -> None:
    customer = Customer({"查电费": "query_bill", "我不要发票": "request_invoice"})
    customer.say("查电费")
    told = customer.say("我不要发票")
    assert customer.flow == "bill" and customer.asking == "account_no" and "发票吗" not in told


def test_not_wanted_said_of_the_business_itself_ends_it() -> None:
    customer = Customer({"开发票": "request_invoice", "我不要发票": "request_invoice"})
    customer.say("开发票")
    customer.say("我不要发票")
    assert customer.state is None


def test_no_person_is_called_who_is_not_wanted() -> None:
    customer = Customer({"我家停电了": "report_outage", "不要给我转人工": "human_agent"})
    customer.say("我家停电了")
    customer.say("不要给我转人工")
    assert customer.flow == "repair" and not customer.handoffs.waiting()


@pytest.mark.parametrize("words", ["我家没有光伏", "我没装光伏啊"])
def test_what_one_has_not_begins_nothing(words: str) -> None:
    customer = Customer({words: "apply_pv"})
    customer.say(words)
    assert customer.state is None


def test_the_wish_behind_the_one_ruled_out_is_meant() -> None:
    customer = Customer(
        {"不是电压低 是电费高": "report_power_quality", "不是电压低": "report_power_quality", "是电费高": "dispute_bill"}
    )
    customer.say("不是电压低 是电费高")
    assert customer.flow == "dispute"


def test_who_only_asks_for_the_number_makes_no_complaint() -> None:
    hit = FakeHit("service-complaint-process", "怎么投诉", "打95598。")
    customer = Customer(
        {"我不投诉 就问问投诉电话": "file_complaint", "我不投诉": "file_complaint", "就问问投诉电话": "file_complaint"},
        FakeKnowledge([(("投诉电话",), hit)]),
    )
    assert "95598" in customer.say("我不投诉 就问问投诉电话") and customer.state is None


def test_dropped_by_its_verb_and_taken_up_again() -> None:
    customer = Customer({"我要销户": "close_account", "先不销了": "close_account", "还是销吧": "close_account"})
    customer.say("我要销户")
    customer.say("先不销了")
    assert customer.state is None
    customer.say("还是销吧")
    assert customer.flow == "close_account"


def test_anonymous_leaves_the_phone_out_and_changes_no_owner() -> None:
    customer = Customer({"有人偷电": "report_violation", "匿名": "transfer_account"})
    for words in ("有人偷电", "红星村小卖部从电表前面接线", "匿名"):
        customer.say(words)
    assert customer.flow == "violation" and customer.asking != "switch"


def test_a_yes_to_what_is_wrong_shows_the_summary_again_before_anything_is_filed() -> None:
    customer = Customer({"我家停电了": "report_outage"})
    for words in ("我家停电了", "桂花园3栋2单元501", "13800138000", "搞错了", "确认"):
        customer.say(words)
    assert customer.asking == "confirm" and not customer.last.trace.get("ticket")
    customer.say("确认")
    assert customer.last.trace["ticket"]


def test_before_anything_is_filed_no_need_to_come_only_stops_the_form() -> None:
    customer = Customer({"我家停电了": "report_outage", "那不用来了 我自己推上去了": "cancel_ticket"})
    customer.say("我家停电了")
    customer.say("那不用来了 我自己推上去了")
    assert customer.state is None and customer.last.trace.get("ticket") is None
