"""Notices over every store: who is told of a planned outage, when, and that each is told once; reminders of money."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, text, update

from actions.desk.clock import SHANGHAI, FixedClock
from actions.desk.errors import PlanOver, UnknownAccount, UnknownCall, UnknownPlan
from actions.desk.notices import Topic
from actions.desk.notifier import Notifier
from actions.desk.outbox import CALL, Letter
from actions.desk.plans import AREAS, COLUMNS
from actions.desk.quiet import QuietHours
from actions.ports.memory import MemoryConversations, MemoryCustomers, MemoryNetwork, MemoryNotices, MemoryTicketStore
from actions.ports.notices import NoticeStore
from actions.ports.outbox import OutboxStore
from actions.ports.sql import (
    SqlConversations,
    SqlCustomers,
    SqlNetwork,
    SqlNotices,
    SqlOutbox,
    connect,
    generate_key,
    migrate,
    schema,
    seed_demo,
)
from actions.ports.sql.engine import writing
from actions.ports.sql.migrate import downgrade

PUMPS = "3302118899"
CHEN, ZHOU, FARMER, ALONE, SHOP, MACHINE = (
    *("3201556677", "3201889900", "3302114455"),
    *("3403007788", "3205178842", "4101234567890"),
)
RIVER = "安澜市滨江区望江路1号至130号"
"""Chen lives here, and the customer on a machine."""
NIGHT = QuietHours.parse("21:00-08:00")
EVENING = datetime(2026, 11, 22, 22, 30, tzinfo=SHANGHAI)


class House:
    """A notifier over one store, with the demo utility's customers."""

    def __init__(self, backend: Engine | None, clock: FixedClock, quiet: QuietHours = NIGHT) -> None:
        self.clock = clock
        self.store: NoticeStore
        self.outbox: OutboxStore
        if backend is None:
            self.customers: Any = MemoryCustomers.demo(clock.now())
            self.talks: Any = MemoryConversations()
            network: Any = MemoryNetwork.demo(self.customers)
            store = MemoryTicketStore()
            self.store, self.outbox = MemoryNotices(store, self.customers, self.talks), store.outbox
        else:
            seed_demo(backend, clock, demo=True)
            self.customers, self.talks, network = SqlCustomers(backend), SqlConversations(backend), SqlNetwork(backend)
            self.store, self.outbox = SqlNotices(backend), SqlOutbox(backend)
        self.notifier = Notifier(
            self.store, clock, self.customers, network, quiet=quiet, low_balance=Decimal("20.00")
        )

    def plan(self, days: float = 9, hours: float = 8, **other: Any) -> dict[str, Any]:
        starts = (self.clock.now() + timedelta(days=days)).replace(tzinfo=None)
        row = zip(COLUMNS, ("P1", "计划", "线路检修", RIVER, starts, starts + timedelta(hours=hours)), strict=True)
        return {**dict(row), **other}

    def take(self, **row: Any) -> None:
        found = self.notifier.take([self.plan(**row)])
        assert found.refused == ()
        self.notifier.sweep()

    def later(self, **by: float) -> None:
        self.clock.advance(timedelta(**by))
        self.notifier.sweep()

    def letters(self) -> list[Letter]:
        return [stored.letter for stored in reversed(self.outbox.find(None, None, 200).letters)]

    def told(self) -> list[tuple[str, str]]:
        """(account, what was said) of every letter, in the order of the letters; a call to be made is marked."""
        found = []
        for letter in self.letters():
            step, account = str(letter.body["event"]["type"]), letter.key.rpartition(":")[2]
            found.append((account, step + "!" if letter.topic == CALL else step))
        return found

    def deliver(self) -> None:
        for stored in self.outbox.claim(self.clock.now(), 100, timedelta(minutes=1)):
            self.outbox.delivered(stored.letter.key, self.clock.now())


@pytest.fixture
def house(backend: Engine | None, clock: FixedClock) -> House:
    clock.set(datetime(2026, 11, 22, 10, 0, tzinfo=SHANGHAI))
    return House(backend, clock)


