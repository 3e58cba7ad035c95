"""Questions in the middle of a business, offers, and questions asked back: what a turn goes on with."""

from __future__ import annotations

from actions.desk.tickets import TicketFilter
from tests.unit.handlers.conversing import Customer, FakeHit, FakeKnowledge

LATE = FakeHit("bill-late-fee", "违约金怎么算", "按天算。", score=0.95)
TRANSFER = FakeHit("connect-transfer-materials", "过户要什么材料", "身份证、房产证。", score=0.3)
PAY = FakeHit("pay-channels", "怎么交电费", "网上国网、微信、营业厅都能交。")


def test_a_question_goes_on_with_the_one_just_answered_and_not_with_the_business() -> None:
    known = FakeKnowledge([(("违约金",), LATE), (("过户",), TRANSFER)])
    customer = Customer({"我要过户": "transfer_account", "违约金怎么算": "faq", "能免吗": "faq"}, known)
    for words in ("我要过户", "违约金怎么算"):
        customer.say(words)
    customer.say("能免吗")
    assert customer.last.trace["knowledge"][0]["topic"] == "bill-late-fee" and customer.flow == "transfer"


def test_how_to_pay_is_told_at_once_in_any_business() -> None:
    customer = Customer({"我要过户": "transfer_account", "咋个交嘛": "how_to_pay"}, FakeKnowledge([(("没有人会这样问",), PAY)]))
    customer.say("我要过户")
    told = customer.say("咋个交嘛")
    assert "微信" in told and customer.flow == "transfer" and customer.asking == "kind"


def test_who_cannot_choose_is_helped_to_choose() -> None:
    customer = Customer({"我要新装": "apply_new_service", "不知道要哪种": "faq"})
    customer.say("我要新装")
    told = customer.say("不知道要哪种")
    assert customer.asking == "kind" and "居民住宅" in told


def test_an_offer_is_taken_by_the_value_it_will_ask_for() -> None:
    customer = Customer({"我家没电": "report_outage", "上月电费多少": "query_bill", "我家没电 还有上月电费多少": "report_outage"})
    for words in ("我家没电 还有上月电费多少", "桂花园3栋2单元501", "13800138000", "确认"):
        customer.say(words)
    assert customer.state is None
    customer.say("3201556677")
    assert customer.flow == "bill" and customer.asking == "phone_last4"


def test_who_is_asked_back_may_simply_go_on() -> None:
    doubt = (("report_meter_fault", 0.42), ("apply_new_service", 0.35))
    customer = Customer({"我家那个电表啊": doubt, "它不转了": (("cancel", 0.46),)})
    assert "都不是" in str([b for bubble in (customer.say("我家那个电表啊"), *customer.last.bubbles) for b in getattr(bubble, "buttons", [])])
    customer.say("它不转了")
    assert customer.flow == "meter_fault"


def test_a_form_given_to_a_person_can_be_taken_up_again() -> None:
    customer = Customer({"我要过户": "transfer_account", "转人工": "human_agent", "继续过户": "transfer_account"})
    for words in ("我要过户", "房子换了主人", "转人工"):
        customer.say(words)
    assert customer.state is None and customer.handoffs.waiting()
    customer.say("继续过户")
    assert customer.flow == "transfer" and customer.asking != "kind"


def test_a_phone_called_wrong_after_filing_is_written_onto_the_ticket() -> None:
    customer = Customer({"我家停电了": "report_outage"})
    for words in ("我家停电了", "桂花园3栋2单元501", "13800138000", "确认"):
        customer.say(words)
    customer.say("电话写错了 是13800139999")
    (ticket,) = customer.services.desk.tickets(TicketFilter(conversation_id="c1")).tickets
    assert any("13800139999" in (event.note or "") for event in ticket.events)
