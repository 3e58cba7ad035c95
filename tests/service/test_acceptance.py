"""What the README promises, on the really running assistant: the main job from end to end."""

from __future__ import annotations

import re
import uuid

import pytest

from tests.assistant import RunningAssistant

pytestmark = pytest.mark.service


def test_an_outage_becomes_a_ticket_one_question_at_a_time(service: RunningAssistant) -> None:
    talk = service.talk()
    talk.say("我家停电了")
    assert talk.trace["requested_slot"] == "address" and not talk.tickets()
    talk.say("安澜市城东区人民路66号5栋301")
    assert talk.trace["requested_slot"] == "phone"
    talk.say("13800138000")
    assert talk.trace["requested_slot"] == "confirm"
    talk.say("确认")
    (ticket,) = talk.tickets()
    assert ticket["ticket_no"] in talk.text
    assert ticket["contact_phone"] == "13800138000" and "人民路66号" in ticket["address"]
    assert {c["step"] for c in ticket["clocks"]} >= {"arrive"}


def test_a_bill_is_exact_and_only_shown_to_whoever_knows_both_numbers(service: RunningAssistant) -> None:
    stranger = service.talk()
    stranger.say("上个月电费多少")
    stranger.say("3302114455")
    stranger.say("9999")
    assert not re.search(r"\d+\.\d\d", stranger.text)
    owner = service.talk()
    owner.say("上个月电费多少")
    owner.say("3302114455")
    owner.say("0003")
    assert re.search(r"\d+\.\d\d元", owner.text)


def test_five_wrong_tries_lock_also_for_the_right_digits(service: RunningAssistant) -> None:
    talk = service.talk()
    talk.say("查余额，户号3205178842")
    for digits in ("1111", "2222", "3333", "4444", "6666"):
        talk.say(digits)
    talk.say("查余额，户号3205178842")
    talk.say("0005")
    assert "0.00" not in talk.text


def test_a_fallen_wire_is_safety_first_then_the_place_then_a_person(service: RunningAssistant) -> None:
    talk = service.talk()
    talk.say("有根电线掉地上了")
    assert talk.text.index("8米") < talk.text.index("地址")
    assert talk.trace["handoff"] == "queued"
    talk.say("滨江区望江路88号门口")
    (ticket,) = talk.tickets()
    assert ticket["priority"] == "emergency" and ticket["kind"] == "repair"
    _, waiting = service.call("GET", "/api/v1/handoffs")
    assert talk.conversation_id in str(waiting)


def test_policy_answers_name_their_source(service: RunningAssistant) -> None:
    talk = service.talk()
    talk.say("逾期不交有违约金吗")
    cited = [c for m in talk.last["messages"] for c in m["citations"]]
    assert any("电力供应与使用条例" in c["source"] and "三十九" in c["article"] and c["edition"] for c in cited)
    talk.say("电费怎么交")
    assert talk.trace["knowledge"][0]["topic"] == "pay-channels" and talk.last["messages"][0]["citations"]


def test_it_says_that_it_is_a_robot(service: RunningAssistant) -> None:
    talk = service.talk()
    talk.say("你是机器人吗")
    assert "机器人" in talk.text


def test_the_same_message_twice_is_one_ticket_and_one_reply(service: RunningAssistant) -> None:
    talk = service.talk()
    for text in ("我家停电了", "安澜市城东区人民路66号5栋301", "13800138000"):
        talk.say(text)
    key = uuid.uuid4().hex
    first = talk.say("确认", message_id=key)
    again = talk.say("确认", message_id=key)
    assert first["turn_id"] == again["turn_id"] and first["messages"] == again["messages"]
    assert len(talk.tickets()) == 1


def test_a_bare_month_carries_the_look_up_over(service: RunningAssistant) -> None:
    talk = service.talk()
    talk.say("查上个月电费，户号3201889900，尾号0002")
    first = talk.text
    talk.say("那上上个月呢")
    assert re.search(r"\d+\.\d\d元", talk.text) and talk.text != first


def test_parse_takes_many_texts_in_order(service: RunningAssistant) -> None:
    texts = ["你好", "停电了", "户号3201556677"] * 80
    status, found = service.call("POST", "/api/v1/parse", {"texts": texts})
    assert status == 200 and len(found["results"]) == len(texts)
    assert [r["intent"]["name"] for r in found["results"][:2]] == ["greet", "report_outage"]
    assert found["results"][2]["entities"][0]["value"] == "3201556677"
