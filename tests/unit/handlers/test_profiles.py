"""Who the customer is, as the customer notices it: asked once, kept or not, shown, deleted, and what it changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.desk.desk import ServiceDesk
from actions.desk.limits import PROFILES
from actions.desk.profiles import Trait
from actions.desk.tickets import Priority, TicketFilter
from actions.handlers.turns import Turns
from actions.ports.known_accounts import KnownAccounts
from actions.ports.memory import MemoryTicketStore
from tests.unit.handlers.conversing import Customer, FakeHit, FakeKnowledge

ARTICLES = (
    (("多人口",), "tariff-large-household", "一户多人口", "家里户口人数多，可以申请一户多人口，多给便宜的电量，以当地供电公司为准。"),
    (("低保",), "tariff-low-income-free", "低保免费电", "低保户、五保户可以享受免费电量，以当地供电公司为准。"),
    (("租房",), "connect-rent-house", "租房用电", "要换大表、改三相、装充电桩的，得房东出面或书面同意。"),
    (("充电桩",), "tariff-ev-charging", "充电桩电价", "自家车位的桩一般单独装表、单独计费，以当地供电公司为准。"),
    (("这么高",), "bill-why-higher", "电费变高的原因", "先看看是不是夏天空调、冬天取暖用得多，再和去年同月比一比，还可以看看有没有进了第二档第三档。"),
    (("几点上班",), "service-hotline", "95598几点上班", "全天二十四小时都能打。"),
)  # fmt: skip
MINDS = {
    "查电费": "query_bill", "电费不对": "dispute_bill", "停电了": "report_outage", "要加大容量": "change_capacity",
    "确认": "affirm", "好的": "affirm", "不用了": "deny", "办充电桩": "apply_ev_charger",
}  # fmt: skip


def customer() -> Customer:
    hits = [
        (words, FakeHit(topic, title, answer, speech=answer[:12], citations=({"topic": topic, "source": "政策"},)))
        for words, topic, title, answer in ARTICLES
    ]
    found = Customer({}, FakeKnowledge(hits))
    found.understand = understood
    return found


def understood(text: str) -> tuple[tuple[tuple[str, float], ...], str]:
    mind = next((intent for words, intent in MINDS.items() if words in text), "inform")
    asks = any(all(w in text for w in words) for words, *_ in ARTICLES)
    return (("faq" if asks and mind == "inform" else mind, 0.97), ("out_of_scope", 0.01)), "none"


def elsewhere(first: Customer) -> Customer:
    """The same house, another conversation."""
    other = customer()
    other.services = first.services
    other.turns = Turns(other.services)
    return other


def known(of: Customer) -> set[Trait]:
    profiles = of.services.profiles
    assert profiles is not None
    return {fact.trait for fact in profiles.kept(of.services, of._said(""), of.memory).facts}


def verified(of: Customer, account: str = "3201556677", last4: str = "0001") -> Customer:
    for text in ("查电费", account, last4):
        of.say(text)
    return of


# -- the question ----------------------------------------------------------------------------------------------------------------


def test_it_is_asked_once_at_the_end_and_kept_on_a_yes() -> None:
    one = customer()
    told = one.say("我家六口人，电费怎么这么高")
    assert told.index("空调") < told.index("一户多人口") < told.index("要我记下来吗") and "6口人" in told
    assert known(one) == set(), "nothing is kept before the answer"
    assert "记下了" in one.say("好的") and known(one) == {Trait.HOUSEHOLD}
    assert "要我记下来" not in one.say("95598几点上班")


def test_on_a_no_nothing_is_kept_and_nobody_asks_again() -> None:
    one = customer()
    one.say("我家六口人，电费怎么这么高")
    assert "不记" in one.press("不用记") and known(one) == set()
    assert "要我记下来" not in one.say("我是租房的，95598几点上班") and known(one) == set()


def test_who_goes_on_with_something_else_has_not_agreed() -> None:
    one = customer()
    one.say("我家六口人，电费怎么这么高")
    one.say("查电费")
    one.say("3201556677")
    one.say("0001")
    assert known(one) == set()
    assert "要我记下来" not in one.say("95598几点上班")


def test_no_form_is_interrupted() -> None:
    one = customer()
    for text in ("停电了，我是租房的", "安澜市城东区人民路66号5栋301"):
        assert "要我记下来" not in one.say(text)
    one.say("13800138000")
    told = one.say("确认")
    assert told.index("GD") < told.index("要我记下来吗")


def test_a_stopped_form_is_no_end_of_a_business() -> None:
    one = customer()
    one.say("停电了，我是租房的")
    assert "要我记下来" not in one.say("算了，不报了")


def test_danger_is_never_asked_about() -> None:
    one = customer()
    told = one.say("我家六口人，电线掉地上冒火花")
    assert "要我记下来" not in told and "⚠️" in told
    assert "要我记下来" not in one.say("安澜市城东区人民路66号")


def test_health_is_asked_for_by_name_even_after_an_earlier_yes() -> None:
    one = customer()
    one.say("我家六口人，电费怎么这么高")
    one.say("好的")
    two = elsewhere(one)
    told = two.say("我妈在家用呼吸机，95598几点上班")
    assert "要我记下来吗" in told and "健康" in told and "医疗设备" in told
    two.press("不用记")
    assert known(two) == {Trait.HOUSEHOLD}, "the no was about the machine only"
    assert "也记下了" in elsewhere(two).say("我是租房的，95598几点上班")
    assert known(two) == {Trait.HOUSEHOLD, Trait.TENANT}


def test_a_denial_takes_back_what_is_kept() -> None:
    one = customer()
    one.say("我是租房的，95598几点上班")
    one.press("记下来")
    assert known(one) == {Trait.TENANT}
    one.say("我现在不租了，95598几点上班")
    assert known(one) == set()


def test_what_the_accounts_file_says_is_not_asked_again() -> None:
    one = verified(customer(), "4101234567890", "0006")
    assert "要我记下来" not in one.say("我都七十八了，95598几点上班")


def test_other_people_are_not_kept() -> None:
    assert "要我记下来" not in customer().say("我朋友开饭店的，95598几点上班")


# -- seen and deleted ------------------------------------------------------------------------------------------------------------


def test_the_customer_sees_what_is_kept_and_where_from_and_deletes_it() -> None:
    one = customer()
    one.say("我家六口人，我是租房的，95598几点上班")
    one.press("记下来")
    told = one.say("你们记了我什么")
    assert "6口人" in told and "租房" in told and "2026年11月22日" in told and "2027年11月22日" in told
    assert "已经删掉" in one.press("删：租房") and known(one) == {Trait.HOUSEHOLD}
    one.say("我的资料")
    assert "6口人" in one.say("全部删掉") and known(one) == set()
    assert "没有另外记" in one.say("看我的资料")
    assert "要我记下来" not in one.say("我是租房的，95598几点上班"), "who had it deleted is not asked again"


@pytest.mark.parametrize("words", ["删掉我的资料", "不要记我的情况"])
def test_deletion_in_one_sentence(words: str) -> None:
    one = customer()
    one.say("我是租房的，95598几点上班")
    one.press("记下来")
    assert "租房" in one.say(words) and known(one) == set()


def test_what_was_not_kept_is_shown_as_such() -> None:
    one = customer()
    one.say("我是租房的，95598几点上班")
    one.press("不用记")
    assert "没有保存" in one.say("看我的资料")


def test_the_accounts_file_is_shown_but_only_to_who_has_shown_it_to_be_theirs() -> None:
    one = customer()
    assert "没有另外记" in one.say("看我的资料")
    verified(one, "4101234567890", "0006")
    told = one.say("看我的资料")
    assert "老年人（户号档案里的）" in told and "医疗设备" in told
    assert "全部删掉" not in one.buttons


def test_it_follows_the_verified_account_to_another_conversation_and_nobody_else() -> None:
    one = verified(customer())
    one.say("我家六口人，95598几点上班")
    one.press("记下来")
    other = customer()
    other.services, other.turns = one.services, one.turns
    stranger = replace(other._said("看我的资料"), conversation_id="c2")
    assert "没有另外记" in "".join(b.text for b in other.turns.flow_turn(replace(stranger, intent="start_flow"), None, {}).bubbles)
    with_account = {"verified": {"account_no": "3201556677", "until": "2027"}}
    told = other.turns.flow_turn(replace(stranger, intent="start_flow"), None, with_account)
    assert "6口人" in "".join(b.text for b in told.bubbles)


# -- used ------------------------------------------------------------------------------------------------------------------------


def test_a_large_household_hears_of_its_quota_with_the_ground_and_once_only() -> None:
    one = customer()
    told = one.say("我家六口人，电费怎么这么高")
    (hint,) = [b for b in one.last.bubbles if "一户多人口" in b.text]
    assert hint.citations and hint.citations[0]["topic"] == "tariff-large-household"
    assert any(b["payload"] == "/change_tariff_plan" for b in hint.buttons) and "空调" in told
    assert "一户多人口" not in one.say("电费怎么还是这么高")


def test_right_after_the_bill_is_explained_and_before_the_next_question() -> None:
    one = customer()
    told = [one.say(text) for text in ("电费不对，我家六口人", "3201556677", "0001")]
    assert "一户多人口" not in told[0] + told[1]
    assert told[2].index("用电") < told[2].index("一户多人口") and "请说说哪里不对" in one.last.bubbles[-1].text
    one.say("比上个月多了一倍")
    assert "一户多人口" not in one.say("确认")


def test_the_list_can_be_asked_for_in_the_middle_of_a_form_which_then_goes_on() -> None:
    one = customer()
    one.say("停电了，我是租房的")
    told = one.say("看我的资料")
    assert "租房（您这次说的" in told and one.asking == "address" and "地址" in told
    assert "已经删掉" in one.say("删掉我的资料") and one.asking == "address"
    one.say("安澜市城东区人民路66号5栋301")
    one.say("13800138000")
    assert "要我记下来" not in one.say("确认")


@pytest.mark.parametrize("words", ["我家三口人，电费怎么这么高", "邻居家六口人，电费怎么这么高", "电费怎么这么高"])
def test_who_is_no_large_household_hears_nothing_of_it(words: str) -> None:
    assert "一户多人口" not in customer().say(words)


def test_a_poor_household_hears_of_its_free_electricity() -> None:
    assert "免费电量" in customer().say("我家是低保户，电费怎么这么高")


def test_a_tenant_is_told_what_needs_the_owner_before_the_first_question() -> None:
    one = customer()
    told = one.say("要加大容量，我租的房子")
    assert "房东出面或书面同意" in told and one.flow == "capacity"
    assert one.last.bubbles[-1].text.startswith("请"), "the question is still the last thing said"


def test_who_drives_on_electricity_hears_of_the_charging_tariff_with_its_doubt() -> None:
    told = customer().say("我买了辆特斯拉，电费怎么这么高")
    assert "单独计费" in told and "以当地供电公司为准" in told


def test_a_machine_that_keeps_somebody_alive_comes_first_and_calls_a_person() -> None:
    one = customer()
    told = one.say("停电了，我妈在家靠呼吸机")
    assert one.last.bubbles[0].text.startswith("您家有人靠医疗设备") or "120" in told.split("\n")[0]
    (waiting,) = one.handoffs.waiting()
    assert waiting.priority in (Priority.URGENT, Priority.EMERGENCY)


def test_known_life_support_makes_a_repair_urgent_and_calls_a_person_once() -> None:
    one = verified(customer(), "4101234567890", "0006")
    told = one.say("停电了")
    assert "备用电池" in one.last.bubbles[0].text and "120" in told
    (waiting,) = one.handoffs.waiting()
    assert waiting.priority is Priority.URGENT
    while one.state is not None:
        assert "备用电池" not in one.say("确认")
    (ticket,) = one.services.desk.tickets(TicketFilter(conversation_id="c1")).tickets
    assert ticket.priority is Priority.URGENT


def test_said_before_the_outage_it_counts_too() -> None:
    one = customer()
    one.say("我妈在家用制氧机，95598几点上班")
    assert "备用电池" in one.say("停电了") and len(one.handoffs.waiting()) == 1
    for text in ("安澜市城东区人民路66号5栋301", "13800138000", "确认"):
        told = one.say(text)
    (ticket,) = one.services.desk.tickets(TicketFilter(conversation_id="c1")).tickets
    assert ticket.priority is Priority.URGENT and "要我记下来" not in told


def test_elders_get_the_short_answer_and_may_have_the_long_one() -> None:
    one = customer()
    short = one.say("我都八十岁了，电费怎么这么高")
    assert "第二档" not in short and "说详细些" in one.buttons and one.last.bubbles[0].citations
    assert "第二档" in one.press("说详细些")
    other = customer()
    other.say("我都八十岁了，电费怎么这么高")
    assert "第二档" in other.say("说详细点")


def test_without_consent_machinery_everything_goes_on() -> None:
    one = customer()
    one.services = replace(one.services, profiles=None, enterprises=None)
    one.turns = Turns(one.services)
    assert "要我记下来" not in one.say("我家六口人，电费怎么这么高")
    assert "没有另外记" in one.say("看我的资料")


def test_news_of_an_outage_is_told_by_a_person_where_a_kept_statement_says_so() -> None:
    one = verified(customer())
    one.say("我妈在家用呼吸机，95598几点上班")
    one.press("记下来")
    profiles, customers = one.services.profiles, one.services.customers
    assert profiles is not None
    store = MemoryTicketStore()
    accounts = KnownAccounts(customers, profiles.store, one.services.clock)
    desk = ServiceDesk(store, one.services.clock, PROFILES["state_grid"], customers=accounts)
    one.services = replace(one.services, desk=desk)
    one.turns = Turns(one.services)
    one.say("停电了")
    while one.state is not None:
        one.say("确认")
    topics = {stored.letter.topic for stored in store.outbox.find(None, None, 50).letters}
    assert "staff.call_customer" in topics and "customer.accepted" not in topics
    one.say("删掉我的资料")
    account = accounts.account("3201556677")
    assert account is not None and not account.life_support