def test_a_plan_is_told_at_once_and_again_a_day_ahead_each_once(house: House) -> None:
    house.take()
    # On a machine: first, and by a person.
    first = [(MACHINE, "outage_ahead!"), (CHEN, "outage_ahead")]
    assert house.told() == first
    house.take()
    house.later(days=7, hours=23)
    assert house.told() == first
    house.later(hours=1)
    again = [(MACHINE, "outage_again!"), (CHEN, "outage_again")]
    assert house.told() == first + again
    house.later(days=1)
    assert house.told() == first + again
    message = house.letters()[1]
    assert message.ticket_no is None
    assert (message.subject, message.body["to"]["phone"]) == ("plan:P1", "13800010001")
    assert (message.body["values"]["account"], message.body["values"]["period"]) == ("3201**6677", "12月1日10:00至18:00")
    (state,) = house.notifier.plans()
    # The second call took the place of the first, which nobody had made.
    assert (state.told, state.calls, state.open_calls, state.plan.late) == (2, 1, 1, False)


def test_by_transformer_area_as_well_as_by_road(house: House) -> None:
    house.take(**{"停电范围": None, AREAS: "红星村2号台区、TQ-CD-02"})
    assert sorted(house.told()) == [(SHOP, "outage_ahead"), (FARMER, "outage_ahead"), (PUMPS, "outage_ahead")]
    refused = house.notifier.take([house.plan(**{AREAS: "TQ-NO"})]).refused
    assert [at for at, _ in refused] == [2]
    assert "TQ-NO" in refused[0][1]


def test_a_plan_that_comes_late_is_told_at_once_and_marked(house: House) -> None:
    house.take(days=3)
    assert {account for account, _ in house.told()} == {CHEN, MACHINE}
    assert house.notifier.plans()[0].plan.late
    house.later(days=2)
    assert len(house.told()) == 4


def test_who_was_told_within_the_day_is_not_told_again(house: House) -> None:
    house.take(days=1.5)
    house.later(days=1)
    assert [step for _, step in house.told()] == ["outage_ahead!", "outage_ahead"]


def test_of_temporary_work_important_users_hear_and_who_asked(house: House) -> None:
    everywhere = "安澜市城东区人民路150号至260号、安澜市城西区建设路1号至60号"
    house.take(days=2, 类型="临时", 停电范围=everywhere)
    assert house.told() == [(SHOP, "outage_ahead")]
    assert not house.notifier.plans()[0].plan.late
    house.notifier.choose(ZHOU, [Topic.OUTAGE], True, by="customer")
    house.take(days=0.5, 计划编号="P2", 类型="临时", 停电范围=everywhere)
    assert sorted(house.told()[1:]) == [(ZHOU, "outage_ahead"), (SHOP, "outage_ahead")]
    assert [state.plan.late for state in house.notifier.plans()] == [True, False]


def test_who_has_switched_it_off_is_left_alone_unless_the_law_or_a_life_says_otherwise(house: House) -> None:
    for account in (CHEN, MACHINE, SHOP):
        house.notifier.choose(account, [Topic.OUTAGE, Topic.BILL], False, by="customer")
    house.take(停电范围=RIVER + "、安澜市城东区人民路沿线")
    assert house.told() == [(MACHINE, "outage_ahead!"), (SHOP, "outage_ahead")]
    house.notifier.choose(CHEN, [Topic.OUTAGE], True, by="customer")
    house.later(days=8)
    assert (CHEN, "outage_ahead") in house.told(), "asked for since: told with the round a day ahead"
    with pytest.raises(UnknownAccount):
        house.notifier.choose("9999999999", [Topic.BILL], False, by="x")


def test_a_change_is_told_to_who_was_told_and_to_who_comes_in(house: House) -> None:
    house.take()
    house.deliver()
    house.later(hours=1)
    # The even side of the road is spared, somebody in another road comes in.
    house.take(停电范围="安澜市滨江区望江路100号至130号、安澜市城西区建设路沿线", days=10)
    assert house.told()[2:] == [(MACHINE, "outage_changed!"), (CHEN, "outage_spared"), (ZHOU, "outage_ahead")]
    house.deliver()
    house.later(hours=1)
    house.take(days=11)
    assert house.told()[5:] == [(MACHINE, "outage_changed!"), (CHEN, "outage_ahead"), (ZHOU, "outage_spared")]


