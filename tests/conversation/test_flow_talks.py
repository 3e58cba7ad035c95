"""Every business in conversations of different temper through the running service, to the record that staff read."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from statistics import median
from typing import Any

import pytest

from actions.desk.intake import plain_account_no, plain_phone
from actions.handlers.forms.flow import Flow, FlowBook, FlowField
from actions.handlers.forms.values import concerns
from tests.assistant import ROOT, Conversation, RunningAssistant
from tests.flow_talks import CASES, TALKS, words

pytestmark = pytest.mark.service
FLOWS = FlowBook.load(ROOT / "actions" / "flows").flows
ACCOUNTS = json.loads((ROOT / "actions" / "ports" / "demo" / "customers.json").read_text(encoding="utf-8"))["accounts"]
PHONES = {account["account_no"]: account["phone"] for account in ACCOUNTS}
COLUMNS = {"phone": "contact_phone", "account_no": "account_no", "address": "address", "person_name": "contact_name"}
"""Field types with a place of their own on a ticket."""
DATED = ("date", "month")
"""Field types whose value depends on the day the test is run: only that they are there is looked at here."""


@pytest.fixture(autouse=True)
def another_day(service: RunningAssistant) -> None:
    """Wrong digits of other talks are forgotten: five of an account would lock it for a quarter of an hour."""
    with closing(sqlite3.connect(service.home / "db" / "dianda.db", timeout=10)) as database, database:
        database.execute("DELETE FROM verification_attempts")


@pytest.mark.parametrize(("flow", "temper"), CASES, ids=[f"{name}-{temper}" for name, temper in CASES])
def test_the_talk_ends_in_the_record_that_staff_read(flow: str, temper: str, service: RunningAssistant) -> None:
    talk = TALKS[flow][temper]
    customer = service.talk()
    if "linked" in talk:
        customer.say(f"绑定户号{talk['linked']}，尾号{PHONES[talk['linked']][-4:]}")
    if "before" in talk:
        said_to_end(customer, TALKS[talk["before"]]["all_at_once"])
    before = customer.tickets()
    heard = said_to_end(customer, talk)
    tickets = [ticket for ticket in customer.tickets() if ticket["ticket_no"] not in {t["ticket_no"] for t in before}]
    if "refused" in talk:
        assert talk["refused"] in customer.text, heard
        assert not tickets, heard
        return
    assert customer.trace["requested_slot"] is None, heard
    assert talk.get("dated") or talk.get("says", "") in customer.text, heard
    if FLOWS[flow].files:
        assert len(tickets) == 1 and tickets[0]["ticket_no"] in customer.text, heard
        stands(FLOWS[flow], talk["record"], tickets[0], heard)
    else:
        assert not tickets, heard
    if "then" in talk:
        _, after = service.call("GET", f"/api/v1/tickets/{before[0]['ticket_no']}")
        assert after["status"] == talk["then"] or talk["then"] in [event["type"] for event in after["events"]], heard


def said_to_end(customer: Conversation, talk: dict[str, Any]) -> str:
    """Say it all; returns what was said on both sides, for whoever reads the failure."""
    lines = []
    for text in words(talk):
        customer.say(text)
        lines.append(f"客户：{text}\n电答：{customer.text}")
    return "\n".join(lines)


def stands(flow: Flow, record: dict[str, str], ticket: dict[str, Any], heard: str) -> None:
    """The ticket holds what the talk must end with, and every field that the case requires, each of the right form."""
    seen = values_of(flow, ticket)
    for item in flow.fields:
        if item.name in record and item.type not in DATED and item.check != "bill_months":
            assert record[item.name] in (seen.get(item.name) or ""), (item.name, ticket, heard)
    for item in flow.fields:
        if item.required and item.type != "phone_last4" and concerns(item, seen | record):
            assert valid(item, seen.get(item.name)), (item.name, ticket, heard)


def values_of(flow: Flow, ticket: dict[str, Any]) -> dict[str, str]:
    """What a ticket says of each field: its column, the option chosen, or else the words of its line in the description."""
    lines = dict(part.split("：", 1) for part in ticket["description"].split("；") if "：" in part)
    values = {}
    for item in flow.fields:
        value = ticket[COLUMNS[item.type]] if item.type in COLUMNS else lines.get(item.label)
        if item.type == "text":
            value = ticket["description"]
        if item.type == "choice" and value is not None:
            value = next((option.value for option in item.options if option.title == value), None)
        if value:
            values[item.name] = value
    return values


def valid(item: FlowField, value: str | None) -> bool:
    if value is None:
        return False
    if item.type == "phone":
        return plain_phone(value) == value
    if item.type == "account_no":
        return plain_account_no(value) == value
    return len(value.strip()) >= max(item.least, 1)


PLAIN = {
    "phone": "13800138000",
    "address": "安澜市城东区人民路66号5栋301",
    "account_no": "3201889900",
    "person_name": "王小明",
    "text": "窗口的人态度很差，骂人还不办",
}
WISHES = {
    "repair": ("停电了", "我家没电了，隔壁有电", "安澜市城东区人民路66号5栋301停电了"),
    "complaint": ("我要投诉", "投诉抄表员", "我要投诉，昨天抢修的师傅骂人还不修"),
    "transfer": ("我要过户", "买了二手房，要过户", "我爸去世了，电表要过户到我名下"),
}


@pytest.mark.parametrize(("flow", "most"), [("repair", 4), ("complaint", 5), ("transfer", 7)])
def test_a_plain_customer_is_done_in_few_turns(flow: str, most: int, service: RunningAssistant) -> None:
    assert median(turns_to_file(service.talk(), flow, wish) for wish in WISHES[flow]) <= most


def turns_to_file(customer: Conversation, flow: str, wish: str) -> int:
    """Customer turns until the ticket, for one who answers every question plainly."""
    customer.say(wish)
    turns = 1
    while customer.trace["ticket"] is None:
        customer.say(plain_answer(FLOWS[flow].field(customer.trace["requested_slot"])))
        turns += 1
        assert turns < 15, customer.text
    return turns


def plain_answer(asked: FlowField | None) -> str:
    if asked is None:
        return "确认"
    return asked.options[0].title if asked.type == "choice" else PLAIN[asked.type]
