"""Nothing said in a form is lost: additions, questions, pieces of later answers, words of fear; only clear words file."""

from __future__ import annotations

import pytest

from actions.desk.tickets import TicketFilter
from tests.unit.handlers.conversing import Customer, FakeHit, FakeKnowledge
from tests.unit.handlers.worlds import Talk

ADDRESS = "安澜市城东区人民路66号5栋301"


def filed(customer: Customer) -> str:
    """The description of the one ticket of the conversation."""
    tickets = customer.services.desk.tickets(TicketFilter(conversation_id="c1")).tickets
    assert len(tickets) == 1
    return tickets[0].description


def said(customer: Customer, *turns: str) -> str:
    told = ""
    for text in turns:
        told = customer.say(text)
    return told


# -- beside the open question ----------------------------------------------------------------------------------------------


def test_a_statement_beside_the_question_is_kept_and_the_question_is_shorter() -> None:
    customer = Customer({"电表黑屏": "report_meter_fault"})
    first = customer.say("电表黑屏")
    for words in ("家里倒是有电", "就是啥也不显示"):
        told = customer.say(words)
        assert "没听明白" not in told and len(told) < len(first) and customer.asking == "address"
    said(customer, ADDRESS, "13800138000")
    assert "家里倒是有电" in customer.last.bubbles[-1].text
    customer.say("确认")
    assert "家里倒是有电" in filed(customer) and "啥也不显示" in filed(customer)


def test_who_has_power_is_a_value_and_brings_advice() -> None:
    customer = Customer({"我家停电了": "report_outage"})
    told = said(customer, "我家停电了", ADDRESS, "就我们一家没电")
    assert customer.asking == "phone" and "没听明白" not in told and "空气开关" in told
    assert customer.state is not None and customer.state.values["scope"] == "single"


def test_not_understood_is_never_said_twice_alike_and_help_and_a_person_come_second() -> None:
    talk = Talk("repair")
    talk.say("停电了", "report_outage")
    talk.say("？？？")
    first = talk.texts
    talk.say("！！！")
    assert talk.texts != first and talk.last is not None
    assert any(b["payload"] == "/human_agent" for b in talk.last.bubbles[-1].buttons)
    assert "旁边有什么" in talk.texts


def test_help_stands_instead_of_the_question_it_contradicts() -> None:
    talk = Talk("repair")
    talk.say("停电了", "report_outage")
    talk.say("不晓得嘛", "deny", 0.7)
    assert talk.texts.count("？") == 0 and "旁边有什么" in talk.texts


def test_a_question_nobody_can_answer_goes_onto_the_ticket() -> None:
    customer = Customer({"充电桩报装": "apply_ev_charger", "装歪了怎么办": "faq"})
    said(customer, "充电桩报装", "自有车位", "装歪了怎么办", ADDRESS, "我叫王小明", "13800138000", "确认")
    assert "装歪了怎么办" in filed(customer)


def test_a_short_question_is_asked_of_the_business_under_way() -> None:
    about = (("#pv-materials",), FakeHit("pv-materials", "光伏要什么材料", "身份证"))
    fees = (("光伏", "要不要交钱"), FakeHit("pv-fees", "光伏收费", "光伏并网不收费"))
    customer = Customer({"装光伏": "apply_pv", "要不要交钱": "faq"}, FakeKnowledge([about, fees]))
    assert "并网不收费" in said(customer, "装光伏", "要不要交钱")


def test_the_size_told_from_one_figure_to_another_names_the_business() -> None:
    customer = Customer({"我家原来8千瓦，想改成15千瓦": "change_capacity"})
    customer.say("我家原来8千瓦，想改成15千瓦")
    assert customer.state is not None
    assert (customer.state.values["kind"], customer.state.values["increase_kw"]) == ("increase", "15")
    assert customer.asking == "account_no"


def test_days_are_no_phone_and_the_name_of_the_option_no_answer() -> None:
    customer = Customer({"厂里停产，变压器想暂停": "change_capacity"})
    said(customer, "厂里停产，变压器想暂停", "3205178842", "暂停")
    assert customer.asking == "pause"
    customer.say("12月1号到明年3月1号")
    assert customer.state is not None and "3月1号" in customer.state.values["pause"]
    assert "11位" not in customer.say("12月1号开始啊")


def test_a_phone_number_is_no_complaint_and_insults_are_none() -> None:
    customer = Customer({"我要投诉": "file_complaint"})
    said(customer, "我要投诉", "13800138000", "你们这帮骗子")
    assert customer.asking == "content"
    customer.say("打了三次没人接")
    assert customer.asking == "confirm" and customer.state is not None
    assert customer.state.values == {"content": "打了三次没人接", "phone": "13800138000"}


def test_who_has_no_account_number_gives_the_address() -> None:
    customer = Customer({"店里要装三相电": "change_capacity", "没有户号": "query_account_number"})
    said(customer, "店里要装三相电", "没有户号")
    assert customer.asking == "address"
    said(customer, ADDRESS, "碾米机7.5千瓦", "13800138000")
    assert customer.asking == "confirm"


def test_the_address_on_file_may_stand_for_the_place_once_the_account_is_proved() -> None:
    customer = Customer({"装光伏": "apply_pv"})
    told = said(customer, "装光伏", "自家屋顶", "10千瓦", "3302114455")
    assert "后四位" in told and "红星村" not in told, "an account number alone opens nothing"
    told = customer.say("9999")
    assert customer.asking == "address" and "红星村" not in told
    customer.say("0003")
    assert customer.state is not None and "红星村" in customer.state.values["address"]
    assert customer.state.values["size_kw"] == "10" and customer.asking == "confirm"


# -- at the end ------------------------------------------------------------------------------------------------------------