def test_other_words_for_the_same_work_disturb_nobody(house: House) -> None:
    row = house.plan()
    for reason in ("线路检修", "10千伏望江线检修"):
        house.notifier.take([{**row, "停电原因": reason}])
        house.notifier.sweep()
    assert len(house.told()) == 2
    assert house.customers.outages_of(["P1"])["P1"].reason == "10千伏望江线检修"


def test_called_off_is_told_to_who_was_told(house: House) -> None:
    house.take()
    house.deliver()
    house.later(hours=1)
    assert "P1" in {outage.outage_no for outage in house.customers.outages(house.clock.now())}
    house.notifier.cancel("P1", "改期")
    house.notifier.sweep()
    assert sorted(house.told()[2:]) == [(CHEN, "outage_cancelled"), (MACHINE, "outage_cancelled!")]
    assert "P1" not in {outage.outage_no for outage in house.customers.outages(house.clock.now())}
    house.later(days=8)
    assert len(house.told()) == 4
    for number, error in (("P1", PlanOver), ("P9", UnknownPlan)):
        with pytest.raises(error):
            house.notifier.cancel(number, "")
    assert "已取消" in house.notifier.take([house.plan()]).refused[0][1]


def test_what_has_begun_is_not_called_off_but_may_last_longer(house: House) -> None:
    house.take(days=2)
    house.deliver()
    row = house.plan(days=2)
    house.later(days=2, hours=1)
    with pytest.raises(PlanOver):
        house.notifier.cancel("P1", "")
    longer = {**row, "结束时间": row["结束时间"] + timedelta(hours=2)}
    assert house.notifier.take([longer]).refused == ()
    house.notifier.sweep()
    assert house.told()[-2:] == [(MACHINE, "outage_changed!"), (CHEN, "outage_changed")]
    assert house.notifier.take([{**row, "开始时间": row["开始时间"] - timedelta(days=1)}]).refused


def test_called_off_before_anybody_was_reached_nobody_hears_of_it(house: House) -> None:
    house.clock.set(EVENING)
    house.take()
    for stored in house.outbox.claim(EVENING, 10, timedelta(minutes=1)):
        house.outbox.hold(stored.letter.key, stored.attempts, NIGHT.heard(EVENING), "quiet_hours")
    (held, _) = house.outbox.find(None, None, 9).letters
    assert (held.waits_for, held.attempts, held.next_at) == ("quiet_hours", 0, datetime(2026, 11, 23, 8, tzinfo=SHANGHAI))
    assert house.outbox.claim(EVENING + timedelta(hours=9), 10, timedelta(minutes=1)) == ()
    house.notifier.cancel("P1", "")
    house.later(hours=10)
    assert house.told() == []
    assert house.notifier.plans()[0].told == 0


def test_a_second_carrier_cannot_hold_what_the_first_has_delivered(house: House) -> None:
    house.take()
    for stored in house.outbox.claim(house.clock.now(), 10, timedelta(minutes=1)):
        house.outbox.delivered(stored.letter.key, house.clock.now())
        house.outbox.hold(stored.letter.key, stored.attempts, house.clock.now(), "quiet_hours")
    assert {stored.waits_for for stored in house.outbox.find(None, None, 9).letters} == {None}


def test_many_walk_at_once_and_nobody_is_told_twice(backend: Engine | None, house: House) -> None:
    for number in range(6):
        house.notifier.take([house.plan(计划编号=f"P{number}", days=9 + number)])
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: house.notifier.sweep(), range(12)))
    assert Counter(house.told()) == {(CHEN, "outage_ahead"): 6, (MACHINE, "outage_ahead!"): 6}


def test_the_message_goes_to_the_conversations_of_who_has_bound_the_account(house: House) -> None:
    for conversation, customer in (("c-old", "u-1"), ("c-new", "u-1"), ("c-alone", None), ("c-other", "u-2")):
        house.talks.accept_turn(conversation, "m", "web", customer, "你好", None, house.clock.advance(timedelta(minutes=1)))
    for user, account in (("u-1", CHEN), ("c-alone", CHEN), ("u-2", ZHOU), ("u-gone", CHEN)):
        house.customers.bind(user, account, house.clock.now())
    house.take()
    assert sorted(house.letters()[1].body["to"]["conversations"]) == ["c-alone", "c-new"]


