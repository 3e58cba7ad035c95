"""Reports from the database say what the desk says, and the service's own figures come from journal, hand-offs and surveys."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from actions.desk.clock import FixedClock
from actions.desk.desk import ServiceDesk
from actions.desk.limits import profile
from actions.desk.tickets import Area, Kind, NewTicket, Priority
from actions.ports.sql import SqlConversations, SqlHandoffs, SqlSurveys, SqlTicketStore
from actions.ports.sql.report_rows import ReportRows
from actions.reports.period import Period
from actions.reports.read_sql import read_sql
from actions.reports.report import Wanted, order_tables
from actions.reports.service import service_tables
from actions.reports.tables import Table, plain

COMPLAINT = NewTicket(
    kind=Kind.COMPLAINT, description="抄表的师傅态度差", category=("服务投诉", "服务行为"), channel="web", area=Area.RURAL,
    contact_name="陈桂兰", contact_phone="13800010001", address="安澜市滨江区望江路88号",
)  # fmt: skip


def rows(tables: list[Table], key: str) -> list[list[str]]:
    return next([[plain(cell) for cell in row] for row in table.rows] for table in tables if table.key == key)


def test_orders(engine: Engine, clock: FixedClock) -> None:
    desk = ServiceDesk(SqlTicketStore(engine), clock, profile("state_grid"))
    kept = desk.accept(COMPLAINT, request_id="a").ticket_no
    late = desk.accept(COMPLAINT, request_id="b").ticket_no
    desk.accept(NewTicket(kind=Kind.CONSULTATION, description="电价", channel="web"), request_id="c")
    clock.advance(timedelta(minutes=10))
    for no in (kept, late):
        for step in ("dispatched", "acknowledged", "contacted"):
            desk.move(no, step, actor="王敏")
    for step in ("resolved", "called_back"):
        desk.move(kept, step, actor="赵强")
    desk.move(late, "paused", actor="王敏", note="等客户")
    clock.advance(timedelta(days=3))
    desk.move(late, "resumed", actor="王敏")
    clock.advance(timedelta(days=9))
    made = order_tables(read_sql(ReportRows(engine), Period()), Wanted(period=Period()), clock.now())
    assert rows(made, "overview") == [["投诉", "2", "66.67 %", "0", "2", "0"], ["咨询", "1", "33.33 %", "1", "0", "0"], ["合计", "3", "100.00 %", "1", "2", "0"]]
    assert ["投诉", "服务投诉", "服务行为", "2", "100.00 %", "0", "2", "0"] in rows(made, "sub_classes")
    limits = {(row[0], row[1]): row[2:6] for row in rows(made, "limits")}
    assert limits["投诉", "派单"] == ["2", "10分", "0", "0.00 %"]
    assert limits["投诉", "全程"][2:] == ["1", "50.00 %"]
    breaches = sum(event.type == "breached" for event in desk.ticket(late).events)
    desk.sweep()
    assert sum(event.type == "breached" for event in desk.ticket(late).events) - breaches == 2
    assert [row[:2] for row in rows(made, "owners")] == [["王敏", "2"], ["未分派", "1"]]
    assert rows(made, "repeated")[0][2:4] == ["2", "电话、地址"]
    told = str([table.to_json() for table in made])
    assert not any(word in told for word in ("陈桂兰", "13800010001", "望江路"))
    tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()
    assert order_tables(read_sql(ReportRows(engine), Period.read(tomorrow)), Wanted(period=Period()), clock.now()) == []


def test_service(engine: Engine, clock: FixedClock) -> None:
    desk = ServiceDesk(SqlTicketStore(engine), clock, profile("state_grid"))
    conversations, handoffs, surveys = SqlConversations(engine), SqlHandoffs(engine), SqlSurveys(engine)
    for name, customer in (("alone", "u1"), ("again-1", "u2"), ("again-2", "u2"), ("person", None), ("urged", None)):
        conversations.accept_turn(name, "m1", "web", customer, "你好", None, clock.now())
        clock.advance(timedelta(minutes=1))
    handoffs.open("person", "客户要求人工", "陈桂兰等着", Priority.NORMAL, clock.now(), "h1")
    no = desk.accept(NewTicket(kind=Kind.OPINION, description="慢", channel="web", conversation_id="urged"), request_id="t").ticket_no
    desk.urge(no, note="快点", request_id="u")
    for at, score in enumerate((5, 4, 2, None)):
        one = desk.accept(NewTicket(kind=Kind.OPINION, description="慢", channel="web"), request_id=f"s{at}").ticket_no
        surveys.ask(one, "c", "web", clock.now())
        if score:
            surveys.answer(one, score, "customer", clock.now())
            surveys.explain(one, "slow" if score == 2 else None, None)
    made = service_tables(ReportRows(engine), Period())
    # again-1 came back; again-2 did not; the one with a person and the one that was urged are not settled at first contact.
    assert rows(made, "contacts") == [["网页", "5", "4", "80.00 %", "2", "40.00 %"]]
    assert rows(made, "handovers") == [["客户要求人工", "1", "100.00 %"]]
    assert rows(made, "csat") == [["意见", "4", "3", "75.00 %", "3.67", "2", "66.67 %", "1", "33.33 %"]]
    assert rows(made, "survey_reasons") == [["处理太慢", "2 分", "1"]]
    assert "陈桂兰" not in str([table.to_json() for table in made])
