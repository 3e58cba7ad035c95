"""The embedded demo utility 安澜供电公司, built from `customers.json` for a given moment. Fictional, and only ever asked for.

The file names the rules: for each of the last 13 complete months a bill from the row of that calendar month, so that 'last
month' always exists; outages relative to the moment of seeding. Payments are ours: every bill is paid except the newest
ones, as far as the account's arrears cover them, so that bills minus payments are the arrears, to the fen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any

from actions.desk.clock import SHANGHAI, local
from actions.desk.customers import FEN, Account, AccountKind, Bill, Outage, OutageType, Payment, PaymentMode
from actions.desk.places import Crew, Place
from actions.desk.tickets import Area
from actions.ports.demo import enterprise

MONTHS = 13
"""How many complete months back there are bills."""

_CHANNELS = ("掌上营业厅", "微信生活缴费", "支付宝", "营业厅柜台", "银行代扣")
_PAYING_TIME = timedelta(days=5, hours=10, minutes=24)
"""How long after the month's end a bill is paid."""


def accounts() -> tuple[Account, ...]:
    """The demo's accounts: those of `customers.json`, then the enterprise and the pumping station of `enterprise.json`."""
    return tuple(_account(row) for row in _accounts())


def bills(now: datetime) -> tuple[Bill, ...]:
    """The bills of the last 13 complete months before `now`, oldest first, account by account."""
    return tuple(_bill(row, month) for row in _accounts() for month in _months(local(now)))


def payments(account: Account, billed: Iterable[Bill], paid: Iterable[Payment], now: datetime) -> tuple[Payment, ...]:
    """What is still to be paid in so that `account` owes its arrears and no more, given its bills and payments so far.

    Seeding again later therefore only adds: the bill that is no longer among the newest gets the rest of its money.
    """
    received: dict[str, Decimal] = {}
    for payment in paid:
        received[payment.month] = received.get(payment.month, Decimal(0)) + payment.amount
    owed = account.arrears
    missing = []
    for bill in sorted(billed, key=lambda bill: bill.month, reverse=True):
        unpaid = min(bill.amount, owed)
        owed -= unpaid
        amount = bill.amount - unpaid - received.get(bill.month, Decimal(0))
        if amount > 0:
            missing.append(_payment(bill, amount, bill.month in received, now))
    return tuple(reversed(missing))


def outages(now: datetime) -> tuple[Outage, ...]:
    """The demo's outages, relative to `now`. A fault here ends when it was estimated to."""
    return tuple(_outage(row, local(now)) for row in _file()["outages"])


def crews() -> tuple[Crew, ...]:
    """The demo's repair crews."""
    return tuple(Crew(**{**row, "skills": tuple(row["skills"])}) for row in _file()["crews"])


def places() -> tuple[Place, ...]:
    """The parts of the demo's supply area."""
    return tuple(Place(row["place"], row["lat"], row["lon"], Area(row["area"])) for row in _file()["places"])


def _accounts() -> list[Mapping[str, Any]]:
    return [*_file()["accounts"], *enterprise.file()["accounts"]]


@lru_cache(maxsize=1)
def _file() -> Mapping[str, Any]:
    text = resources.files(__name__).joinpath("customers.json").read_text(encoding="utf-8")
    # Money stays what is written: 81.24, not the float next to it.
    read: Mapping[str, Any] = json.loads(text, parse_float=Decimal)
    for kind in ("crews", "places"):
        for row in read[kind]:
            row.update(lat=float(row["lat"]), lon=float(row["lon"]))
    return read


def _account(row: Mapping[str, Any]) -> Account:
    return Account(
        account_no=row["account_no"],
        name=row["name"],
        phone=row["phone"],
        address=row["address"],
        area=Area(row["area"]),
        kind=AccountKind(row["kind"]),
        payment_mode=PaymentMode(row["payment_mode"]),
        balance=_money(row["balance"]),
        arrears=_money(row["arrears"]),
        arrears_days=row["arrears_days"],
        disconnected=row.get("disconnected", False),
        life_support=row.get("life_support", False),
        birth_year=row.get("birth_year"),
    )


def _bill(row: Mapping[str, Any], month: date) -> Bill:
    index = month.month - 1
    return Bill(
        account_no=row["account_no"],
        month=f"{month:%Y-%m}",
        kwh=row["monthly_kwh"][index],
        amount=_money(row["monthly_amount"][index]),
    )


def _payment(bill: Bill, amount: Decimal, again: bool, now: datetime) -> Payment:
    after = _next_month(date.fromisoformat(f"{bill.month}-01"))
    begins = datetime.combine(after, time(), SHANGHAI)
    usual = begins + _PAYING_TIME
    if again:
        # The rest of a bill, paid when the next bill pushed it out of the arrears: lately.
        usual = datetime.combine(local(now).date().replace(day=1), time(), SHANGHAI) + _PAYING_TIME
        begins = usual - _PAYING_TIME
    # In the first days of a month the usual day is still to come; the money came in half-way between then and now.
    paid_at = usual if usual <= now else (begins + (local(now) - begins) / 2).replace(microsecond=0)
    channel = _CHANNELS[(int(bill.account_no[-2:]) + after.month) % len(_CHANNELS)]
    return Payment(account_no=bill.account_no, paid_at=paid_at, amount=amount, channel=channel, month=bill.month)


def _outage(row: Mapping[str, Any], now: datetime) -> Outage:
    ends = _when(row.get("ends", row.get("estimated_restore", "")), now)
    estimate = row.get("estimated_restore")
    return Outage(
        outage_no=row["outage_no"],
        type=OutageType(row["type"]),
        reason=row["reason"],
        area=row["area"],
        starts=_when(row["starts"], now),
        ends=ends,
        estimated_restore=_when(estimate, now) if estimate else None,
    )


def _when(text: str, now: datetime) -> datetime:
    """Read `tomorrow 08:00`, `40 minutes before …`, `80 minutes after …`."""
    if found := re.fullmatch(r"tomorrow (\d\d:\d\d)", text):
        return datetime.combine(now.date() + timedelta(days=1), time.fromisoformat(found[1]), SHANGHAI)
    found = re.match(r"(\d+) minutes (before|after) ", text)
    if found is None:
        raise ValueError(f"demo data: cannot read the time {text!r}")
    return now + timedelta(minutes=int(found[1])) * (1 if found[2] == "after" else -1)


def _months(now: datetime) -> list[date]:
    month = now.date().replace(day=1)
    complete = []
    for _ in range(MONTHS):
        month = (month - timedelta(days=1)).replace(day=1)
        complete.append(month)
    return complete[::-1]


def _next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _money(value: Decimal | int) -> Decimal:
    return Decimal(value).quantize(FEN)
