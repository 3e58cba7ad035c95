"""Papers in the conversation: what they count for, what is owed, and later additions, without asking anything twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from actions.desk.clock import FixedClock
from actions.desk.errors import IllegalMove
from actions.desk.tickets import EventType, Status, Ticket, TicketFilter
from actions.handlers.turns import Turns
from tests.unit.handlers.conversing import Customer

MINDS = {"我要办过户": "transfer_account", "给充电桩报装": "apply_ev_charger", "我要投诉": "file_complaint", "办得怎么样了": "query_ticket"}


def transfer(customer: Customer) -> None:
    customer.say("我要办过户")
    customer.say("二手房买的")
    assert customer.asking == "account_no"


def the_ticket(customer: Customer) -> Ticket:
    (ticket,) = customer.services.desk.tickets(TicketFilter(conversation_id="c1")).tickets
    return customer.services.desk.ticket(ticket.ticket_no)


def charger_filed(customer: Customer) -> Ticket:
    for text in ("给充电桩报装", "自家院子", "安澜市城东区人民路66号", "王小明", "13800138000"):
        customer.say(text)
    customer.press("确认")
    return the_ticket(customer)


def test_what_may_be_sent_is_offered_with_every_question_of_the_case_and_nowhere_else() -> None:
    customer = Customer(MINDS)
    customer.say("我要投诉")
    assert customer.may_upload == []
    customer.say("取消")
    customer.say("我要办过户")
    assert customer.may_upload == [], "the case is not known yet"
    customer.say("二手房买的")
    assert "新户主身份证" in customer.may_upload and "户号" not in customer.may_upload
    customer.say("取消")
    assert customer.may_upload == []


def test_the_name_of_the_file_tells_what_it_is_and_the_form_goes_on_where_it_was() -> None:
    customer = Customer(MINDS)
    transfer(customer)
    told = customer.upload("我的身份证.jpg")
    assert "算作“新户主身份证”" in told and "房产证或购房合同" in told and customer.asking == "account_no"
    assert "要过户的户号" in told, "the question under way comes again"


def test_one_question_with_buttons_when_it_is_not_clear() -> None:
    customer = Customer(MINDS)
    transfer(customer)
    told = customer.upload("IMG_2031.jpg")
    assert "哪一项" in told and "户号" not in told.replace("过户", ""), "one question at a time"
    assert customer.buttons[:2] == ["新户主身份证", "房产证或购房合同"]
    told = customer.press("房产证")
    assert "算作“房产证或购房合同”" in told and "要过户的户号" in told


def test_the_question_is_answered_in_words_too_and_other_words_stay_answers_to_the_form() -> None:
    customer = Customer(MINDS)
    transfer(customer)
    customer.upload("IMG_1.jpg")
    assert "算作“新户主身份证”" in customer.say("是身份证")
    customer.upload("IMG_2.jpg")
    customer.say("3201889900")
    assert customer.asking == "name", "the number is the account's, whatever the picture is"


def test_sent_while_another_question_is_open_that_question_comes_again() -> None:
    customer = Customer({**MINDS, "查一下电费": "query_bill"})
    transfer(customer)
    customer.say("查一下电费")
    assert customer.asking == "switch"
    told = customer.upload("身份证.jpg")
    assert "算作“新户主身份证”" in told and customer.asking == "switch" and len(customer.buttons) >= 2


def test_what_was_misread_is_put_right() -> None:
    customer = Customer(MINDS)
    transfer(customer)
    customer.upload("身份证.jpg")
    assert "哪一项" in customer.press("算别的")
    assert "算作“房产证或购房合同”" in customer.press("房产证")
    assert customer.state is not None and list(customer.state.papers.values()) == ["房产证或购房合同"]


def test_filed_with_what_there_is_the_rest_is_owed_by_a_day() -> None:
    customer = Customer(MINDS)
    for text in ("给充电桩报装", "自家院子"):
        customer.say(text)
    customer.upload("身份证.jpg")
    for text in ("安澜市城东区人民路66号", "王小明", "13800138000"):
        told = customer.say(text)
    assert "已收到申请人身份证" in told, "the summary tells what has come"
    told = customer.press("确认")
    assert "GD" in told and "房屋证明，核对材料时要用" in told and "购车证明，请在12月7日前补交" in told
    assert "委托书" not in told, "nobody who comes himself owes a power of attorney"
    ticket = the_ticket(customer)
    assert customer.services.papers is not None
    folder = customer.services.papers.folder(ticket.ticket_no)
    assert [(paper.name, use.material) for paper, use in folder.has] == [("身份证.jpg", "申请人身份证")]
    assert [(due.material, due.due_at is not None) for due in folder.owed] == [("房屋证明", False), ("购车证明", True)]
    assert customer.may_upload == ["房屋证明", "购车证明"]


def transfer_filed(customer: Customer) -> Ticket:
    transfer(customer)
    for text in ("3201889900", "我叫王小明", "13800138000"):
        customer.say(text)
    customer.press("确认")
    return the_ticket(customer)


def test_what_cannot_follow_keeps_the_application_open_and_the_customer_is_told_what_until_when_and_how() -> None:
    customer = Customer(MINDS)
    transfer(customer)
    assert "新户主身份证、房产证或购房合同不能后补" in "\n".join(b.text for b in customer.last.bubbles)
    for text in ("3201889900", "我叫王小明"):
        customer.say(text)
    assert "还缺新户主身份证、房产证或购房合同" in customer.say("13800138000")
    told = customer.press("确认")
    ticket = the_ticket(customer)
    assert ticket.ticket_no in told and "还没有开始办" in told and "已登记，工单号" not in told
    assert "还缺新户主身份证、房产证或购房合同" in told and "12月7日前" in told and "补交材料" in told and "营业厅" in told
    assert ticket.waits_for == ("新户主身份证", "房产证或购房合同") and ticket.paused_at is not None
    card = next(b.card for b in customer.last.bubbles if b.card)
    assert card["clocks"] == [] and "等您补材料" in card["status"], "nothing is promised before the papers are here"
    with pytest.raises(IllegalMove):
        customer.services.desk.move(ticket.ticket_no, "dispatched", actor="desk", request_id="m1")


def test_the_work_begins_when_the_last_of_these_papers_has_come() -> None:
    customer = Customer(MINDS)
    ticket = transfer_filed(customer)
    told = customer.upload("身份证.jpg")
    assert "还缺房产证或购房合同" in told and the_ticket(customer).paused_at is not None
    assert "等您补材料" in customer.say("办得怎么样了")
    told = customer.upload("房产证.jpg")
    assert "现在开始办" in told
    after = the_ticket(customer)
    assert after.paused_at is None and after.waits_for == ()
    assert [e.actor for e in after.events if e.type is EventType.RESUMED] == ["customer"]
    customer.services.desk.move(ticket.ticket_no, "dispatched", actor="desk", request_id="m1")


def test_what_has_not_come_in_time_goes_to_whoever_works_on_it_once() -> None:
    customer = Customer(MINDS)
    ticket = transfer_filed(customer)
    papers, clock = customer.services.papers, customer.services.clock
    assert papers is not None and isinstance(clock, FixedClock)
    clock.advance(timedelta(days=14))
    assert papers.give_up_waiting() == ()
    clock.advance(timedelta(days=2))
    assert papers.give_up_waiting() == (ticket.ticket_no,)
    assert papers.give_up_waiting() == ()
    log = [event for event in the_ticket(customer).events if event.type is EventType.RESUMED]
    assert [(event.actor, "联系客户" in event.note) for event in log] == [("system", True)]
    assert any(c.finished_at is None and c.paused_at is None for c in the_ticket(customer).clocks)


def test_who_sends_these_papers_before_filing_waits_for_nothing() -> None:
    customer = Customer(MINDS)
    transfer(customer)
    customer.upload("身份证.jpg")
    customer.upload("房产证.jpg")
    for text in ("3201889900", "我叫王小明", "13800138000"):
        customer.say(text)
    told = customer.press("确认")
    assert "已登记，工单号" in told and "材料都齐了" in told and the_ticket(customer).paused_at is None


def test_an_application_that_waits_can_be_taken_back() -> None:
    customer = Customer(MINDS)
    ticket = transfer_filed(customer)
    gone = customer.services.desk.withdraw(ticket.ticket_no, note="不办了", request_id="w1")
    assert gone.status is Status.WITHDRAWN and gone.waits_for == ()


def test_a_later_addition_stands_in_the_log_and_the_owner_hears_of_it_once() -> None:
    customer = Customer(MINDS)
    ticket = charger_filed(customer)
    told = customer.upload("购车发票和购车证明.jpg")
    assert "算作“购车证明”" in told and ticket.ticket_no in told and "房屋证明" in told
    paper_id = customer.sent.of_conversation("c1")[0].paper_id
    customer.say(f'/inform{{"choice": "upload:{paper_id}"}}')
    log = [event for event in the_ticket(customer).events if event.type is EventType.SUPPLEMENTED]
    assert len(log) == 1 and log[0].data["material"] == "购车证明" and log[0].actor == "customer"


def test_days_later_by_the_words_of_the_business() -> None:
    customer = Customer(MINDS)
    ticket = charger_filed(customer)
    customer.say("办得怎么样了")
    card = customer.last.bubbles[0].card
    assert card is not None and ["还差材料", "购车证明（12月7日前补交）"] in card["rows"]
    told = customer.say("我来补交材料")
    assert ticket.ticket_no in told and "购车证明" in told and customer.may_upload
    assert "哪一项" in customer.upload("IMG_9.jpg")
    assert "算作“房屋证明”" in customer.press("房屋证明")
    assert "算作“申请人身份证”" in customer.upload("身份证正面.jpg")
    assert customer.may_upload == ["购车证明"]
    customer.upload("IMG_10.jpg")  # perhaps the other side of the card: asked, not guessed
    assert "算作“购车证明”" in customer.press("购车证明")
    assert "都齐了" in "\n".join(b.text for b in customer.last.bubbles)


def test_nothing_is_added_to_what_has_ended() -> None:
    customer = Customer(MINDS)
    ticket = charger_filed(customer)
    customer.services.desk.withdraw(ticket.ticket_no, note="", request_id="w")
    assert "不能再补" in customer.upload("购车证明.jpg")
    assert not [e for e in the_ticket(customer).events if e.type is EventType.SUPPLEMENTED]


def test_sent_before_anything_was_said_it_is_kept_for_the_case() -> None:
    customer = Customer(MINDS)
    assert "办哪件事" in customer.upload("身份证.jpg")
    told = customer.say("我要办过户")
    assert "算作" not in told
    told = customer.say("二手房买的")
    assert "算作“新户主身份证”" in told and customer.asking == "account_no"


def test_a_form_put_off_keeps_its_papers_on_another_channel() -> None:
    customer = Customer({**MINDS, "查电费": "query_bill", "继续上次的": "out_of_scope"})
    for text in ("查电费", "3201556677", "0001"):
        customer.say(text)
    transfer(customer)
    customer.upload("身份证.jpg")
    customer.say("先存着")
    other = Customer({**MINDS, "查电费": "query_bill", "继续上次的": "out_of_scope"})
    other.services = replace(customer.services)
    other.turns, other.sent = Turns(other.services), customer.sent
    for text in ("查电费", "3201556677", "0001"):
        other.say(text)
    told = other.say("继续上次的")
    assert "已收到新户主身份证" in told and other.flow == "transfer"


def test_somebody_elses_file_is_none() -> None:
    customer = Customer(MINDS)
    transfer(customer)
    customer.upload("身份证.jpg")
    paper = customer.sent.of_conversation("c1")[0]
    customer.sent.add(replace(paper, paper_id="foreign", conversation_id="c2", message_id="m"), "other")
    told = customer.say('/inform{"choice": "upload:foreign"}')
    assert "没有找到这个文件" in told and customer.state is not None and "foreign" not in customer.state.papers


def test_what_nobody_uses_is_forgotten_after_a_week_and_what_an_application_has_is_not() -> None:
    customer = Customer(MINDS)
    charger_filed(customer)
    customer.upload("购车证明.jpg")
    customer.say("取消")
    now = customer.services.clock.now()
    customer.sent.add(replace(customer.sent.of_conversation("c1")[0], paper_id="unused", message_id="m"), "x")
    assert customer.sent.forget(now + timedelta(days=8)) == ("unused",)
