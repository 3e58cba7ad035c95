"""How content a customer is: asked once, answered in buttons, numbers and words; a low score reopens the ticket."""

from __future__ import annotations

import pytest

from actions.desk.tickets import EventType, Kind, NewTicket, Status, Ticket
from actions.handlers.survey import ScoreWords
from tests.unit.handlers.conversing import Customer
from tests.unit.handlers.worlds import ROOT

HEARD = ScoreWords.load(ROOT / "actions" / "words" / "heard" / "survey.yml")


def resolved(customer: Customer, request: str = "r1") -> Ticket:
    desk = customer.services.desk
    new = NewTicket(kind=Kind.REPAIR, description="停电", channel="web", conversation_id="c1", contact_phone="13800138000", address="安澜市城东区人民路66号")
    ticket = desk.accept(new, request_id=request)
    for step in ("dispatched", "acknowledged", "en_route", "on_site", "resolved"):
        ticket = desk.move(ticket.ticket_no, step, actor="李师傅")
    customer.feedback.ask(ticket.ticket_no, "c1", "web")
    return ticket


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("5", 5), ("５分", 5), ("五分", 5), ("打个四分吧", 4), ("我给3分", 3), ("给你们5星", 5), ("很满意", 5), ("非常满意，师傅来得很快", 5),
        ("满意", 4), ("还不错", 4), ("一般般吧", 3), ("还行", 3), ("不太满意", 2), ("不满意。", 2), ("很不满意", 1), ("太差了", 1), ("差评！", 1),
        ("巴适得很", 5), ("一点都不满意", 1), ("2分，修了半天还是跳闸", 2), ("对这次服务很满意", 5),
        ("5号楼停电了", None), ("一般要多久能来电", None), ("三天没电了", None), ("不行，我要投诉你们抄表员", 2), ("电费不对", None), ("我家五口人", None),
    ],
)  # fmt: skip
def test_scores_as_they_are_said(said: str, score: int | None) -> None:
    assert HEARD.score(said) == score


def test_a_good_score_is_thanked_for_and_changes_nothing() -> None:
    customer = Customer({"很满意": "give_praise"})
    ticket = resolved(customer)
    assert "谢谢" in customer.say("很满意")
    assert customer.flow is None
    found = customer.feedback.of(ticket.ticket_no)
    assert found is not None and (found.score, found.answered_by) == (5, "customer")
    assert customer.services.desk.ticket(ticket.ticket_no).status is Status.RESOLVED


def test_a_low_score_reopens_orders_a_call_back_and_the_next_words_are_its_reason() -> None:
    customer = Customer({"来了没修好就走了，还是没电": "report_outage", "上个月电费多少": "query_bill"})
    ticket = resolved(customer)
    told = customer.say(f'/inform{{"choice": "survey:{ticket.ticket_no}:1"}}')
    assert "回电" in told and "问题没解决" in customer.buttons
    after = customer.services.desk.ticket(ticket.ticket_no)
    assert after.status is Status.REOPENED
    assert after.events[-1].data["call_back"] == "true"
    customer.press("问题没解决")
    assert "记下" in customer.say("来了没修好就走了，还是没电")
    assert customer.flow is None
    found = customer.feedback.of(ticket.ticket_no)
    assert found is not None and (found.score, found.reason, found.comment) == (1, "not_solved", "来了没修好就走了，还是没电")
    notes = [event.note for event in customer.services.desk.ticket(ticket.ticket_no).events if event.type is EventType.NOTED]
    assert any("没修好" in note for note in notes)


def test_another_wish_after_a_low_score_is_served_and_is_no_reason() -> None:
    customer = Customer({"上个月电费多少": "query_bill"})
    ticket = resolved(customer)
    customer.say("2分")
    customer.say("上个月电费多少")
    assert customer.flow == "bill"
    found = customer.feedback.of(ticket.ticket_no)
    assert found is not None and (found.score, found.comment) == (2, None)


def test_pressed_twice_the_first_score_stays() -> None:
    customer = Customer({})
    ticket = resolved(customer)
    customer.say(f'/inform{{"choice": "survey:{ticket.ticket_no}:2"}}')
    events = len(customer.services.desk.ticket(ticket.ticket_no).events)
    assert "回电" in customer.say(f'/inform{{"choice": "survey:{ticket.ticket_no}:2"}}')
    assert "评过2分" in customer.say(f'/inform{{"choice": "survey:{ticket.ticket_no}:5"}}')
    assert len(customer.services.desk.ticket(ticket.ticket_no).events) == events


def test_in_the_middle_of_a_business_the_button_counts_and_the_business_goes_on() -> None:
    customer = Customer({"我家停电了": "report_outage"})
    ticket = resolved(customer)
    customer.say("我家停电了")
    asking = customer.asking
    told = customer.say(f'/inform{{"choice": "survey:{ticket.ticket_no}:5"}}')
    assert "谢谢您的评价" in told
    assert (customer.flow, customer.asking) == ("repair", asking)


def test_without_a_survey_or_for_somebody_elses_a_number_is_nothing() -> None:
    customer = Customer({"5": "out_of_scope", "满意": "give_praise"})
    assert "评价" not in customer.say("5")
    foreign = customer.services.desk.accept(NewTicket(kind=Kind.PRAISE, description="好", channel="web", conversation_id="other"), request_id="x")
    customer.feedback.ask(foreign.ticket_no, "other", "web")
    customer.say(f'/inform{{"choice": "survey:{foreign.ticket_no}:1"}}')
    found = customer.feedback.of(foreign.ticket_no)
    assert found is not None and found.score is None


def test_words_with_the_score_and_after_it_are_all_kept() -> None:
    customer = Customer({"不太满意，说了半天没人道歉": "file_complaint", "数也没重新抄": "dispute_bill"})
    ticket = resolved(customer)
    customer.say("不太满意，说了半天没人道歉")
    customer.say("数也没重新抄")
    found = customer.feedback.of(ticket.ticket_no)
    assert found is not None and (found.score, found.comment) == (2, "不太满意，说了半天没人道歉；数也没重新抄")
    assert customer.flow is None
