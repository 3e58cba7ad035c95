"""Random walks over forms: what a customer may do at any point, and what must hold after every turn."""

from __future__ import annotations

import os
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from actions.desk.intake import plain_account_no, plain_phone
from actions.handlers.forms.flow import Flow, FlowField
from actions.handlers.forms.state import CONFIRM, FIX, SWITCH, FlowState
from actions.handlers.forms.values import concerns, is_of_another_case
from tests.unit.handlers.worlds import FLOWS, Talk

EXAMPLES = int(os.environ.get("DIANDA_WALKS", "300"))
"""Walks a test makes; 10,000 are made before a release (docs/architecture.md, "Forms")."""

PLAIN: dict[str, str] = {
    "phone": "13800138000",
    "account_no": "3201556677",
    "phone_last4": "0001",
    "ticket_no": "GD20261122000001",
    "address": "安澜市城东区人民路66号5栋301",
    "person_name": "我叫王小明",
    "month": "上个月",
    "date": "昨天",
    "amount": "126.4元",
    "yes_no": "是",
    "number": "6",
    "tax_no": "91320500MA1XXXXX0Q",
    "email": "wang@example.com",
    "text": "这里写的是正经内容，说得很清楚",
}
"""What a customer who answers plainly says to a field of each type."""


def plain_answer(item: FlowField) -> str:
    if item.check == "bill_months":
        return "2026年10月"
    return item.options[0].title if item.type == "choice" else PLAIN[item.type]


WORDS = st.sampled_from(
    ["安澜市城东区人民路66号5栋301", "人民路", "13800138000", "138001380", "3201556677", "0001", "9999", "确认", "对", "不对", "不知道", "不清楚", "不留", "没有",
     "为什么要这个", "问这个干嘛", "😀😀", "", "？？？", "x" * 300, "电话是13900139000", "电话说错了", "地址错了", "改一下地址", "户号错了", "姓名不对，应该是李大伟", "我叫张伟",
     "地址是安澜市城西区建设路16号2栋301", "上个月", "算了", "多久能修好", "要什么材料", "7天以内", "只有我家", "师傅态度很差骂人还不修", "第一个", "第二个", "GD20261122000001",
     "20千瓦", "六口人", "是店铺", "不是店铺，是工厂", "房子换了主人", "户主去世了", "改成公司过户", "营业执照", "你是谁", "谢谢", "等一下", "户号3201889900，尾号0002", "返回",
     "电话13700137000，地址安澜市城东区人民路68号2栋101，我叫李大伟", "开通峰谷", "低保证", "打开", "停电通知", "网线断了", "转人工", "我不知道哪个", "没问题", "都不对", "先存着", "明天再弄", "继续上次的"]
)  # fmt: skip
_OFTEN = ["inform"] * 6 + [
    "deny",
    "deny",
    "affirm",
    "faq",
    "faq",
    "out_of_scope",
    "repeat",
    "thank",
    "greet",
    "switch_elderly_mode",
]
_WISHES = ["query_bill", "file_complaint", "transfer_account", "report_outage", "apply_pv"]
_ENDS = ["cancel", "human_agent", "report_hazard"]
INTENTS = st.sampled_from([*_OFTEN, *_OFTEN, *_WISHES, *_ENDS])
PAYLOADS = st.sampled_from(["/affirm", "/deny", "/cancel", '/inform{"choice": "fix:phone"}', '/inform{"choice": "low"}', '/inform{"choice": "stay"}', '/inform{"choice": "switch"}'])  # fmt: skip
MOVES = st.one_of(
    st.tuples(st.just("plain"), st.integers(0, 2), st.just(0.9)),
    st.tuples(st.just("plain"), st.integers(0, 2), st.just(0.9)),
    st.tuples(st.just("plain"), st.integers(0, 2), st.just(0.9)),
    st.tuples(st.just("button"), st.integers(0, 9), st.just(1.0)),
    st.tuples(st.just("button"), st.integers(0, 9), st.just(1.0)),
    st.tuples(st.just("press"), PAYLOADS, st.just(1.0)),
    st.tuples(st.sampled_from(["查一下电费", "我要投诉", "办光伏"]), st.sampled_from(_WISHES), st.just(0.95)),
    st.tuples(WORDS, INTENTS, st.floats(0, 1)),
    st.tuples(WORDS, INTENTS, st.floats(0, 1)),
    st.tuples(WORDS, st.just("inform"), st.just(0.9)),
)
"""A plain answer to what is asked, a button of the last reply, a payload from anywhere, or words understood at random."""


ERRANDS = st.one_of(
    st.tuples(st.just("upload"), st.sampled_from(["身份证.jpg", "房产证.jpg", "营业执照.pdf", "IMG_2031.jpg", "户口簿.jpg"]), st.just(1.0)),
    st.tuples(st.just("upload"), st.sampled_from(["身份证.jpg", "房产证.jpg", "营业执照.pdf", "IMG_2031.jpg"]), st.just(1.0)),
    st.tuples(st.just("wait"), st.integers(1, 20), st.just(1.0)),
    st.tuples(st.just("elsewhere"), st.sampled_from(["wechat", "phone", "web"]), st.just(1.0)),
    st.tuples(st.just("我来补交材料"), st.just("inform"), st.just(0.9)),
    st.tuples(st.just("继续上次的"), st.just("out_of_scope"), st.just(0.9)),
)
"""What takes longer than a turn: papers, going on elsewhere, another day."""


