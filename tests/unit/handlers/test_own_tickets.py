"""Whose tickets are shown, urged and withdrawn, and which one is meant."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.desk.tickets import Kind, NewTicket, Ticket
from tests.unit.handlers.conversing import Customer

PHONE = "13800010003"


def filed(customer: Customer, kind: Kind = Kind.COMPLAINT, conversation: str = "other", account: str | None = None) -> Ticket:
    new = NewTicket(
        kind=kind, description="滨江营业厅态度很差骂人", channel="web", conversation_id=conversation, contact_phone=PHONE,
        address="安澜市城东区人民路66号5栋301", account_no=account,
    )  # fmt: skip
    return customer.services.desk.accept(new, request_id=f"r{kind.value}{conversation}")


@pytest.mark.parametrize(("wish", "intent"), [("查进度", "query_ticket"), ("催一下", "urge_ticket"), ("撤销", "cancel_ticket")])
def test_a_phone_alone_shows_nothing_of_another_conversation(wish: str, intent: str) -> None:
    customer = Customer({wish: intent, "确认": "affirm"})
    ticket = filed(customer)
    told = customer.say(wish) + customer.say(PHONE) + customer.say("确认")
    assert ticket.ticket_no not in told and "态度" not in told and "投诉" not in told
    assert customer.services.desk.ticket(ticket.ticket_no) == ticket


def test_number_and_phone_together_do() -> None:
    customer = Customer({"查进度": "query_ticket"})
    ticket = filed(customer)
    customer.say("查进度")
    assert "手机号" in customer.say(ticket.ticket_no) and customer.asking == "phone"
    assert "没有查到" in customer.say("13900139000")
    customer.say(ticket.ticket_no)
    assert "已受理" in customer.say(PHONE)


def test_a_verified_account_does_too() -> None:
    customer = Customer({"查电费": "query_bill", "那个投诉怎么样了": "query_ticket"})
    ticket = filed(customer, account="3201556677")
    for words in ("查电费", "3201556677", "0001"):
        customer.say(words)
    assert ticket.ticket_no in customer.say("那个投诉怎么样了")


def test_the_kind_that_was_named_is_the_one_shown() -> None:
    customer = Customer({"之前报修的到哪一步了": "query_ticket"})
    repair = filed(customer, Kind.REPAIR, "c1")
    filed(customer, Kind.COMPLAINT, "c1")
    assert repair.ticket_no in customer.say("之前报修的到哪一步了")


@pytest.mark.parametrize("pick", ["投诉那个", "第一个", "button"])
def test_several_are_listed_with_kind_and_date_and_one_is_picked(pick: str) -> None:
    customer = Customer({"我要撤销": "cancel_ticket", "确认": "affirm"})
    repair, complaint = filed(customer, Kind.REPAIR, "c1"), filed(customer, Kind.COMPLAINT, "c1")
    told = customer.say("我要撤销")
    assert "报修" in told and "投诉" in told and "11月22日" in told and customer.asking == "ticket_no"
    if pick == "第一个":
        first = min((repair.ticket_no, complaint.ticket_no), key=told.index)
        assert first in customer.say(pick)
        return
    told = customer.press("投诉") if pick == "button" else customer.say(pick)
    assert complaint.ticket_no in told and "这是11月22日" in told and "投诉" in told and customer.asking == "confirm"
    assert "已撤销" in customer.say("确认")
    assert customer.services.desk.ticket(complaint.ticket_no).status.value == "withdrawn"
    assert customer.services.desk.ticket(repair.ticket_no).status.value == "accepted"


def test_taken_back_after_all_in_the_same_conversation() -> None:
    customer = Customer({"我改主意了 撤了吧": "cancel", "确认": "affirm"})
    ticket = filed(customer, conversation="c1")
    customer.memory = {"last_ticket": ticket.ticket_no}
    told = customer.say("我改主意了 撤了吧")
    assert customer.flow == "ticket_withdraw" and "投诉" in told
    assert "已撤销" in customer.say("确认")


def test_kept_after_all() -> None:
    customer = Customer({"撤销投诉": "cancel_ticket", "不撤了": "deny"})
    ticket = filed(customer, conversation="c1")
    customer.say("撤销投诉")
    customer.say("不撤了")
    assert customer.state is None and customer.services.desk.ticket(ticket.ticket_no).status.value == "accepted"


def test_urging_while_progress_is_asked_puts_nothing_down() -> None:
    customer = Customer({"查一下": "query_ticket", "催一下": "urge_ticket"})
    ticket = filed(customer)
    customer.say("查一下")
    customer.say(ticket.ticket_no)
    told = customer.say("催一下")
    assert "没有提交" not in told and customer.flow == "ticket_urge"
    assert "催了" in customer.say(PHONE)


def test_no_number_at_hand_is_told_the_way() -> None:
    customer = Customer({"查工单": "query_ticket"})
    customer.say("查工单")
    told = customer.say("没有单号")
    assert "人工" in told and "没听明白" not in told


def test_the_emergency_is_asked_after_before_it_is_withdrawn() -> None:
    customer = Customer({"撤销": "cancel_ticket"})
    new = NewTicket(
        kind=Kind.REPAIR, description="线断了", channel="web", conversation_id="other", contact_phone=PHONE, address="人民路66号"
    )
    urgent = replace(new, priority=type(new.priority).EMERGENCY)
    ticket = customer.services.desk.accept(urgent, request_id="e")
    customer.say("撤销")
    customer.say(ticket.ticket_no)
    assert "没有人被电着" in customer.say(PHONE)
