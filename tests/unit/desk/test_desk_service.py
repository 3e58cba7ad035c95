"""The desk as a whole, in memory; what the store adds is tested in tests/contract/ports."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from dataclasses import fields
from datetime import datetime, timedelta

import pytest

import actions.desk
from actions.desk import errors
from actions.desk.clock import SHANGHAI, FixedClock
from actions.desk.customers import Account
from actions.desk.desk import ServiceDesk
from actions.desk.errors import AccountLocked, DeskError, IllegalMove, InvalidTicket
from actions.desk.limits import profile
from actions.desk.tickets import Area, Kind, NewTicket, Priority, Status
from actions.desk.verification import FORGET, LOCK, TRIES, Attempts, judge
from actions.ports import demo
from actions.ports.memory import MemoryTicketStore

CONTRACT = [
    *(
        "ticket_no",
        "kind",
        "category",
        "priority",
        "status",
        "channel",
        "conversation_id",
        "account_no",
        "contact_name",
    ),
    *("contact_phone", "address", "area", "description", "created_at", "parent_ticket_no"),
    *("paused_at", "review", "clocks", "events"),
]
REPAIR = NewTicket(
    kind=Kind.REPAIR,
    description="有根电线掉地上了",
    channel="web",
    conversation_id="c-1",
    contact_phone="13800138000",
    address="安澜市云岭乡青石沟5号",
    priority=Priority.EMERGENCY,
)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 22, 9, 0, tzinfo=SHANGHAI))


@pytest.fixture
def desk(clock: FixedClock) -> ServiceDesk:
    return ServiceDesk(MemoryTicketStore(), clock, profile("state_grid"), places=demo.places())


def test_the_public_json_is_the_contracts_and_tells_of_pauses(desk: ServiceDesk, clock: FixedClock) -> None:
    made = desk.accept(REPAIR, request_id="c-1:1")
    clock.advance(timedelta(minutes=40))
    public = desk.move(made.ticket_no, "noted", actor="agent", note="已电话叮嘱远离").to_json()
    assert list(public) == CONTRACT
    assert public["ticket_no"] == made.ticket_no
    assert (public["kind"], public["priority"], public["status"], public["area"]) == (
        "repair",
        "emergency",
        "accepted",
        "remote",
    )
    assert public["category"] == ["低压故障", "低压线路"]
    assert public["created_at"] == "2026-11-22T09:00:00+08:00"
    assert public["clocks"] == [
        {
            "step": "arrive",
            "started_at": "2026-11-22T09:00:00+08:00",
            "warn_at": "2026-11-22T09:36:00+08:00",
            "due_at": "2026-11-22T09:45:00+08:00",
            "finished_at": None,
            "state": "warned",
            "paused": False,
        }
    ]
    assert public["events"] == [
        {"at": "2026-11-22T09:00:00+08:00", "type": "accepted", "actor": "customer", "note": ""},
        {"at": "2026-11-22T09:40:00+08:00", "type": "warned", "actor": "system", "note": ""},
        {"at": "2026-11-22T09:40:00+08:00", "type": "noted", "actor": "agent", "note": "已电话叮嘱远离"},
    ]


def test_clock_states_are_those_of_the_moment_of_reading(desk: ServiceDesk, clock: FixedClock) -> None:
    no = desk.accept(REPAIR, request_id="c-1:1").ticket_no
    states = []
    for _ in range(3):
        states.append(desk.ticket(no).to_json()["clocks"][0]["state"])
        clock.advance(timedelta(minutes=36))
    assert states == ["running", "warned", "breached"]
    assert [ticket.to_json()["clocks"][0]["state"] for ticket in desk.tickets().tickets] == ["breached"]


def test_unknown_event_types_and_an_empty_request(desk: ServiceDesk) -> None:
    no = desk.accept(REPAIR, request_id="c-1:1").ticket_no
    with pytest.raises(InvalidTicket, match="type"):
        desk.move(no, "teleported", actor="a")
    with pytest.raises(InvalidTicket, match="request_id"):
        desk.accept(REPAIR, request_id="")


def test_ticket_numbers_are_forgiving_and_dated_in_shanghai(desk: ServiceDesk, clock: FixedClock) -> None:
    clock.set(datetime.fromisoformat("2026-11-22T16:30:00+00:00"))
    made = desk.accept(REPAIR, request_id="c-1:1")
    assert made.ticket_no.startswith("GD2026112300001")
    assert desk.ticket(f" {made.ticket_no.lower()} ").ticket_no == made.ticket_no


def test_raising_the_priority(desk: ServiceDesk) -> None:
    no = desk.accept(NewTicket(**{**_fields(REPAIR), "priority": Priority.NORMAL}), request_id="c-1:1").ticket_no
    assert desk.raise_priority(no, Priority.NORMAL, actor="a").version == 1
    raised = desk.raise_priority(no, Priority.EMERGENCY, actor="a", note="有人触电", request_id="p")
    assert desk.raise_priority(no, Priority.URGENT, actor="a", request_id="p").version == raised.version == 2
    assert (raised.events[-1].type, raised.clocks[0].due_at - raised.created_at) == ("escalated", timedelta(minutes=45))
    with pytest.raises(IllegalMove):
        desk.raise_priority(no, Priority.URGENT, actor="a")


def test_withdrawing_too_late(desk: ServiceDesk) -> None:
    no = desk.accept(REPAIR, request_id="c-1:1").ticket_no
    for step in ("dispatched", "acknowledged", "en_route", "on_site"):
        desk.move(no, step, actor="crew")
    before = desk.ticket(no)
    with pytest.raises(IllegalMove):
        desk.withdraw(no, note="来电了", request_id="w")
    assert desk.ticket(no) == before


def test_the_page_size_is_bounded(desk: ServiceDesk) -> None:
    desk.accept(REPAIR, request_id="c-1:1")
    assert len(desk.tickets(limit=0).tickets) == len(desk.tickets(limit=10_000).tickets) == 1


def test_a_request_that_another_process_finished_in_between(clock: FixedClock) -> None:
    store = MemoryTicketStore()
    other = ServiceDesk(store, clock, profile("state_grid")).accept(REPAIR, request_id="r")
    # Nothing is looked up first: the store itself says that somebody has made it.
    assert ServiceDesk(store, clock, profile("state_grid")).accept(REPAIR, request_id="r").ticket_no == other.ticket_no


ACCOUNT = Account(account_no="3201556677", name="陈桂兰", phone="13800010001", address="望江路88号", area=Area.URBAN)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=SHANGHAI)


def test_the_rule_of_verification() -> None:
    verdict = judge(ACCOUNT, "0001", Attempts(4, NOW), Attempts(3, NOW), NOW)
    assert (verdict.verified, verdict.of_account, verdict.of_conversation) == (True, Attempts(), Attempts(3, NOW))
    verdict = judge(ACCOUNT, "0002", Attempts(1, NOW), Attempts(3, NOW), NOW)
    assert (verdict.verified, verdict.remaining, verdict.locked_until) == (False, TRIES - 4, None)
    verdict = judge(ACCOUNT, "0002", Attempts(1, NOW), Attempts(4, NOW), NOW)
    assert (verdict.remaining, verdict.locked_until) == (0, NOW + LOCK)
    assert (verdict.of_account.locked_until, verdict.of_conversation.locked_until) == (None, NOW + LOCK)


def test_an_unknown_account_takes_the_same_way() -> None:
    known, unknown = (judge(account, "0000", Attempts(), Attempts(), NOW) for account in (ACCOUNT, None))
    assert known == unknown
    short = Account(account_no="1", name="", phone="", address="", area=Area.URBAN)
    assert not judge(short, "", Attempts(), Attempts(), NOW).verified


def test_a_lock_is_not_lengthened_and_old_failures_are_forgotten() -> None:
    locked = Attempts(TRIES, NOW, NOW + LOCK)
    later = NOW + timedelta(minutes=10)
    verdict = judge(ACCOUNT, "0001", locked, Attempts(), later)
    assert (verdict.verified, verdict.locked_until, verdict.of_account) == (False, NOW + LOCK, locked)
    assert judge(ACCOUNT, "0001", locked, Attempts(), NOW + LOCK).verified
    assert Attempts(4, NOW).current(NOW + FORGET) == Attempts()
    assert Attempts(4, NOW).current(NOW + FORGET - timedelta(seconds=1)).failures == 4


def test_every_error_has_its_own_code_and_stands_in_the_tree() -> None:
    classes = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, DeskError)]
    assert len({error.code for error in classes}) == len(classes)
    tree = (errors.__doc__ or "").splitlines()
    for error in classes:
        assert any(error.__name__ in line.split() and error.code in line.split() for line in tree), error.__name__
    assert "locked until 2026-11-22T09:00:00+08:00" in str(AccountLocked(NOW))


def test_the_desk_is_pure() -> None:
    """No SQL, no HTTP, no Rasa comes in with the desk, not even through its ports' protocols."""
    modules = [f"actions.desk.{module.name}" for module in pkgutil.iter_modules(actions.desk.__path__)]
    assert all(importlib.import_module(name).__doc__ for name in modules)
    code = f"import sys, {', '.join(modules)}\nprint(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    for forbidden in (
        "sqlalchemy",
        "aiohttp",
        "requests",
        "httpx",
        "rasa",
        "rasa_sdk",
        "psycopg",
        "sqlite3",
        "cryptography",
    ):
        assert forbidden not in loaded
    assert not [
        name for name in loaded if name.startswith(("actions.ports.sql", "actions.ports.memory", "actions.handlers"))
    ]


def _fields(new: NewTicket) -> dict[str, object]:
    return {field.name: getattr(new, field.name) for field in fields(new)}


def test_statuses_and_closing(desk: ServiceDesk) -> None:
    complaint = NewTicket(
        kind=Kind.COMPLAINT, description="停电也不通知一声", channel="voice", contact_phone="13800138000"
    )
    no = desk.accept(complaint, request_id="c-2:1").ticket_no
    for step in ("dispatched", "acknowledged", "contacted", "resolved", "called_back", "closed"):
        desk.move(no, step, actor="clerk")
    closed = desk.ticket(no)
    assert closed.status is Status.CLOSED
    assert [clock["state"] for clock in closed.to_json()["clocks"]] == ["met"] * 4


def test_a_dispatcher_may_send_another_crew_than_the_desk_chose_but_not_twice(desk: ServiceDesk) -> None:
    number = desk.accept(REPAIR, request_id="c-1:1").ticket_no
    desk.move(number, "dispatched", actor="system", note="C2")
    sent = desk.move(number, "dispatched", actor="张工", note="改派C1")
    assert (sent.status, sent.events[-1].actor) == (Status.DISPATCHED, "张工")
    with pytest.raises(IllegalMove):
        desk.move(number, "dispatched", actor="李工")