def walk(flow: str, opening: str, plainly: int, moves: list[tuple[str, Any, float]]) -> Talk:
    """Answer some questions plainly, then walk, and hold every turn against what a customer is promised."""
    talk = Talk(flow)
    say(talk, opening, "inform", 0.9)
    for _ in range(plainly):
        if talk.state is not None and talk.asking != CONFIRM:
            say(talk, answer_to(talk), "inform", 0.9)
    for kind, what, confidence in moves:
        if talk.state is None:
            break
        if kind == "plain":
            say(talk, "不对" if what and talk.asking == CONFIRM else answer_to(talk), "inform", 0.9)
        elif kind == "press":
            say(talk, what, "inform", 1.0)
        elif kind == "button":
            buttons = [b["payload"] for b in talk.last.bubbles[-1].buttons] if talk.last else []
            if not buttons:
                continue
            say(talk, buttons[what % len(buttons)], "inform", 1.0)
        else:
            say(talk, kind, what, confidence)
    if talk.state is not None:
        can_stop(talk)
        can_reach_a_person(talk)
        can_be_finished(talk)
    for name, values in talk.world.filed:
        complete(FLOWS.flows[name], values)
    return talk


def answer_to(talk: Talk) -> str:
    """A plain answer to what is asked now."""
    if talk.asking in (CONFIRM, FIX):
        return "确认"
    if talk.asking == SWITCH:
        return "不是"
    assert talk.state is not None
    item = FLOWS.flows[talk.state.flow].field(talk.asking)
    assert item is not None
    return plain_answer(item)


def say(talk: Talk, text: str, intent: str, confidence: float) -> None:
    before = deepcopy(talk.state)
    talk.world.refused.clear()
    talk.say(text, intent, confidence)
    assert talk.last is not None and talk.last.bubbles, f"{text!r} left the customer without a word"
    assert all(b.text.strip() and "{" not in b.text for b in talk.last.bubbles), talk.texts
    if talk.state is not None:
        stands_well(talk, talk.state, before)


def stands_well(talk: Talk, state: FlowState, before: FlowState | None) -> None:
    """The question asked is one of this flow, open, and not one whose answer is known."""
    flow = FLOWS.flows[state.flow]
    assert state.asking is not None
    for name in state.values:
        item = flow.field(name)
        assert item is not None, f"{flow.flow} keeps {name}, which it does not have"
        assert not is_of_another_case(item, state.values), f"{flow.flow} keeps {name} of another case"
    if state.asking in (CONFIRM, FIX, SWITCH):
        return
    item = flow.field(state.asking)
    assert item is not None and concerns(item, state.values)
    assert item.name not in state.values, f"asked for {item.name}, which is known, after {talk.trail}"
    assert item.name not in state.skipped, f"asked for {item.name}, which was skipped"
    known = before is not None and before.flow == state.flow and item.name in before.values
    if known:
        assert before is not None
        called_wrong = before.asking in (CONFIRM, FIX) or talk.corrects
        other_case = any(before.values.get(k) != state.values.get(k) for k in item.when or {})
        assert called_wrong or other_case or item.name in talk.world.refused, (
            f"{item.name} was known and is asked again"
        )


def copy_of(talk: Talk) -> Talk:
    other = Talk(talk.flow)
    other.state, other.steps, other.last = deepcopy(talk.state), talk.steps, talk.last
    return other


def can_stop(talk: Talk) -> None:
    other = copy_of(talk)
    other.say("/cancel")
    if other.asking is not None and talk.asking == SWITCH:
        other.say("/cancel")
    assert other.state is None and not other.world.filed, f"at {talk.asking} there is no way out"


def can_reach_a_person(talk: Talk) -> None:
    other = copy_of(talk)
    other.say("转人工", "human_agent")
    assert other.state is None and other.world.handed_over


def can_be_finished(talk: Talk) -> None:
    """From wherever the walk has come to, a customer who answers plainly gets it done in as many turns as there are fields."""
    other = copy_of(talk)
    assert other.state is not None
    most = len(FLOWS.flows[other.state.flow].fields) + 4
    for _ in range(most):
        if other.state is None:
            break
        say(other, answer_to(other), "inform", 0.9)
    assert other.state is None, f"{talk.state} leads nowhere: still {other.asking} after {most} plain answers"
    for name, values in other.world.filed:
        complete(FLOWS.flows[name], values)


def complete(flow: Flow, values: dict[str, str]) -> None:
    """What was filed holds every required field, each of the right form, and nothing of another case."""
    for item in flow.fields:
        value = values.get(item.name)
        if item.type == "phone_last4" or not concerns(item, values):
            assert value is None, f"{flow.flow} was filed with {item.name}"
            continue
        if value is None:
            assert not item.required, f"{flow.flow} was filed without {item.name}"
        else:
            assert valid(item, value), f"{flow.flow} was filed with {item.name} = {value!r}"


def valid(item: FlowField, value: str) -> bool:
    if item.type == "choice":
        return value in {o.value for o in item.options}
    if item.type == "phone":
        return plain_phone(value) is not None
    if item.type == "account_no":
        return plain_account_no(value) is not None
    if item.type == "number":
        return float(value) >= 0
    return bool(value.strip())
