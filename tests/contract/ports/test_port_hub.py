"""The repair hub over every store: gathering by area, crews that refuse or are silent, followers told with their lead."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from actions.desk.calendar import WorkingCalendar
from actions.desk.clock import FixedClock
from actions.desk.desk import ServiceDesk
from actions.desk.errors import IllegalMove, InvalidTicket
from actions.desk.hub import RepairHub
from actions.desk.limits import profile
from actions.desk.moves import Book
from actions.desk.repairs import HubRules
from actions.desk.tickets import Kind, NewTicket, Priority, Ticket
from actions.handlers.areas import read_area
from actions.ports.maps import GreatCircleMap
from actions.ports.memory import MemoryCustomers, MemoryNetwork, MemoryRepairs, MemoryTicketStore
from actions.ports.outbox import OutboxStore
from actions.ports.repairs import RepairStore
from actions.ports.sql import SqlCustomers, SqlNetwork, SqlOutbox, SqlRepairs, SqlTicketStore, seed_demo

BOOK = Book(profile("state_grid"), WorkingCalendar())


class House:
    """A desk and its hub over one store."""

    def __init__(self, backend: Engine | None, clock: FixedClock) -> None:
        self.clock = clock
        store: MemoryTicketStore | SqlTicketStore
        self.repairs: RepairStore
        self.outbox: OutboxStore
        if backend is None:
            customers: MemoryCustomers | SqlCustomers = MemoryCustomers.demo(clock.now())
            store = MemoryTicketStore()
            network: MemoryNetwork | SqlNetwork = MemoryNetwork.demo(customers)  # type: ignore[arg-type]
            self.repairs, self.outbox = MemoryRepairs(store), store.outbox
        else:
            seed_demo(backend, clock, demo=True)
            customers, network, store = SqlCustomers(backend), SqlNetwork(backend), SqlTicketStore(backend)
            self.repairs, self.outbox = SqlRepairs(backend), SqlOutbox(backend)
        self.desk = ServiceDesk(
            store, clock, BOOK.profile, places=customers.places(), calendar=BOOK.calendar, customers=customers
        )
        self.make_hub: Callable[..., RepairHub] = lambda **rules: RepairHub(
            self.repairs, clock, BOOK, customers=customers, directory=customers, network=network,
            roads=GreatCircleMap(), read_area=read_area, rules=HubRules(**rules),
        )  # fmt: skip
        self.hub = self.make_hub()
        self.count = 0

    def report(self, address: str, **more: object) -> str:
        self.count += 1
        fields: dict[str, object] = {
            "kind": Kind.REPAIR, "description": "家里没电", "channel": "web", "conversation_id": f"c-{self.count}",
            "contact_phone": f"138001380{self.count:02}", "address": address, **more,
        }  # fmt: skip
        return self.desk.accept(NewTicket(**fields), request_id=f"r-{self.count}").ticket_no  # type: ignore[arg-type]

    def later(self, **by: float) -> None:
        self.clock.advance(timedelta(**by))
        self.hub.sweep()

    def types(self, ticket_no: str) -> list[str]:
        return [event.type.value for event in self.desk.ticket(ticket_no).events]

    def topics(self, ticket_no: str) -> list[str]:
        return [letter.topic for letter in self.letters() if letter.ticket_no == ticket_no]

    def letters(self) -> list:
        return [stored.letter for stored in reversed(self.outbox.find(None, None, 500).letters)]


@pytest.fixture
def house(backend: Engine | None, clock: FixedClock) -> House:
    return House(backend, clock)


def crew_of(ticket: Ticket) -> str | None:
    return next((e.data.get("crew_no") for e in reversed(ticket.events) if e.type == "dispatched"), None)


def test_the_nearest_able_crew_is_asked_and_the_choice_explained(house: House) -> None:
    no = house.report("安澜市城东区人民路201号一层")
    house.hub.sweep()
    assert house.desk.ticket(no).status == "accepted"  # the customer may still think better of it
    house.later(seconds=61)
    ticket = house.desk.ticket(no)
    sent = ticket.events[-1]
    assert (ticket.status, sent.type, sent.data["crew_no"]) == ("dispatched", "dispatched", "C1")
    figures = {row["crew_no"]: row for row in json.loads(sent.data["candidates"])}
    assert set(figures) == {"C1", "C2", "C3", "C4"}
    assert figures["C1"]["expected_minutes"] < figures["C2"]["expected_minutes"] < figures["C4"]["expected_minutes"]
    assert "滨江抢修一班" in sent.note
    asked = next(letter for letter in house.letters() if letter.topic == "staff.asked")
    assert (asked.body["to"]["crew_no"], asked.body["site"]["address"]) == ("C1", "安澜市城东区人民路201号一层")


def test_a_crew_with_work_in_hand_is_passed_over_and_skill_is_needed(house: House) -> None:
    first = house.report("安澜市滨江区江边路3号")
    house.later(seconds=61)
    assert crew_of(house.desk.ticket(first)) == "C1"
    second = house.report("安澜市滨江区沿河路9号")
    house.later(seconds=61)
    assert crew_of(house.desk.ticket(second)) == "C2"
    high = house.report("安澜市东风镇红旗村三组", description="村口变压器冒烟没电了")
    house.later(seconds=61)
    assert crew_of(house.desk.ticket(high)) in {"C1", "C2"}  # C3 is next door but has no mv skill


def test_refusal_and_silence_ask_the_next_until_nobody_is_left(house: House) -> None:
    no = house.report("安澜市东风镇红星村一组3号")
    house.later(seconds=61)
    assert crew_of(house.desk.ticket(no)) == "C3"
    with pytest.raises(InvalidTicket):
        house.hub.answer(no, "C1", accepts=True)
    house.hub.answer(no, "C3", accepts=False, note="在抢修另一处")
    asked = [crew_of(house.desk.ticket(no))]
    for _ in range(3):
        house.later(minutes=5)
        house.hub.sweep()
        asked.append(crew_of(house.desk.ticket(no)))
    assert sorted(filter(None, asked[:3])) == ["C1", "C2", "C4"]
    ticket = house.desk.ticket(no)
    assert ticket.status == "returned"
    assert house.topics(no).count("staff.no_crew") == 1
    house.later(hours=1)
    assert house.topics(no).count("staff.no_crew") == 1
    with pytest.raises(IllegalMove):
        house.hub.answer(no, "C1", accepts=True)


def test_who_takes_it_is_its_owner_and_is_not_asked_again(house: House) -> None:
    no = house.report("安澜市东风镇红星村一组3号")
    house.later(seconds=61)
    taken = house.hub.answer(no, "C3", accepts=True)
    assert (taken.status, taken.events[-1].actor) == ("acknowledged", "东风供电所")
    house.later(minutes=30)
    assert house.desk.ticket(no).status == "acknowledged"
    assert [job.ticket_no for state in house.hub.crews() if state.crew.crew_no == "C3" for job in state.jobs] == [no]


def test_danger_does_not_wait_and_joins_nobody(house: House) -> None:
    house.report("安澜市滨江区桂花园1栋")
    house.report("安澜市滨江区桂花园2栋")
    house.hub.sweep()
    no = house.report("安澜市滨江区桂花园3栋", priority=Priority.EMERGENCY, description="电线掉地上冒火花")
    house.hub.sweep()
    ticket = house.desk.ticket(no)
    assert (ticket.status, ticket.parent_ticket_no) == ("dispatched", None)


def test_a_dispatcher_may_do_it_by_hand(house: House) -> None:
    no = house.report("安澜市东风镇红星村一组3号")
    house.desk.move(no, "dispatched", actor="调度01", note="让小李去")
    house.later(minutes=30)
    assert house.types(no)[:2] == ["accepted", "dispatched"]
    assert house.desk.ticket(no).status == "dispatched"


def test_three_reports_of_one_area_are_one_incident_and_a_suspected_fault(house: House) -> None:
    lead = house.report("安澜市滨江区望江路88号桂花园3栋2单元501", account_no="3201556677")
    second = house.report("桂花园5栋1单元301")
    twice = house.report("滨江区桂花园5栋", contact_phone="13800138002")  # the same phone: no third household
    other = house.report("安澜市城西区环城路7号")
    house.hub.sweep()
    assert [house.desk.ticket(no).parent_ticket_no for no in (lead, second, twice, other)] == [None, lead, lead, None]
    assert "suspected" not in house.types(lead)
    third = house.report("滨江区望江路88号")
    house.hub.sweep()
    house.hub.sweep()
    assert house.desk.ticket(third).parent_ticket_no == lead
    assert house.types(lead).count("suspected") == 1
    assert house.topics(lead).count("staff.suspected") == 1
    found = house.hub.incident_at("桂花园8栋")
    assert found is not None
    assert (found.lead.ticket_no, found.reports) == (lead, 4)
    house.later(hours=2)
    late = house.report("桂花园9栋")
    house.hub.sweep()
    assert house.desk.ticket(late).parent_ticket_no is None


def test_life_support_in_a_suspected_area_is_called(house: House) -> None:
    for building in (2, 3, 5):
        house.report(f"滨江区安康里{building}栋")
    house.hub.sweep()
    calls = [letter for letter in house.letters() if letter.topic == "staff.call_customer"]
    assert [letter.body["to"]["call"]["account_no"] for letter in calls] == ["4101234567890"]


def test_followers_hear_what_their_lead_does_each_once_and_life_support_by_a_person(house: House) -> None:
    lead = house.report("安澜市滨江区安康里2栋")
    plain = house.report("滨江区安康里3栋")
    grandma = house.report("安澜市滨江区望江路120号安康里1栋101", account_no="4101234567890")
    house.later(seconds=61)
    crew = crew_of(house.desk.ticket(lead))
    assert crew is not None
    house.hub.answer(lead, crew, accepts=True)
    house.desk.move(lead, "en_route", actor="滨江抢修一班")
    house.hub.sweep()
    house.desk.move(lead, "on_site", actor="滨江抢修一班")
    house.hub.estimate(lead, house.clock.now() + timedelta(hours=1), actor="滨江抢修一班")
    house.hub.sweep()
    house.desk.move(lead, "resolved", actor="滨江抢修一班")
    house.hub.sweep()
    house.hub.sweep()
    news = ["accepted", "en_route", "on_site", "estimated", "resolved"]
    for no in (lead, plain):
        heard = [topic.removeprefix("customer.") for topic in house.topics(no) if topic.startswith("customer.")]
        assert sorted(heard) == sorted(news), no
    assert not [topic for topic in house.topics(grandma) if topic.startswith("customer.")]
    assert house.topics(grandma).count("staff.call_customer") == 5
    assert {house.desk.ticket(no).status for no in (lead, plain, grandma)} == {"resolved"}
    told = [letter.ticket_no for letter in house.letters() if letter.body["event"].get("type") == "resolved"]
    assert told.index(grandma) < told.index(plain)
    house.later(days=1)
    assert Counter(letter.key for letter in house.letters()).most_common(1)[0][1] == 1


def test_who_joins_late_hears_where_things_stand_once(house: House) -> None:
    lead = house.report("安澜市滨江区桂花园2栋")
    house.later(seconds=61)
    for step in ("acknowledged", "en_route", "on_site"):
        house.desk.move(lead, step, actor="滨江抢修一班")
    late = house.report("滨江区桂花园6栋")
    house.hub.sweep()
    house.hub.sweep()
    assert house.desk.ticket(late).status == "on_site"
    assert [topic for topic in house.topics(late) if topic.startswith("customer.")] == [
        "customer.accepted",
        "customer.on_site",
    ]


def test_a_withdrawn_lead_leaves_its_crew_to_the_next(house: House) -> None:
    lead, second, third = (house.report(f"滨江区桂花园{n}栋") for n in (1, 2, 3))
    house.later(seconds=61)
    crew = crew_of(house.desk.ticket(lead))
    assert crew is not None
    house.desk.withdraw(lead, note="来电了", request_id="w")
    house.hub.sweep()
    house.hub.sweep()
    assert (house.desk.ticket(third).parent_ticket_no, house.desk.ticket(second).status) == (second, "dispatched")
    house.hub.answer(second, crew, accepts=True)
    house.hub.sweep()
    assert house.desk.ticket(third).status == "acknowledged"
    assert house.types(second).count("suspected") == 0
    assert [incident.reports for incident in house.hub.incidents()] == [2]


def test_a_report_during_a_known_outage_is_kept_and_no_crew_sent(house: House) -> None:
    no = house.report("安澜市城西区建设路16号2栋301")
    house.later(seconds=61)
    ticket = house.desk.ticket(no)
    assert ticket.status == "accepted"
    assert "OF-DEMO-2" in ticket.events[-1].note
    house.later(minutes=100)
    house.later(minutes=30)
    assert house.topics(no).count("staff.ask_restored") == 1
    assert house.desk.ticket(no).status == "accepted"


def test_reopened_it_is_dispatched_anew(house: House) -> None:
    no = house.report("安澜市东风镇红星村一组3号")
    house.later(seconds=61)
    house.hub.answer(no, "C3", accepts=True)
    for step in ("contacted", "resolved"):
        house.desk.move(no, step, actor="东风供电所")
    house.hub.sweep()
    assert all(not state.jobs for state in house.hub.crews())
    house.desk.move(no, "reopened", actor="回访01")
    house.hub.sweep()
    assert house.types(no)[-2:] == ["reopened", "dispatched"]


def test_many_hubs_at_once_do_everything_once(engine: Engine, clock: FixedClock) -> None:
    house = House(engine, clock)
    reports = [house.report(f"滨江区桂花园{n}栋") for n in range(1, 9)]
    hubs = [house.make_hub() for _ in range(4)]

    def sweep(hub: RepairHub) -> None:
        hub.sweep()

    for _ in range(3):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(sweep, hubs))
    leads = [no for no in reports if house.desk.ticket(no).parent_ticket_no is None]
    assert len(leads) == 1
    clock.advance(timedelta(seconds=61))
    for _ in range(3):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(sweep, hubs))
    clock.advance(timedelta(seconds=5))
    house.hub.sweep()
    for no in reports:
        assert house.types(no).count("dispatched") == 1, house.types(no)
        assert house.types(no).count("joined") == (0 if no == leads[0] else 1)
    assert house.types(leads[0]).count("suspected") == 1
    assert Counter(letter.topic for letter in house.letters())["staff.asked"] == 1


def test_one_house_alone_joins_nobody_and_nobody_joins_it(house: House) -> None:
    alone = house.report("安澜市滨江区桂花园1栋", description="我家停电了；隔壁都有电")
    house.hub.sweep()
    assert house.hub.incident_at("安澜市滨江区桂花园5栋") is None
    first = house.report("安澜市滨江区桂花园2栋", description="整栋楼都没电")
    tripped = house.report("安澜市滨江区桂花园3栋", description="家里跳闸推不上去，邻居有电")
    second = house.report("安澜市滨江区桂花园5栋", description="我们这里停电了")
    house.hub.sweep()
    parents = {no: house.desk.ticket(no).parent_ticket_no for no in (alone, first, tripped, second)}
    assert parents == {alone: None, first: None, tripped: None, second: first}


def test_said_later_that_it_is_one_house_no_others_follow_it(house: House) -> None:
    no = house.report("安澜市滨江区桂花园1栋", description="停电了")
    house.hub.sweep()
    house.desk.move(no, "noted", actor="customer", note="隔壁都有电", request_id="n1")
    house.later(seconds=61)
    assert house.hub.incident_at("安澜市滨江区桂花园5栋") is None


def test_a_danger_that_no_crew_takes_is_called_about_told_and_tried_again(house: House) -> None:
    no = house.report("安澜市东风镇红星村一组3号", priority=Priority.EMERGENCY, description="电线掉地上冒火花")
    house.hub.sweep()
    for _ in range(4):
        house.later(minutes=2, seconds=5)
    assert house.desk.ticket(no).status == "returned"
    topics = house.topics(no)
    assert {"staff.no_crew", "staff.call_customer", "customer.no_crew"} <= set(topics)
    house.later(minutes=5, seconds=5)
    assert house.desk.ticket(no).status == "dispatched"
    for _ in range(4):
        house.later(minutes=2, seconds=5)
    assert house.topics(no).count("customer.no_crew") == 1, "the customer hears it once"
