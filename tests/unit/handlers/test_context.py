"""What a short turn means after what went before: the same look-up, the last ticket, the topic just answered."""

from __future__ import annotations

import pytest

from actions.handlers.context import bare_question, subject
from tests.unit.handlers.conversing import Customer, FakeHit, FakeKnowledge

ASKED = "户号3201556677，尾号0001，九月电费多少"
MINDS = {ASKED: "query_bill", "停电了": "report_outage", "对": "affirm"}
MATERIALS = FakeHit("connect-transfer-materials", "过户要什么材料", "带身份证和房产证")
DURATION = FakeHit("connect-transfer-time", "过户几天", "通常1个工作日")


def looked_up(**minds: str) -> Customer:
    customer = Customer({**MINDS, **minds})
    assert "2026年9月" in customer.say(ASKED)
    return customer


@pytest.mark.parametrize(
    ("words", "understood", "month"),
    [
        ("那上个月呢", "inform", "2026年10月"),
        ("那八月的呢", "query_usage", "2026年8月"),
        ("八月", "inform", "2026年8月"),
        ("去年同月呢", "out_of_scope", "2025年9月"),
        ("前年同月呢", "inform", "2024年9月"),
        ("再往前一个月呢", "repeat", "2026年8月"),
        ("那后一个月呢", "inform", "2026年10月"),
    ],
)
def test_a_month_alone_means_the_same_look_up(words: str, understood: str, month: str) -> None:
    customer = looked_up(**{words: understood})
    answered = customer.say(words)
    assert (month in answered and "电费" in answered) or ("没有查到" in answered and month in answered)
    assert customer.flow is None, "account and verification are kept"


def test_a_month_with_another_wish_is_that_wish() -> None:
    customer = looked_up(那上个月用电量呢="query_usage")
    answered = customer.say("那上个月用电量呢")
    assert "2026年10月用电" in answered and "元" not in answered


def test_another_account_is_verified_itself_and_the_month_is_kept() -> None:
    customer = looked_up(那另一个户号呢="query_account_number")
    assert "户号" in customer.say("那另一个户号呢") and customer.flow == "bill" and customer.asking == "account_no"
    customer.say("3201889900")
    assert customer.asking == "phone_last4"
    assert "2026年9月" in customer.say("0002")


def test_a_number_alone_after_a_look_up_is_another_account() -> None:
    customer = looked_up()
    customer.say("那3201889900呢")
    assert customer.flow == "bill" and customer.asking == "phone_last4"


def ticketed(**minds: str) -> Customer:
    customer = Customer({**MINDS, **minds})
    customer.say("停电了")
    customer.say("安澜市城东区人民路66号5栋301")
    customer.say("13800138000")
    assert "GD" in customer.say("对")
    return customer


@pytest.mark.parametrize(
    ("words", "understood", "says"),
    [
        ("那个单子怎么样了", "query_ticket", "目前是"),
        ("刚才报的那个", "cancel_ticket", "目前是"),
        ("那个单子呢", "out_of_scope", "目前是"),
        ("催一下那个", "urge_ticket", "帮您催了"),
        ("它快点行不行", "out_of_scope", "帮您催了"),
    ],
)
def test_a_pronoun_means_the_last_ticket(words: str, understood: str, says: str) -> None:
    customer = ticketed()
    customer.understand = lambda _: (((understood, 0.5), ("goodbye", 0.45)), "close")
    answered = customer.say(words)
    assert says in answered and "GD" in answered and customer.flow is None


@pytest.mark.parametrize("words", ["把它撤了", "刚才那个取消掉", "撤了吧", "那个不要了"])
def test_withdrawing_by_pronoun_asks_for_a_yes_and_not_for_the_number(words: str) -> None:
    customer = ticketed()
    customer.understand = lambda _: (((("cancel", 0.9)), ("cancel_ticket", 0.06)), "none")
    customer.say(words)
    assert customer.flow == "ticket_withdraw" and customer.asking == "confirm"
    customer.understand = lambda _: ((("affirm", 0.99),), "none")
    assert "已撤销" in customer.say("对")


def test_without_a_ticket_a_pronoun_means_nothing() -> None:
    customer = Customer({"把它撤了": "cancel"})
    customer.say("把它撤了")
    assert customer.flow is None


def test_a_bare_question_is_asked_about_the_topic_just_answered() -> None:
    knowledge = FakeKnowledge([(("过户", "材料"), MATERIALS), (("过户", "多久"), DURATION)])
    customer = Customer({"过户要什么材料": "faq", "那要多久呢": "faq", "要钱吗": "out_of_scope"}, knowledge)
    assert "身份证" in customer.say("过户要什么材料")
    assert "1个工作日" in customer.say("那要多久呢")
    customer.say("要钱吗")
    assert "过户，要钱吗" in knowledge.asked, "still about the same topic"


def test_a_bare_question_with_nothing_before_it_is_asked_as_it_is() -> None:
    knowledge = FakeKnowledge()
    Customer({"要钱吗": "faq"}, knowledge).say("要钱吗")
    assert knowledge.asked == ["要钱吗"]


