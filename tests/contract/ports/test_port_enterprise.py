"""Enterprises, in memory and in both databases: the demo's company and what its months come to."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, delete, text

from actions.desk.clock import FixedClock
from actions.desk.enterprise import ChargedBy, basic_by, reactive_allowed
from actions.ports import demo
from actions.ports.enterprise import EnterpriseBook
from actions.ports.memory import MemoryEnterprises
from actions.ports.sql import SqlCustomers, SqlEnterprises, schema, seed_demo
from actions.ports.sql.engine import writing

FIRST, SECOND = "3208001001", "3208001002"


@pytest.fixture
def book(backend: Engine | None, clock: FixedClock) -> EnterpriseBook:
    if backend is None:
        return MemoryEnterprises.demo(clock.now())
    seed_demo(backend, clock, demo=True)
    return SqlEnterprises(backend)


def test_a_company_and_its_accounts(book: EnterpriseBook) -> None:
    contract = book.contract(FIRST)
    assert contract is not None and contract.charged_by is ChargedBy.DEMAND
    assert [c.account_no for c in book.contracts(contract.company_no)] == [FIRST, SECOND, "3208001003"]
    assert book.contract("3201556677") is None and book.contracts("nobody") == () and book.month(FIRST, "1999-01") is None


def test_the_parts_of_every_bill_add_up_to_the_fen(book: EnterpriseBook, clock: FixedClock) -> None:
    bills = [bill for bill in demo.bills(clock.now()) if book.contract(bill.account_no)]
    for bill in bills:
        month, contract = book.month(bill.account_no, bill.month), book.contract(bill.account_no)
        assert month is not None and contract is not None and month.active_kwh == bill.kwh
        assert month.basic_charge == basic_by(contract, month)[contract.charged_by]
        assert bill.amount - month.basic_charge - month.adjustment == bill.kwh * Decimal("0.65")
        assert contract.power_factor_standard is not None and month.power_factor is not None
        assert (month.adjustment > 0) == (month.power_factor < contract.power_factor_standard)
    assert len(bills) == 39


def test_the_power_factor_is_exact() -> None:
    assert reactive_allowed(80_000, Decimal("0.80")) == 60_000


def test_a_demo_seeded_before_there_were_enterprises_gets_them(engine: Engine, clock: FixedClock) -> None:
    seed_demo(engine, clock, demo=True)
    with writing(engine) as connection:
        connection.execute(delete(schema.accounts).where(schema.accounts.c.kind.in_(["industry", "farming"])))
    clock.advance(timedelta(days=1))
    seed_demo(engine, clock, demo=True)
    assert SqlEnterprises(engine).contract(FIRST) is not None and len(SqlCustomers(engine).bills(FIRST)) == 13


def test_who_answers_for_a_company_is_ciphertext(engine: Engine, clock: FixedClock) -> None:
    seed_demo(engine, clock, demo=True)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM enterprise_contracts")).all()
    assert rows and "13800020001" not in str(rows) and "安澜精工" not in str(rows)