@pytest.fixture()
def ready() -> Customer:
    """A complaint that waits to be confirmed."""
    minds = {"我要投诉": "file_complaint", "几天给答复": "faq", "有": "affirm", "匿名": "transfer_account"}
    customer = Customer(minds)
    said(customer, "我要投诉", "抄表员态度很差骂人", "13800138000")
    assert customer.asking == "confirm"
    return customer


def test_an_addition_changes_the_summary_and_only_that_is_read_back(ready: Customer) -> None:
    told = ready.say("是昨天下午的事")
    assert "昨天下午" in told and "13800138000" not in told and ready.asking == "confirm"
    ready.say("确认")
    assert "抄表员态度很差" in filed(ready) and "昨天下午" in filed(ready)


def test_a_question_is_answered_with_the_public_limits(ready: Customer) -> None:
    told = ready.say("几天给答复")
    assert "24小时" in told and "5个工作日" in told and "20分钟" not in told
    assert ready.asking == "confirm" and "抄表员" not in told


def test_the_summary_promises_nothing_internal(ready: Customer) -> None:
    summary = ready.last.bubbles[-1].text
    assert "20分钟" not in summary and "5个工作日" in summary


@pytest.mark.parametrize("words", ["有", "有错", "有问题", "有不对的"])
def test_something_is_no_yes(ready: Customer, words: str) -> None:
    ready.say(words)
    assert ready.asking == "fix"


def test_a_confirmation_to_the_offer_of_another_business_files_this_one() -> None:
    customer = Customer({"我要投诉": "file_complaint", "查一下余额": "query_balance", "确认": "affirm"})
    said(customer, "我要投诉", "抄表员态度很差骂人", "13800138000", "查一下余额")
    assert customer.asking == "switch"
    customer.say("确认")
    assert "抄表员" in filed(customer)


def test_an_answer_instead_of_the_offer_goes_to_the_question_before_it() -> None:
    customer = Customer({"交费有问题": "payment_problem", "查一下余额": "query_balance"})
    said(customer, "交费有问题", "3201889900", "0002", "交错户号", "查一下余额", "昨天")
    assert customer.state is not None and customer.state.values["paid_on"] == "2026-11-21"


def test_anonymous_means_no_phone_and_no_other_business() -> None:
    customer = Customer({"我要举报": "report_violation", "匿名": "transfer_account"})
    said(customer, "我要举报", "隔壁绕过电表偷电", ADDRESS, "13800138000", "匿名")
    assert customer.asking == "confirm"
    customer.say("确认")
    ticket = customer.services.desk.tickets(TicketFilter(conversation_id="c1")).tickets[0]
    assert ticket.contact_phone is None


# -- danger ----------------------------------------------------------------------------------------------------------------


def test_stopping_words_of_the_classifier_do_not_end_a_danger() -> None:
    customer = Customer({"已经停了": "cancel"})
    said(customer, "我奶奶在家吸氧，停电了", "已经停了")
    assert customer.flow == "hazard" and customer.asking == "address"
    told = said(customer, ADDRESS)
    assert "120" in told and "拦住别人" not in told
    assert "120" in customer.say("没有备用的")
    ticket = customer.services.desk.tickets(TicketFilter(conversation_id="c1")).tickets[0]
    assert any("没有备用的" in (event.note or "") for event in ticket.events)


def test_what_danger_interrupted_is_offered_and_taken_up_with_its_values() -> None:
    customer = Customer({"我要查电费": "query_bill", "刚才查电费还没查呢": "query_bill"})
    said(customer, "我要查电费", "3201889900", "电线掉下来了冒火花")
    assert customer.flow == "hazard"
    told = customer.say(ADDRESS)
    assert "查电费" in told
    customer.say("刚才查电费还没查呢")
    assert customer.asking == "phone_last4"
    assert "元" in customer.say("0002")


# -- before and after ------------------------------------------------------------------------------------------------------


def test_numbers_given_before_any_wish_are_remembered() -> None:
    customer = Customer({"欠多少": "query_balance"})
    assert "126.40" in said(customer, "3201556677", "0001", "欠多少")


def test_praise_is_asked_for_its_story_and_takes_what_follows() -> None:
    customer = Customer({"我想表扬一下昨天来修电的师傅": "give_praise", "他还帮我换了灯泡": "out_of_scope"})
    customer.say("我想表扬一下昨天来修电的师傅")
    assert customer.asking == "content"
    said(customer, "姓李，滨江一班的，大晚上冒雨来的", "他还帮我换了灯泡")
    ticket = customer.services.desk.tickets(TicketFilter(conversation_id="c1")).tickets[0]
    assert "姓李" in ticket.description and any("灯泡" in (event.note or "") for event in ticket.events)


def test_a_question_after_the_filing_begins_no_second_form() -> None:
    customer = Customer({"家电坏了要赔": "claim_damage", "几天给赔": "claim_damage"})
    said(customer, "家电坏了要赔", "昨天零线断了烧了电视", "七天内", ADDRESS, "13800138000", "确认")
    told = customer.say("几天给赔")
    assert customer.state is None and "24小时" in told


def test_a_bill_that_fell_is_not_the_one_called_too_high() -> None:
    customer = Customer({"电费怎么突然多了一倍": "dispute_bill"})
    told = said(customer, "电费怎么突然多了一倍", "3205178842", "0005")
    assert customer.asking == "month" and "对不上" in told
    assert "2026年8月" in customer.say("是八月的") and customer.asking == "content"


def test_the_number_in_an_address_is_no_size() -> None:
    customer = Customer({"新开个店要装表": "apply_new_service"})
    customer.say("新开个店要装表")
    customer.say("红星村二组20号")
    assert customer.state is not None
    assert not any(value in ("2", "20") for value in customer.state.values.values())
