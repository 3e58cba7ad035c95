"""Swindlers are spoken of at once, wherever it comes up, and never end in a repair form."""

from __future__ import annotations

import pytest

from tests.unit.handlers.conversing import Customer


def talk(*turns: tuple[str, str]) -> tuple[Customer, list[str]]:
    customer = Customer({})
    told = []
    for words, intent in turns:
        customer.understand = lambda _, at=intent: (((at, 0.97),), "none")
        told.append(customer.say(words))
    return customer, told


def test_a_link_by_message_then_clicked_then_the_password() -> None:
    customer, told = talk(
        ("收到个短信说我欠费让我点链接", "faq"), ("我已经点了咋办", "report_outage"), ("还输了银行卡密码", "inform")
    )
    assert "先别点" in told[0] and "核对" in told[0]
    assert "冻结" in told[1] and "96110" in told[1]
    assert "冻结" in told[2] and "110" in told[2]
    assert customer.flow is None


def test_somebody_at_the_door_who_was_paid() -> None:
    customer, told = talk(
        ("上门的人说要换空开收我200 是真的吗", "faq"), ("他没穿工作服", "out_of_scope"), ("我已经给了", "goodbye"),
        ("我要举报", "report_violation"),
    )  # fmt: skip
    assert "别给钱" in told[0] and "证件" in told[0]
    assert "110" in told[1]
    assert "110" in told[2] and "再见" not in told[2]
    assert customer.flow == "violation" and customer.state is not None
    assert "空开" in customer.state.values["content"] and "工作服" in customer.state.values["content"]


def test_a_private_code_that_was_paid_is_no_payment_of_ours() -> None:
    customer, told = talk(
        ("有人上门收电费让我付钱", "faq"), ("他有个二维码", "inform"), ("我已经扫了付了200", "payment_problem")
    )
    assert "110" in told[2] and "付款有记录" not in told[2] and customer.flow is None


def test_in_the_middle_of_a_form_it_goes_on_afterwards() -> None:
    customer, told = talk(("我家停电了", "report_outage"), ("刚有短信让我点链接交电费，我输了密码", "inform"))
    assert "冻结" in told[1] and customer.flow == "repair" and customer.asking == "address"


@pytest.mark.parametrize(
    ("words", "intent"),
    [("隔壁偷电我要举报", "report_violation"), ("你们这帮骗子 电费怎么多了", "dispute_bill"), ("上个月电费多少", "query_bill"), ("微信交的", "inform"),
     ("昨天师傅上门修电表很热情", "praise_staff"), ("收不到验证码", "out_of_scope"), ("我交了电费", "inform")],
)  # fmt: skip
def test_nothing_of_it_in_other_talk(words: str, intent: str) -> None:
    _, told = talk((words, intent))
    assert "96110" not in told[0]