def test_money_is_reminded_of_once_a_bill_and_step(backend: Engine | None, house: House) -> None:
    house.notifier.remind()
    house.notifier.remind()
    assert house.told() == [(CHEN, "bill_overdue"), (MACHINE, "balance_low!")]
    reminder = house.letters()[0]
    assert reminder.body["values"] == {"account": "3201**6677", "amount": "126.40", "days": "12"}
    assert reminder.subject == "bill:2026-09", "126.40 yuan reach back behind the last bill of 87.16"
    for days in (30, 31, 45):
        owe(house, backend, CHEN, days)
        house.notifier.remind()
    assert house.told()[2:] == [(CHEN, "bill_demand")]


def test_reminders_can_be_switched_off_but_not_what_comes_before_a_cut(backend: Engine | None, house: House) -> None:
    house.notifier.choose(CHEN, [Topic.BILL], False, by="customer")
    house.notifier.remind()
    assert CHEN not in dict(house.told())
    owe(house, backend, CHEN, 31)
    house.notifier.remind()
    assert (CHEN, "bill_demand") in house.told()


def test_at_night_no_reminder_is_written_as_much_may_be_paid_until_morning(house: House) -> None:
    house.clock.set(EVENING)
    assert house.notifier.remind() == 0
    house.clock.set(EVENING + timedelta(hours=9, minutes=30))
    assert house.notifier.remind() == 2


def test_calls_are_a_list_to_be_worked_off(house: House) -> None:
    house.take()
    (call,) = house.store.calls(10)
    assert (call.account_no, call.step.value) == (MACHINE, "outage_ahead")
    assert house.letters()[0].body["to"]["call"]["phone"] == "13800010006"
    done = house.store.called(call.key, "客服07", house.clock.now())
    assert house.store.called(call.key, "别人", house.clock.advance(timedelta(hours=1))) == done
    assert house.store.calls(10) == ()
    assert (house.notifier.plans()[0].open_calls, house.notifier.open_calls()) == (0, 0)
    house.notifier.remind()
    assert house.notifier.open_calls() == 1, "a balance runs out where somebody lives on a machine"
    with pytest.raises(UnknownCall):
        house.store.called(f"plan:P1:1:ahead:{CHEN}", "客服07", house.clock.now())


def test_what_is_long_over_is_forgotten(house: House) -> None:
    house.take(days=2)
    house.notifier.remind()
    assert house.store.forget(house.clock.now() + timedelta(days=2)) == 0
    assert house.store.forget(house.clock.now() + timedelta(days=3)) == 1
    assert {notice.subject.partition(":")[0] for notice in house.store.notices(9)} == {"bill", "balance"}


def owe(house: House, backend: Engine | None, account_no: str, days: int) -> None:
    """The utility's billing says so."""
    if backend is None:
        from dataclasses import replace

        house.customers._accounts[account_no] = replace(house.customers._accounts[account_no], arrears_days=days)
        return
    with writing(backend) as connection:
        mine = schema.accounts.c.account_no == account_no
        connection.execute(update(schema.accounts).where(mine).values(arrears_days=days))


def test_letters_of_tickets_survive_the_migration_up_and_down(postgres_url: str, tmp_path: Any) -> None:
    key = generate_key()
    on_postgres = connect(postgres_url, [key])
    with on_postgres.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE notices_up_and_down"))
    on_postgres.dispose()
    for url in (f"sqlite:///{tmp_path / 'x.db'}", postgres_url.replace("/postgres", "/notices_up_and_down")):
        engine = connect(url, [key])
        migrate(engine)
        house = House(engine, FixedClock(datetime(2026, 11, 22, 10, 0, tzinfo=SHANGHAI)))
        from actions.desk.desk import ServiceDesk
        from actions.desk.limits import profile
        from actions.desk.tickets import Kind, NewTicket
        from actions.ports.sql import SqlTicketStore

        repair = NewTicket(kind=Kind.REPAIR, description="停电", channel="web", contact_phone="13800138000", address="人民路66号")
        ServiceDesk(SqlTicketStore(engine), house.clock, profile("state_grid")).accept(repair, request_id="r")
        house.take()
        before = [letter for letter in house.letters() if letter.ticket_no]
        assert len(before) == 2
        downgrade(engine, "0006")
        migrate(engine)
        assert house.letters() == before
        engine.dispose()
