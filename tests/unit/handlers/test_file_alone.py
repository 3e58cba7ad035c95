"""A business that is nothing but a file: in the chat by its words, on the desk as a ticket, in every listing by its category."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from actions.desk.desk import ServiceDesk
from actions.desk.limits import PROFILES
from actions.desk.tickets import Kind, TicketFilter
from actions.handlers.flow_lint import lint
from actions.handlers.forms.flow import FlowBook
from actions.handlers.forms.picture import picture
from actions.handlers.turns import Turns
from actions.ports.sql import SqlTicketStore, connect, generate_key, migrate
from actions.ports.sql.report_rows import ReportRows
from actions.reports.period import Period
from actions.reports.read_sql import read_sql
from actions.reports.report import Wanted, order_tables
from tests.unit.handlers.conversing import Customer
from tests.unit.handlers.worlds import FLOWS, ROOT

FILE = """
flow: move_meter
title: 移表
heard: [移表, 挪电表, 电表换个位置]
opening:
  text: 材料一次说清：户主身份证、户号。移表由用户出资，以当地供电公司为准。
  speech: 带户主身份证和户号，以当地供电公司为准。
fields:
- name: address
  type: address
  label: 地址
  ask: {text: 请问电表现在装在哪里？}
- name: reason
  type: choice
  label: 原因
  prefill: [said]
  ask: {text: 为什么要移？}
  options:
  - {value: renovation, title: 装修改造, also: [装修]}
  - {value: safety, title: 位置不安全, also: [不安全]}
- name: phone
  type: phone
  label: 联系电话
  prefill: [account.phone, earlier]
  ask: {text: 请留一个能打通的电话。}
refusals:
- {name: public, said: [挪到公共过道], words: {text: 公共过道不能装表。}}
nodes:
- {name: 登记派单, owner: 客服中心, until: dispatched}
- {name: 现场查看, owner: 计量班, until: on_site}
- {name: 移好答复, owner: 计量班, until: resolved, clock: reply}
done:
  operation: file_ticket
  settings: {kind: service_request, priority: normal, category: [服务申请, 移表]}
"""


def with_file(folder: Path) -> Customer:
    (folder / "move_meter.yml").write_text(FILE, encoding="utf-8")
    customer = Customer({"我家装修，要把电表换个位置": "out_of_scope", "办得怎么样了": "query_ticket"})
    customer.services = replace(customer.services, flows=FlowBook.load(ROOT / "actions" / "flows", folder))
    customer.turns = Turns(customer.services)
    return customer


def test_in_the_chat_and_on_the_desk(tmp_path: Path) -> None:
    customer = with_file(tmp_path)
    told = customer.say("我家装修，要把电表换个位置")
    assert customer.flow == "move_meter" and customer.asking == "address" and "材料一次说清" in told
    customer.say("安澜市城东区人民路66号5栋301")
    told = customer.say("13800138000")
    assert customer.asking == "confirm" and "装修改造" in told and "计量班" in told
    assert "GD" in customer.say("确认")
    (ticket,) = customer.services.desk.tickets(TicketFilter(kind=Kind.SERVICE_REQUEST)).tickets
    assert ticket.category == ("服务申请", "移表") and ticket.business == "move_meter"
    assert "装修改造" in ticket.description and ticket.contact_phone == "13800138000"
    assert [c.step for c in ticket.clocks] == ["reply"], "it is held to the limit of other requests"
    customer.services.desk.move(ticket.ticket_no, "dispatched", actor="desk", request_id="m1")
    assert "▶ 现场查看（计量班" in customer.say("办得怎么样了")


def test_in_the_reports(tmp_path: Path) -> None:
    customer = with_file(tmp_path)
    engine = connect(f"sqlite:///{tmp_path / 'desk.db'}", [generate_key()])
    migrate(engine)
    desk = ServiceDesk(SqlTicketStore(engine), customer.services.clock, PROFILES["state_grid"])
    customer.services = replace(customer.services, desk=desk, papers=None)
    customer.turns = Turns(customer.services)
    for text in ("我家装修，要把电表换个位置", "安澜市城东区人民路66号5栋301", "13800138000", "确认"):
        customer.say(text)
    orders = read_sql(ReportRows(engine), Period())
    tables = order_tables(orders, Wanted(period=Period()), customer.services.clock.now(), customer.services.flows.title_of)
    shown = {table.key: table for table in tables}
    assert [row[:3] for row in shown["businesses"].rows] == [("服务申请", "移表", 1)], "by its title, not its name in the code"
    assert shown["sub_classes"].rows[0][2] == "移表"
    engine.dispose()


def test_every_business_of_a_ticket_has_a_title() -> None:
    for business, title in (("transfer_account", "过户更名"), ("apply_ev_charger.public", "充电桩报装"), ("report_outage", "停电报修"), ("gone", "gone")):
        assert FLOWS.title_of(business) == title


def test_for_staff_who_check_and_look_at_it(tmp_path: Path) -> None:
    book = with_file(tmp_path).services.flows
    assert lint(FlowBook({"move_meter": book.flows["move_meter"]}), frozenset()) == []
    assert "现场查看" in picture(book.flows["move_meter"])


def test_it_is_refused_by_its_own_rule(tmp_path: Path) -> None:
    customer = with_file(tmp_path)
    customer.say("我家装修，要把电表换个位置")
    assert "不能装表" in customer.say("我想挪到公共过道去") and customer.state is None
