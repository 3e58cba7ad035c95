"""Several wishes in one sentence: the urgent one first, the others offered by name when it has ended."""

from __future__ import annotations

import pytest

from bot.language.clauses import clauses
from tests.unit.handlers.conversing import Customer, FakeHit, FakeKnowledge

BOTH = "停电了还有电费也不对"
MINDS = {
    BOTH: [("dispute_bill", 0.68), ("report_outage", 0.17)],
    "停电了": "report_outage",
    "电费也不对": "dispute_bill",
    "确认": "affirm",
    "好": "affirm",
    "不用": "deny",
    "算了": "cancel",
    "查电费": "query_bill",
    "查下电费": "query_bill",
    "开个发票": "request_invoice",
    "转人工": "human_agent",
}


def reported(customer: Customer) -> str:
    """The outage of the sentence, reported to the end."""
    customer.say(BOTH)
    customer.say("安澜市城东区人民路66号5栋301")
    customer.say("13800138000")
    return customer.say("确认")


def test_the_outage_is_reported_first_and_the_bill_offered_when_it_is_filed() -> None:
    customer = Customer(MINDS)
    assert "电费异议" in customer.say(BOTH) and customer.flow == "repair"
    customer.say("安澜市城东区人民路66号5栋301")
    assert "电费异议" not in customer.say("13800138000")
    answered = customer.say("确认")
    assert "GD" in answered and "您刚才还提到“电费异议”，要现在办吗" in answered
    assert customer.flow is None


@pytest.mark.parametrize("yes", ["好", "要", "可以"])
def test_a_yes_begins_the_offered_wish(yes: str) -> None:
    customer = Customer({**MINDS, yes: "affirm"})
    reported(customer)
    customer.say(yes)
    assert customer.flow == "dispute" and customer.asking == "account_no"


def test_the_button_begins_it_with_the_words_it_was_said_in() -> None:
    story = "上个月电费也不对，比平时多了两百块"
    customer = Customer({**MINDS, f"停电了还有{story}": "dispute_bill", story: "dispute_bill"})
    customer.say(f"停电了还有{story}")
    customer.say("算了")
    customer.press("现在办电费异议")
    assert customer.flow == "dispute" and customer.state is not None
    assert story in customer.state.values["content"] and customer.state.values["month"] == "2026-10"


@pytest.mark.parametrize("no", ["不用", "先不用了", "不用了，谢谢", "改天再说吧"])
def test_a_no_ends_it_politely_and_it_is_not_offered_again(no: str) -> None:
    customer = Customer({**MINDS, no: "deny"})
    reported(customer)
    assert "先不办" in customer.say(no) and customer.flow is None
    customer.say("查电费")
    assert "电费异议" not in customer.say("算了")


def test_cancelling_the_first_still_offers_the_second() -> None:
    customer = Customer(MINDS)
    customer.say(BOTH)
    answered = customer.say("算了")
    assert "已取消" in answered and "电费异议" in answered
    customer.say("好")
    assert customer.flow == "dispute"


def test_another_matter_instead_of_an_answer_drops_the_offer() -> None:
    customer = Customer({**MINDS, "开个发票": "request_invoice"})
    reported(customer)
    customer.say("开个发票")
    assert customer.flow == "invoice"


def test_danger_comes_before_everything_whatever_was_said_first() -> None:
    sentence = "我想查下电费，还有门口电线掉下来了"
    customer = Customer({**MINDS, "我想查下电费": "query_bill"})
    answered = customer.say(sentence)
    assert customer.flow == "hazard" and answered.index("8米") < answered.index("地址")
    assert "查电费" not in answered, "nothing stands beside the safety lines"
    answered = customer.say("安澜市城东区人民路66号门口")
    assert "紧急" in answered and answered.index("紧急") < answered.index("查电费")


def test_an_outage_beside_its_danger_is_one_matter() -> None:
    customer = Customer({"停电了": "report_outage"})
    customer.say("停电了，还有电线掉地上了")
    assert customer.flow == "hazard"
    assert "停电报修" not in customer.say("安澜市城东区人民路66号门口")


def test_wishes_without_urgency_go_in_spoken_order() -> None:
    customer = Customer({**MINDS, "帮我开个发票，再查下电费": "query_bill", "帮我开个发票": "request_invoice"})
    customer.say("帮我开个发票，再查下电费")
    assert customer.flow == "invoice"


def test_three_wishes_are_offered_one_by_one() -> None:
    customer = Customer({**MINDS, "帮我查下电费": "query_bill", "我想装充电桩": "apply_ev_charger"})
    customer.say("帮我查下电费，顺便开个发票，另外我想装充电桩")
    assert customer.flow == "bill"
    customer.say("3201556677")
    assert "“开电费发票”" in customer.say("0001")
    assert "充电桩报装" in customer.say("不用")
    customer.say("好")
    assert customer.flow == "ev_charger"


