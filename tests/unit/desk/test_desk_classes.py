"""Classes of complaints and repairs: what the classifier is not sure of waits for a person, whose word is on record."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml

from actions.classes.sentences import SentencesError, read_sentences
from actions.classes.urgency import Urgency, WithUrgency
from actions.desk.calendar import WorkingCalendar
from actions.desk.classes import CLASSES, Classified
from actions.desk.clock import SHANGHAI, FixedClock
from actions.desk.desk import ServiceDesk
from actions.desk.errors import IllegalMove, InvalidTicket, UnknownTicket
from actions.desk.late_reading import LEASE, LateReading
from actions.desk.limits import profile
from actions.desk.moves import Book
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


def in_a_rush(slow: Told, first: Told) -> tuple[ServiceDesk, LateReading, FixedClock]:
    store, clock = MemoryTicketStore(), FixedClock(NOW)
    book = Book(profile("state_grid"), WorkingCalendar())
    return ServiceDesk(store, clock, profile("state_grid"), classifier=slow, first_look=first), LateReading(store, clock, book, slow), clock


def repair(words: str) -> NewTicket:
    return NewTicket(kind=Kind.REPAIR, description=words, channel="web", contact_phone="13800138000", address="安澜市人民路1号")


def test_in_a_rush_a_first_look_files_and_the_classifier_reads_after() -> None:
    slow, first = Told(category=("高压故障", "高压线路"), confidence=0.44, urgent=True), Told(category=("低压故障", "一户停电"))
    one, late, clock = in_a_rush(slow, first)
    alone = one.accept(repair("第一个"), request_id="a")
    second = one.accept(repair("紧跟着"), request_id="b")
    assert (alone.category[0], second.category[0], slow.asked) == ("高压故障", "低压故障", ["第一个"])
    assert late.sweep() == 1
    read = one.ticket(second.ticket_no)
    assert (read.category, read.review, read.priority) == (("高压故障", "高压线路"), True, Priority.URGENT)
    assert [event.type for event in read.events[1:]] == [EventType.CLASSIFIED, EventType.ESCALATED]
    assert late.sweep() == 0
    clock.advance(timedelta(hours=1))
    assert late.sweep() == 0, "what was read once is not read again"
    assert one.accept(repair("过了一阵"), request_id="c").category[0] == "高压故障"


def test_a_person_who_was_faster_than_the_classifier_is_right() -> None:
    one, late, _ = in_a_rush(Told(category=("营业投诉", "抄表催费"), confidence=0.9), Told(category=("服务投诉", "服务渠道")))
    one.accept(complaint(), request_id="a")
    second = one.accept(complaint(), request_id="b")
    one.classify(second.ticket_no, ("服务投诉", "服务行为"), actor="王敏")
    assert late.sweep() == 1
    assert one.ticket(second.ticket_no).category == ("服务投诉", "服务行为")


def test_who_dies_reading_leaves_it_to_another() -> None:
    one, late, clock = in_a_rush(Told(category=("营业投诉", "抄表催费"), confidence=0.9), Told(category=("服务投诉", "服务渠道")))
    one.accept(complaint(), request_id="a")
    second = one.accept(complaint(), request_id="b")
    assert one._store.unread(clock.now(), 5, LEASE), "somebody took it, and is not heard of again"
    assert late.sweep() == 0
    clock.advance(LEASE)
    assert late.sweep() == 1
    assert one.ticket(second.ticket_no).category == ("营业投诉", "抄表催费")


SAID = yaml.safe_load((Path(__file__).parents[2] / "data" / "repair_urgency.yml").read_text(encoding="utf-8"))


def test_the_rules_of_the_field_hear_what_is_urgent() -> None:
    urgency = Urgency.load()
    found = [text for text in SAID["urgent"] if urgency.says(text)]
    alarms = [text for text in SAID["normal"] if urgency.says(text)]
    assert len(found) / len(SAID["urgent"]) >= 0.9
    assert len(alarms) / len(SAID["normal"]) <= 0.1
    either = WithUrgency(Told(category=("低压故障", "一户停电"), urgent=False), urgency)
    assert either.classify(Kind.REPAIR, "家里停电，老人靠呼吸机").urgent
    assert not either.classify(Kind.COMPLAINT, "家里停电，老人靠呼吸机").urgent


def test_while_the_rush_lasts_the_classifier_reads_little() -> None:
    store, clock, slow = MemoryTicketStore(), FixedClock(NOW), Told(category=("营业投诉", "抄表催费"), confidence=0.9)
    one = ServiceDesk(store, clock, profile("state_grid"), classifier=slow, first_look=Told(category=("服务投诉", "服务渠道")))
    late = LateReading(store, clock, Book(profile("state_grid"), WorkingCalendar()), slow, one.in_a_rush)
    for name in "abc":
        one.accept(complaint(), request_id=name)
    assert (one.in_a_rush(), late.sweep()) == (True, 2)
    one.accept(complaint(), request_id="d")
    assert late.sweep() == 0
    clock.advance(timedelta(seconds=1))
    assert (one.in_a_rush(), late.sweep()) == (False, 1)
