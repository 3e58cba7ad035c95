"""A utility's own customer system behind the conversation: bills come from it; away, nothing is made up and a repair is filed all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.desk.clock import SystemClock
from actions.desk.errors import CustomersAway
from actions.desk.verifier import Verifier
from actions.handlers.turns import Turns
from actions.ports.http import HttpCustomers, UtilityCustomers
from actions.ports.http.line import Line
from actions.ports.memory import MemoryAttempts, MemoryCustomers
from tests.contract.fake_customers import SECRET, customer_system
from tests.unit.handlers.conversing import Customer
from tests.unit.handlers.worlds import NOW

ASKS = "查户号3201556677上个月电费，尾号0001"


def talking(line: Line, minds: dict[str, str], attempts: MemoryAttempts | None = None) -> Customer:
    talk = Customer(dict(minds))
    own = MemoryCustomers()
    customers = UtilityCustomers(HttpCustomers(line), own, own)
    talk.services = replace(talk.services, customers=customers, verifier=Verifier(customers, attempts or MemoryAttempts(), talk.services.clock))
    talk.turns = Turns(talk.services)
    return talk


def test_a_bill_is_the_customer_systems() -> None:
    with customer_system(MemoryCustomers.demo(NOW)) as (url, asked):
        line = Line(url, SECRET, SystemClock(), seconds=20)
        said = talking(line, {ASKS: "query_bill"}).say(ASKS)
        line.close()
    assert "81.24" in said
    assert asked.asked >= 2 and asked.unsigned == 0


def test_away_no_bill_is_told_and_no_try_is_counted() -> None:
    line, attempts = Line("http://127.0.0.1:9", SECRET, SystemClock(), rest=0), MemoryAttempts()
    talk = talking(line, {ASKS: "query_bill"}, attempts)
    for _ in range(7):
        # The webhook fails, the customer hears that it takes a moment, and the gateway keeps the message.
        with pytest.raises(CustomersAway):
            talk.say(ASKS)
    line.close()
    demo = MemoryCustomers.demo(NOW)
    talk.services = replace(talk.services, customers=demo, verifier=Verifier(demo, attempts, talk.services.clock))
    talk.turns = Turns(talk.services)
    assert "81.24" in talk.say(ASKS)


def test_away_a_repair_is_filed_all_the_same() -> None:
    line = Line("http://127.0.0.1:9", SECRET, SystemClock(), rest=0)
    talk = talking(line, {"我家停电了": "report_outage", "确认": "affirm"})
    for words in ("我家停电了", "安澜市滨江区望江路88号", "13800010001"):
        talk.say(words)
    assert "GD2026" in talk.say("确认")
    line.close()