def test_another_business_ends_the_topic_and_small_talk_does_not() -> None:
    knowledge = FakeKnowledge([(("过户", "材料"), MATERIALS)])
    minds = {"过户要什么材料": "faq", "要钱吗": "faq", "谢谢": "thank", "我家停电了": "report_outage", "算了": "cancel", "收费不": "faq"}
    customer = Customer(minds, knowledge)
    for words in ("过户要什么材料", "谢谢", "要钱吗"):
        customer.say(words)
    assert "过户，要钱吗" in knowledge.asked
    for words in ("我家停电了", "算了", "收费不"):
        customer.say(words)
    assert not any("过户" in asked and "收费" in asked for asked in knowledge.asked)


def test_thanks_before_a_question_do_not_swallow_it() -> None:
    customer = ticketed()
    customer.understand = lambda _: ((("thank", 0.98),), "none")
    assert "目前是" in customer.say("谢谢啊 那要等好久嘛"), "the progress of the report, not 不客气"


@pytest.mark.parametrize("words", ["大概啥时候来人", "有人来吗", "要等好久嘛", "师傅出发没得"])
def test_after_a_report_whoever_asks_for_the_crew_hears_of_his_report(words: str) -> None:
    customer = ticketed()
    customer.understand = lambda _: ((("query_outage", 0.97),), "none")
    assert "目前是" in customer.say(words) and customer.asking is None


def test_what_was_given_up_is_taken_up_by_a_bare_word() -> None:
    customer = Customer({"我家停电了": "report_outage", "算了": "cancel", "还是报吧": "affirm"})
    for words in ("我家停电了", "算了", "还是报吧"):
        customer.say(words)
    assert customer.flow == "repair"


@pytest.mark.parametrize(
    ("words", "core"),
    [
        ("那要多久呢", "要多久"),
        ("要钱吗", "要钱吗"),
        ("收费不", "收费不"),
        ("需要带什么", "需要带什么"),
        ("那在哪办", "在哪办"),
        ("怎么申请", "怎么申请"),
        ("充电桩要多久", None),
        ("电费怎么交", None),
        ("那", None),
        ("你好", None),
    ],
)
def test_bare_questions(words: str, core: str | None) -> None:
    assert bare_question(words) == core


def test_the_subject_of_a_title() -> None:
    assert subject("过户要什么材料") == "过户" and subject("峰谷电价") == "峰谷电价"


LATE_FEE = FakeHit("bill-late-fee", "逾期交费的违约金", "每天千分之一")
ARREARS = FakeHit("bill-arrears-cutoff", "欠费多久会停电", "会先通知")
PENALTY = FakeHit("theft-penalty", "窃电的处罚", "补交并交三倍违约使用电费")
CLOSING = FakeHit("connect-close", "销户怎么办", "结清电费", 0.97)


def asked_about_arrears(**minds: str) -> Customer:
    knowledge = FakeKnowledge([(("拖", "交"), ARREARS), (("偷", "罚"), PENALTY), (("欠费", "罚"), LATE_FEE), (("销户",), CLOSING), (("停",), ARREARS)])
    customer = Customer({"电费拖了不交会怎样": "faq", **minds}, knowledge)
    assert customer.say("电费拖了不交会怎样") == ARREARS.answer
    return customer


@pytest.mark.parametrize("understood", ["faq", "out_of_scope", "inform"])
def test_a_question_that_goes_on_stays_with_the_topic(understood: str) -> None:
    customer = asked_about_arrears(那要罚多少=understood)
    assert customer.say("那要罚多少") == LATE_FEE.answer


def test_a_question_that_names_its_own_topic_leaves_the_one_before() -> None:
    customer = asked_about_arrears(销户呢="faq")
    assert customer.say("销户呢") == CLOSING.answer


def test_a_bare_place_is_no_question() -> None:
    customer = asked_about_arrears(城东区幸福小区8栋="inform")
    asked = len(customer.knowledge.asked)
    customer.say("城东区幸福小区8栋")
    assert len(customer.knowledge.asked) == asked


def test_a_person_is_fetched_whatever_the_topic_before_was() -> None:
    customer = asked_about_arrears(那转人工="human_agent")
    customer.say("那转人工")
    assert customer.handoffs.waiting()


@pytest.mark.parametrize(
    ("words", "understood"),
    [("不要给我转人工", "human_agent"), ("我不要发票", "request_invoice"), ("我没说要销户", "close_account"), ("我不想投诉", "file_complaint")],
)
def test_what_is_not_wanted_does_not_begin(words: str, understood: str) -> None:
    customer = Customer({words: understood})
    customer.say(words)
    assert customer.flow is None and not customer.handoffs.waiting()


@pytest.mark.parametrize(("words", "flow"), [("我不想用了，销户", "close_account"), ("我要开发票", "invoice")])
def test_what_is_wanted_still_begins(words: str, flow: str) -> None:
    customer = Customer({words: "close_account" if "销户" in words else "request_invoice"})
    customer.say(words)
    assert customer.flow == flow