def test_values_said_anywhere_serve_the_first_wish_but_months_stay_with_theirs() -> None:
    customer = Customer({"帮我查下九月电费": "query_bill", "开8月份的发票，户号3201556677尾号0001": "request_invoice"})
    answered = customer.say("帮我查下九月电费，顺便开8月份的发票，户号3201556677尾号0001")
    assert customer.asking == "phone_last4", answered
    answered = customer.say("0001")
    assert "2026年9月" in answered
    customer.press("现在办开电费发票")
    assert customer.state is not None and customer.state.values["month"] == "2026-08"


def test_a_question_said_along_is_answered_when_the_first_matter_is_done() -> None:
    peak = FakeHit("tariff-peak-valley", "峰谷电价", "峰谷时段以当地公布为准")
    customer = Customer(
        {**MINDS, "帮我查下电费": "query_bill", "问下峰谷电几点到几点": "faq"}, FakeKnowledge([(("峰谷",), peak)])
    )
    customer.say("帮我查下电费，顺便问下峰谷电几点到几点")
    customer.say("3201556677")
    answered = customer.say("0001")
    assert answered.index("电费是") < answered.index("峰谷时段") and customer.flow is None


def test_one_wish_in_two_clauses_is_one_wish() -> None:
    customer = Customer({"电费怎么交，交到哪里": "how_to_pay", "电费怎么交": "how_to_pay", "交到哪里": "how_to_pay"})
    answered = customer.say("电费怎么交，交到哪里")
    assert "记下了" not in answered and "还提到" not in answered


def test_a_story_told_with_commas_stays_the_complaint_it_is() -> None:
    customer = Customer(
        {"停电三天了，我要投诉": "file_complaint", "停电三天了": "report_outage", "我要投诉": "file_complaint"}
    )
    assert "记下了" not in customer.say("停电三天了，我要投诉")
    assert customer.flow == "complaint"


def test_a_wish_added_to_the_confirmation_waits_until_it_is_filed() -> None:
    customer = Customer({**MINDS, "对": "affirm", "对，顺便查下电费": "query_bill"})
    customer.say("停电了")
    customer.say("安澜市城东区人民路66号5栋301")
    customer.say("13800138000")
    answered = customer.say("对，顺便查下电费")
    assert "GD" in answered and "您刚才还提到“查电费”" in answered


def test_a_wish_added_instead_of_an_answer_is_noted_and_the_question_stays() -> None:
    customer = Customer({**MINDS, "另外帮我查下电费": "query_bill", "帮我查下电费": "query_bill"})
    customer.say("停电了")
    answered = customer.say("另外帮我查下电费")
    assert "查电费" in answered and "没听明白" not in answered
    assert customer.flow == "repair" and customer.asking == "address"


def test_what_comes_to_mind_by_the_way_is_noted_unless_it_is_a_value_of_the_form() -> None:
    said, value = "对了上个月电费也算得不对头", "对了电话是13900139000"
    customer = Customer({**MINDS, said[2:]: "dispute_bill", said: "dispute_bill", value[2:]: "update_contact"})
    customer.say("停电了")
    assert "电费异议" in customer.say(said) and customer.asking == "address"
    customer.say(value)
    assert customer.state is not None and customer.state.values["phone"] == "13900139000"


def test_a_person_is_told_of_what_was_still_to_come() -> None:
    customer = Customer(MINDS)
    reported(customer)
    customer.say("转人工")
    assert customer.handoffs.waiting()
    customer = Customer(MINDS)
    customer.say(BOTH)
    answered = customer.say("转人工")
    assert "转人工" in answered and "还提到" not in answered


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("停电了还有电费也不对", ["停电了", "电费也不对"]),
        ("帮我查下电费，顺便开个发票", ["帮我查下电费", "开个发票"]),
        ("帮我过户，再把电话改一下", ["帮我过户", "再把电话改一下"]),
        ("先帮我报个修再查查上月电费", ["先帮我报个修", "查查上月电费"]),
        ("我要投诉，停电三次了，还有抄表员态度差", ["我要投诉，停电三次了", "抄表员态度差"]),
        ("对了，顺便帮我查下电费", ["帮我查下电费"]),
        ("对了上个月电费也算得不对头", ["上个月电费也算得不对头"]),
        ("灯全灭了，对了上个月电费也算得不对头", ["灯全灭了", "上个月电费也算得不对头"]),
        ("账户里还有多少钱啊", []),
        ("查电费还有多少余额", []),
        ("我也想装充电桩", []),
        ("停电了", []),
        ("/report_outage", []),
        ("，，，。。。！！！", []),
    ],
)
def test_sentences_are_cut_between_wishes_only(text: str, pieces: list[str]) -> None:
    assert [clause.text for clause in clauses(text)] == pieces
