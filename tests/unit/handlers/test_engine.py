"""The form engine as a customer meets it: one question at a time, corrections, interruptions, cancelling, a person."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.handlers.worlds import Talk


def test_a_repair_asks_one_thing_at_a_time_and_files_after_the_confirmation() -> None:
    talk = Talk("repair")
    talk.say("我家停电了", "report_outage")
    assert talk.asking == "address"
    talk.say("安澜市城东区人民路66号5栋301")
    assert talk.asking == "phone"
    talk.say("13800138000")
    assert talk.asking == "confirm" and "人民路66号" in talk.texts and not talk.world.filed
    talk.say("确认", "affirm")
    assert talk.state is None
    assert talk.world.filed == [("repair", {"address": "安澜市城东区人民路66号5栋301", "phone": "13800138000"})]


def test_everything_said_at_once_is_not_asked_again() -> None:
    talk = Talk("repair")
    talk.say("安澜市城东区人民路66号5栋301停电了，电话13800138000，就我一家", "report_outage")
    assert talk.asking == "confirm"
    assert talk.state is not None and talk.state.values["phone"] == "13800138000"


def test_a_correction_at_the_confirmation_changes_the_field() -> None:
    talk = Talk("repair")
    for text in ("我家停电了", "安澜市城东区人民路66号5栋301", "13800138000"):
        talk.say(text, "report_outage" if "停电" in text else "inform")
    talk.say("不对，地址是安澜市城东区人民路68号2栋101", "deny")
    assert talk.asking == "confirm" and "68号" in talk.texts
    talk.say("对", "affirm")
    assert "68号" in talk.world.filed[0][1]["address"]


def test_a_plain_no_at_the_confirmation_asks_which_field() -> None:
    talk = Talk("repair")
    for text in ("停电了", "安澜市城东区人民路66号5栋301", "13800138000", "不对"):
        talk.say(text, "deny" if text == "不对" else "inform")
    assert talk.asking == "fix"
    talk.say("电话")
    assert talk.asking == "phone"
    talk.say("13900139000")
    talk.say("确认", "affirm")
    assert talk.world.filed[0][1]["phone"] == "13900139000"


def test_cancelling_in_the_middle_files_nothing() -> None:
    talk = Talk("repair")
    talk.say("我家停电了", "report_outage")
    talk.say("算了", "cancel")
    assert talk.state is None and not talk.world.filed


def test_a_question_in_the_middle_is_answered_and_the_form_goes_on() -> None:
    talk = Talk("repair")
    talk.world.answers = {"收费": "产权分界点以上不收费"}
    talk.say("我家停电了", "report_outage")
    talk.say("上门修要收费吗", "faq")
    assert "不收费" in talk.texts and talk.asking == "address"


def test_a_person_can_be_had_in_every_turn_with_what_is_known() -> None:
    talk = Talk("repair")
    talk.say("安澜市城东区人民路66号5栋301停电了", "report_outage")
    talk.say("转人工", "human_agent")
    assert talk.state is None and "人民路66号" in talk.world.handed_over[0]


def test_a_wrong_phone_is_refused_with_the_reason() -> None:
    talk = Talk("repair")
    talk.say("安澜市城东区人民路66号5栋301停电了", "report_outage")
    talk.say("1380013800")
    assert talk.asking == "phone" and "11位" in talk.texts


def test_danger_interrupts_a_bill_and_comes_first() -> None:
    talk = Talk("bill")
    talk.say("查电费", "query_bill")
    talk.say("哎呀电线掉下来冒火花了", "report_hazard")
    assert talk.state is not None and talk.state.flow == "hazard"
    assert talk.texts.index("8米") < len(talk.texts)


def test_digits_before_the_account_number_are_verified_once_both_are_there() -> None:
    talk = Talk("bill")
    talk.say("查电费，尾号0001", "query_bill")
    assert talk.asking == "account_no"
    talk.say("3201556677")
    assert talk.world.filed and talk.world.filed[0][1]["month"] == "2026-10"


def test_another_account_must_be_verified_itself() -> None:
    talk = Talk("dispute")
    talk.say("电费不对", "dispute_bill")
    talk.say("3201556677")
    talk.say("0001")
    assert talk.state is not None and talk.state.verified == "3201556677"
    talk.say("户号说错了，是3201889900", "inform")
    assert talk.state.verified is None


def test_why_is_answered_and_the_question_repeated() -> None:
    talk = Talk("repair")
    talk.say("我家停电了", "report_outage")
    talk.say("为什么要地址", "faq")
    assert talk.asking == "address" and "派单" in talk.texts


ANSWERS = st.sampled_from(["安澜市城东区人民路66号5栋301", "13800138000", "138001380", "3201556677", "0001", "9999", "确认", "不对", "不知道", "不留", "为什么要这个", "😀😀",
                           "", "x" * 300, "电话是13900139000", "地址是安澜市城西区建设路16号", "/affirm", "/deny", "/cancel", "/inform{\"choice\": \"fix:phone\"}", "/inform{\"choice\": \"low\"}",
                           "上个月", "算了", "多久能修好", "7天以内", "只有我家", "师傅态度很差骂人还不修", "第一个", "GD20261122000001"])  # fmt: skip
INTENTS = st.sampled_from(
    [
        "inform",
        "affirm",
        "deny",
        "cancel",
        "faq",
        "human_agent",
        "report_hazard",
        "query_bill",
        "out_of_scope",
        "repeat",
        "thank",
        "file_complaint",
    ]
)
FLOWS = sorted(Talk("repair").flows.flows)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(FLOWS), st.lists(st.tuples(ANSWERS, INTENTS, st.floats(0, 1)), max_size=14))
def test_no_walk_reaches_a_dead_end_or_files_without_required_fields(
    flow: str, turns: list[tuple[str, str, float]]
) -> None:
    talk = Talk(flow)
    talk.say("开始", "inform")
    for text, intent, confidence in turns:
        if talk.state is None:
            break
        talk.say(text, intent, confidence)
        assert talk.last is not None and talk.last.bubbles, "the customer was left without a word"
        if talk.state is not None:
            known = talk.state.values.get(talk.asking or "")
            assert known is None, f"asked again for {talk.asking}, which is known"
    for name, values in talk.world.filed:
        done = talk.flows.named(name)
        assert done is not None
        for item in done.fields:
            if item.required and item.type != "phone_last4" and not item.when:
                assert item.name in values, f"{name} was filed without {item.name}"
