"""Classes of complaints and repairs: what the classifier is not sure of waits for a person, whose word is on record."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from actions.classes.sentences import SentencesError, read_sentences
from actions.desk.classes import CLASSES, Classified
from actions.desk.clock import SHANGHAI, FixedClock
from actions.desk.desk import ServiceDesk
from actions.desk.errors import IllegalMove, InvalidTicket, UnknownTicket
from actions.desk.limits import profile
from actions.desk.tickets import EventType, Kind, NewTicket, Priority, TicketFilter
from actions.ports.memory import MemoryTicketStore

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)


class Told:
    """A classifier that says what it is told to."""

    def __init__(self, **said: object) -> None:
        self.said = Classified(**said)  # type: ignore[arg-type]
        self.asked: list[str] = []

    def classify(self, kind: Kind, text: str) -> Classified:
        self.asked.append(text)
        return self.said


def desk(classifier: Told | None) -> ServiceDesk:
    return ServiceDesk(MemoryTicketStore(), FixedClock(NOW), profile("state_grid"), classifier=classifier)


def complaint(**more: object) -> NewTicket:
    return NewTicket(kind=Kind.COMPLAINT, description="抄表的乱抄", channel="web", **more)  # type: ignore[arg-type]


def test_a_sure_class_is_taken_and_an_unsure_one_waits_for_a_person() -> None:
    sure = desk(Told(category=("营业投诉", "抄表催费"), confidence=0.93)).accept(complaint(), request_id="a")
    assert (sure.category, sure.review, sure.events[0].data) == (("营业投诉", "抄表催费"), False, {"confidence": "0.93"})
    unsure_desk = desk(Told(category=("营业投诉", "抄表催费"), confidence=0.41))
    unsure = unsure_desk.accept(complaint(), request_id="a")
    assert unsure.review
    assert unsure.to_json()["review"] is True
    assert [t.ticket_no for t in unsure_desk.tickets(TicketFilter(review=True)).tickets] == [unsure.ticket_no]
    assert unsure_desk.tickets(TicketFilter(review=False)).tickets == ()


def test_a_persons_word_is_final_and_on_record() -> None:
    one = desk(Told(category=("营业投诉", "抄表催费"), confidence=0.41))
    ticket = one.accept(complaint(), request_id="a")
    after = one.classify(ticket.ticket_no, ("服务投诉", "服务行为"), actor="王敏", note="骂人")
    assert (after.category, after.review, after.status) == (("服务投诉", "服务行为"), False, ticket.status)
    assert after.version == ticket.version + 1
    event = after.events[-1]
    assert (event.type, event.actor, event.data) == (EventType.CLASSIFIED, "王敏", {"before": "营业投诉/抄表催费", "after": "服务投诉/服务行为"})
    assert one.tickets(TicketFilter(review=True)).tickets == ()
    for wrong in (("服务投诉", "抄表催费"), ("低压故障", "一户停电"), ()):
        with pytest.raises(InvalidTicket):
            one.classify(ticket.ticket_no, wrong, actor="王敏")
    with pytest.raises(UnknownTicket):
        one.classify("GD20991231000017", ("服务投诉", "服务行为"), actor="王敏")
    with pytest.raises(IllegalMove):
        one.move(ticket.ticket_no, "classified", actor="王敏")


def test_what_brings_its_category_is_not_asked_about() -> None:
    classifier = Told(category=("营业投诉", "抄表催费"), confidence=0.2)
    ticket = desk(classifier).accept(complaint(category=("服务投诉", "服务渠道")), request_id="a")
    assert (ticket.category, ticket.review, classifier.asked) == (("服务投诉", "服务渠道"), False, [])


def test_an_urgent_repair_is_at_least_urgent_and_an_emergency_stays_one() -> None:
    one = desk(Told(category=("低压故障", "一户停电"), confidence=0.9, urgent=True))

    def repair(priority: Priority, request: str) -> Priority:
        new = NewTicket(kind=Kind.REPAIR, description="停电，在用呼吸机", channel="web", contact_phone="13800138000", address="安澜市人民路1号", priority=priority)
        return one.accept(new, request_id=request).priority

    assert [repair(p, p.value) for p in (Priority.NORMAL, Priority.URGENT, Priority.EMERGENCY)] == [Priority.URGENT, Priority.URGENT, Priority.EMERGENCY]


def test_without_training_the_rules_classify_and_nobody_is_asked_to_look() -> None:
    ticket = desk(None).accept(complaint(), request_id="a")
    assert (ticket.category, ticket.review, ticket.events[0].data) == (("营业投诉", "抄表催费"), False, {})


@pytest.mark.parametrize(("kind", "least"), [(Kind.COMPLAINT, 60), (Kind.REPAIR, 22)])
def test_every_class_has_its_training_sentences(kind: Kind, least: int) -> None:
    sentences = read_sentences(kind)
    for first, seconds in CLASSES[kind].items():
        for second in seconds:
            assert sum(one.category == (first, second) for one in sentences) >= least, second
    if kind is Kind.REPAIR:
        assert sum(one.urgent for one in sentences) >= 80


def test_a_sentence_under_two_classes_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "complaint"
    folder.mkdir()
    (folder / "x.yml").write_text("first: 服务投诉\nclasses:\n  服务行为: [太差了]\n  服务渠道: [太差了]\n", encoding="utf-8")
    with pytest.raises(SentencesError, match="太差了"):
        read_sentences(Kind.COMPLAINT, tmp_path)
    (folder / "x.yml").write_text("first: 服务投诉\nclasses:\n  没有这类: [太差了]\n", encoding="utf-8")
    with pytest.raises(SentencesError, match="没有这类"):
        read_sentences(Kind.COMPLAINT, tmp_path)
