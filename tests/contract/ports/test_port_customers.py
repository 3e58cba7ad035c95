"""What every `CustomerSystem` and `Directory` does, on the demo utility."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, insert

from actions.desk.clock import FixedClock, SystemClock
from actions.desk.customers import AccountKind, OutageType, PaymentMode
from actions.desk.errors import UnknownAccount
from actions.desk.tickets import Area
from actions.ports.http import HttpCustomers, UtilityCustomers
from actions.ports.http.line import Line
from actions.ports.memory import MemoryCustomers
from actions.ports.sql import SqlCustomers, schema, seed_demo
from actions.ports.sql.engine import writing
from tests.contract.fake_customers import SECRET, customer_system
from tests.contract.ports.conftest import DATABASES, open_engine

CHEN = "3201556677"
Customers = MemoryCustomers | SqlCustomers | UtilityCustomers


@pytest.fixture(params=("memory", *DATABASES, "http"))
def customers(request: pytest.FixtureRequest, clock: FixedClock) -> Iterator[Customers]:
    if request.param == "memory":
        yield MemoryCustomers.demo(clock.now())
        return
    if request.param != "http":
        engine = open_engine(request, request.param)
        seed_demo(engine, clock, demo=True)
        yield SqlCustomers(engine)
        return
    # The utility's system holds the customers; outages and links are in our own database, which has no account at all.
    engine, demo = open_engine(request, "sqlite"), MemoryCustomers.demo(clock.now())
    own = SqlCustomers(engine)
    own.put_outages(demo.outages(clock.now()))
    _put_directory(engine, demo)
    with customer_system(demo) as (url, _):
        line = Line(url, SECRET, SystemClock(), seconds=20)
        yield _Whole(HttpCustomers(line), own)
        line.close()


class _Whole(UtilityCustomers):
    """With the directory and the outage book, which are our own in any case."""

    def __init__(self, remote: HttpCustomers, own: SqlCustomers) -> None:
        super().__init__(remote, own, own)
        self.places, self.crews, self.outages_of, self.put_outages = own.places, own.crews, own.outages_of, own.put_outages


def _put_directory(engine: Engine, demo: MemoryCustomers) -> None:
    with writing(engine) as connection:
        connection.execute(insert(schema.places), [asdict(place) for place in demo.places()])
        connection.execute(insert(schema.crews), [{**asdict(crew), "skills": list(crew.skills)} for crew in demo.crews()])


def test_accounts(customers: Customers) -> None:
    chen = customers.account(CHEN)
    assert chen is not None
    assert (chen.name, chen.phone, chen.area, chen.kind) == (
        "陈桂兰",
        "13800010001",
        Area.URBAN,
        AccountKind.RESIDENTIAL,
    )
    assert (chen.payment_mode, chen.balance, chen.arrears) == (PaymentMode.POSTPAID, Decimal("0.00"), Decimal("126.40"))
    assert chen.arrears_days == 12
    remote, old = customers.account("3403007788"), customers.account("4101234567890")
    assert remote is not None
    assert old is not None
    assert (remote.area, remote.disconnected, old.life_support, old.birth_year) == (Area.REMOTE, True, True, 1948)
    assert customers.account("9999999999") is None


def test_last_months_bill_is_exact(customers: Customers) -> None:
    bill = customers.bill(CHEN, "2026-10")
    assert bill is not None
    assert (str(bill.amount), bill.kwh) == ("81.24", 151)
    assert customers.bill(CHEN, "2026-11") is None
    assert customers.bill("9999999999", "2026-10") is None


def test_thirteen_complete_months_newest_first(customers: Customers) -> None:
    bills = customers.bills(CHEN)
    assert [bill.month for bill in bills] == [f"2026-{month:02}" for month in range(10, 0, -1)] + [
        "2025-12",
        "2025-11",
        "2025-10",
    ]
    assert bills[0].amount == bills[-1].amount
    assert all(bill.amount == (bill.kwh * Decimal("0.538")).quantize(Decimal("0.01")) for bill in bills)
    assert customers.bills("9999999999") == ()


@pytest.mark.parametrize("account_no", [CHEN, "3201889900", "3302114455", "3403007788", "3205178842", "4101234567890"])
def test_bills_minus_payments_are_the_arrears(customers: Customers, clock: FixedClock, account_no: str) -> None:
    account = customers.account(account_no)
    assert account is not None
    payments = customers.payments(account_no)
    billed = sum(bill.amount for bill in customers.bills(account_no))
    assert billed - sum(payment.amount for payment in payments) == account.arrears
    assert [payment.paid_at for payment in payments] == sorted((payment.paid_at for payment in payments), reverse=True)
    for payment in payments:
        assert payment.month < f"{payment.paid_at:%Y-%m}" <= f"{clock.now():%Y-%m}"
        assert payment.paid_at < clock.now()
    assert customers.payments("9999999999") == ()


def test_the_newest_bills_are_the_unpaid_ones(customers: Customers) -> None:
    paid = {payment.month: payment.amount for payment in customers.payments(CHEN)}
    assert "2026-10" not in paid
    assert paid["2026-09"] == Decimal("129.12") - (Decimal("126.40") - Decimal("81.24"))
    assert paid["2026-08"] == Decimal("226.50")


def test_outages_now(customers: Customers, clock: FixedClock) -> None:
    fault, planned = customers.outages(clock.now())
    assert (fault.type, fault.starts) == (OutageType.FAULT, clock.now() - timedelta(minutes=40))
    assert fault.estimated_restore == clock.now() + timedelta(minutes=80)
    assert (planned.type, f"{planned.starts:%m-%d %H:%M}", planned.estimated_restore) == (
        OutageType.PLANNED,
        "11-23 08:00",
        None,
    )
    assert planned.ends is not None
    assert f"{planned.ends:%m-%d %H:%M %z}" == "11-23 17:00 +0800"
    assert [outage.outage_no for outage in customers.outages(clock.now() + timedelta(minutes=80))] == ["OP-DEMO-1"]
    assert customers.outages(planned.ends) == ()


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("安澜市城西区建设路16号2栋301", ["OF-DEMO-2"]),
        ("建设路60号", ["OF-DEMO-2"]),
        ("安澜市城西区建设路61号", []),
        ("安澜市滨江区望江路88号桂花园3栋2单元501", ["OP-DEMO-1"]),
        ("安澜市东风镇红星村二组17号", []),
    ],
)
def test_outages_at_an_address(customers: Customers, clock: FixedClock, address: str, found: list[str]) -> None:
    assert [outage.outage_no for outage in customers.outages_at(address, clock.now())] == found


def test_binding(customers: Customers, clock: FixedClock) -> None:
    assert customers.bindings("u-1") == ()
    customers.bind("u-1", "3201889900", clock.now())
    customers.bind("u-1", CHEN, clock.now())
    customers.bind("u-1", CHEN, clock.now())
    customers.bind("u-2", CHEN, clock.now())
    assert customers.bindings("u-1") == ("3201889900", CHEN)
    assert customers.unbind("u-1", "3201889900")
    assert not customers.unbind("u-1", "3201889900")
    assert (customers.bindings("u-1"), customers.bindings("u-2")) == ((CHEN,), (CHEN,))
    with pytest.raises(UnknownAccount):
        customers.bind("u-1", "9999999999", clock.now())


def test_similar_usage_is_an_average_that_tells_of_nobody(customers: Customers) -> None:
    month = customers.bills(CHEN)[0].month
    numbers = ("3201889900", "3302114455", "3403007788", "4101234567890")
    others = [bill.kwh for number in numbers if (bill := customers.bill(number, month)) is not None]
    similar = customers.similar_usage(CHEN, month)
    assert similar is not None and similar.households == len(others) == 4
    assert similar.kwh == round(sum(others) / len(others))
    assert customers.similar_usage("3205178842", month) is None, "a single shop has nobody to be compared with"
    assert customers.similar_usage("9999999999", month) is None and customers.similar_usage(CHEN, "1999-01") is None


def test_accounts_of_a_phone(customers: Customers) -> None:
    assert [account.account_no for account in customers.find_accounts("13800010001")] == [CHEN]
    assert customers.find_accounts("13900000000") == ()


def test_the_directory(customers: Customers) -> None:
    places, crews = customers.places(), customers.crews()
    assert {place.name: place.area for place in places}["安澜市云岭乡"] is Area.REMOTE
    assert len(places) == 5
    assert [(crew.crew_no, crew.skills) for crew in crews] == [
        ("C1", ("lv", "mv")),
        ("C2", ("lv", "mv")),
        ("C3", ("lv",)),
        ("C4", ("lv",)),
    ]


def test_outages_put_in_replace_those_of_their_number(customers: Customers, clock: FixedClock) -> None:
    planned = customers.outages_of(["OP-DEMO-1", "OP-7"])["OP-DEMO-1"]
    later = replace(planned, starts=planned.starts + timedelta(days=9), ends=planned.starts + timedelta(days=10))
    customers.put_outages([later, replace(planned, outage_no="OP-7", area="安澜市城东区人民路沿线")])
    assert customers.outages_of(["OP-DEMO-1"]) == {"OP-DEMO-1": later}
    assert [outage.outage_no for outage in customers.outages(clock.now())] == ["OF-DEMO-2", "OP-7", "OP-DEMO-1"]
    assert [outage.outage_no for outage in customers.outages_at("人民路201号", clock.now())] == ["OP-7"]
